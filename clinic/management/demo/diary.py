"""Who and what is taken while the demo's appointments find their time, by the rules of the booking engine.

The engine answers one question with a few queries; a history of half a year asks a hundred thousand, so the diary
keeps what is taken in memory. Days are those of the organisation's zone, numbered from 1970: the clinics open and
close within one. Its clocks are never changed.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from clinic.models import Patient, Service
from clinic.scheduling.intervals import DAY
from clinic.scheduling.openings import Opening
from clinic.scheduling.situation import RoomPlace, Situation, limit_of


class Place(NamedTuple):
    """A time that can be taken. Instants are seconds since 1970, as in the engine."""

    provider: int
    clinic: int
    start: int
    end: int
    busy_from: int
    busy_until: int
    lane: int
    room: RoomPlace | None


class Diary:
    def __init__(self, situation: Situation, *, east_of_utc: timedelta) -> None:
        self.situation = situation
        self._east = int(east_of_utc.total_seconds())
        self._openings: dict[tuple[int, int, int], list[Opening]] = defaultdict(list)
        self._taken: dict[tuple[int, int], list[Place]] = defaultdict(list)
        self._rooms: dict[tuple[RoomPlace, int], list[tuple[int, int]]] = defaultdict(list)
        self._patients: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for (provider, clinic), openings in situation.openings.items():
            for opening in openings:
                self._openings[provider, clinic, self.day_of(opening.start)].append(opening)

    def day_of(self, instant: int) -> int:
        return (instant + self._east) // DAY

    def hour_of(self, instant: int) -> float:
        """The hour of the local day, with its fraction."""
        return (instant + self._east) % DAY / 3600

    def working_days(self) -> list[tuple[int, int, int]]:
        """(day, provider, clinic) for every day somebody works somewhere, in order."""
        return sorted((day, provider, clinic) for provider, clinic, day in self._openings)

    def offers(self, service: Service, provider: int, clinic: int) -> bool:
        return (provider, clinic) in self.situation.offers.get(service.pk, ())

    def starts(self, service: Service, provider: int, clinic: int, day: int) -> Iterator[tuple[int, Opening]]:
        """The grid of starting times of that day, taken or not. Hours for groups are kept for groups."""
        length = int(service.duration.total_seconds())
        for opening in self._openings.get((provider, clinic, day), ()):
            if (opening.capacity > 1) == (service.capacity != 1):
                first = opening.first_start(opening.start)
                for start in range(first, opening.end - length + 1, opening.step):
                    yield start, opening

    def place(self, service: Service, opening: Opening, start: int, patient: Patient) -> Place | None:
        """Where and when the patient would be seen, or None when provider, rooms or patient are taken."""
        end = start + int(service.duration.total_seconds())
        busy = start - int(service.buffer_before.total_seconds()), end + int(service.buffer_after.total_seconds())
        day = self.day_of(start)
        if any(start < until and begun < end for begun, until in self._patients.get((patient.pk, day), ())):
            return None
        lane = self._free_lane(opening, limit_of(service, opening.capacity), busy)
        places = self.situation.places.get((service.pk, opening.clinic))
        room = next((room for room in places or () if self._is_free(room, day, busy)), None)
        if lane is None or (places and room is None):
            return None
        return Place(opening.provider, opening.clinic, start, end, *busy, lane, room)

    def take(self, place: Place, patient: Patient) -> None:
        day = self.day_of(place.start)
        self._taken[place.provider, day].append(place)
        self._patients[patient.pk, day].append((place.start, place.end))
        if place.room:
            self._rooms[place.room, day].append((place.busy_from, place.busy_until))

    def load(self, provider: int, clinic: int, day: int) -> float:
        """The taken share, 0 to 1, of the provider's time there that day."""
        openings = self._openings.get((provider, clinic, day), ())
        open_for = sum((opening.end - opening.start) * opening.capacity for opening in openings)
        taken = sum(place.busy_until - place.busy_from for place in self._taken.get((provider, day), ()))
        return taken / open_for if open_for else 1.0

    def _free_lane(self, opening: Opening, limit: int, busy: tuple[int, int]) -> int | None:
        places = self._taken.get((opening.provider, self.day_of(opening.start)), ())
        lanes = {place.lane for place in places if place.busy_from < busy[1] and busy[0] < place.busy_until}
        return next((lane for lane in range(limit) if lane not in lanes), None)

    def _is_free(self, room: RoomPlace, day: int, busy: tuple[int, int]) -> bool:
        return all(until <= busy[0] or busy[1] <= begun for begun, until in self._rooms.get((room, day), ()))
