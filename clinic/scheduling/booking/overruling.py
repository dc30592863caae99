"""What somebody with the permission may overrule with a reason, and what nobody may.

Overbooking seats a patient where the provider is taken. An emergency may also come at once and between the starting
times, and is treated before anybody asks for money; it takes the permission and a reason wherever it is put. Neither
is possible outside of the provider's hours, on leave, on a day on which the clinic is closed, in the
past, or where the patient or every room is taken: there is nobody to treat then, or nowhere to do it.
"""

from django.utils.translation import gettext as _

from clinic.enums import AppointmentKind, RefusalCode
from clinic.errors import Refusal
from clinic.models import Appointment, Room, User
from clinic.permissions import OVERBOOK
from clinic.scheduling import refusals as rules
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.refusals import Question

OVERBOOKABLE = {RefusalCode.BOOKED, RefusalCode.BUFFER}
OVERRULED_IN_AN_EMERGENCY = OVERBOOKABLE | {RefusalCode.GRID, RefusalCode.NOTICE}


def reasons_against(
    question: Question, *, by: User, room: Room | None = None, overbook_reason: str = ""
) -> list[Refusal]:
    """What the engine has against it, but for what this user overrules, and what there is against the room."""
    reasons = standing(rules.refusals(question), question, by=by, overbook_reason=overbook_reason)
    if room is not None:
        reasons += room_refusals(question, room)
    return reasons


def standing(reasons: list[Refusal], question: Question, *, by: User, overbook_reason: str) -> list[Refusal]:
    """The reasons that are left; with one more where somebody tries to overrule them without permission or reason."""
    wants_to = overbook_reason or question.kind == AppointmentKind.EMERGENCY
    if not wants_to or not any(may_be_overruled(reason, question) for reason in reasons):
        return reasons
    if missing := missing_to_overrule(by=by, overbook_reason=overbook_reason):
        return [*reasons, *missing]
    return [reason for reason in reasons if not may_be_overruled(reason, question)]


def missing_to_overrule(*, by: User, overbook_reason: str) -> list[Refusal]:
    """What this user lacks to overbook or to book an emergency: the permission, or a reason."""
    if not by.has_perm(OVERBOOK):
        return [not_allowed()]
    return [] if overbook_reason.strip() else [reason_missing()]


def may_be_overruled(reason: Refusal, question: Question) -> bool:
    """Whether a reason of somebody who may overbook is enough to book all the same."""
    if question.kind != AppointmentKind.EMERGENCY:
        return reason.code in OVERBOOKABLE
    is_over = reason.code == RefusalCode.NOTICE and question.start < instant_of(question.at)
    return reason.code in OVERRULED_IN_AN_EMERGENCY and not is_over


def is_overbooked(appointment: Appointment) -> bool:
    """Whether it sits beyond the provider's limit. An emergency is none: its reason says why it cannot wait."""
    return bool(appointment.overbook_reason) and appointment.kind != AppointmentKind.EMERGENCY


def overrules(question: Question) -> bool:
    """Whether whoever is seated here is seated against a rule, or as an emergency."""
    return question.kind == AppointmentKind.EMERGENCY or any(
        may_be_overruled(reason, question) for reason in rules.refusals(question)
    )


def room_refusals(question: Question, room: Room) -> list[Refusal]:
    if question.kind == AppointmentKind.VIRTUAL:
        return [Refusal(RefusalCode.ROOM, _("A virtual appointment takes no room."), _("Leave the room open."))]
    if any(place.room == room.pk for place in question.free_room_places()):
        return []
    message = _("%(room)s is taken, or does not serve %(service)s.")
    values = {"room": room, "service": question.service}
    return [Refusal(RefusalCode.ROOM, message % values, _("Leave the room open to get a free one."))]


def not_allowed() -> Refusal:
    message = _("Emergencies and overbooking are not allowed for your role.")
    return Refusal(RefusalCode.PERMISSION, message, _("Ask a manager, or choose a free time."))


def reason_missing() -> Refusal:
    message = _("An emergency or overbooking needs a reason.")
    return Refusal(RefusalCode.INVALID, message, _("Say why this cannot wait for a free time."))
