"""How an appointment stands for its patient at a moment, and what the link may still do. Only reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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
