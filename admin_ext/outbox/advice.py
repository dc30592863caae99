"""What somebody at the desk can do about a message that has not left."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from admin_ext.roles import RESEND
from admin_ext.sender_card import troubles
from clinic.enums import Channel, MessageStatus
from clinic.messaging.sending.heartbeats import worker_state
from clinic.messaging.sending.truth import Reason
from clinic.messaging.services import destination_of
from clinic.models import Message, User

S = MessageStatus


@dataclass(frozen=True)
class Advice:
    """A sentence, and where it is done: the address of a page and its name, empty where nothing is to be done.

    `is_settled` says that nobody has to look at the message any more.
    """

    sentence: str
    link: str = ""
    link_words: str = ""
    is_settled: bool = False


def advice_on(message: Message, *, at: datetime, reason: Reason | None, reader: User) -> Advice | None:
    """None while everything goes its way; `reason` is why it may not leave any more, if that is so.

    Who may not send again is told who may.
    """
    if message.status in (S.FAILED, S.SKIPPED):
        return unreached(message, reason, may_resend=reader.has_perm(RESEND))
    if message.status == S.EXPIRED:
        late = _("It could not leave in time, so it was not sent at all. Call the patient if it still matters.")
        return Advice(late, **page_of(message))
    if message.status == S.QUEUED and message.due_at <= at:
        return held_up(at=at, reader=reader)
    return None


def held_up(*, at: datetime, reader: User) -> Advice | None:
    """What the first page says of the sender, where something is wrong with it; two queries or three."""
    sentences = [(sentence,) for sentence in troubles(worker_state(at=at), reader=reader)]
    return Advice(format_html_join(" ", "{}", sentences)) if sentences else None


def page_of(message: Message) -> dict[str, str]:
    """The way to the patient's phone number."""
    return {"link": reverse("admin:patient", args=[message.patient_id]), "link_words": _("Patient's page")}


def settled(message: Message, reason: Reason) -> Advice:
    """It would not be sent again whatever anybody did. What was skipped has said why already."""
    nothing = _("Nothing has to be done.")
    return Advice(nothing if message.status == S.SKIPPED else f"{reason.sentence} {nothing}", is_settled=True)


def unreached(message: Message, reason: Reason | None, *, may_resend: bool) -> Advice:
    """What to do where the patient could not be written to, as the file is today."""
    destination = destination_of(message.patient, wanted=Channel(message.channel))
    if reason and (reason.status == S.EXPIRED or not destination.obstacle):
        return settled(message, reason)
    page = page_of(message)
    if destination.obstacle:
        complete = _("Complete the file, or call.")
        return Advice(f"{destination.obstacle} {complete}", **page)
    if message.status == S.FAILED and not may_resend:
        return Advice(_("The front desk can send it again, or call."), **page)
    if destination.address != message.address:
        changed = _("The file has another address by now: %(address)s. “Send again” writes there.")
        return Advice(changed % {"address": destination.address})
    if message.status == S.FAILED:
        return Advice(_("Check the number or address with the patient, then send again; or call."), **page)
    return Advice(_("Nothing has to be done if it is no longer so."))
