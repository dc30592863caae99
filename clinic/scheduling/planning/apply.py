"""Book a plan, all of it or nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from simple_history.utils import bulk_create_with_history

from clinic.enums import ChangeKind, MessageKind, OperationKind, RefusalCode
from clinic.errors import PlanRefused, Refusal
from clinic.messaging.services import queue
from clinic.models import Appointment, Clinic, Operation, PackagePurchase, Provider, PurchaseItem, User
from clinic.models.base import LONGEST_REASON
from clinic.operations import State, begin, note_all
from clinic.packages import services as packages
from clinic.packages.refusals import usability_refusals
from clinic.packages.selectors import balances_by_purchase
from clinic.packages.standing import state_of
from clinic.retries import retried
from clinic.scheduling import selectors
from clinic.scheduling.booking.holds import clear_run_out
from clinic.scheduling.booking.seating import seat
from clinic.scheduling.booking.telling import by_patient
from clinic.scheduling.booking.write import kind_of
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.locks import lock
from clinic.scheduling.planning.plan import Plan, PlannedSession
from clinic.scheduling.planning.planner import HOLDS_A_NUMBER, free_numbers
from clinic.scheduling.refusals import Question, refusals
from clinic.scheduling.situation import UNLIMITED, Busy, Situation
from clinic.tenancy import own

BATCH = 200


class PlanChanged(PlanRefused):
    """The world has changed since the plan was made; nothing was booked.

    `.misfits` are the sessions that no longer fit, each with its reasons.
    """

    def __init__(self, misfits: list[tuple[PlannedSession, list[Refusal]]]) -> None:
        self.misfits = misfits
        message = _("The calendar has changed since this plan was made.")
        if misfits:
            message = ngettext(
                "%(count)d session of this plan no longer fits.",
                "%(count)d sessions of this plan no longer fit.",
                len(misfits),
            ) % {"count": len(misfits)}
        super().__init__(Refusal(RefusalCode.COMPETITION, message, _("Look at the new plan and book that.")))


@retried
@transaction.atomic
def apply(plan: Plan, *, by: User, at: datetime | None = None, reason: str = "") -> list[Appointment]:
    """Book every session of the plan in one transaction, as one Operation that can be undone.

    Every rule is checked anew under lock. Raises PlanChanged, with nothing booked, when a session no longer fits: ask
    for a new plan and show it. Each patient gets one message. Appointments come in order of time.
    """
    at, placed = at or timezone.now(), plan.placed
    own(by, *plan.request.purchases)
    for session in placed:
        own(by, session.purchase, session.item, session.provider, session.clinic)
    if not placed:
        raise PlanRefused(Refusal(RefusalCode.INVALID, _("This plan books nothing."), _("Ask for another plan.")))
    patients = [session.purchase.patient for session in placed]
    lock(providers={s.provider for s in placed}, patients=patients, clinics={s.clinic for s in placed})
    purchases, extended = locked_purchases(plan, by=by)
    operation = begin(OperationKind.AUTO_SCHEDULE, by=by, at=at, reason=reason)
    note_all(operation, ChangeKind.EXTENDED, extended)
    appointments = seated(as_now(placed), purchases, operation)
    give_numbers(appointments)
    write(appointments, by=by, reason=reason)
    for first, sessions in by_patient(appointments):
        told = {"appointment": first, "sessions": sessions, "operation": operation}
        queue(MessageKind.PLANNED, first.patient, **told, by=by, at=at)
    return appointments


def locked_purchases(
    plan: Plan, *, by: User
) -> tuple[dict[int, PackagePurchase], list[tuple[PackagePurchase, State, State]]]:
    """The purchases as they stand, locked, and those extended where the plan supposes it and needs it.

    Of those, how they stood before and after.
    """
    purchases, extended = packages.lock_all(session.purchase for session in plan.placed), []
    if days := plan.request.extend_days:
        late = {s.purchase.pk for s in plan.placed if s.day > purchases[s.purchase.pk].expires_on}
        for pk in sorted(late):
            before = state_of(purchases[pk])
            purchases[pk] = packages.extend_within(purchases[pk], days=days, by=by, reason=_("To fit a plan"))
            extended.append((purchases[pk], before, state_of(purchases[pk])))
    return purchases, extended


def as_now(placed: Sequence[PlannedSession]) -> list[PlannedSession]:
    """The same sessions with their rows read anew: who was active while the plan was made may not be any more."""
    items = PurchaseItem.objects.select_related("service", "purchase__patient").in_bulk({s.item.pk for s in placed})
    providers = Provider.objects.in_bulk({s.provider.pk for s in placed})
    clinics = Clinic.objects.in_bulk({s.clinic.pk for s in placed})
    return [
        replace(
            session,
            item=(item := items[session.item.pk]),
            purchase=item.purchase if item.purchase_id == session.purchase.pk else session.purchase,
            provider=providers[session.provider.pk],
            clinic=clinics[session.clinic.pk],
        )
        for session in placed
    ]


def seated(
    placed: Sequence[PlannedSession], purchases: dict[int, PackagePurchase], operation: Operation
) -> list[Appointment]:
    """Unsaved appointments for the sessions, each with a lane and a room place of its own; else PlanChanged."""
    situation = situation_of(placed, at=operation.at)
    balances = balances_by_purchase(purchases.values())
    reserved: Counter[tuple[int, int]] = Counter()
    appointments, misfits = [], []
    for session in placed:
        purchase, service, patient = purchases[session.purchase.pk], session.item.service, session.purchase.patient
        start = instant_of(session.starts_at)
        question = Question(situation, service, session.provider, session.clinic, start, operation.at, patient)
        count = reserved[purchase.pk, service.pk] + 1
        reasons = refusals(question)
        reasons += usability_refusals(purchase, patient, service, balances[purchase.pk], on=session.day, count=count)
        if reasons:
            misfits.append((session, reasons))
            continue
        reserved[purchase.pk, service.pk] = count
        appointments.append(seat_down(session, purchase, question, operation))
    if misfits:
        raise PlanChanged(misfits)
    return appointments


def seat_down(
    session: PlannedSession, purchase: PackagePurchase, question: Question, operation: Operation
) -> Appointment:
    """The appointment for a session in its lane and place, or else in the first to be had, which are then taken."""
    appointment = Appointment(
        organisation=operation.organisation,
        patient=session.purchase.patient,
        service=question.service,
        provider=question.provider,
        clinic=question.clinic,
        kind=kind_of(question.service),
        package_purchase=purchase,
        booked_by=operation.by,
        booked_at=operation.at,
        operation=operation,
    )
    places = question.free_room_places() if question.needs_room() else [None]
    place = session.place if session.place in places else places[0]
    seat(appointment, question, place)
    if session.lane in question.free_lanes():
        appointment.lane = session.lane
    busy = Busy(*question.busy, appointment.lane, question.service.capacity or UNLIMITED)
    treatment = question.start, question.end
    question.situation.take(question.provider.pk, appointment.patient_id, busy, treatment, place)
    return appointment


def situation_of(placed: Sequence[PlannedSession], *, at: datetime) -> Situation:
    """The world around these sessions, as it is now."""
    days = [session.day for session in placed]
    return selectors.situation(
        {session.item.service.pk: session.item.service for session in placed}.values(),
        clinics={session.clinic for session in placed},
        providers={session.provider for session in placed},
        patients={session.purchase.patient for session in placed},
        first_day=min(days),
        last_day=max(days),
        at=at,
    )


def give_numbers(appointments: Iterable[Appointment]) -> None:
    """The smallest free session numbers of each purchase, in order of time; the purchases are locked."""
    purchases = {appointment.package_purchase for appointment in appointments}
    numbers = free_numbers(Appointment.objects.filter(HOLDS_A_NUMBER, package_purchase__in=purchases))
    for appointment in appointments:
        appointment.session_number = next(numbers[appointment.package_purchase_id])


def write(appointments: list[Appointment], *, by: User, reason: str) -> None:
    """All rows with their history. A constraint objects to a hold that has run out, or because somebody was faster."""
    try:
        write_rows(appointments, by=by, reason=reason)
    except IntegrityError as error:
        if not clear_run_out(appointments, at=appointments[0].booked_at):
            raise PlanChanged([]) from error
        write(appointments, by=by, reason=reason)


@transaction.atomic
def write_rows(appointments: list[Appointment], *, by: User, reason: str) -> None:
    bulk_create_with_history(
        appointments, Appointment, batch_size=BATCH, default_user=by,
        default_change_reason=reason[:LONGEST_REASON] or None,
    )  # fmt: skip
