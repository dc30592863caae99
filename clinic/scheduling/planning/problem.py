"""What the solver is asked and what it answers, as arrays; no Django, no ORM, no clock.

Units: moments are whole minutes since 1970-01-01 UTC, intervals are half-open `[from, until)`, days are ordinals of the
local date (`date.toordinal()`), weeks any number that is equal within one local week, weekdays ISO 1..7, `minute` is
the local minute of the day 0..1439. People, purchases, services, providers and room places are indices 0, 1, 2, …; -1
is "none". All arrays of one table have one length and are made int32 (bool for flags) on construction.
"""

from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

NONE = -1
NO_LIMIT = 0


@dataclass(frozen=True)
class Table:
    """Columns of equal length; anything that `numpy.asarray` understands may be given."""

    def __post_init__(self) -> None:
        for column in fields(self):
            kind = np.bool_ if column.name.startswith("keep_") else np.int32
            object.__setattr__(self, column.name, np.ascontiguousarray(getattr(self, column.name), dtype=kind))
        if len({len(getattr(self, column.name)) for column in fields(self)}) > 1:
            raise ValueError(f"{type(self).__name__}: columns differ in length")

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def take(self, rows: NDArray[Any]) -> Self:
        """The table of these rows (indices or a mask), in the order given."""
        return type(self)(**{column.name: getattr(self, column.name)[rows] for column in fields(self)})

    @classmethod
    def empty(cls) -> Self:
        return cls(**{column.name: np.empty(0, np.int32) for column in fields(cls)})


@dataclass(frozen=True)
class Demands(Table):
    """One row per (purchase, item). A row that wants 0 sessions is fine: it only carries what is booked already."""

    patient: Ints
    purchase: Ints  # row of Rules
    service: Ints
    sessions: Ints  # wanted beyond what is booked
    rank: Ints  # order of items in the purchase; equal ranks are free of each other
    capacity: Ints  # most patients at once in this service; NO_LIMIT = the lanes alone decide


@dataclass(frozen=True)
class Rules(Table):
    """One row per purchase; the limits are the patient's, hence equal for all purchases of one patient."""

    per_day: Ints  # most sessions of the patient, whatever their purchase, on one local day; NO_LIMIT = none
    per_week: Ints  # the same in one local week; NO_LIMIT = none
    gap_days: Ints  # least difference of local dates between two sessions; 0 = several a day
    keep_provider: Flags  # goal 2 counts for this purchase
    keep_time: Flags  # goal 3 counts for this purchase


@dataclass(frozen=True)
class Booked(Table):
    """Sessions of these purchases that stand already: they bind the rules and set the pattern to continue."""

    demand: Ints
    provider: Ints
    start: Ints
    end: Ints
    day: Ints
    week: Ints
    weekday: Ints
    minute: Ints


@dataclass(frozen=True)
class Visits(Table):
    """Sessions of the patients that stand from other packages than these: they count for the limits only."""

    patient: Ints
    day: Ints
    week: Ints


@dataclass(frozen=True)
class Candidates(Table):
    """Bookable offers: each alone breaks no rule (openings, expiry, lane, room, the patient's other appointments).

    The set may be thinned before it comes here (fewer starts a day); every bound then holds for the thinned set.
    """

    demand: Ints
    provider: Ints
    room_set: Ints  # row of Problem.room_sets; NONE = needs no room
    start: Ints  # treatment: the patient is there
    end: Ints
    busy_from: Ints  # treatment and buffers: provider's lane and room place are taken
    busy_until: Ints
    day: Ints
    week: Ints
    weekday: Ints
    minute: Ints


@dataclass(frozen=True)
class Lanes(Table):
    """Free time of providers' lanes: a session needs one lane that is free from busy_from to busy_until.

    Lanes that a booked service closes are not free. A provider without a row has one lane, always free.
    A session whose service has capacity k stands in a lane below k, and while it runs nobody is in lane k or above.
    """

    provider: Ints
    lane: Ints
    free_from: Ints
    free_until: Ints


@dataclass(frozen=True)
class Places(Table):
    """Free time of room places (a room for three has three places). A place without a row is always free."""

    place: Ints
    free_from: Ints
    free_until: Ints


@dataclass(frozen=True)
class Problem:
    """Everything the solver may know."""

    demands: Demands
    rules: Rules
    candidates: Candidates
    booked: Booked = field(default_factory=Booked.empty)
    visits: Visits = field(default_factory=Visits.empty)
    lanes: Lanes = field(default_factory=Lanes.empty)
    places: Places = field(default_factory=Places.empty)
    room_sets: tuple[tuple[int, ...], ...] = ()  # room set -> places that serve it; sets may overlap


@dataclass(frozen=True)
class Prices:
    """What one more session's worth of time would bring there and then: sessions gained, at the margin of the proof."""

    who: Ints  # provider, or room set
    day: Ints
    price: Floats  # > 0, highest first


@dataclass(frozen=True)
class Certificate:
    """What is proven about a solution."""

    placed_bound: int  # no plan places more
    placed_optimal: bool  # this one places as many
    changes_bound: int  # no plan with placed_bound sessions needs fewer changes of provider
    changes_optimal: bool  # placed_optimal, and this one needs as few
    objective: float  # placed - CHANGE_COST * changes of provider
    objective_bound: float  # no plan is worth more
    provider_prices: Prices
    room_prices: Prices
    seconds: dict[str, float]  # phase -> wall time, for people to read; never read by the solver


@dataclass(frozen=True)
class Solution:
    """A plan that breaks no hard rule. Rows are ordered by demand, then start."""

    chosen: Ints  # rows of Problem.candidates
    lane: Ints  # lane of the provider, beside `chosen`
    place: Ints  # room place or NONE, beside `chosen`
    unplaced: Ints  # sessions left over, per demand
    changes: Ints  # providers beyond the first (booked ones count), per demand
    certificate: Certificate

    @property
    def placed(self) -> int:
        return len(self.chosen)
