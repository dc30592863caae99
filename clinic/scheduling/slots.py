"""Slots: the bookable offers, as many as there are, in order of time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from itertools import chain, repeat
from operator import itemgetter
from typing import NamedTuple

from django.utils import timezone

from clinic.models import Clinic, Patient, Provider, Service
from clinic.scheduling import selectors
from clinic.scheduling.intervals import Span, is_clear, overlapping
from clinic.scheduling.openings import Opening
from clinic.scheduling.situation import Situation, limit_of

type FreeStart = tuple[int, int, int, int]  # a slot in numbers: instant, provider, clinic, places


class Slot(NamedTuple):
    """An offer: `free_places` patients could be booked into it. Times are in the clinic's zone."""

    provider: Provider
    clinic: Clinic
    starts_at: datetime
    ends_at: datetime
    free_places: int


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
    booking horizon, are left out. Costs four queries at most, whatever the number of providers and days.
    """
    situation = selectors.situation(
        [service],
        clinics=None if clinic is None else [clinic],
        providers=providers,
        patients=[patient] if patient else [],
        first_day=first_day,
        last_day=last_day,
        at=at,
    )
    engaged = situation.patients_busy.get(patient.pk, []) if patient else []
    length = Lengths.of(service).treatment
    moments = {pk: clock.moments for pk, clock in situation.clocks.items()}
    new_slot = partial(tuple.__new__, Slot)  # a wide search makes a hundred thousand of them
    free = free_starts(situation, service, at or timezone.now(), engaged)
    return [
        new_slot(
            (
                situation.providers[provider],
                situation.clinics[clinic_pk],
                moments[clinic_pk][start],
                moments[clinic_pk][start + length],
                places,
            )
        )
        for start, provider, clinic_pk, places in sorted(free, key=itemgetter(0))  # within one time they stay in order
    ]


def slot_of(situation: Situation, service: Service, start: FreeStart) -> Slot:
    """The slot that a free start of `service` stands for."""
    begin, provider, clinic, places = start
    moment = situation.clocks[clinic].moment
    ends_at = moment(begin + Lengths.of(service).treatment)
    return Slot(situation.providers[provider], situation.clinics[clinic], moment(begin), ends_at, places)


def free_starts(
    situation: Situation, service: Service, at: datetime, engaged: Sequence[Span] = ()
) -> Iterator[FreeStart]:
    """Every start of `service` that the situation allows after `at`, provider by provider, clinic by clinic.

    `engaged` is the time the patient is elsewhere. A start that two rows of hours share comes once.
    """
    lengths = Lengths.of(service)
    for provider, clinic in situation.offers.get(service.pk, ()):
        window = situation.bookable(clinic, at)
        found: dict[int, int] = {}
        for opening in situation.openings.get((provider, clinic), ()):
            free = _free_lanes(situation, service, lengths, opening, window)
            if (service.pk, clinic) in situation.places:
                free = _with_rooms(situation, service, clinic, lengths, free)
            for start in found.keys() & free.keys():
                free[start] = max(free[start], found[start])
            found |= free
        if engaged:
            found = {start: n for start, n in found.items() if is_clear(engaged, start, start + lengths.treatment)}
        yield from zip(found, repeat(provider), repeat(clinic), found.values(), strict=False)


def _free_lanes(
    situation: Situation, service: Service, lengths: Lengths, opening: Opening, window: Span
) -> dict[int, int]:
    """The starts of one opening with the number of lanes free for each."""
    lanes = situation.lanes(opening.provider, limit_of(service, opening.capacity))
    starts = [_clear_starts(lane, lengths, opening, window) for lane in lanes]
    if len(starts) == 1:  # as nearly everywhere: nothing to count
        return dict.fromkeys(starts[0], 1)
    return Counter(chain.from_iterable(starts))


def _clear_starts(lane: Sequence[Span], lengths: Lengths, opening: Opening, window: Span) -> list[int]:
    """The starts of one opening at which a lane is free, buffers and all."""
    before, treatment, after = lengths
    grid, step = opening.grid, opening.step
    start, last = opening.first_start(window[0]), min(opening.end - treatment, window[1] - 1)
    starts: list[int] = []
    for taken_from, taken_until in overlapping(lane, start - before, last + treatment + after):
        starts += range(start, taken_from - after - treatment + 1, step)
        start = taken_until + before
        start += (grid - start) % step
    starts += range(start, last + 1, step)
    return starts


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
