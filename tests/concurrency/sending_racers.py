"""What senders do, and desks that change appointments at the moment in which their reminders leave."""

import json
import random
import time
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from django.conf import settings

from clinic.enums import MessageKind
from clinic.errors import ClinicError
from clinic.messaging.channels import Carrier, Delivery, Letter
from clinic.messaging.sending import leases, sender
from clinic.models import Appointment, Message, User
from clinic.scheduling import booking

REMINDERS = {"kind": MessageKind.REMINDER}
NEXT = 6  # of what leaves next, desks change one


def send_all(*, gateway: str, at: str) -> int:
    """Send until nothing is due; how many."""
    settings.GATEWAYS = {"sms": gateway, "whatsapp": ""}
    moment, sent = datetime.fromisoformat(at), 0
    while batch := sender.send_due(at=moment, limit=5):
        sent += batch.sent
        if not batch.taken:
            return sent
    return sent


def send_all_without_leases(*, gateway: str, at: str) -> int:
    """The control: what is due is read and sent, and nobody says that it is in hand."""
    moment = datetime.fromisoformat(at)
    with (
        patch.object(leases, "take", lambda *, at, limit: leases.Lease(keys_due(at)[:limit], at)),
        patch.object(leases, "in_hand", lambda lease: leases.due(at=moment)),
        patch.object(leases, "claim", lambda message, lease, *, at: True),
    ):
        return send_all(gateway=gateway, at=at)


def keys_due(at: datetime) -> list[int]:
    return list(leases.due(at=at).values_list("pk", flat=True))


class Slow(Carrier):
    """Takes up to `SLOWEST` seconds to carry a letter to the gateway, which writes down when it came."""

    SLOWEST = 0.01

    def __init__(self, log: str) -> None:
        super().__init__()
        self.log = log

    def deliver(self, letter: Letter) -> Delivery:
        time.sleep(random.uniform(0, self.SLOWEST))
        write(self.log, {"sent": letter.key, "at": time.monotonic()})
        return Delivery()


def send_slowly(*, log: str, at: str) -> int:
    """Send until nothing is due, and write down when each message was claimed and when it reached the gateway."""
    claim = leases.claim

    def noted(message, lease, *, at):
        began = time.monotonic()
        claimed = claim(message, lease, at=at)
        if claimed:
            write(log, {"claimed": str(message.public_id), "at": began})
        return claimed

    with patch.object(sender, "channel_of", lambda channel: Slow(log)), patch.object(leases, "claim", noted):
        return send_all(gateway="console:", at=at)  # a name only: see `Slow`


def send_or_change(*, log: str, at: str, by: int | None = None, seed: int = 0) -> int:
    """Be a sender, or the desk of `by`; how many messages were sent, or appointments changed."""
    return send_slowly(log=log, at=at) if by is None else change_what_leaves_next(log=log, by=by, seed=seed, at=at)


def change_what_leaves_next(*, log: str, by: int, seed: int, at: str) -> int:
    """Cancel or move appointments whose reminders are about to leave, until none is; how many."""
    chance, person, moment = random.Random(seed), User.objects.get(pk=by), datetime.fromisoformat(at)
    changed = 0
    while waiting := list(next_to_leave()):
        message = chance.choice(waiting)
        if change(message.appointment, by=person, chance=chance, at=moment):
            write(log, {"changed": str(message.public_id), "at": time.monotonic()})
            changed += 1
    return changed


def next_to_leave():
    """Among them some that are being sent: they are changed too late to be called off."""
    under_way = Message.objects.filter(**REMINDERS, status__in=leases.UNDER_WAY).order_by("due_at", "pk")
    return under_way.select_related("appointment")[:NEXT]


def change(appointment: Appointment, *, by: User, chance: random.Random, at: datetime) -> bool:
    """False where another desk was quicker."""
    if appointment.moves or appointment.cancelled_at:
        return False
    try:
        if chance.random() < 0.5:
            booking.cancel(appointment, by=by, at=at)
        else:
            booking.move(appointment, starts_at=appointment.starts_at + timedelta(hours=4), by=by, at=at)
    except ClinicError:
        return False
    return True


def write(log: str, line: dict) -> None:
    with Path(log).open("a") as file:
        file.write(json.dumps(line) + "\n")
