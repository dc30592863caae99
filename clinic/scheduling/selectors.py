"""What the engine asks the database: one situation, whatever the number of providers, days and patients."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta

from django.db.models import Exists, Expression, OuterRef
from django.utils import timezone

from clinic.enums import AppointmentStatus
from clinic.models import Appointment, Clinic, Patient, Provider, Service
from clinic.scheduling.intervals import Span, merged
from clinic.scheduling.local_time import EPOCH_DAY
from clinic.scheduling.openings import Hours
from clinic.scheduling.situation import HeldTime, RoomPlace, Situation
from clinic.scheduling.sql import (
    ABSENCES,
    AT_CLINICS,
    HELD_TIMES,
    HOURS,
    OF_PROVIDERS,
    OFFERS,
    ROOMS_AND_POLICY,
    TAKEN,
    TAKEN_PATIENTS,
    TAKEN_ROOMS,
    active_rows,
    ask,
)

LONGEST_BUSY = timedelta(days=3)  # forms let a service and each of its buffers take a day at most
FARTHEST_ZONE = timedelta(hours=14)  # no wall clock is farther from UTC


def situation(
    services: Iterable[Service],
    *,
    clinics: Iterable[Clinic] | None = None,
    providers: Iterable[Provider] | None = None,
    patients: Iterable[Patient] = (),
    first_day: date,
    last_day: date,
    without: Appointment | None = None,
    at: datetime | None = None,
) -> Situation:
    """What is open and what is taken from `first_day` to `last_day`, for services of one organisation.

    Only active services, providers and clinics appear. `without` leaves one appointment out, as when it is to be
    moved. A time held for the waiting list is taken until the hold runs out, seen from `at` (now). Five queries,
    whatever the numbers.
    """
    by_pk = {service.pk: service for service in services}
    found = Situation(first_day.toordinal(), last_day.toordinal(), by_pk)
    if not by_pk:
        return found
    organisation_id = next(iter(by_pk.values())).organisation_id
    _add_offers(found, organisation_id, _pks(clinics), _pks(providers))
    _add_hours(found)
    _add_taken(found, organisation_id, _pks(patients) or (), without, at or timezone.now())
    return found


def is_first_visit() -> Expression:
    """Of a row of appointments: whether its patient has completed none that began before it."""
    earlier = Appointment.objects.filter(
        patient=OuterRef("patient"), starts_at__lt=OuterRef("starts_at"), status=AppointmentStatus.COMPLETED
    )
    return ~Exists(earlier)


def _pks(rows: Iterable | None) -> list[int] | None:
    return None if rows is None else [row.pk for row in rows]


def _add_offers(found: Situation, organisation_id: int, clinics: list[int] | None, providers: list[int] | None) -> None:
    narrowed = (OF_PROVIDERS if providers is not None else "") + (AT_CLINICS if clinics is not None else "")
    lists = {"services": found.services, "providers": providers or (), "clinics": clinics or ()}
    rows = defaultdict(list)
    for kind, *row in ask([OFFERS + narrowed, ROOMS_AND_POLICY], lists, organisation=organisation_id):
        rows[kind].append(row)
    _add_pairs(found, organisation_id, rows["offer"])
    _add_places(found, rows["room"])
    for notice, horizon_days, *_ in rows["policy"]:  # an organisation without one of its own has the usual one
        found.minimum_notice, found.horizon_days = notice, horizon_days


def _add_pairs(found: Situation, organisation_id: int, offers: list[list]) -> None:
    providers = active_rows(Provider, {provider for _, provider, *_ in offers}, organisation_id)
    clinics = active_rows(Clinic, {clinic for _, _, clinic, *_ in offers}, organisation_id)
    for service, provider, clinic, *_ in offers:
        if provider in providers and clinic in clinics:
            found.offers.setdefault(service, []).append((provider, clinic))
            found.providers[provider], found.clinics[clinic] = providers[provider], clinics[clinic]


def _add_places(found: Situation, rooms: list[list]) -> None:
    for service, room, clinic, capacity, _code in rooms:
        if clinic in found.clinics:
            places = (RoomPlace(room, place) for place in range(capacity))
            found.places.setdefault((service, clinic), []).extend(places)


def _add_hours(found: Situation) -> None:
    rows = ask(
        [HOURS],
        {"providers": found.providers, "clinics": found.clinics},
        first_day=date.fromordinal(found.first_day),
        last_day=date.fromordinal(found.last_day),
    )
    found.hours = sorted(map(Hours._make, rows))


def _add_taken(
    found: Situation, organisation_id: int, patients: Collection[int], without: Appointment | None, now: datetime
) -> None:
    start, end = _window(found)
    rooms = _places_by_room(found)
    parts = [TAKEN, ABSENCES, HELD_TIMES, *[TAKEN_ROOMS] * bool(rooms), *[TAKEN_PATIENTS] * bool(patients)]
    rows = ask(
        parts,
        {"providers": found.providers, "clinics": found.clinics, "rooms": rooms, "patients": patients},
        organisation=organisation_id,
        start=start,
        end=end,
        first_day=start.date(),
        last_day=end.date(),
        longest_ago=start - LONGEST_BUSY,
        now=now,
        left_out=without.pk if without else 0,
    )
    busy, others = defaultdict(list), defaultdict(list)
    for row in rows:
        if row[0] == "provider":
            busy[row[1]].append(row[2:])
        else:
            others[row[0]].append(row[1:5])
    found.busy = {provider: sorted(own) for provider, own in busy.items()}
    for provider, *held in others["held"]:
        found.held.setdefault(provider, []).append(HeldTime(*held))
    _add_absences(found, others["leave"], others["closure"])
    _add_taken_places(found, rooms, others["room"])
    found.patients_busy = {patient: merged(spans) for patient, spans in _spans_by_owner(others["patient"]).items()}


def _add_absences(found: Situation, leave: list[tuple], closures: list[tuple]) -> None:
    found.leave = _spans_by_owner(leave)
    for owner, first_day, last_day, _ in closures:
        for clinic in found.clinics if owner is None else [owner]:
            span = found.clocks[clinic].day_span(first_day, last_day)
            found.closures.setdefault(clinic, []).append(span)


def _add_taken_places(found: Situation, rooms: dict[int, set[RoomPlace]], taken: list[tuple]) -> None:
    by_place = defaultdict(list)
    for room, start, end, place in taken:
        own = RoomPlace(room, place)
        for shut in [own] if own in rooms[room] else rooms[room]:  # a room that has fewer places now is full
            by_place[shut].append((start, end))
    found.taken_places = {place: merged(spans) for place, spans in by_place.items()}


def _spans_by_owner(rows: list[tuple]) -> dict[int, list[Span]]:
    spans = defaultdict(list)
    for owner, start, end, _ in rows:
        spans[owner].append((start, end))
    return dict(spans)


def _places_by_room(found: Situation) -> dict[int, set[RoomPlace]]:
    rooms = defaultdict(set)
    for places in found.places.values():
        for place in places:
            rooms[place.room].add(place)
    return rooms


def _window(found: Situation) -> tuple[datetime, datetime]:
    """Moments that surely enclose the days in every time zone, with the buffers of their first and last minute."""
    services = found.services.values()
    before = max(service.buffer_before for service in services)
    after = max(service.duration + service.buffer_after for service in services)
    first, last = (
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day - EPOCH_DAY) for day in (found.first_day, found.last_day)
    )
    return first - FARTHEST_ZONE - before, last + timedelta(days=1) + FARTHEST_ZONE + after
