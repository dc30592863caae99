"""Slots: the bookable offers, as many as there are, in order of time."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone

from clinic.models import Clinic, Patient, Provider, Service
from clinic.scheduling import selectors
from clinic.scheduling.intervals import Span, is_clear, overlapping, without
from clinic.scheduling.openings import Opening
from clinic.scheduling.situation import Situation, limit_of


class Slot(NamedTuple):
    """An offer: `free_places` patients could be booked into it. Times are in the clinic's zone."""

    provider: Provider
    clinic: Clinic
    starts_at: datetime
    ends_at: datetime
    free_places: int


class FreeStart(NamedTuple):
    """A slot in numbers: instant, provider, clinic, places. Sorts as slots are listed."""

    start: int
    provider: int
    clinic: int
    places: int


class Lengths(NamedTuple):
    """How long a service takes, in seconds: preparing, treating, tidying up."""

    before: int
    treatment: int
    after: int

    @classmethod
    def of(cls, service: Service) -> "Lengths":
        lengths = service.buffer_before, service.duration, service.buffer_after
        return cls(*(int(length.total_seconds()) for length in lengths))


def slots_for(
    service: Service,
    *,
    clinic: Clinic | None = None,
    providers: Iterable[Provider] | None = None,
    first_day: date,
    last_day: date,
    patient: Patient | None = None,
    at: datetime | None = None,
) -> list[Slot]:
    """Every slot of `service` from `first_day` to `last_day` (days of the clinic, both included), soonest first.

    Slots of the same time come by provider. `clinic` and `providers` narrow the search; `patient` leaves out the
    times at which that patient is elsewhere. Slots sooner than `at` (now) plus the minimum notice, or beyond the
    booking horizon, are left out. Costs five queries, whatever the number of providers and days.
    """
    situation = selectors.situation(
        [service],
        clinics=None if clinic is None else [clinic],
        providers=providers,
        patients=[patient] if patient else [],
        first_day=first_day,
        last_day=last_day,
    )
    engaged = situation.patients_busy.get(patient.pk, []) if patient else []
    length = Lengths.of(service).treatment
    moments = {pk: clock.moment for pk, clock in situation.clocks.items()}
    return [
        Slot(
            situation.providers[provider],
            situation.clinics[clinic_pk],
            moments[clinic_pk](start),
            moments[clinic_pk](start + length),
            places,
        )
        for start, provider, clinic_pk, places in sorted(free_starts(situation, service, at or timezone.now(), engaged))
    ]


def free_starts(
    situation: Situation, service: Service, at: datetime, engaged: Sequence[Span] = ()
) -> Iterator[FreeStart]:
    """Every start of `service` that the situation allows after `at`, provider by provider.

    `engaged` is the time the patient is elsewhere. A start that two rows of hours share comes once.
    """
    lengths = Lengths.of(service)
    for provider, clinic in situation.offers.get(service.pk, ()):
        window = situation.bookable(clinic, at)
        found: dict[int, int] = {}
        for opening in situation.openings.get((provider, clinic), ()):
            free = _lane_starts(situation, service, lengths, opening, window)
            if (service.pk, clinic) in situation.places:
                free = _with_rooms(situation, service, clinic, lengths, free)
            for start, places in free.items():
                found[start] = max(places, found.get(start, 0))
        for start, places in found.items():
            if not engaged or is_clear(engaged, start, start + lengths.treatment):
                yield FreeStart(start, provider, clinic, places)


def _lane_starts(
    situation: Situation, service: Service, lengths: Lengths, opening: Opening, window: Span
) -> dict[int, int]:
    """The starts of one opening with the number of lanes free for each."""
    free: dict[int, int] = {}
    for lane in situation.lanes(opening.provider, limit_of(service, opening.capacity)):
        for start in _starts_between(lane, lengths, opening, window):
            free[start] = free.get(start, 0) + 1
    return free


def _starts_between(lane: Sequence[Span], lengths: Lengths, opening: Opening, window: Span) -> Iterator[int]:
    before, treatment, after = lengths
    around = opening.start - before, opening.end + after
    for gap_start, gap_end in without(around, overlapping(lane, *around)):
        first = opening.first_start(max(gap_start + before, window[0]))
        last = min(gap_end - after - treatment, window[1] - 1)
        yield from range(first, last + 1, opening.step)


def _with_rooms(
    situation: Situation, service: Service, clinic: int, lengths: Lengths, free: dict[int, int]
) -> dict[int, int]:
    """Those of the free starts for which a room is free too, with the smaller of both numbers of places."""
    roomy = {}
    for start, lanes in free.items():
        busy = start - lengths.before, start + lengths.treatment + lengths.after
        if places := len(situation.free_places(service.pk, clinic, *busy)):
            roomy[start] = min(lanes, places)
    return roomy
