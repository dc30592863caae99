"""Free time of lanes and room places, and what packs into it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clinic.scheduling.planning.problem import NO_LIMIT, Lanes, Places
from clinic.scheduling.planning.rows import Index

ALWAYS = (-(2**31), 2**31)

type Slot = tuple[int, int, int]  # from, until, capacity of the service
type Span = tuple[int, int, int]  # lane (0 for a place), free from, free until


@dataclass(frozen=True)
class FreeTime:
    """Free intervals of each lane or place; what has no row is always free."""

    spans: dict[int, list[Span]]  # owner -> (unit, from, until)

    @classmethod
    def of_lanes(cls, lanes: Lanes) -> "FreeTime":
        return cls._grouped(lanes.provider, lanes.lane, lanes.free_from, lanes.free_until)

    @classmethod
    def of_places(cls, places: Places) -> "FreeTime":
        return cls._grouped(places.place, 0 * places.place, places.free_from, places.free_until)

    @classmethod
    def _grouped(cls, *columns: NDArray[np.int32]) -> "FreeTime":
        spans: dict[int, list[Span]] = {}
        for owner, unit, since, until in sorted(zip(*(column.tolist() for column in columns), strict=True)):
            spans.setdefault(owner, []).append((unit, since, until))
        return cls(spans)

    def __getitem__(self, owner: int) -> list[Span]:
        return self.spans.get(owner, [(0, *ALWAYS)])

    def count_at(self, owner: int, moments: NDArray[np.integer], below: int = NO_LIMIT) -> Index:
        """Units (those numbered under `below`) free at each moment."""
        spans = [span for span in self[owner] if below == NO_LIMIT or span[0] < below]
        _, since, until = np.array(spans or [(0, 0, 0)], np.int64).T
        return np.searchsorted(np.sort(since), moments, "right") - np.searchsorted(np.sort(until), moments, "right")


def packing(slots: list[Slot], spans: list[Span]) -> int:
    """Most slots that stand side by side in the free spans: earliest end first in each is the optimum."""
    placed = 0
    by_end = sorted(slots, key=lambda slot: slot[1])
    for unit, since, until in spans:
        for slot_from, slot_until, capacity in by_end:
            if slot_from >= since and slot_until <= until and (capacity == NO_LIMIT or unit < capacity):
                placed += 1
                since = slot_until
    return placed


def covered(slots: list[Slot], spans: list[Span]) -> int:
    """Minutes of the free spans that some slot could use."""
    minutes = 0
    for _, since, until in spans:
        seen = since
        for slot_from, slot_until, _capacity in sorted(slots):
            if slot_from >= since and slot_until <= until:
                minutes += max(0, slot_until - max(seen, slot_from))
                seen = max(seen, slot_until)
    return minutes


@lru_cache(maxsize=8)
def families(room_sets: tuple[tuple[int, ...], ...]) -> list[tuple[frozenset[int], list[int]]]:
    """Places and the room sets inside them: for each room set, and for each group of sets that share places."""
    sets = [frozenset(places) for places in room_sets]
    groups: list[frozenset[int]] = []
    for places in sets:
        touching = [group for group in groups if group & places]
        groups = [group for group in groups if not group & places] + [places.union(*touching)]
    return [(union, [i for i, own in enumerate(sets) if own <= union]) for union in dict.fromkeys(sets + groups)]
