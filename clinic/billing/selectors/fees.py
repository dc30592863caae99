"""Questions about fees: the charges for appointments that were not held."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet, Sum

from clinic.billing.money import money_text
from clinic.enums import ChargeStatus
from clinic.models import Appointment, Charge, Patient


def amount_text(charge: Charge) -> str:
    """The amount with its currency, as in 50.00 SAR."""
    return money_text(charge.amount, charge.organisation.currency)


def charge_of(appointment: Appointment, *, lock: bool = False) -> Charge | None:
    """The charge of this appointment, whatever its status; with `lock`, nobody else's to change meanwhile."""
    charges = Charge.objects.select_for_update() if lock else Charge.objects.all()
    return charges.filter(appointment=appointment).first()


def open_charges(patient: Patient) -> QuerySet[Charge]:
    """What the patient still has to pay, oldest first; appointment and organisation loaded."""
    charges = Charge.objects.filter(patient=patient, status=ChargeStatus.OPEN)
    return charges.select_related("appointment__clinic", "organisation").order_by("raised_at", "pk")


def owed_by(patients: Iterable[Patient]) -> dict[int, Decimal]:
    """The sum of the open charges by the patient's key, only of those who owe something; one query."""
    charges = Charge.objects.filter(patient__in=[patient.pk for patient in patients], status=ChargeStatus.OPEN)
    return dict(charges.order_by().values_list("patient").annotate(Sum("amount")))
