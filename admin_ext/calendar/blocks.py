"""What stands in the columns of a board: bands of time, slots that can be clicked, cards of appointments."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from admin_ext.calendar.layout import Place
from admin_ext.columns import clock, colour_of
from clinic.enums import CANCELLED_STATUSES, AppointmentKind, AppointmentStatus
from clinic.models import Appointment, Clinic, HeldSlot
from clinic.scheduling.attendance import NoShowRecord
from clinic.scheduling.booking.overruling import is_overbooked
from clinic.scheduling.diary import Column

GONE = (*CANCELLED_STATUSES, AppointmentStatus.NO_SHOW)  # their time is free again


@dataclass(frozen=True)
class Sign:
    """Something to know about an appointment: an icon, or a word where it must not be overlooked."""

    icon: str
    label: str | Promise
    is_word: bool = False


OVERBOOKED = Sign("stacks", _("Overbooked"), is_word=True)
EMERGENCY = Sign("emergency", _("Emergency"), is_word=True)
VIDEO = Sign("videocam", _("Video"))
OFTEN_ABSENT = Sign("person_alert", _("Often did not come"))
FIRST_VISIT = Sign("fiber_new", _("First visit"))
UNPAID = Sign("payments", _("Something to pay"))


def signs_of(row: Appointment, record: NoShowRecord) -> list[Sign]:
    """The signs of an appointment of `diary.booked` by a patient with this record, the urgent ones first."""
    known = [
        (EMERGENCY, row.kind == AppointmentKind.EMERGENCY),
        (OVERBOOKED, is_overbooked(row)),
        (VIDEO, row.video_link or row.kind == AppointmentKind.VIRTUAL),
        (OFTEN_ABSENT, record.consequence),
        (FIRST_VISIT, row.is_first),
        (UNPAID, row.owes),
    ]
    return [sign for sign, holds in known if holds]


@dataclass(frozen=True)
class Band:
    """Time without an appointment: open, or taken away by something that has a name."""

    place: Place
    name: str = ""
    is_elsewhere: bool = False


@dataclass(frozen=True)
class Slot:
    """A free start. `label` says who, when and how many places; `words` only the last."""

    place: Place
    start: int
    time: str
    label: str
    words: str
    address: str
    clinic: int
    key: str

    @property
    def height(self) -> float:
        return self.place.height


@dataclass(frozen=True)
class Card:
    """An appointment. `before` and `after` are its buffers, minutes; `clinic` is named where it is not obvious.

    `is_awaited` says that the patient could arrive today.
    """

    place: Place
    start: int
    row: Appointment
    before: float
    after: float
    times: tuple[str, str]
    signs: list[Sign]
    clinic: Clinic | None
    is_movable: bool
    is_awaited: bool
    went_on: bool
    goes_on: bool

    @property
    def height(self) -> float:
        """Without its buffers, for two of the lines that must be read: name, status and the words among the signs."""
        return (self.place.height - self.before - self.after) * 2 / (3 if self.words else 2)

    @property
    def words(self) -> list[Sign]:
        return [sign for sign in self.signs if sign.is_word]

    @property
    def starts(self) -> str:
        return self.times[0]

    @property
    def ends(self) -> str:
        return self.times[1]

    @property
    def colour(self) -> str:
        return colour_of(AppointmentStatus(self.row.status))

    @property
    def is_emergency(self) -> bool:
        return self.row.kind == AppointmentKind.EMERGENCY and not self.is_gone

    @property
    def is_gone(self) -> bool:
        return self.row.status in GONE


@dataclass(frozen=True)
class Held:
    """A time kept for the waiting list, with its words for those who see it and for those who hear it."""

    place: Place
    slot: HeldSlot
    words: str
    label: str

    @property
    def height(self) -> float:
        return self.place.height


@dataclass
class BoardColumn:
    """A column with its head. `top` is the instant at its upper end; `blocks` are in order of time."""

    column: Column
    key: str
    top: int
    address: str
    is_today: bool
    clinics: list[Clinic]
    open: list[Band] = field(default_factory=list)
    away: list[Band] = field(default_factory=list)
    blocks: list[Slot | Card | Held] = field(default_factory=list)

    @property
    def lanes(self) -> int:
        return max((block.place.lanes for block in self.blocks), default=1)

    @property
    def width(self) -> int:
        """In half columns: two of them for one lane, and half as much for each more."""
        return self.lanes + 1

    @property
    def step(self) -> int:
        """Seconds between two starts, for moving by keyboard."""
        return min((one.step for one in self.column.openings), default=15 * 60)

    @property
    def counts(self) -> list[str]:
        """How many are booked, and how many of them beyond the limit and how many in an emergency."""
        rows = [row for row in self.column.appointments if row.status not in GONE]
        overbooked = sum(is_overbooked(row) for row in rows)
        emergencies = sum(row.kind == AppointmentKind.EMERGENCY for row in rows)
        counts = [ngettext("%(n)s booked", "%(n)s booked", len(rows)) % {"n": len(rows)}]
        if overbooked:
            counts.append(ngettext("%(n)s overbooked", "%(n)s overbooked", overbooked) % {"n": overbooked})
        if emergencies:
            counts.append(ngettext("%(n)s emergency", "%(n)s emergencies", emergencies) % {"n": emergencies})
        return counts


def times_of(row: Appointment, zone: ZoneInfo) -> tuple[str, str]:
    return clock(row.starts_at, zone), clock(row.ends_at, zone)
