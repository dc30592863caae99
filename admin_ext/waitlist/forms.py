"""The form of an entry: what a patient waits for, and when it suits."""

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from admin_ext.forms import ClinicForm
from admin_ext.inputs import DAYS, native, week_from
from admin_ext.scope import own_rows
from clinic.enums import Urgency
from clinic.models import Clinic, PackagePurchase, Patient, Provider, Service, WaitlistEntry

USUAL_WAIT = timedelta(days=30)
FIELD = {"class": "field"}


class PurchaseField(forms.ModelChoiceField):
    def label_from_instance(self, purchase: PackagePurchase) -> str:
        return str(purchase.package)


def row(model, label: str, empty: str) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        model.objects.filter(active=True), label=label, required=False, empty_label=empty, widget=forms.Select(FIELD)
    )


class WaitForm(ClinicForm):
    """`today` is the organisation's, `patient` whose entry it is. What is empty does not matter to the patient."""

    service = forms.ModelChoiceField(
        Service.objects.filter(active=True), label=_("Service"), empty_label=_("Choose…"), widget=forms.Select(FIELD)
    )
    package_purchase = PurchaseField(
        PackagePurchase.objects.select_related("package"), label=_("Package"), required=False,
        empty_label=_("Without a package"), widget=forms.Select(FIELD),
    )  # fmt: skip
    provider = row(Provider, _("Provider"), _("Any"))
    clinic = row(Clinic, _("Clinic"), _("Any"))
    first_on = forms.DateField(label=_("From"), widget=native("date"))
    last_on = forms.DateField(label=_("Until"), widget=native("date"))
    weekdays = forms.TypedMultipleChoiceField(label=_("Weekdays"), coerce=int, required=False)
    earliest = forms.TimeField(label=_("Not before"), required=False, widget=native("time", step=300))
    latest = forms.TimeField(label=_("Over by"), required=False, widget=native("time", step=300))
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), coerce=int, choices=Urgency.choices, initial=Urgency.ROUTINE, widget=forms.Select(FIELD)
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=WaitlistEntry._meta.get_field("note").max_length,
        widget=forms.TextInput({**FIELD, "dir": "auto", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args, patient: Patient, today: date, entry: WaitlistEntry | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["package_purchase"].queryset &= PackagePurchase.objects.filter(patient=patient)
        self.fields["weekdays"].choices = [(day, DAYS[day]) for day in week_from(self.organisation.week_start)]
        for name in ("first_on", "last_on"):
            self.fields[name].widget.attrs["min"] = today.isoformat()
        if entry is not None:  # it is for this patient and this service; another one is another entry
            del self.fields["service"]
            self.keep_choice("provider", entry.provider_id)
            self.keep_choice("clinic", entry.clinic_id)

    def keep_choice(self, name: str, key: int | None) -> None:
        """What the entry wishes for can be chosen, active or not."""
        field = self.fields[name]
        field.queryset |= own_rows(field.queryset.model, self.organisation).filter(pk=key)

    def day_options(self) -> list[tuple[int, str, bool]]:
        """Each weekday with its name and whether it is ticked."""
        ticked = {str(day) for day in self["weekdays"].value() or ()}
        return [(day, name, str(day) in ticked) for day, name in self.fields["weekdays"].choices]

    def wishes(self) -> dict[str, object]:
        """What was filled in, as the services take it."""
        return dict(self.cleaned_data)
