"""The keys of messages: what makes an event the same one, so that nobody is told of it twice.

What is written once more has the key of the first one and a number; however often, and after whichever of them.
"""

from collections.abc import Collection, Iterable, Iterator

from django.db.models import Q, QuerySet

from clinic.enums import MessageKind
from clinic.models import Message, PackagePurchase

AGAIN = ":again-"


def last_day_key(purchase: PackagePurchase) -> str:
    """A last day is told once; a package that is extended may be told of the new one."""
    return f"{MessageKind.PACKAGE_EXPIRING}:purchase-{purchase.pk}:{purchase.expires_on:%Y%m%d}"


def first_key(key: str) -> str:
    """The key of the message that this one was written after, or its own where it was the first."""
    return key.partition(AGAIN)[0]


def of_the_same(message: Message) -> QuerySet[Message]:
    """The message and all that were written once more of it."""
    first = first_key(message.dedupe_key)
    mine = Message.objects.filter(patient=message.patient_id)
    return mine.filter(Q(dedupe_key=first) | Q(dedupe_key__startswith=first + AGAIN))


def next_key(key: str, written: Iterable[str]) -> str:
    """The key of one that is written after this one; `written` are those of all that were, in any order."""
    numbers = [int(number) for one in written if (number := one.rpartition(AGAIN)[2]).isdigit() and AGAIN in one]
    return f"{first_key(key)}{AGAIN}{max(numbers, default=0) + 1}"


def next_keys(messages: Collection[Message]) -> Iterator[str]:
    """The same for each of these messages, in their order; one query."""
    again = Message.objects.filter(patient__in={row.patient_id for row in messages}, dedupe_key__contains=AGAIN)
    written: dict[str, list[str]] = {}
    for key in again.values_list("dedupe_key", flat=True):
        written.setdefault(first_key(key), []).append(key)
    for message in messages:
        mine = written.setdefault(first_key(message.dedupe_key), [])
        mine.append(next_key(message.dedupe_key, mine))
        yield mine[-1]
