"""Raise fees, and settle them without money: withdraw and waive."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.billing.selectors import amount_text, charge_of
from clinic.enums import OWED_STATUSES, ChargeKind, ChargeStatus, RefusalCode
from clinic.errors import BillingRefused, Refusal
from clinic.models import Appointment, Charge, User
from clinic.tenancy import own

SETTLED_WITHOUT_MONEY = (ChargeStatus.WITHDRAWN, ChargeStatus.WAIVED)


@transaction.atomic
def raise_fee(
    appointment: Appointment, *, kind: ChargeKind, amount: Decimal, by: User, at: datetime | None = None
) -> Charge | None:
    """Charge the patient `amount`, in the organisation's currency, for an appointment that was not held.

    One charge for each appointment: what is open or paid already stays as it is, what was withdrawn or waived is open
    again with this amount, on no invoice. For an amount of zero nothing is written. None where the appointment has no
    charge. The caller holds the appointment's lock.
    """
    own(by, appointment)
    charge = charge_of(appointment, lock=True)
    if amount == 0 or (charge and charge.status not in SETTLED_WITHOUT_MONEY):
        return charge
    charge = charge or Charge(
        organisation_id=appointment.organisation_id, patient_id=appointment.patient_id, appointment=appointment
    )
    charge.kind, charge.amount, charge.status = kind, amount, ChargeStatus.OPEN
    charge.raised_by, charge.raised_at = by, at or now()
    charge.settled_by, charge.settled_at, charge.reason, charge.invoice = None, None, "", None
    charge.record(by=by, at=charge.raised_at)
    return charge


@transaction.atomic
def withdraw_fee(appointment: Appointment, *, by: User, reason: str = "", at: datetime | None = None) -> Charge | None:
    """Take back the appointment's fee because its cause is undone; the charge, None where there is none.

    Raises BillingRefused when the fee has been paid, or stands on an invoice that is still to be paid.
    """
    own(by, appointment)
    charge = charge_of(appointment, lock=True)
    if charge is not None and charge.status == ChargeStatus.PAID:
        raise BillingRefused(has_been_paid(charge))
    return _settle(charge, ChargeStatus.WITHDRAWN, by=by, reason=reason, at=at)


@transaction.atomic
def waive_fee(appointment: Appointment, *, by: User, reason: str, at: datetime | None = None) -> Charge | None:
    """Forgive the appointment's fee as far as it is still open; the charge, None where there is none.

    Raises BillingRefused when it stands on an invoice that is still to be paid.
    """
    own(by, appointment)
    return _settle(charge_of(appointment, lock=True), ChargeStatus.WAIVED, by=by, reason=reason, at=at)


@transaction.atomic
def reopen_fee(appointment: Appointment, *, by: User, at: datetime | None = None) -> Charge | None:
    """Ask again for a fee that was waived with its appointment, on the invoice that it stands on; None without a fee.

    What a waived invoice has settled stays settled. The caller holds the appointment's lock.
    """
    own(by, appointment)
    charge = charge_of(appointment, lock=True)
    if charge is None or charge.status != ChargeStatus.WAIVED:
        return charge
    if charge.invoice is None:
        return raise_fee(appointment, kind=charge.kind, amount=charge.amount, by=by, at=at)
    if charge.invoice.status in OWED_STATUSES:
        charge.status, charge.settled_by, charge.settled_at, charge.reason = ChargeStatus.OPEN, None, None, ""
        charge.record("status", "settled_by", "settled_at", "reason", by=by, at=at or now())
    return charge


def _settle(
    charge: Charge | None, status: ChargeStatus, *, by: User, reason: str, at: datetime | None
) -> Charge | None:
    if charge is not None and charge.status == ChargeStatus.OPEN:
        if charge.invoice is not None:
            raise BillingRefused(is_on_invoice(charge))
        charge.status, charge.reason = status, reason
        charge.settled_by, charge.settled_at = by, at or now()
        charge.record("status", "reason", "settled_by", "settled_at", by=by, reason=reason, at=charge.settled_at)
    return charge


def has_been_paid(charge: Charge) -> Refusal:
    message = _("The fee of %(amount)s for this appointment has been paid.") % {"amount": amount_text(charge)}
    return Refusal(RefusalCode.STATUS, message, _("Give the money back first."))


def is_on_invoice(charge: Charge) -> Refusal:
    values = {"amount": amount_text(charge), "number": charge.invoice}
    message = _("The fee of %(amount)s for this appointment is on invoice %(number)s.") % values
    return Refusal(RefusalCode.STATUS, message, _("Ask a manager to void or waive the invoice first."))
