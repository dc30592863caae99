"""Forms of the cash desk. Each carries a `request_key`: sent twice, it does what it does once."""

from decimal import Decimal

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from admin_ext.forms import ClinicForm
from clinic.enums import PaymentMethod
from clinic.models import Appointment, Package, Patient, Payment

FIELD = {"class": "field"}
WORDS = {**FIELD, "dir": "auto", "autocomplete": "off"}
LONGEST_REASON = 250
AMOUNT_REFUSED = {
    "required": _("Write an amount."),
    "invalid": _("Write the amount in digits, such as 150.00."),
    "min_value": _("Write an amount of at least %(limit_value)s."),
    "max_value": _("Write an amount of at most %(limit_value)s."),
    "max_decimal_places": _("Write an amount with no more than two decimals."),
    "max_digits": _("This amount is too large."),
    "max_whole_digits": _("This amount is too large."),
}


def money(label: str, *, least: str, **kwargs) -> forms.DecimalField:
    """An amount to the cent, as a number that phones show their digits for."""
    widget = forms.NumberInput({**FIELD, "inputmode": "decimal", "step": "0.01", "dir": "ltr", "autocomplete": "off"})
    return forms.DecimalField(
        label=label, max_digits=10, decimal_places=2, min_value=Decimal(least), widget=widget,
        error_messages=AMOUNT_REFUSED, **kwargs,
    )  # fmt: skip


def words(label: str, longest: int, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=required, widget=forms.TextInput(WORDS))


def methods(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=PaymentMethod.choices, widget=forms.RadioSelect)


class ReasonForm(ClinicForm):
    """Why an invoice is waived or made void, with what is mostly said."""

    reason = words(_("Reason"), LONGEST_REASON)
    presets: tuple[str, ...] = ()


class WaiveForm(ReasonForm):
    presets = (_("Cannot pay"), _("Complaint settled"), _("Staff or family"))


class VoidForm(ReasonForm):
    presets = (_("Made by mistake"), _("Wrong patient"), _("Left before treatment"))


class PaymentForm(ClinicForm):
    amount = money(_("Amount"), least="0.01")
    method = methods(_("Method"))
    reference = words(_("Reference"), Payment._meta.get_field("reference").max_length, required=False)
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def ask_at_most(self, most: Decimal) -> None:
        """Refuse an amount beyond what there is to pay, before there is an invoice over it."""
        self.fields["amount"].validators.append(MaxValueValidator(most))


class SaleForm(PaymentForm):
    """Whether the first session can be used for `session_for`, the service says: sent again, it is used already."""

    package = forms.ModelChoiceField(
        Package.objects.filter(active=True), label=_("Package"),
        error_messages={"required": _("Choose a package first.")},
    )  # fmt: skip
    session_for = forms.ModelChoiceField(Appointment.objects.all(), label=_("First session"), required=False)
    amount = money(_("Amount"), least="0.00")

    def __init__(self, *args, patient: Patient | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["session_for"].queryset &= Appointment.objects.filter(patient=patient)


class RefundForm(ReasonForm):
    amount = money(_("Amount"), least="0.01")
    method = methods(_("Give back by"))
    request_key = forms.UUIDField(widget=forms.HiddenInput)
    presets = (_("Paid twice"), _("Wrong amount"), _("Patient left"))


class AnswerForm(ClinicForm):
    answer = words(_("Answer"), LONGEST_REASON, required=False)


class ClosingForm(ClinicForm):
    cash_counted = money(_("Cash counted"), least="0.00")
    note = words(_("Note"), LONGEST_REASON, required=False)
