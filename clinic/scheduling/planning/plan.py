"""What the auto-scheduler is asked and what it answers: values, nothing is written here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from clinic.errors import Refusal
from clinic.models import Clinic, PackagePurchase, Provider, PurchaseItem
from clinic.scheduling.situation import RoomPlace


@dataclass(frozen=True)
class Preferences:
    """How the patient wants the sessions. Everything but the two `keep_…` wishes is a hard rule.

    Days are days of the clinic. The limits a day and a week are the patient's: sessions of other packages count, an
    appointment without a package does not. `min_gap_days` is the least difference between the dates of two sessions
    of one purchase: 1 allows consecutive days, 0 several sessions a day (as many as `sessions_per_day`).
    """

    weekdays: frozenset[int] = frozenset(range(1, 8))  # ISO
    earliest: time | None = None
    latest: time | None = None  # sessions end by then
    closed_days: frozenset[date] = frozenset()  # days on which the patient cannot come
    sessions_per_day: int = 1
    sessions_per_week: int | None = None
    min_gap_days: int = 1
    keep_provider: bool = True
    keep_time: bool = True
    keep_order: bool = True  # of the package's steps


@dataclass(frozen=True)
class PlanRequest:
    """The question, complete enough to be asked again. No `providers` or `clinics` named means any that deliver."""

    purchases: tuple[PackagePurchase, ...]
    providers: tuple[Provider, ...] | None
    clinics: tuple[Clinic, ...] | None
    first_day: date
    last_day: date
    preferences: Preferences = field(default_factory=Preferences)
    extend_days: int = 0  # the plan supposes that every purchase is extended by so many days
    usual_clinics: Mapping[int, frozenset[int]] = field(default_factory=dict)  # purchase -> clinics it is limited to


@dataclass(frozen=True)
class PlannedSession:
    """A session that could be held. It is seated in this lane and place as long as they are free."""

    purchase: PackagePurchase
    item: PurchaseItem
    provider: Provider
    clinic: Clinic
    starts_at: datetime
    ends_at: datetime
    session_number: int
    lane: int = 0
    place: RoomPlace | None = None

    @property
    def day(self) -> date:
        """The day of its clinic."""
        return self.starts_at.astimezone(self.clinic.zone).date()


@dataclass(frozen=True)
class Unplaced:
    """Sessions of one item for which the plan has no time, and why."""

    purchase: PackagePurchase
    item: PurchaseItem
    sessions: int
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True)
class WayOut:
    """A change of the question that places `gained` more sessions; found by planning again with it."""

    label: str
    gained: int
    remaining: int
    request: PlanRequest


@dataclass(frozen=True)
class Certificate:
    """What is known about how good the plan is.

    No plan can place more than `bound` sessions; `optimal` says that this one places as many.
    `seconds` is the time spent choosing.
    """

    placed: int
    bound: int
    optimal: bool
    provider_changes: int
    seconds: float


@dataclass(frozen=True)
class Bottleneck:
    """A provider's day that everybody wants: `gain` sessions more for each session's worth of time more."""

    provider: Provider
    day: date
    gain: float


@dataclass(frozen=True)
class Plan:
    """A proposal: nothing is booked until `apply`. Sessions come in order of time."""

    request: PlanRequest
    placed: tuple[PlannedSession, ...]
    unplaced: tuple[Unplaced, ...]
    certificate: Certificate
    bottlenecks: tuple[Bottleneck, ...] = ()
    ways_out: tuple[WayOut, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.unplaced
