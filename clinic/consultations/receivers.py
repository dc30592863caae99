"""What consultations do when the cashier does something, within the same transaction."""

from datetime import datetime

from django.dispatch import receiver

from clinic.billing.signals import invoice_voided, payment_received
from clinic.consultations.services.locks import locked_visit
from clinic.consultations.services.opening import open_after_payment, withdraw_places
from clinic.consultations.services.visits import cashier_is_done, close_if_over
from clinic.enums import CLEARED_STATUSES
from clinic.models import Invoice, User


@receiver(payment_received)
def open_what_is_paid(invoice: Invoice, by: User, at: datetime, **_kwargs: object) -> None:
    """A visit that is cleared opens what waited for it, and ends if nothing is left to be done."""
    if invoice.visit_id is None:
        return
    visit = locked_visit(invoice.visit)
    if visit.payment_status in CLEARED_STATUSES:
        cashier_is_done(visit, by=by, at=at)
        open_after_payment(visit, by=by, at=at)
        close_if_over(visit, by=by, at=at)


@receiver(invoice_voided)
def give_up_places(invoice: Invoice, by: User, at: datetime, **_kwargs: object) -> None:
    """Nobody keeps a place in the queue for what is not asked for any more, and a visit may be over by that."""
    if invoice.visit_id is None:
        return
    visit = locked_visit(invoice.visit)
    withdraw_places(invoice, by=by, at=at)
    close_if_over(visit, by=by, at=at)
