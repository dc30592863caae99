"""What the engine asks the database: one situation, whatever the number of providers, days and patients."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta

from django.db.models import F

from clinic.models import Appointment, Clinic, Patient, Provider, Room, Service
from clinic.scheduling.intervals import merged
from clinic.scheduling.local_time import EPOCH_DAY
from clinic.scheduling.openings import Hours
from clinic.scheduling.situation import Busy, RoomPlace, Situation
from clinic.scheduling.sql import ABSENCES, HOURS, LIVE, TAKEN, TAKEN_PATIENTS, TAKEN_ROOMS, ask

LONGEST_BUSY = timedelta(days=3)  # forms let a service and each of its buffers take a day at most


def situation(
    services: Iterable[Service],
    *,
    clinics: Iterable[Clinic] | None = None,
    providers: Iterable[Provider] | None = None,
    patients: Iterable[Patient] = (),
    first_day: date,
    last_day: date,
    without: Appointment | None = None,
) -> Situation:
    """What is open and what is taken from `first_day` to `last_day`, for services of one organisation.

    Only active services, providers and clinics appear. `without` leaves one appointment out, as when it is to be
    moved. Five queries, whatever the numbers.
    """
    by_pk = {service.pk: service for service in services}
    found = Situation(first_day.toordinal(), last_day.toordinal(), by_pk)
    if not by_pk:
        return found
    organisation_id = next(iter(by_pk.values())).organisation_id
    _add_offers(found, organisation_id, _pks(clinics), _pks(providers))
    _add_hours(found)
    _add_absences(found, organisation_id)
    _add_places(found)
    _add_taken(found, _pks(patients) or (), without)
    return found


def _pks(rows: Iterable | None) -> list[int] | None:
    return None if rows is None else [row.pk for row in rows]


def _add_offers(found: Situation, organisation_id: int, clinics: list[int] | None, providers: list[int] | None) -> None:
    pairs = Provider.clinics.through.objects.filter(
        provider__organisation=organisation_id,
        provider__active=True,
        clinic__organisation=organisation_id,
        clinic__active=True,
        provider__services__in=found.services,
        provider__services__active=True,
        clinic__services=F("provider__services"),
    )
    if clinics is not None:
        pairs = pairs.filter(clinic__in=clinics)
    if providers is not None:
        pairs = pairs.filter(provider__in=providers)
    policy = "clinic__organisation__policy__"
    pairs = pairs.annotate(
        service=F("provider__services"),
        minimum_notice=F(f"{policy}minimum_notice"),
        horizon_days=F(f"{policy}booking_horizon_days"),
    )
    for pair in pairs.select_related("provider", "clinic").order_by("provider_id", "clinic_id"):
        provider = found.providers.setdefault(pair.provider_id, pair.provider)
        clinic = found.clinics.setdefault(pair.clinic_id, pair.clinic)
        found.offers.setdefault(pair.service, []).append((provider.pk, clinic.pk))
        if pair.horizon_days is not None:  # an organisation without a policy of its own has the usual one
            found.minimum_notice = int(pair.minimum_notice.total_seconds())
            found.horizon_days = pair.horizon_days


def _add_hours(found: Situation) -> None:
    rows = ask(
        HOURS,
        {"providers": found.providers, "clinics": found.clinics},
        first_day=date.fromordinal(found.first_day),
        last_day=date.fromordinal(found.last_day),
    )
    found.hours = sorted(map(Hours._make, rows))


def _add_absences(found: Situation, organisation_id: int) -> None:
    start, end = _window(found)
    rows = ask(
        ABSENCES,
        {"providers": found.providers, "clinics": found.clinics},
        organisation=organisation_id,
        start=start,
        end=end,
        first_day=start.date(),
        last_day=end.date(),
    )
    for kind, owner, first, last in rows:
        if kind == "leave":
            found.leave.setdefault(owner, []).append((first, last))
        else:
            for clinic in found.clinics if owner is None else [owner]:
                found.closures.setdefault(clinic, []).append(found.clocks[clinic].day_span(first, last))


def _add_places(found: Situation) -> None:
    rooms = Room.services.through.objects.filter(
        service__in=found.services, room__clinic__in=found.clinics, room__active=True
    )
    rows = rooms.order_by("room__code", "room").values_list("service", "room__clinic", "room", "room__capacity")
    for service, clinic, room, capacity in rows:
        places = (RoomPlace(room, place) for place in range(capacity))
        found.places.setdefault((service, clinic), []).extend(places)


def _add_taken(found: Situation, patients: Collection[int], without: Appointment | None) -> None:
    start, end = _window(found)
    rooms = _places_by_room(found)
    question = TAKEN + (TAKEN_ROOMS if rooms else "") + (TAKEN_PATIENTS if patients else "")
    rows = ask(
        question.format(live=LIVE),
        {"providers": found.providers, "rooms": rooms, "patients": patients},
        start=start,
        end=end,
        longest_ago=start - LONGEST_BUSY,
        left_out=without.pk if without else 0,
    )
    busy, patients_busy, places_taken = defaultdict(list), defaultdict(list), defaultdict(list)
    for kind, owner, *span_and_place in rows:
        if kind == "provider":
            busy[owner].append(Busy._make(span_and_place))
        elif kind == "patient":
            patients_busy[owner].append(tuple(span_and_place[:2]))
        else:
            own = RoomPlace(owner, span_and_place[2])
            for shut in [own] if own in rooms[owner] else rooms[owner]:  # a room that has fewer places now is full
                places_taken[shut].append(tuple(span_and_place[:2]))
    found.busy = {provider: sorted(rows) for provider, rows in busy.items()}
    found.taken_places = {place: merged(spans) for place, spans in places_taken.items()}
    found.patients_busy = {patient: merged(spans) for patient, spans in patients_busy.items()}


def _places_by_room(found: Situation) -> dict[int, set[RoomPlace]]:
    rooms = defaultdict(set)
    for places in found.places.values():
        for place in places:
            rooms[place.room].add(place)
    return rooms


def _window(found: Situation) -> tuple[datetime, datetime]:
    """Moments that surely enclose the days in every time zone, with the buffers of their first and last minute."""
    midnight = datetime(1970, 1, 1, tzinfo=UTC)
    first, last = found.first_day - EPOCH_DAY, found.last_day - EPOCH_DAY
    return midnight + timedelta(days=first - 2), midnight + timedelta(days=last + 3)
