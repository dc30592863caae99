"""What the engine asks the database: one situation, whatever the number of providers, days and patients."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from django.db.models import Exists, Expression, Model, OuterRef
from django.utils import timezone

from clinic.enums import AppointmentStatus, NoShowConsequence
from clinic.models import Appointment, Clinic, Patient, Provider, Service
from clinic.scheduling.intervals import Span, merged
from clinic.scheduling.local_time import EPOCH_DAY
from clinic.scheduling.openings import Hours
from clinic.scheduling.situation import HeldTime, RoomPlace, Situation
from clinic.scheduling.sql import (
    ABSENCES,
    ACTIVE,
    HELD_TIMES,
    HOURS,
    OFFERS,
    ROOMS_AND_POLICY,
    TAKEN,
    TAKEN_PATIENTS,
    TAKEN_ROOMS,
    ask,
    rows_of,
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
    moved. A time held for the waiting list is taken until the hold runs out, seen from `at` (now). Two queries,
    whatever the numbers, and one more each where no providers or clinics are named.
    """
    by_pk = {service.pk: service for service in services}
    found = Situation(first_day.toordinal(), last_day.toordinal(), by_pk)
    if not by_pk:
        return found
    organisation_id = next(iter(by_pk.values())).organisation_id
    _add_frame(found, organisation_id, _by_pk(clinics), _by_pk(providers))
    _add_taken(found, organisation_id, _by_pk(patients) or (), without, at or timezone.now())
    return found


def is_first_visit() -> Expression:
    """Of a row of appointments: whether its patient has completed none that began before it."""
    earlier = Appointment.objects.filter(
        patient=OuterRef("patient"), starts_at__lt=OuterRef("starts_at"), status=AppointmentStatus.COMPLETED
    )
    return ~Exists(earlier)


def _by_pk[M: Model](rows: Iterable[M] | None) -> dict[int, M] | None:
    return None if rows is None else {row.pk: row for row in rows}


def _add_frame(
    found: Situation, organisation_id: int, clinics: dict[int, Clinic] | None, providers: dict[int, Provider] | None
) -> None:
    """What seldom changes: who offers what and when, in which rooms, and the policy."""
    rows = defaultdict(list)
    for kind, *row in ask(
        OFFERS, ACTIVE, HOURS, ROOMS_AND_POLICY,
        organisation=organisation_id, services=found.services, providers=providers, clinics=clinics,
        first_day=date.fromordinal(found.first_day), last_day=date.fromordinal(found.last_day),
    ):  # fmt: skip
        rows[kind].append(row)
    active = {kind: {pk for _, pk, *_ in rows[kind]} for kind in ("provider", "clinic")}
    for service, provider, clinic, *_ in rows["offer"]:
        if provider in active["provider"] and clinic in active["clinic"]:
            found.offers.setdefault(service, []).append((provider, clinic))
    pairs = list(chain.from_iterable(found.offers.values()))
    found.providers = _rows(Provider, providers, dict.fromkeys(provider for provider, _ in pairs))
    found.clinics = _rows(Clinic, clinics, dict.fromkeys(clinic for _, clinic in pairs))
    hours = (Hours(*row) for *row, _code in rows["hours"])
    found.hours = sorted(row for row in hours if row.provider in found.providers and row.clinic in found.clinics)
    _add_places(found, rows["room"])
    for notice, horizon_days, *_, consequence in rows["policy"]:  # without one of its own it has the usual one
        found.minimum_notice, found.horizon_days = notice, horizon_days
        found.asks_for_prepayment = consequence == NoShowConsequence.MUST_PREPAY


def _rows[M: Model](model: type[M], given: dict[int, M] | None, keys: Iterable[int]) -> dict[int, M]:
    """The rows with these keys: the caller's, or else the database's."""
    rows = rows_of(model, keys) if given is None else given
    return {key: rows[key] for key in keys}


def _add_places(found: Situation, rooms: list[list]) -> None:
    for service, room, clinic, capacity, *_ in rooms:
        if clinic in found.clinics:
            places = (RoomPlace(room, place) for place in range(capacity))
            found.places.setdefault((service, clinic), []).extend(places)


def _add_taken(
    found: Situation, organisation_id: int, patients: Collection[int], without: Appointment | None, now: datetime
) -> None:
    start, end = _window(found)
    rooms = _places_by_room(found)
    parts = [TAKEN, ABSENCES, HELD_TIMES, *[TAKEN_ROOMS] * bool(rooms), *[TAKEN_PATIENTS] * bool(patients)]
    rows = ask(
        *parts,
        providers=found.providers,
        clinics=found.clinics,
        rooms=rooms,
        patients=patients,
        organisation=organisation_id,
        start=start,
        end=end,
        first_day=start.date(),
        last_day=end.date(),
        latest_end=end + LONGEST_BUSY,
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
    _add_absences(found, others["leave"], others["elsewhere"], others["closure"])
    _add_taken_places(found, rooms, others["room"])
    found.patients_busy = {patient: merged(spans) for patient, spans in _spans_by_owner(others["patient"]).items()}


def _add_absences(found: Situation, leave: list[tuple], elsewhere: list[tuple], closures: list[tuple]) -> None:
    found.leave = _spans_by_owner(leave)
    found.elsewhere = {provider: merged(spans) for provider, spans in _spans_by_owner(elsewhere).items()}
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
