"""What patients are told of packages that expire soon: one text for each, many at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import translation

from clinic.enums import MessageKind, MessageStatus
from clinic.messaging.services import Destination, destination_of
from clinic.messaging.words import day, first_name, phone_text, plain, rendered
from clinic.models import Clinic, Message, Operation, Organisation, PackagePurchase
from clinic.tenancy import own

GRACE = timedelta(minutes=3)  # as with every message: a slip of the hand is corrected within minutes
BATCH = 200
KIND = MessageKind.PACKAGE_EXPIRING


@dataclass(frozen=True)
class Reminder:
    """One purchase of which `sessions` are free, its patient loaded, and where the patient may call."""

    purchase: PackagePurchase
    sessions: int
    clinic: Clinic | None

    @property
    def destination(self) -> Destination:
        return destination_of(self.purchase.patient)

    @property
    def key(self) -> str:
        """A last day is told once; a package that is extended may be told of the new one."""
        return f"{KIND}:purchase-{self.purchase.pk}:{self.purchase.expires_on:%Y%m%d}"


def expiring_words(reminder: Reminder, *, name: str = "", language: str = "", channel: str = "") -> tuple[str, str]:
    """The subject and the text, with nothing in them of what the patient is treated for.

    In the patient's own language and by the first name, unless a sample of another is asked for.
    """
    patient, organisation = reminder.purchase.patient, reminder.purchase.organisation
    language = language or patient.language
    with translation.override(language):
        facts = {
            "first_name": name or first_name(patient),
            "sessions": reminder.sessions,
            "last_day": day(reminder.purchase.expires_on),
            "organisation": plain(organisation.name_in(language)),
            "phone": phone_text(reminder.clinic),
        }
        return rendered(KIND, language, facts, channel=channel, organisation=organisation.pk)


def queue_reminders(reminders: Iterable[Reminder], *, operation: Operation, at: datetime) -> list[Message]:
    """Write one message for each that can be reached into the outbox; who was told of this last day hears nothing."""
    own(operation.by, operation)
    rows = list(_rows(reminders, operation, at=at))
    Message.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return rows


def reminded(organisation: Organisation, *, since: datetime) -> dict[str, datetime]:
    """By `Reminder.key`, when the organisation's patients were told of a last day, or that they will be."""
    told = Message.objects.of(organisation).filter(
        kind=KIND, queued_at__gte=since, status__in=[MessageStatus.QUEUED, MessageStatus.SENT]
    )
    return dict(told.values_list("dedupe_key", "queued_at"))


def _rows(reminders: Iterable[Reminder], operation: Operation, *, at: datetime) -> Iterator[Message]:
    for reminder in reminders:
        patient, destination = reminder.purchase.patient, reminder.destination
        own(operation.by, reminder.purchase, patient)
        if destination.obstacle:
            continue
        subject, body = expiring_words(reminder, channel=destination.channel)
        yield Message(
            organisation_id=patient.organisation_id, patient=patient, operation=operation, kind=KIND,
            channel=destination.channel, address=destination.address, language=patient.language, subject=subject,
            body=body, queued_at=at, due_at=at + GRACE, status=MessageStatus.QUEUED, dedupe_key=reminder.key,
        )  # fmt: skip
