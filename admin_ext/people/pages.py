"""The patient's page: packages, appointments, visits, money, messages, the whole story, and the ways to book more."""

from datetime import datetime, timedelta
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localtime, now

from admin_ext.ages import age_text
from admin_ext.pages import StaffPage
from admin_ext.purchases import PurchaseCard, cards_of
from admin_ext.roles import (
    SEE_CHARGES,
    SEE_CONSULTATIONS,
    SEE_INVOICES,
    SEE_MESSAGES,
    SEE_PAYMENTS,
    SEE_VISITS,
    SEE_WAITLIST,
)
from admin_ext.scope import own_rows
from admin_ext.visits import with_services
from clinic.billing.selectors import owed_by, with_balances
from clinic.consultations.access import accessible, doctor_of
from clinic.enums import CANCELLED_STATUSES, LIVE_STATUSES, OWED_STATUSES, AppointmentStatus
from clinic.messaging.reminders.ahead import Ahead, reminders_ahead
from clinic.models import Appointment, Consultation, Message, Patient, Visit, WaitlistEntry
from clinic.scheduling import story
from clinic.scheduling.attendance import NoShowRecord, no_show_record
from clinic.scheduling.series.patterns import pattern_for, patterns_of
from clinic.waitlist.selectors import waiting

APPOINTMENTS = 10  # on a page
EPISODES = 15
MESSAGES, REMINDERS = 8, 3
INVOICES, CONSULTATIONS = 6, 8
VANISHED = 20  # at most, of each kind
HELD_OR_MISSED = (AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW)
SECRETS = {
    story.CHARGE: SEE_CHARGES, story.MESSAGE: SEE_MESSAGES, story.VISIT: SEE_VISITS, story.PAYMENT: SEE_PAYMENTS
}  # fmt: skip


class PatientPage(StaffPage):
    """Asks for itself again when an appointment changes. A fixed number of queries."""

    permission_required = "clinic.view_patient"
    template_name = "admin_ext/people/patient.html"
    context_model = Patient

    def get(self, request, pk):
        self.patient = self.own(Patient, pk)
        return super().get(request)

    @property
    def title(self) -> str:
        return str(self.patient)

    @cached_property
    def moment(self) -> datetime:
        return now()

    def get_context_data(self, **kwargs):
        upcoming = list(self.ahead())
        born_on = self.patient.born_on
        cards = cards_of(self.patient, at=self.moment, upcoming=upcoming)
        return super().get_context_data(
            patient=self.patient,
            desk_address=f"{reverse('admin:package_desk')}?patient={self.patient.pk}",
            age=age_text(born_on, localtime(self.moment).date()) if born_on else None,
            cards=cards,
            repeatable=self.repeatable(cards),
            upcoming=self.page(upcoming, "next"),
            called_off=self.called_off()[:VANISHED],
            past=self.page(self.past(), "past"),
            record=self.record,
            missed=self.missed()[:VANISHED],
            owed=owed_by([self.patient]).get(self.patient.pk),
            waits=self.waits(),
            visits=self.page(self.visits(), "visits"),
            **self.money(),
            consultations=self.consultations()[:CONSULTATIONS],
            messages_to_patient=Message.objects.filter(patient=self.patient).order_by("-queued_at", "-pk")[:MESSAGES],
            reminders=self.reminders(upcoming),
            story=self.story(),
            **kwargs,
        )

    def repeatable(self, cards: list[PurchaseCard]) -> set[int]:
        """The keys of the purchases whose sessions can go on as they have gone until now."""
        patterns = patterns_of(self.patient, at=self.moment)
        left = {card.purchase: [item.service for item, balance in card.items.items() if balance.free] for card in cards}
        return {purchase.pk for purchase, services in left.items() if pattern_for(purchase, services, patterns)}

    def waits(self) -> QuerySet[WaitlistEntry]:
        """What the patient stands on the waiting list for, for who may see that."""
        rows = waiting(self.organisation) if self.request.user.has_perm(SEE_WAITLIST) else WaitlistEntry.objects.none()
        return rows.filter(patient=self.patient)

    def visits(self) -> QuerySet[Visit]:
        """The walk-ins, newest first, for who may see them."""
        may_see = self.request.user.has_perm(SEE_VISITS)
        rows = self.patient.visits.all() if may_see else Visit.objects.none()
        return with_services(rows.select_related("clinic")).order_by("-opened_at", "-pk")

    def money(self) -> dict[str, object]:
        """The newest invoices, and what is left of all of them, for who may see that; two queries."""
        if not self.request.user.has_perm(SEE_INVOICES):
            return {}
        rows = with_balances(self.patient.invoices.all())
        left = sum(row.left for row in rows.filter(status__in=OWED_STATUSES))
        return {"invoices": rows.order_by("-issued_at", "-pk")[:INVOICES], "left_to_pay": left}

    def consultations(self) -> QuerySet[Consultation]:
        """Those that this person may look into, newest first; nobody but their doctors."""
        if not self.request.user.has_perm(SEE_CONSULTATIONS):
            return Consultation.objects.none()
        rows = accessible(self.patient.consultations.all(), doctor_of(self.request.user))
        return rows.select_related("service", "doctor", "clinic").order_by("-requested_at", "-pk")

    def appointments(self) -> QuerySet[Appointment]:
        rows = own_rows(Appointment, self.organisation).filter(patient=self.patient)
        return rows.select_related("patient", "service", "provider", "clinic", "package_purchase")

    def ahead(self) -> QuerySet[Appointment]:
        """What is still to come, or going on."""
        return self.appointments().filter(ends_at__gt=self.moment, status__in=LIVE_STATUSES).order_by("starts_at", "pk")

    def reminders(self, upcoming: list[Appointment]) -> list[Ahead]:
        """The next reminders, for who sees what patients are told."""
        if not self.request.user.has_perm(SEE_MESSAGES):
            return []
        return reminders_ahead(self.organisation, upcoming[:APPOINTMENTS], at=self.moment)[:REMINDERS]

    def called_off(self) -> QuerySet[Appointment]:
        """What would still be to come."""
        rows = self.appointments().filter(starts_at__gte=self.moment, status__in=CANCELLED_STATUSES)
        return rows.order_by("starts_at", "pk")

    def past(self) -> QuerySet[Appointment]:
        """What lies behind, whatever became of it; also what was over before its time."""
        behind = Q(ends_at__lte=self.moment) | Q(starts_at__lt=self.moment) & ~Q(status__in=LIVE_STATUSES)
        return self.appointments().filter(behind | Q(status__in=HELD_OR_MISSED)).order_by("-starts_at", "-pk")

    @cached_property
    def record(self) -> NoShowRecord:
        return no_show_record(self.patient, at=self.moment)

    def missed(self) -> QuerySet[Appointment]:
        """The no-shows of the days that the policy looks at, also those that were waived."""
        since = self.moment - timedelta(days=self.record.days)
        rows = self.appointments().filter(status=AppointmentStatus.NO_SHOW, starts_at__gt=since)
        return rows.select_related("charge__organisation", "waived_by").order_by("-starts_at", "-pk")

    def story(self) -> Page:
        """One page of all that was, without what this person's role does not show."""
        hidden = {kind for kind, permission in SECRETS.items() if not self.request.user.has_perm(permission)}
        page = self.page(story.moments_of(self.patient, at=self.moment, without=hidden), "story", EPISODES)
        page.object_list = story.episodes(list(page.object_list))
        return page

    def page(self, rows, parameter: str, size: int = APPOINTMENTS) -> Page:
        return Paginator(rows, size).get_page(self.request.GET.get(parameter))
