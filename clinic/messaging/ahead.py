"""Reminders that nobody has written yet, but that will be if nothing changes. Only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.enums import MOVABLE_STATUSES, Channel
from clinic.messaging.destinations import destination_of
from clinic.messaging.reminder_rules import KIND, Rules, times_known_since
from clinic.messaging.words import written
from clinic.models import Appointment, Organisation, Policy


@dataclass(frozen=True)
class Ahead:
    """A reminder of the appointment that leaves at the moment `leaves_at` by `channel`."""

    appointment: Appointment
    channel: Channel
    leaves_at: datetime

    @property
    def body(self) -> str:
        """The text as it would be written now."""
        return written(KIND, self.appointment.patient, channel=self.channel, appointment=self.appointment)[1]


def reminders_ahead(organisation: Organisation, appointments: Sequence[Appointment], *, at: datetime) -> list[Ahead]:
    """The reminders of these appointments of one organisation, in order of time.

    None of who does not want messages or cannot be reached. They come with patient and clinic; two queries at most.
    """
    policy = Policy.objects.filter(organisation=organisation).first() or Policy(organisation=organisation)
    rules = Rules(organisation, policy, frozenset())
    live = [row for row in appointments if row.status in MOVABLE_STATUSES]
    reached = [row for row in live if not destination_of(row.patient).obstacle]
    known_since = times_known_since(reached)
    found = {
        Ahead(row, destination_of(row.patient, wanted=rule.channel).channel, leaves_at)
        for row in reached
        for rule in rules
        if (leaves_at := rules.leaves_at(row, rule.minutes)) > at
        and known_since[row.pk] < min(leaves_at, row.starts_at - rule.notice)
    }  # two rules may lead to one telephone: what is told twice at once is one message
    return sorted(found, key=lambda one: (one.leaves_at, one.appointment.pk, one.channel))
