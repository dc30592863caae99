"""Writing an appointment into a time: its lane, its room, and the constraints as the last line."""

from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction

from clinic.enums import RefusalCode
from clinic.errors import BookingRefused, Refusal
from clinic.models import Appointment, Room, User
from clinic.scheduling.booking.holds import clear_run_out
from clinic.scheduling.booking.overruling import overrules
from clinic.scheduling.refusals import Question
from clinic.scheduling.situation import RoomPlace

CONSTRAINT_REFUSALS = {
    "provider_is_never_double_booked": RefusalCode.BOOKED,
    "room_is_never_double_booked": RefusalCode.ROOM,
    "patient_is_never_in_two_places": RefusalCode.PATIENT_BUSY,
    "session_number_is_given_once": RefusalCode.NO_SESSION_LEFT,
}
MAY_BE_HELD = {RefusalCode.BOOKED, RefusalCode.ROOM}


class Seat(NamedTuple):
    """The lane of a provider and the place of a room; None where no room is needed."""

    lane: int
    place: RoomPlace | None


def take_time(
    appointment: Appointment,
    question: Question,
    *,
    by: User,
    room: Room | None = None,
    seat_before: Seat | None = None,
    reason: str = "",
    savepoint: bool = True,
) -> None:
    """Write the appointment into the question's time: the lowest free lane and the first room place to be had.

    Another clinic desk may take a room's place at the same moment; then the next place is tried. Whoever comes back
    gets the `seat_before` again where it is still free. Nearly always the first place is free: who can begin anew
    spares the `savepoint`, and gets the IntegrityError of a constraint that objects.
    """
    for place in places_for(question, room, seat_before):
        seat(appointment, question, place, seat_before)
        if not savepoint:
            appointment.record(by=by, reason=reason, at=question.at)
            return
        refusal = _record(appointment, by=by, reason=reason, at=question.at)
        if refusal is None:
            return
        if refusal.code != RefusalCode.ROOM:
            break
    raise BookingRefused(refusal)


def seat(
    appointment: Appointment, question: Question, place: RoomPlace | None, seat_before: Seat | None = None
) -> None:
    """Set the question's time on the appointment, in the lowest free lane and in this place of a room.

    A reason for overbooking is kept only where it overrules something.
    """
    moment = question.clock.moment
    appointment.starts_at, appointment.ends_at = moment(question.start), moment(question.end)
    appointment.busy_from, appointment.busy_until = (moment(instant) for instant in question.busy)
    free_lanes = question.free_lanes()
    appointment.lane = free_lanes[0] if free_lanes else question.first_extra_lane()
    if seat_before is not None and seat_before.lane in free_lanes:
        appointment.lane = seat_before.lane
    if appointment.overbook_reason and not overrules(question):
        appointment.overbook_reason = ""
    appointment.room_id, appointment.room_place = (place.room, place.place) if place else (None, 0)


def places_for(question: Question, room: Room | None = None, seat_before: Seat | None = None) -> list[RoomPlace | None]:
    """The free places of rooms, that of before first, or of this room alone; [None] where no room is needed."""
    if not question.needs_room():
        return [None]
    places = [place for place in question.free_room_places() if room is None or place.room == room.pk]
    return sorted(places, key=lambda place: place != seat_before.place) if seat_before else places


def _record(appointment: Appointment, *, by: User, reason: str, at: datetime) -> Refusal | None:
    """Write the row, clearing what is held of its time no longer; the refusal when a constraint objects all the same.

    Only a write that fails looks for a hold that has run out, so that no other pays for it.
    """
    refusal = _write(appointment, by=by, reason=reason, at=at)
    if refusal is not None and refusal.code in MAY_BE_HELD and clear_run_out([appointment], at=at):
        refusal = _write(appointment, by=by, reason=reason, at=at)
    return refusal


def _write(appointment: Appointment, *, by: User, reason: str, at: datetime) -> Refusal | None:
    """Write the row; the refusal it stands for when a constraint objects, None when all is well."""
    try:
        with transaction.atomic():
            appointment.record(by=by, reason=reason, at=at)
    except IntegrityError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        return refusal
    return None


def refusal_of(error: IntegrityError) -> Refusal | None:
    """What a constraint that guards somebody's time stands for; None for any other."""
    codes = (code for constraint, code in CONSTRAINT_REFUSALS.items() if constraint in str(error))
    return next((Refusal(code, code.label + ".") for code in codes), None)
