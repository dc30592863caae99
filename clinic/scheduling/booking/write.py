"""Book and move: the two verbs that take time from a provider, a room and a patient."""

from collections.abc import Iterable
from copy import copy
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.enums import AppointmentKind, AppointmentStatus, MessageKind, RefusalCode, WorkflowType
from clinic.errors import BookingRefused, Refusal, SlotTaken
from clinic.messaging.services import queue
from clinic.models import Appointment, Clinic, PackagePurchase, Patient, Provider, Room, Service, User
from clinic.packages import services as packages
from clinic.scheduling import attendance
from clinic.scheduling import refusals as rules
from clinic.scheduling.booking.rows import reread
from clinic.scheduling.locks import lock, retried
from clinic.scheduling.nearest import nearest_slots
from clinic.scheduling.refusals import Question
from clinic.scheduling.signals import appointment_released
from clinic.scheduling.situation import RoomPlace
from clinic.scheduling.slots import Slot
from clinic.tenancy import own

TAKEN = {RefusalCode.BOOKED, RefusalCode.BUFFER, RefusalCode.ROOM, RefusalCode.PATIENT_BUSY}
OVERBOOKABLE = {RefusalCode.BOOKED, RefusalCode.BUFFER}

CONSTRAINT_REFUSALS = {
    "provider_is_never_double_booked": RefusalCode.BOOKED,
    "room_is_never_double_booked": RefusalCode.ROOM,
    "patient_is_never_in_two_places": RefusalCode.PATIENT_BUSY,
    "session_number_is_given_once": RefusalCode.NO_SESSION_LEFT,
}


@retried
def book(
    *,
    patient: Patient,
    service: Service,
    provider: Provider,
    clinic: Clinic,
    starts_at: datetime,
    by: User,
    purchase: PackagePurchase | None = None,
    room: Room | None = None,
    kind: AppointmentKind | None = None,
    reason: str = "",
    overbook_reason: str = "",
    at: datetime | None = None,
) -> Appointment:
    """Book one appointment, on a session of `purchase` if one is given.

    The room is chosen unless given. With `overbook_reason` and the permission to overbook, the provider may be taken
    already. Raises BookingRefused with every reason, SlotTaken with the nearest free slots when only the time is the
    trouble, and DoesNotExist for a row of another organisation; nothing is written then.
    """
    own(by, patient, service, provider, clinic, purchase, room)
    at = at or timezone.now()
    try:
        with transaction.atomic():
            lock(providers=[provider], patients=[patient])
            if purchase is not None:
                purchase = packages.lock(purchase)
            question = rules.ask(service, provider, clinic, starts_at, patient=patient, at=at)
            reasons = reasons_against(question, by=by, room=room, overbook_reason=overbook_reason)
            reasons += attendance.refusals(patient, purchase, at)
            if purchase is not None:
                reasons += packages.check_usable(purchase, patient, service, on=_local_day(question))
            if reasons:
                raise BookingRefused(*reasons)
            appointment = Appointment(
                organisation=by.organisation,
                patient=patient,
                service=service,
                provider=provider,
                clinic=clinic,
                kind=kind or kind_of(service),
                package_purchase=purchase,
                session_number=packages.next_session_numbers(purchase, 1)[0] if purchase else None,
                reason=reason,
                overbook_reason=overbook_reason,
                booked_by=by,
                booked_at=at,
            )
            take_time(appointment, question, by=by, room=room)
            queue(MessageKind.BOOKED, patient, appointment=appointment, by=by, at=at)
            return appointment
    except BookingRefused as refused:
        raise with_alternatives(refused, service, provider, clinic, starts_at, patient, at) from refused


@retried
def move(
    appointment: Appointment,
    *,
    starts_at: datetime,
    by: User,
    provider: Provider | None = None,
    clinic: Clinic | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Appointment:
    """Give the appointment another time, and another provider or clinic if given. It stays the same appointment.

    Public id, purchase and session number are kept, the old time is free with the same commit, and the patient has to
    confirm anew. Raises like `book`, and WrongStatus once the patient has arrived or the appointment is over.
    """
    own(by, appointment, provider, clinic)
    at = at or timezone.now()
    try:
        with transaction.atomic():
            lock(providers={appointment.provider, provider or appointment.provider}, patients=[appointment.patient])
            row = reread(appointment, "move")
            released = copy(row)
            service, patient = row.service, row.patient
            to_provider, to_clinic = provider or row.provider, clinic or row.clinic
            question = rules.ask(service, to_provider, to_clinic, starts_at, patient=patient, at=at, without=row)
            reasons = reasons_against(question, by=by)
            if row.package_purchase:
                on = _local_day(question)
                reasons += packages.check_usable(row.package_purchase, patient, service, on=on, count=0)
            if reasons:
                raise BookingRefused(*reasons)
            row.provider, row.clinic = to_provider, to_clinic
            row.status, row.confirmed_at = AppointmentStatus.RESCHEDULED, None
            row.moves += 1
            row.calendar_sequence += 1
            take_time(row, question, by=by, reason=reason)
            appointment_released.send(Appointment, appointment=released)
            queue(MessageKind.MOVED, patient, appointment=row, by=by, at=at)
            return row
    except BookingRefused as refused:
        raise with_alternatives(refused, service, to_provider, to_clinic, starts_at, patient, at) from refused


def take_time(
    appointment: Appointment, question: Question, *, by: User, room: Room | None = None, reason: str = ""
) -> None:
    """Write the appointment into the question's time: the lowest free lane and the first room place to be had.

    Another clinic desk may take a room's place at the same moment; then the next place is tried.
    """
    for place in _room_places(question, room):
        seat(appointment, question, place)
        refusal = _record(appointment, by=by, reason=reason, at=question.at)
        if refusal is None:
            return
        if refusal.code != RefusalCode.ROOM:
            break
    raise BookingRefused(refusal)


def seat(appointment: Appointment, question: Question, place: RoomPlace | None) -> None:
    """Set the question's time on the appointment, in the lowest free lane and in this place of a room.

    A reason for overbooking is kept only where the patient is seated beyond the provider's limit.
    """
    moment = question.clock.moment
    appointment.starts_at, appointment.ends_at = moment(question.start), moment(question.end)
    appointment.busy_from, appointment.busy_until = (moment(instant) for instant in question.busy)
    appointment.lane = min(question.free_lanes(), default=question.first_extra_lane())
    if appointment.lane < question.limit:
        appointment.overbook_reason = ""
    appointment.room_id, appointment.room_place = (place.room, place.place) if place else (None, 0)


def with_alternatives(
    refused: BookingRefused,
    service: Service,
    provider: Provider,
    clinic: Clinic,
    starts_at: datetime,
    patient: Patient,
    at: datetime,
) -> BookingRefused:
    """The refusal itself or, when the time is all that is wrong, SlotTaken with the nearest free slots."""
    if not all(reason.code in TAKEN for reason in refused.reasons):
        return refused
    nearest = nearest_slots(service, provider, clinic, starts_at, patient=patient, at=at)
    hint = _("Free instead: %(times)s.") % {"times": _times(nearest)} if nearest else _("Choose another day.")
    first = Refusal(refused.reasons[0].code, _("This time has just been taken."), hint)
    return SlotTaken(first, *refused.reasons, nearest=nearest)


def kind_of(service: Service) -> AppointmentKind:
    if service.workflow_type == WorkflowType.GOPD_CONSULT:
        return AppointmentKind.CONSULTATION
    return AppointmentKind.THERAPY_SESSION


def reasons_against(
    question: Question, *, by: User, room: Room | None = None, overbook_reason: str = ""
) -> list[Refusal]:
    """What the engine has against it, but for what this user may overrule, and what there is against the room."""
    reasons = rules.refusals(question)
    if overbook_reason and by.has_perm("clinic.overbook_appointment"):
        reasons = [reason for reason in reasons if reason.code not in OVERBOOKABLE]
    if room is not None and not any(place.room == room.pk for place in question.free_room_places()):
        message = _("%(room)s is taken, or does not serve %(service)s.")
        values = {"room": room, "service": question.service}
        reasons.append(Refusal(RefusalCode.ROOM, message % values, _("Leave the room open to get a free one.")))
    return reasons


def _room_places(question: Question, room: Room | None) -> Iterable[RoomPlace | None]:
    if not question.needs_room():
        return [None]
    return [place for place in question.free_room_places() if room is None or place.room == room.pk]


def _record(appointment: Appointment, *, by: User, reason: str, at: datetime) -> Refusal | None:
    """Write the row; the refusal it stands for when a constraint objects, None when all is well."""
    try:
        with transaction.atomic():
            appointment.record(by=by, reason=reason, at=at)
    except IntegrityError as error:
        for constraint, code in CONSTRAINT_REFUSALS.items():
            if constraint in str(error):
                return Refusal(code, code.label + ".")
        raise
    return None


def _local_day(question: Question) -> date:
    return question.clock.moment(question.start).date()


def _times(slots: Iterable[Slot]) -> str:
    return ", ".join(f"{slot.starts_at:%d.%m. %H:%M} ({slot.provider})" for slot in slots)
