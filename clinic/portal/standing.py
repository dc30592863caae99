"""How an appointment stands for its patient at a moment, and what the link may still do. Only reads."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from clinic.enums import CANCELLED_STATUSES, LIVE_STATUSES, MOVABLE_STATUSES, UNCONFIRMED_STATUSES, AppointmentStatus
from clinic.messaging.grace import SLIP
from clinic.models import Appointment, Policy
from clinic.people.automatic import automatic_name
from clinic.scheduling.attendance import no_show_record
from clinic.scheduling.costs import Cost, cost_of_cancelling

S = AppointmentStatus
JOIN_BEFORE = timedelta(minutes=15)
UNDO_WITHIN = SLIP  # until then nobody has been told, and the time has been offered to nobody


@dataclass(frozen=True)
class Move:
    """A move of the patient's own, made at the moment `made_at`, and the time `was_at` that was given up for it."""

    made_at: datetime
    was_at: datetime

    @property
    def undo_until(self) -> datetime:
        return min(self.made_at + UNDO_WITHIN, self.was_at)


@dataclass(frozen=True)
class Standing:
    """`state`: open, begun, here, cancelled, held or over; of what is held or over nothing is shown but that."""

    appointment: Appointment
    policy: Policy
    at: datetime

    @property
    def state(self) -> str:
        row = self.appointment
        if row.status == S.COMPLETED:
            return "held"
        if self.at >= row.ends_at or row.status == S.NO_SHOW:
            return "over"
        if row.status in CANCELLED_STATUSES:
            return "cancelled"
        if row.status not in MOVABLE_STATUSES:
            return "here"
        return "begun" if self.at >= row.starts_at else "open"

    @property
    def is_open(self) -> bool:
        """Whether the patient may cancel, at the `cost`."""
        return self.state == "open"

    @property
    def can_confirm(self) -> bool:
        return self.is_open and self.appointment.status in UNCONFIRMED_STATUSES

    @property
    def cost(self) -> Cost:
        """What cancelling costs now."""
        return cost_of_cancelling(self.appointment, self.policy, by_patient=True, at=self.at)

    @property
    def cost_later(self) -> Cost:
        """What it costs from `free_until` on."""
        return cost_of_cancelling(self.appointment, self.policy, by_patient=True, at=self.appointment.starts_at)

    def cost_once_at(self, starts_at: datetime) -> Cost:
        """What cancelling costs now where it has been moved to this time; late, no other time can be chosen there."""
        there = copy(self.appointment)
        there.starts_at = starts_at
        return cost_of_cancelling(there, self.policy, by_patient=True, at=self.at)

    @property
    def free_until(self) -> datetime:
        """The last moment at which the patient cancels, or moves, in good time."""
        return self.appointment.starts_at - self.policy.cancellation_window

    def why_not_move(self) -> str:
        """Why the patient cannot choose another time here: late, or barred by no-shows; empty where it is possible.

        One query.
        """
        if self.cost.is_late:
            return "late"
        may_book = no_show_record(self.appointment.patient, at=self.at).may_book_online
        return "" if may_book else "barred"

    @property
    def joins_from(self) -> datetime | None:
        """From when on the patient may join, where it is held by video."""
        is_live = self.appointment.status in LIVE_STATUSES
        return self.appointment.starts_at - JOIN_BEFORE if self.appointment.video_link and is_live else None

    @property
    def can_join(self) -> bool:
        return self.joins_from is not None and self.joins_from <= self.at < self.appointment.ends_at

    @property
    def undo_until(self) -> datetime | None:
        """Until when the patient may take the own cancellation back, where it was made by the link; else None."""
        row = self.appointment
        if row.status != S.CANCELLED_BY_PATIENT or row.cancelled_by is None or row.waived_at is not None:
            return None
        by_link = row.cancelled_by.username == automatic_name(row.organisation)
        return row.cancelled_at + UNDO_WITHIN if by_link else None

    @property
    def can_undo(self) -> bool:
        return self.undo_until is not None and self.at < min(self.undo_until, self.appointment.starts_at)

    @cached_property
    def own_move(self) -> Move | None:
        """The move that the patient may still take back: made by the link a moment ago, and nothing done since.

        One query where the appointment has been moved.
        """
        row = self.appointment
        if not self.is_open or row.status != S.RESCHEDULED:
            return None
        versions = list(row.history.select_related("history_user").order_by("-history_id")[:2])
        if len(versions) < 2 or versions[1].moves >= versions[0].moves:
            return None
        now, before = versions
        by_link = now.history_user is not None and now.history_user.username == automatic_name(row.organisation)
        move = Move(now.history_date, before.starts_at)
        return move if by_link and self.at < move.undo_until else None
