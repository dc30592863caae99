"""Reminders that nobody has written yet, but that will be if nothing changes. Only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.enums import MOVABLE_STATUSES, Channel
from clinic.messaging.moving import move_until
from clinic.messaging.reminders.rules import KIND, Rules, times_known_since
from clinic.messaging.texts.words import written
from clinic.models import Appointment, Organisation, Policy


@dataclass(frozen=True)
class Ahead:
    """A reminder of the appointment by a policy, that leaves at the moment `leaves_at` by `channel`."""

    policy: Policy
    appointment: Appointment
    channel: Channel
    leaves_at: datetime

    @property
    def body(self) -> str:
        """The text as it would be written now."""
        until = move_until(self.appointment, self.policy, leaves_at=self.leaves_at)
        patient = self.appointment.patient
        return written(KIND, patient, channel=self.channel, appointment=self.appointment, move_until=until)[1]


def reminders_ahead(organisation: Organisation, appointments: Sequence[Appointment], *, at: datetime) -> list[Ahead]:
    """The reminders of these appointments of one organisation, in order of time.

    None of who does not want messages or cannot be reached. They come with patient and clinic; two queries at most.
    """
    rules = Rules(organisation, organisation.effective_policy, frozenset())
    live = [row for row in appointments if row.status in MOVABLE_STATUSES]
    last = max((row.starts_at for row in live), default=at)  # each leaves before its appointment begins
    known_since = times_known_since(live)
    found: dict[str, Ahead] = {}
    for rule in rules:
        for owed in rules.owed(rule, live, known_since, after=at, until=last, at=at):
            if not owed.destination.obstacle:
                channel = owed.destination.channel
                found.setdefault(owed.key, Ahead(owed.policy, owed.appointment, channel, owed.leaves_at))
    return sorted(found.values(), key=lambda one: (one.leaves_at, one.appointment.pk, one.channel))
