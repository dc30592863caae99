"""Visits of outpatients wherever they are shown: what for, how far, and who is here now."""

from collections.abc import Collection

from django.db.models import Count, QuerySet, Window
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from admin_ext.cards import LINES, Card, Line
from admin_ext.columns import clock, dash, label, left_to_right, name, status_label
from admin_ext.roles import WALK_IN
from clinic.enums import CLEARED_STATUSES, ConsultationStatus, PaymentStatus, VisitStatus
from clinic.models import Clinic, User, Visit

S = ConsultationStatus


def with_services(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """The same visits, each with what it has been asked for; three queries more."""
    return visits.prefetch_related("invoices__lines__service")


def services_of(visit: Visit) -> SafeString:
    """The services that the visit's invoices ask for, those of void ones left out; loaded by `with_services`."""
    invoices = (invoice for invoice in visit.invoices.all() if invoice.status != PaymentStatus.VOID)
    lines = [line for invoice in invoices for line in invoice.lines.all() if line.service_id]
    services = dict.fromkeys(line.service for line in sorted(lines, key=lambda line: line.pk))
    return format_html_join(", ", "{}", ((name(service),) for service in services)) if services else dash()


def state_of(visit: Visit) -> SafeString:
    """Where an open visit stands, as a coloured word; its consultations are loaded."""
    rows = visit.consultations.all()
    if any(row.status == S.ACTIVE and row.version for row in rows):
        return label("orange", _("With the doctor"))
    is_cleared = visit.payment_status in CLEARED_STATUSES
    if any(row.status == S.ACTIVE or (row.status == S.PENDING and is_cleared) for row in rows):
        return label("blue", _("Waits for the doctor"))
    return status_label(PaymentStatus(visit.payment_status))


def outpatients(user: User, clinics: Collection[Clinic]) -> Card:
    """Who is here without an appointment, the longest here first, each with the next thing that has to happen."""
    rows = Visit.objects.of(user.organisation).filter(status=VisitStatus.OPEN, clinic__in=clinics)
    rows = with_services(rows.select_related("patient", "clinic")).prefetch_related("consultations")
    shown = list(rows.annotate(number=Window(Count("pk"))).order_by("opened_at", "pk")[:LINES])
    number = shown[0].number if shown else 0
    return Card(
        title=_("Outpatients here (%(number)s)") % {"number": number},
        icon="directions_walk",
        empty=_("No outpatient is here."),
        link=f"{reverse('admin:clinic_visit_changelist')}?status__exact=open",
        lines=[visit_line(visit) for visit in shown],
        also=[(_("Walk-in"), reverse("admin:walk_in"))] if user.has_perm(WALK_IN) else [],
    )


def visit_line(visit: Visit) -> Line:
    return Line(
        lead=left_to_right(clock(visit.opened_at, visit.clinic.zone)),
        what=name(visit.patient),
        small=services_of(visit),
        end=state_of(visit),
        link=reverse("admin:visit", args=[visit.pk]),
    )
