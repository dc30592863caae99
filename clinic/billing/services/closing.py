"""Close a cashier's day: count the drawer against the receipts."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import now

from clinic.billing.closing_refusals import closing_refusals
from clinic.billing.entries import trimmed
from clinic.billing.money import to_cents
from clinic.billing.selectors import takings_of, unclosed_payments
from clinic.errors import BillingRefused
from clinic.models import Clinic, DayClosing, Payment, User
from clinic.retries import retried
from clinic.tenancy import own


@retried
@transaction.atomic
def close_day(
    *, by: User, clinic: Clinic, cash_counted: Decimal, note: str = "", at: datetime | None = None
) -> DayClosing:
    """Count everything that `by` has taken in this clinic since the last closing, and say what lay in the drawer.

    Raises BillingRefused when nothing was taken, and for a difference without a note. What is closed stays closed: a
    refund of it counts on the day on which it is given.
    """
    organisation, note, at = own(by, clinic), trimmed(note), at or now()
    payments = list(unclosed_payments(by, clinic, at=at).select_for_update())
    takings = takings_of(payments)
    if refusals := closing_refusals(takings, cash_counted=cash_counted, note=note, currency=organisation.currency):
        raise BillingRefused(*refusals)
    closing = DayClosing.objects.create(
        organisation=organisation, cashier=by, clinic=clinic, closed_on=at.astimezone(clinic.zone).date(),
        closed_at=at, sums={str(method): str(amount) for method, amount in takings.sums.items()},
        cash_expected=takings.cash, cash_counted=to_cents(cash_counted), note=note,
    )  # fmt: skip
    Payment.objects.filter(pk__in=[payment.pk for payment in payments]).update(closing=closing)
    return closing
