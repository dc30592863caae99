"""The rule as a form, and the recurrence that it stands for."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.forms import ClinicForm
from admin_ext.inputs import DAYS, native, number, week_from
from admin_ext.series.subject import Subject
from clinic.models import Clinic, Provider
from clinic.scheduling.series.recurrence import Recurrence
from clinic.scheduling.series.rule import MOST, Rule

MOST_WEEKS = 12
FIELD = {"class": "field"}


class RuleForm(ClinicForm):
    """Weekdays, hour, how often and how long, with whom and where."""

    weekday = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose at least one day of the week."),
            "invalid_choice": gettext_lazy("Choose days of the week among those shown."),
        },
    )
    start = forms.TimeField(label=gettext_lazy("Time"), widget=native("time", step=300))
    weeks = number(1, MOST_WEEKS, label=gettext_lazy("Every … weeks"))
    first_on = forms.DateField(label=gettext_lazy("From"), widget=native("date"))
    ends = forms.ChoiceField(
        label=gettext_lazy("Ends"), choices=[("count", gettext_lazy("after")), ("until", gettext_lazy("on"))]
    )
    count = number(1, MOST, label=gettext_lazy("How many times"), required=False)
    until = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=native("date"))
    provider = forms.ModelChoiceField(
        Provider.objects.all(), label=gettext_lazy("Provider"), empty_label=None, widget=forms.Select(attrs=FIELD)
    )
    clinic = forms.ModelChoiceField(
        Clinic.objects.all(), label=gettext_lazy("Clinic"), empty_label=None, widget=forms.Select(attrs=FIELD)
    )

    def __init__(self, *args, subject: Subject, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.subject, self.today = subject, today
        self.fields["weekday"].choices = [(day, DAYS[day]) for day in week_from(self.organisation.week_start)]
        self.fields["provider"].queryset, self.fields["clinic"].queryset = subject.providers, subject.clinics
        for name in ("first_on", "until"):
            self.fields[name].widget.attrs["min"] = today.isoformat()

    def day_options(self) -> list[tuple[int, str, bool]]:
        """Each weekday with its name and whether it is ticked."""
        ticked = {str(day) for day in self["weekday"].value() or ()}
        return [(day, name, str(day) in ticked) for day, name in self.fields["weekday"].choices]

    def clean_first_on(self) -> date:
        day = self.cleaned_data["first_on"]
        if day < self.today:
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        return day

    def clean(self):
        cleaned = super().clean()
        end = cleaned.get("ends")
        if end and end not in self.errors and not cleaned.get(end):
            self.add_error(end, _("Say after how many times it ends, or on which day."))
        if end == "until" and cleaned.get("until") and cleaned.get("first_on", date.min) > cleaned["until"]:
            self.add_error("until", _("This is before the first day."))
        return cleaned

    def recurrence(self) -> Recurrence:
        """What the form, which is valid, asks for."""
        asked, subject = self.cleaned_data, self.subject
        end = asked["ends"]
        rule = Rule(
            tuple(asked["weekday"]), every_n_weeks=asked["weeks"], week_start=self.organisation.week_start,
            **{end: asked[end]},
        )  # fmt: skip
        return Recurrence(
            rule, subject.patient, subject.service, asked["provider"], asked["clinic"], asked["first_on"],
            asked["start"], subject.purchase,
        )  # fmt: skip
