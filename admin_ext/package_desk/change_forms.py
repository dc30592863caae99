"""What is asked for each change of a whole purchase, and the reasons that are mostly given."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from admin_ext.forms import ClinicForm
from admin_ext.inputs import native, number
from clinic.models import Patient, PurchaseItem
from clinic.packages.change_refusals import LONGEST_EXTENSION, MOST_SESSIONS

LONGEST_REASON = 200  # letters


class ChangeForm(ClinicForm):
    """The reason, and which state of the purchase the person has seen; subclasses ask for more."""

    presets = (_("Patient asked"), _("Patient travels"), _("Patient is ill"), _("Entered by mistake"))

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"class": "field", "dir": "auto", "autocomplete": "off", "x-ref": "reason"}),
        error_messages={"required": _("Say why: the reason stays in the history.")},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, purchase, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.purchase, self.today = purchase, today

    def questions(self) -> list[forms.BoundField]:
        """The fields that the numbers depend on."""
        return [self[name] for name in self.fields if name not in ("reason", "seen")]

    def asked(self) -> dict:
        """What has been entered so far: None where a field is empty or cannot be read."""
        return {bound.name: self.value_of(bound) for bound in self.questions()}

    def value_of(self, bound: forms.BoundField):
        try:
            return bound.field.clean(bound.value())
        except ValidationError:
            return None


class DayForm(ChangeForm):
    """A day that may lie behind, today unless somebody says otherwise."""

    on = forms.DateField(widget=native("date"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.attrs |= {"max": self.today.isoformat(), "min": self.earliest.isoformat()}
        self.fields["on"].label = self.day_label
        self.initial.setdefault("on", self.today)


class FreezeForm(DayForm):
    presets = (_("Patient travels"), _("Patient is ill"), _("Holidays"), _("Patient asked"))
    day_label = _("Frozen from")

    @property
    def earliest(self):
        return self.purchase.purchased_on


class UnfreezeForm(DayForm):
    presets = (_("Patient is back"), _("Patient asked"), _("Frozen by mistake"))
    day_label = _("Runs again from")

    @property
    def earliest(self):
        return self.purchase.frozen_on or self.today


class ExtendForm(ChangeForm):
    presets = (_("Patient was ill"), _("No times were free"), _("Provider was on leave"), _("Goodwill"))
    days = number(1, LONGEST_EXTENSION, label=_("Days more"), initial=14)


class AdjustForm(ChangeForm):
    presets = (_("Counted wrongly"), _("Goodwill"), _("Assigned by mistake"))
    item = forms.ModelChoiceField(
        PurchaseItem.objects.select_related("service"),
        label=_("Service"),
        empty_label=None,
        widget=forms.Select(attrs={"class": "field"}),
    )
    sessions = number(
        -MOST_SESSIONS, MOST_SESSIONS, label=_("Sessions to add (or, with a minus, to take away)"), initial=1
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["item"]
        field.queryset = field.queryset.filter(purchase=self.purchase)
        field.label_from_instance = lambda item: str(item.service)
        self.initial.setdefault("item", field.queryset.first())


class TransferForm(ChangeForm):
    presets = (_("Family member uses it"), _("Patient moves away"), _("Assigned to the wrong patient"))
    patient = forms.ModelChoiceField(
        Patient.objects.all(),
        label=_("New owner"),
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose whose package it becomes.")},
    )
