"""The diary: some days of some providers as columns of open, closed and free time and of what is booked.

The engine decides what is open and free, so a start that is shown as free can be booked. Instants are whole seconds
since 1970 in UTC.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain, zip_longest
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.enums import ChargeStatus, HeldSlotStatus, OfferAnswer
from clinic.models import Appointment, Charge, Clinic, HeldSlot, Organisation, Provider, Room, Service
from clinic.rota.selectors import closures_between
from clinic.scheduling import selectors
from clinic.scheduling.intervals import MINUTE, Span, overlapping
from clinic.scheduling.local_time import WallClock, instant_of, moment_of
from clinic.scheduling.openings import Opening, days_of, hours_spans
from clinic.scheduling.situation import RoomPlace
from clinic.scheduling.slots import FreeStart, Lengths, free_starts

LONGEST = timedelta(days=1)  # forms let a service take a day at most
SHOWN_AS_FREE = 30 * MINUTE  # of a room, whose starts are those of several providers


class Away(NamedTuple):
    """Time taken from a column, and what takes it: something of ours, or a provider's calendar elsewhere."""

    start: int
    end: int
    name: str
    is_elsewhere: bool = False


class Free(NamedTuple):
    """A start at which at least one service could begin: `places` of the `capacity` patients at once are free."""

    start: int
    end: int
    clinic: int
    places: int
    capacity: int


@dataclass
class Column:
    """One day of a provider or of a room. Lists are in order of time; `appointments` are those that touch the day."""

    day: date
    span: Span
    provider: Provider | None = None
    room: Room | None = None
    openings: list[Opening] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)
    free: list[Free] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    held: list[HeldSlot] = field(default_factory=list)


class Diary:
    """What is known of some days of some clinics of one zone. Six queries, whatever the number of rows.

    `providers` are those whose time is shown. `at` (now) decides which starts have passed.
    """

    def __init__(
        self,
        organisation: Organisation,
        *,
        clinics: Sequence[Clinic],
        providers: Sequence[Provider],
        first_day: date,
        last_day: date,
        at: datetime | None = None,
    ) -> None:
        self.clock = WallClock(clinics[0].zone)
        self.days = [date.fromordinal(day) for day in range(first_day.toordinal(), last_day.toordinal() + 1)]
        self.clinics = {clinic.pk: clinic for clinic in clinics}
        self.providers = list(providers)
        self.situation = selectors.situation(
            Service.objects.of(organisation).filter(active=True),
            clinics=clinics,
            providers=providers,
            first_day=first_day,
            last_day=last_day,
            at=at,
        )
        self._closures = list(closures_between(organisation.pk, first_day, last_day))
        self.appointments = list(booked(organisation, providers, *self._moments()))
        held = held_for_offers(organisation, *self._moments(), at=at or timezone.now())
        self.held = list(held.filter(provider__in=[provider.pk for provider in providers]))
        self._starts_of_service = {
            pk: list(free_starts(self.situation, service, at or timezone.now()))
            for pk, service in self.situation.services.items()
        }
        self._starts = best_places(chain.from_iterable(self._starts_of_service.values()))

    def by_provider(self) -> list[Column]:
        """A column for each provider and day, in the order of the providers given, then of the days."""
        booked_by = defaultdict(list)
        for appointment in self.appointments:
            booked_by[appointment.provider_id].append(appointment)
        return [
            self._column_of(provider, day, booked_by[provider.pk]) for provider in self.providers for day in self.days
        ]

    def by_room(self, rooms: Iterable[Room]) -> list[Column]:
        """A column for each room on the first day, then, if anybody is booked without one, a column of those.

        A room is open while a provider works in its clinic, and free where a service it serves could begin in it.
        """
        columns = [self._column_of_room(room) for room in rooms]
        span = self.span_of(self.days[0])
        homeless = [row for row in self.appointments if row.room_id is None and row.clinic_id in self.clinics]
        if at_all := touching(span, homeless):
            columns.append(Column(self.days[0], span, appointments=at_all))
        return columns

    def span_of(self, day: date) -> Span:
        """The day from midnight to midnight, 23 or 25 hours long when the clocks change."""
        return self.clock.day_span(day.toordinal(), day.toordinal())

    def _moments(self) -> tuple[datetime, datetime]:
        return moment_of(self.span_of(self.days[0])[0]), moment_of(self.span_of(self.days[-1])[1])

    def _column_of(self, provider: Provider, day: date, appointments: Iterable[Appointment]) -> Column:
        span = self.span_of(day)
        pairs = [pair for pair in self.situation.hours_of if pair[0] == provider.pk]
        openings = during(span, [one for pair in pairs for one in self.situation.openings.get(pair, ())])
        at_work = {pair[1] for pair in pairs if self._works(pair, day)}
        own = self._away(provider, day) if at_work else []
        return Column(
            day,
            span,
            provider,
            openings=openings,
            away=sorted(during(span, [*own, *self._closed(at_work)])),
            free=self._free_of(span, self._starts.get(provider.pk, {}), openings),
            appointments=touching(span, appointments),
            held=touching(span, [slot for slot in self.held if slot.provider_id == provider.pk]),
        )

    def _away(self, provider: Provider, day: date) -> list[Away]:
        """What the provider is away for; of what is elsewhere only what meets the hours of the day."""
        leave = [Away(*span, _("On leave")) for span in self.situation.leave.get(provider.pk, ())]
        elsewhere = self.situation.elsewhere.get(provider.pk, ())
        met = {span for hours in self._hours(provider, day) for span in overlapping(elsewhere, *hours)}
        return leave + [Away(*span, _("Busy elsewhere"), is_elsewhere=True) for span in sorted(met)]

    def _hours(self, provider: Provider, day: date) -> Iterator[Span]:
        """The spans of the provider's hours on this day, in all clinics shown."""
        for (worker, clinic), rows in self.situation.hours_of.items():
            if worker == provider.pk:
                clock = self.situation.clocks[clinic]
                yield from (span for row in rows for span in hours_spans(row, clock, day.toordinal(), day.toordinal()))

    def _works(self, pair: tuple[int, int], day: date) -> bool:
        """Whether the provider has hours in the clinic on this day, be they away or not."""
        number = day.toordinal()
        return any(days_of(hours, number, number) for hours in self.situation.hours_of[pair])

    def _column_of_room(self, room: Room) -> Column:
        span = self.span_of(self.days[0])
        served = self._served_in(room)
        pairs = {pair for service in served for pair in self.situation.offers.get(service, ())}
        openings = [one for pair in pairs if pair[1] == room.clinic_id for one in self.situation.openings.get(pair, ())]
        taken = [row for row in self.appointments if row.room_id == room.pk]
        return Column(
            self.days[0],
            span,
            room=room,
            openings=during(span, openings),
            away=sorted(during(span, self._closed({room.clinic_id}))),
            free=self._free_of_room(span, room, served),
            appointments=touching(span, taken),
            held=touching(span, [slot for slot in self.held if slot.room_id == room.pk]),
        )

    def _served_in(self, room: Room) -> list[int]:
        places = self.situation.places.items()
        return [
            service
            for (service, clinic), of_service in places
            if clinic == room.clinic_id and any(place.room == room.pk for place in of_service)
        ]

    def _closed(self, clinics: set[int]) -> list[Away]:
        """The closures that hit any of these clinics."""
        hit = [one for one in self._closures if one.clinic_id in clinics or (one.clinic_id is None and clinics)]
        days = {(one.first_on.toordinal(), one.last_on.toordinal(), one.name) for one in hit}
        return [Away(*self.clock.day_span(first, last), name) for first, last, name in days]

    def _free_of(self, span: Span, starts: Mapping[tuple[int, int], int], openings: Iterable[Opening]) -> list[Free]:
        """The free starts of a provider's day, each until the end of its step or until something else begins."""
        inside = sorted((start, clinic, places) for (start, clinic), places in starts.items() if within(start, span))
        free = []
        for (start, clinic, places), later in zip_longest(inside, inside[1:]):
            around = [one for one in openings if one.clinic == clinic and one.start <= start < one.end]
            opening = max(around, key=lambda one: one.capacity)
            ends = [start + opening.step, opening.end]
            if later is not None and later[0] > start:
                ends.append(later[0])
            if opening.capacity == 1:
                ends += [taken for taken, *_ in self.situation.busy.get(opening.provider, ()) if taken > start]
            free.append(Free(start, min(ends), clinic, places, opening.capacity))
        return free

    def _free_of_room(self, span: Span, room: Room, served: Iterable[int]) -> list[Free]:
        """The starts at which some provider is free for a service of this room, and a place of the room as well."""
        found: dict[int, int] = defaultdict(int)
        for service in served:
            lengths = Lengths.of(self.situation.services[service])
            for start, _provider, clinic, _places in self._starts_of_service[service]:
                if clinic == room.clinic_id and within(start, span):
                    busy = start - lengths.before, start + lengths.treatment + lengths.after
                    places = self.situation.free_places(service, clinic, *busy)
                    found[start] = max(found[start], sum(place.room == room.pk for place in places))
        starts = sorted(start for start, places in found.items() if places)
        later = [*starts[1:], span[1]]
        if room.capacity == 1:
            later = [min([end, *self._taken_after(room, start)]) for start, end in zip(starts, later, strict=False)]
        return [
            Free(start, min(end, start + SHOWN_AS_FREE), room.clinic_id, found[start], room.capacity)
            for start, end in zip(starts, later, strict=False)
        ]

    def _taken_after(self, room: Room, start: int) -> list[int]:
        taken = self.situation.taken_places.get(RoomPlace(room.pk, 0), ())
        return [from_ for from_, _until in taken if from_ > start]


def booked(
    organisation: Organisation, providers: Iterable[Provider], starts_at: datetime, ends_at: datetime
) -> QuerySet[Appointment]:
    """Appointments of the providers that touch the time between two moments, cancelled ones too, in order of time.

    With all that a card shows: `is_first` says that it is the patient's first visit, `owes` that the patient has a
    charge to pay.
    """
    rows = Appointment.objects.of(organisation).filter(
        provider__in=[provider.pk for provider in providers],
        starts_at__gt=starts_at - LONGEST,
        starts_at__lt=ends_at,
        ends_at__gt=starts_at,
    )
    unpaid = Charge.objects.filter(patient=OuterRef("patient"), status=ChargeStatus.OPEN)
    return (
        rows.select_related("patient", "provider", "service", "clinic", "room", "package_purchase")
        .annotate(is_first=selectors.is_first_visit(), owes=Exists(unpaid))
        .order_by("starts_at", "lane", "pk")
    )


def held_for_offers(
    organisation: Organisation, starts_at: datetime, ends_at: datetime, *, at: datetime
) -> QuerySet[HeldSlot]:
    """The times that are held for the waiting list at `at` and touch the time between two moments, in order of time.

    `asked` says how many have still to answer.
    """
    rows = HeldSlot.objects.of(organisation).filter(
        status=HeldSlotStatus.OPEN, held_until__gt=at, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    unanswered = Q(offers__answer=OfferAnswer.OPEN)
    return (
        rows.select_related("service", "provider", "clinic", "room")
        .annotate(asked=Count("offers", filter=unanswered))
        .order_by("starts_at", "pk")
    )


def best_places(starts: Iterable[FreeStart]) -> dict[int, dict[tuple[int, int], int]]:
    """By provider: (start, clinic) -> the most places that any service has there."""
    found: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for start, provider, clinic, places in starts:
        of_provider = found[provider]
        of_provider[start, clinic] = max(places, of_provider.get((start, clinic), 0))
    return found


def during[Timed: (Opening, Away)](span: Span, timed: Iterable[Timed]) -> list[Timed]:
    """Those that share a moment with `span`, in order of time."""
    return sorted((one for one in timed if one.start < span[1] and span[0] < one.end), key=lambda one: one.start)


def touching[Row: (Appointment, HeldSlot)](span: Span, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if instant_of(row.starts_at) < span[1] and span[0] < instant_of(row.ends_at)]


def within(instant: int, span: Span) -> bool:
    return span[0] <= instant < span[1]
