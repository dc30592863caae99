"""Book and move: the two verbs that take time from a provider, a room and a patient."""

from collections.abc import Iterable
from copy import copy
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.enums import AppointmentKind, AppointmentStatus, MessageKind, RefusalCode, WorkflowType
from clinic.errors import BookingRefused, Refusal, SlotTaken
from clinic.messaging.services import cancel_for, queue
from clinic.models import Appointment, Clinic, PackagePurchase, Patient, Provider, Room, Service, User
from clinic.packages import services as packages
from clinic.retries import made_before, retried
from clinic.scheduling import attendance
from clinic.scheduling import refusals as rules
from clinic.scheduling.booking.overruling import missing_to_overrule, reasons_against
from clinic.scheduling.booking.rows import reread
from clinic.scheduling.booking.seating import refusal_of, take_time
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.locks import lock
from clinic.scheduling.nearest import nearest_slots
from clinic.scheduling.refusals import Question
from clinic.scheduling.signals import appointment_released
from clinic.scheduling.slots import Slot
from clinic.scheduling.video import video_link
from clinic.tenancy import own

TAKEN = {
    RefusalCode.BOOKED, RefusalCode.BUFFER, RefusalCode.ROOM, RefusalCode.PATIENT_BUSY, RefusalCode.BUSY_ELSEWHERE,
}  # fmt: skip
ABOUT_OVERRULING = {RefusalCode.PERMISSION, RefusalCode.INVALID}


@retried
def book(  # noqa: PLR0913 (what an appointment is made of)
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
    follow_up_of: Appointment | None = None,
    reason: str = "",
    overbook_reason: str = "",
    request_key: UUID | None = None,
    at: datetime | None = None,
) -> Appointment:
    """Book one appointment, on a session of `purchase` if one is given.

    The room is chosen unless given; a virtual appointment has a video link instead. With `overbook_reason` and the
    permission to overbook, the provider may be taken already, and an emergency may come at once and at any minute;
    an emergency is booked only with both.
    `request_key` names the form that asks for it: sent again, it gets the appointment that it made.
    Raises BookingRefused with every reason, SlotTaken with the nearest free slots when only the time is the trouble,
    and DoesNotExist for a row of another organisation; nothing is written then.
    """
    organisation = own(by, patient, service, provider, clinic, purchase, room, follow_up_of)
    wanted = Appointment(
        organisation=organisation, patient=patient, service=service, provider=provider, clinic=clinic,
        kind=kind or kind_of(service, follow_up_of), follow_up_of=follow_up_of, reason=reason,
        overbook_reason=overbook_reason, package_purchase=purchase, request_key=request_key, booked_by=by,
        booked_at=at or timezone.now(),
    )  # fmt: skip
    try:
        return _booked(copy(wanted), starts_at, room=room, savepoint=False)
    except IntegrityError as error:
        if refusal_of(error) is None:
            raise
    return _booked(wanted, starts_at, room=room)  # somebody was quicker, or left a hold: now one place after the other


def _booked(row: Appointment, starts_at: datetime, *, room: Room | None, savepoint: bool = True) -> Appointment:
    """The row in its time, with its message. Without a `savepoint`, IntegrityError when a constraint objects."""
    by, at, patient, purchase = row.booked_by, row.booked_at, row.patient, row.package_purchase
    try:
        with transaction.atomic():
            lock(providers=[row.provider], patients=[patient])
            if made := made_before(Appointment, row.request_key, patient=patient, service=row.service):
                return made
            row.package_purchase = purchase = purchase and packages.lock(purchase)
            question = rules.ask(
                row.service, row.provider, row.clinic, starts_at, patient=patient, kind=row.kind, at=at
            )
            if reasons := _against_booking(question, row, room=room):
                raise BookingRefused(*reasons)
            row.overbook_reason = row.overbook_reason.strip()
            row.session_number = packages.next_session_numbers(purchase, 1)[0] if purchase else None
            if row.kind == AppointmentKind.VIRTUAL:
                row.video_link = video_link(row)
            take_time(row, question, by=by, room=room, savepoint=savepoint)
            queue(MessageKind.BOOKED, patient, appointment=row, by=by, at=at, is_first=True)
            return row
    except BookingRefused as refused:
        raise with_alternatives(refused, question) from refused


@retried
def move(
    appointment: Appointment,
    *,
    starts_at: datetime,
    by: User,
    provider: Provider | None = None,
    clinic: Clinic | None = None,
    reason: str = "",
    overbook_reason: str = "",
    expected_sequence: int | None = None,
    at: datetime | None = None,
) -> Appointment:
    """Give the appointment another time, and another provider or clinic if given. It stays the same appointment.

    Public id, purchase, session number and video link are kept, the old time is free with the same commit, and the
    patient has to confirm anew. Raises like `book`, BookingRefused where it is already there, WrongStatus once the
    patient has arrived or the appointment is over, and ChangedMeanwhile when `expected_sequence` is given and is not
    the row's any more.
    """
    own(by, appointment, provider, clinic)
    at = at or timezone.now()
    try:
        with transaction.atomic():
            lock(providers={appointment.provider, provider or appointment.provider}, patients=[appointment.patient])
            row = reread(appointment, "move", expected_sequence=expected_sequence)
            released = copy(row)
            service, patient = row.service, row.patient
            to_provider, to_clinic = provider or row.provider, clinic or row.clinic
            question = rules.ask(service, to_provider, to_clinic, starts_at, patient=patient, at=at, without=row)
            reasons = unmoved(row, question) or reasons_against(question, by=by, overbook_reason=overbook_reason)
            if row.package_purchase:
                on = _local_day(question)
                reasons += packages.check_usable(row.package_purchase, patient, service, on=on, count=0)
            if reasons:
                raise BookingRefused(*reasons)
            row.provider, row.clinic = to_provider, to_clinic
            row.status, row.confirmed_at = AppointmentStatus.RESCHEDULED, None
            row.overbook_reason = overbook_reason.strip()
            row.moves += 1
            row.calendar_sequence += 1
            take_time(row, question, by=by, reason=reason)
            appointment_released.send(Appointment, appointment=released, by=by)
            cancel_for(row, by=by, at=at)  # what has not left yet tells of the old time
            queue(MessageKind.MOVED, patient, appointment=row, by=by, at=at)
            return row
    except BookingRefused as refused:
        raise with_alternatives(refused, question) from refused


def _against_booking(question: Question, wanted: Appointment, *, room: Room | None) -> list[Refusal]:
    """What speaks against a new appointment; an emergency takes permission and reason, but no payment in advance."""
    by, purchase, reason = wanted.booked_by, wanted.package_purchase, wanted.overbook_reason
    reasons = reasons_against(question, by=by, room=room, overbook_reason=reason)
    if question.kind == AppointmentKind.EMERGENCY:
        missing = missing_to_overrule(by=by, overbook_reason=reason)
        reasons += [refusal for refusal in missing if refusal not in reasons]
    elif question.situation.asks_for_prepayment:
        reasons += attendance.refusals(question.patient, purchase, question.at)
    if purchase is not None:
        reasons += packages.check_usable(purchase, question.patient, question.service, on=_local_day(question))
    if wanted.follow_up_of is not None and wanted.follow_up_of.patient_id != wanted.patient_id:
        reasons.append(somebody_elses())
    return reasons


def unmoved(row: Appointment, question: Question) -> list[Refusal]:
    """What there is against a move to where the appointment is already; nobody needs to hear of that."""
    there = question.provider.pk, question.clinic.pk, question.start
    if there != (row.provider_id, row.clinic_id, instant_of(row.starts_at)):
        return []
    values = {"patient": row.patient, "at": date_format(question.clock.moment(question.start), "DATETIME_FORMAT")}
    message = _("The appointment of %(patient)s is already on %(at)s with this provider.") % values
    return [Refusal(RefusalCode.UNCHANGED, message, _("Choose another time, provider or clinic."))]


def somebody_elses() -> Refusal:
    message = _("The appointment that this one follows is another patient's.")
    return Refusal(RefusalCode.WRONG_PATIENT, message, _("Choose one of this patient's own."))


def with_alternatives(refused: BookingRefused, question: Question) -> BookingRefused:
    """The refusal itself or, when the time is all that is wrong, SlotTaken with the nearest free slots."""
    about_time = {reason.code for reason in refused.reasons} - ABOUT_OVERRULING
    if not about_time or about_time - TAKEN:
        return refused
    nearest = nearest_slots(
        question.service, question.provider, question.clinic, question.clock.moment(question.start),
        patient=question.patient, at=question.at,
    )  # fmt: skip
    hint = _("Free instead: %(times)s.") % {"times": _times(nearest)} if nearest else _("Choose another day.")
    first = Refusal(refused.reasons[0].code, _("This time is not free."), hint)
    return SlotTaken(first, *refused.reasons, nearest=nearest)


def kind_of(service: Service, follow_up_of: Appointment | None = None) -> AppointmentKind:
    if follow_up_of is not None:
        return AppointmentKind.FOLLOW_UP
    if service.workflow_type == WorkflowType.GOPD_CONSULT:
        return AppointmentKind.CONSULTATION
    return AppointmentKind.THERAPY_SESSION


def _local_day(question: Question) -> date:
    return question.clock.moment(question.start).date()


def _times(slots: Iterable[Slot]) -> str:
    return ", ".join(f"{date_format(slot.starts_at, 'D j M H:i')} ({slot.provider})" for slot in slots)
