"""What patients are told of packages that expire soon: one text for each, many at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation

from clinic.enums import HEARD_STATUSES, MessageKind, MessageStatus
from clinic.messaging.expiry import of_use_until
from clinic.messaging.grace import SLIP
from clinic.messaging.keys import first_key, last_day_key, next_key
from clinic.messaging.services import Destination, destination_of
from clinic.messaging.texts.words import day, first_name, phone_text, rendered
from clinic.models import Clinic, Message, Operation, Organisation, PackagePurchase
from clinic.plain_text import one_line
from clinic.tenancy import own

BATCH = 200
KIND = MessageKind.PACKAGE_EXPIRING


@dataclass(frozen=True)
class ExpiryNotice:
    """One purchase of which `sessions` are free, its patient loaded, and where the patient may call."""

    purchase: PackagePurchase
    sessions: int
    clinic: Clinic | None

    @property
    def destination(self) -> Destination:
        return destination_of(self.purchase.patient)

    @property
    def key(self) -> str:
        return last_day_key(self.purchase)


def expiring_words(notice: ExpiryNotice, *, name: str = "", language: str = "", channel: str = "") -> tuple[str, str]:
    """The subject and the text, with nothing in them of what the patient is treated for.

    In the patient's own language and by the first name, unless a sample of another is asked for.
    """
    patient, organisation = notice.purchase.patient, notice.purchase.organisation
    language = language or patient.language
    with translation.override(language):
        facts = {
            "first_name": name or first_name(patient),
            "sessions": notice.sessions,
            "last_day": day(notice.purchase.expires_on),
            "organisation": one_line(organisation.name_in(language)),
            "phone": phone_text(notice.clinic),
        }
        return rendered(KIND, language, facts, channel=channel, organisation=organisation.pk)


def take_turns(organisation: Organisation) -> None:
    """Until the transaction ends nobody else tells the organisation's patients of a last day.

    Who is to be told is looked for after this: then it is known whom the others have told.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def queue_reminders(
    notices: Iterable[ExpiryNotice], *, at: datetime, operation: Operation | None = None
) -> list[Message]:
    """Write one message for each that can be reached into the outbox; who was told of this last day hears nothing.

    What was called off, or could not be delivered, is written again beside it. Without an `operation` nobody asked for
    it. The caller has the turn (`take_turns`). Three queries.
    """
    told = _told(notices := list(notices))
    rows = [row for notice in notices if (row := _message(notice, told.get(notice.key, []), operation, at=at))]
    return Message.objects.bulk_create(rows, batch_size=BATCH)


def reminded(organisation: Organisation, *, since: datetime) -> dict[str, datetime]:
    """By `ExpiryNotice.key`, when the organisation's patients were told of a last day, or that they will be."""
    told = Message.objects.of(organisation).filter(kind=KIND, queued_at__gte=since, status__in=HEARD_STATUSES)
    return {first_key(key): queued_at for key, queued_at in told.values_list("dedupe_key", "queued_at")}


def _told(notices: Iterable[ExpiryNotice]) -> dict[str, list[Message]]:
    """By `ExpiryNotice.key`, all that was ever written of it, the newest last.

    Locked: what somebody is sending once more by hand is waited for, and is then among them.
    """
    rows = Message.objects.filter(kind=KIND, patient__in={notice.purchase.patient_id for notice in notices})
    rows.locked()
    told: dict[str, list[Message]] = {}
    for row in rows.order_by("pk"):
        told.setdefault(first_key(row.dedupe_key), []).append(row)
    return told


def _message(notice: ExpiryNotice, told: list[Message], operation: Operation | None, *, at: datetime) -> Message | None:
    patient, destination = notice.purchase.patient, notice.destination
    if operation is not None:
        own(operation.by, operation, notice.purchase, patient)
    if destination.obstacle or any(row.status in HEARD_STATUSES for row in told):
        return None
    due_at = at + SLIP if operation else at
    subject, body = expiring_words(notice, channel=destination.channel)
    return Message(
        organisation_id=patient.organisation_id, patient=patient, purchase=notice.purchase, operation=operation,
        kind=KIND, channel=destination.channel, address=destination.address, language=patient.language,
        subject=subject, body=body, queued_at=at, due_at=due_at, expires_at=of_use_until(KIND, due_at=due_at),
        status=MessageStatus.QUEUED, resend_of=told[-1] if told else None,
        dedupe_key=next_key(notice.key, [row.dedupe_key for row in told]) if told else notice.key,
    )  # fmt: skip
