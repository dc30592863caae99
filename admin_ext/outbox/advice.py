"""What somebody at the desk can do about a message that has not left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.enums import Channel, MessageStatus
from clinic.messaging.services import destination_of
from clinic.models import Message

S = MessageStatus
LATE = timedelta(minutes=2)


@dataclass(frozen=True)
class Advice:
    """A sentence, and where it is done: the address of a page and its name, empty where nothing is to be done."""

    sentence: str
    link: str = ""
    link_words: str = ""


def advice_on(message: Message, *, at: datetime, may_resend: bool) -> Advice | None:
    """None while everything goes its way. Who may not send again is told who may."""
    if message.status in (S.FAILED, S.SKIPPED):
        return unreached(message, may_resend)
    if message.status == S.EXPIRED:
        return Advice(_("It could not leave in time, so it was not sent at all. Call the patient if it still matters."))
    if message.status == S.QUEUED and at - max(message.due_at, message.leased_until or message.due_at) > LATE:
        return Advice(_("It should have left by now. Somebody should look whether the background worker runs."))
    return None


def unreached(message: Message, may_resend: bool) -> Advice:
    """What to do where the patient could not be written to, as the file is today."""
    destination = destination_of(message.patient, wanted=Channel(message.channel))
    page = {"link": reverse("admin:patient", args=[message.patient_id]), "link_words": _("Patient's page")}
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
