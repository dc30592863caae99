"""Sessions of today that nothing pays for yet: no package, and no invoice of this day."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Aggregate, Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.billing.refusals import another_invoice
from clinic.billing.selectors import balance_of
from clinic.billing.services import issue_invoice, line_for
from clinic.enums import AppointmentStatus, PaymentStatus, RefusalCode
from clinic.errors import BillingRefused, InvalidEntry, Refusal
from clinic.models import Appointment, Clinic, Invoice, InvoiceLine, User
from clinic.retries import made_before, retried
from clinic.scheduling.board import appointments_of, day_span
from clinic.tenancy import own

HERE = (AppointmentStatus.ARRIVED, AppointmentStatus.IN_PROGRESS, AppointmentStatus.COMPLETED)
TO_BILL = {"status__in": HERE, "package_purchase": None}
LOADED = ("patient", "service", "provider", "clinic", "organisation")


def unbilled_sessions(clinic: Clinic, *, at: datetime) -> QuerySet[Appointment]:
    """Who has come to this clinic on its day at `at`, for what has a price, without a package; in order of time.

    A patient who was asked to pay for the same service on this day has as many sessions billed, the earliest first.
    """
    first, last = day_span(clinic.zone, at=at)
    lines = InvoiceLine.objects.filter(
        invoice__patient=OuterRef("patient"), service=OuterRef("service"), invoice__issued_at__gte=first
    ).exclude(invoice__status=PaymentStatus.VOID)
    sessions = Appointment.objects.filter(
        patient=OuterRef("patient"), service=OuterRef("service"), starts_at__gte=first, starts_at__lt=last, **TO_BILL
    )
    earlier = sessions.filter(
        Q(starts_at__lt=OuterRef("starts_at")) | Q(starts_at=OuterRef("starts_at"), pk__lt=OuterRef("pk"))
    )
    rows = appointments_of([clinic], at=at).filter(service__price__gt=0, **TO_BILL)
    rows = rows.alias(billed=total(lines, Sum("quantity")), earlier=total(earlier, Count("pk")))
    return rows.filter(billed__lte=F("earlier")).select_related(*LOADED).order_by("starts_at", "pk")


def total(rows: QuerySet, what: Aggregate) -> Coalesce:
    """Of the rows of one service, which name it in their filter; zero where there are none."""
    return Coalesce(Subquery(rows.order_by().values("service").annotate(total=what).values("total")), 0)


@retried
@transaction.atomic
def bill_session(
    appointment: Appointment, *, by: User, request_key: UUID | None = None, at: datetime | None = None
) -> Invoice:
    """Ask the patient to pay for this session of today at its service's price.

    `request_key` names the form that asks for it: sent again, it gets the invoice that it made. Raises BillingRefused
    for a session that something else pays for, or that is not of today, and InvalidEntry when the same form asks for
    another service now.
    """
    own(by, appointment)
    at = at or now()
    row = Appointment.objects.filter(pk=appointment.pk).select_related(*LOADED).locked().get()
    if made := made_before(Invoice, request_key, patient=row.patient, clinic=row.clinic):
        return the_same_session(made, row)
    if not unbilled_sessions(row.clinic, at=at).filter(pk=row.pk).exists():
        message = _("This session is not of today, or a package or an invoice pays for it already.")
        raise BillingRefused(Refusal(RefusalCode.STATUS, message, _("Look at what the patient has to pay.")))
    return issue_invoice(row.patient, [line_for(row.service)], by=by, clinic=row.clinic, request_key=request_key, at=at)


def the_same_session(made: Invoice, row: Appointment) -> Invoice:
    """What the form made when it was sent before, whatever the service costs by now."""
    if [line.service_id for line in made.lines.all()] != [row.service_id]:
        raise InvalidEntry(another_invoice(made, balance_of(made)))
    return made
