"""When and how patients want their sessions: the wishes that both auto-schedules ask for."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.forms import ClinicForm
from admin_ext.inputs import DAYS, native, number, week_from
from clinic.enums import Weekday
from clinic.scheduling.planning import Preferences

MOST_A_DAY, MOST_A_WEEK, LONGEST_GAP = 6, 30, 60


class WishesForm(ClinicForm):
    """Days, times and limits; `today` is the organisation's."""

    first_day = forms.DateField(label=gettext_lazy("From"), widget=native("date"))
    last_day = forms.DateField(label=gettext_lazy("Until"), widget=native("date"))
    weekday = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose at least one day of the week."),
            "invalid_choice": gettext_lazy("Choose days of the week among those shown."),
        },
    )
    earliest = forms.TimeField(label=gettext_lazy("Not before"), required=False, widget=native("time", step=300))
    latest = forms.TimeField(label=gettext_lazy("Done by"), required=False, widget=native("time", step=300))
    per_day = number(1, MOST_A_DAY, label=gettext_lazy("Sessions a day"))
    per_week = number(1, MOST_A_WEEK, label=gettext_lazy("Sessions a week"), required=False)
    gap = number(1, LONGEST_GAP, label=gettext_lazy("Days from one to the next"))
    keep_provider = forms.BooleanField(label=gettext_lazy("Keep the same provider"), required=False)
    keep_time = forms.BooleanField(label=gettext_lazy("Keep weekday and time"), required=False)
    keep_order = forms.BooleanField(label=gettext_lazy("Keep the package's order"), required=False)

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["weekday"].choices = [(day, DAYS[day]) for day in week_from(self.organisation.week_start)]
        for name in ("first_day", "last_day"):
            self.fields[name].widget.attrs["min"] = today.isoformat()

    def day_options(self) -> list[tuple[int, str, bool]]:
        """Each weekday with its name and whether it is ticked."""
        ticked = {str(day) for day in self["weekday"].value() or ()}
        return [(day, name, str(day) in ticked) for day, name in self.fields["weekday"].choices]

    def clean_first_day(self) -> date:
        day = self.cleaned_data["first_day"]
        if day < self.today:
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        return day

    def clean(self):
        cleaned = super().clean()
        first_day, last_day = cleaned.get("first_day"), cleaned.get("last_day")
        if first_day and last_day and last_day < first_day:
            self.add_error("last_day", _("This is before the first day."))
        earliest, latest = cleaned.get("earliest"), cleaned.get("latest")
        if earliest and latest and latest <= earliest:
            self.add_error("latest", _("This is not after the earliest time."))
        if (cleaned.get("per_day") or 1) > 1 and (cleaned.get("gap") or 1) > 1:
            message = _("Sessions on one day cannot be %(days)d days apart. Choose one of the two.")
            self.add_error("gap", message % {"days": cleaned["gap"]})
        return cleaned


#: What is wished for until somebody says otherwise.
DEFAULTS = {
    "weekday": [str(day) for day in Weekday.values], "per_day": ["1"], "gap": ["1"],
    "keep_provider": ["on"], "keep_time": ["on"], "keep_order": ["on"],
}  # fmt: skip


def preferences_of(asked: dict) -> Preferences:
    return Preferences(
        weekdays=frozenset(asked["weekday"]),
        earliest=asked["earliest"],
        latest=asked["latest"],
        sessions_per_day=asked["per_day"],
        sessions_per_week=asked["per_week"],
        min_gap_days=0 if asked["per_day"] > 1 else asked["gap"],
        keep_provider=asked["keep_provider"],
        keep_time=asked["keep_time"],
        keep_order=asked["keep_order"],
    )
