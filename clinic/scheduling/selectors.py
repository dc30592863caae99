"""What the engine asks the database: one situation, whatever the number of providers, days and patients."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import F, Field, Func, Q, QuerySet, Value

from clinic.enums import LIVE_STATUSES, LeaveStatus
from clinic.models import (
    Appointment,
    Clinic,
    Closure,
    ExtraHours,
    Leave,
    Patient,
    Provider,
    Room,
    Service,
    WorkingHours,
)
from clinic.scheduling.intervals import DAY, merged
from clinic.scheduling.local_time import EPOCH_DAY
from clinic.scheduling.openings import ANY_WEEKDAY, Hours
from clinic.scheduling.situation import UNLIMITED, Busy, RoomPlace, Situation

LONGEST_BUSY = timedelta(days=3)  # forms let a service and each of its buffers take a day at most


class Epoch(Func):
    """Seconds since 1970 of a moment or of a day's UTC midnight, so that no datetime has to be parsed."""

    output_field = Field()  # whole numbers come as such: an IntegerField would convert each of them once more

    def as_sqlite(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        return super().as_sql(*args, template="unixepoch(%(expressions)s)", **kwargs)

    def as_postgresql(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        return super().as_sql(*args, template="FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint", **kwargs)


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
        found.minimum_notice = int(pair.minimum_notice.total_seconds())
        found.horizon_days = pair.horizon_days


def _add_hours(found: Situation) -> None:
    here = Q(provider__in=found.providers, clinic__in=found.clinics)
    first_day, last_day = date.fromordinal(found.first_day), date.fromordinal(found.last_day)
    weekly = WorkingHours.objects.filter(here, active=True, valid_from__lte=last_day).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=first_day)
    )
    extra = ExtraHours.objects.filter(here, date__range=(first_day, last_day))
    shared = ("provider_id", "clinic_id", "start", "end", "slot_minutes", "capacity")
    rows = weekly.order_by().values_list(*shared, "weekday", "valid_from", "valid_until", "every_n_weeks")
    one_day = extra.order_by().values_list(*shared, Value(ANY_WEEKDAY), "date", F("date"), Value(1))
    for provider, clinic, start, end, slot_minutes, capacity, weekday, first, last, weeks in rows.union(
        one_day, all=True
    ).order_by():
        last = (last or date.max).toordinal()
        span = start.hour * 3600 + start.minute * 60, end.hour * 3600 + end.minute * 60
        found.hours.append(
            Hours(provider, clinic, weekday, *span, slot_minutes, capacity, first.toordinal(), last, weeks)
        )
    found.hours.sort()


def _add_absences(found: Situation, organisation_id: int) -> None:
    start, end = _window(found)
    leave = Leave.objects.filter(
        provider__in=found.providers, status=LeaveStatus.APPROVED, starts_at__lt=end, ends_at__gt=start
    )
    closures = Closure.objects.filter(
        Q(clinic__in=found.clinics) | Q(clinic__isnull=True),
        organisation=organisation_id,
        first_on__lte=end.date(),
        last_on__gte=start.date(),
    )
    away = leave.order_by().values_list(Value("leave"), "provider_id", Epoch("starts_at"), Epoch("ends_at"))
    closed = closures.order_by().values_list(Value("closure"), "clinic_id", Epoch("first_on"), Epoch("last_on"))
    for kind, owner, first, last in away.union(closed, all=True).order_by():
        if kind == "leave":
            found.leave.setdefault(owner, []).append((first, last))
        else:
            for clinic in found.clinics if owner is None else [owner]:
                days = first // DAY + EPOCH_DAY, last // DAY + EPOCH_DAY
                found.closures.setdefault(clinic, []).append(found.clocks[clinic].day_span(*days))


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
    live = Appointment.objects.filter(status__in=LIVE_STATUSES).order_by()
    if without is not None:
        live = live.exclude(pk=without.pk)
    around = live.filter(busy_until__gt=start, busy_from__lt=end, busy_from__gt=start - LONGEST_BUSY)
    rooms = _places_by_room(found)
    taken = _spans(around.filter(provider__in=found.providers), "provider", "lane")
    if rooms:
        taken = taken.union(_spans(around.filter(room__in=rooms), "room", "room_place"), all=True).order_by()
    if patients:
        engaged = _spans(around.filter(patient__in=patients), "patient", "lane", "starts_at", "ends_at")
        taken = taken.union(engaged, all=True).order_by()
    patients_busy = defaultdict(list)
    places_taken = defaultdict(list)
    for kind, owner, place, limit, busy_from, busy_until in taken:
        if kind == "provider":
            found.busy.setdefault(owner, []).append(Busy(busy_from, busy_until, place, limit or UNLIMITED))
        elif kind == "room":
            own = RoomPlace(owner, place)
            for shut in [own] if own in rooms[owner] else rooms[owner]:  # a room that has fewer places now is full
                places_taken[shut].append((busy_from, busy_until))
        else:
            patients_busy[owner].append((busy_from, busy_until))
    found.taken_places = {place: merged(spans) for place, spans in places_taken.items()}
    found.patients_busy = {patient: merged(spans) for patient, spans in patients_busy.items()}
    for busy in found.busy.values():
        busy.sort()


def _places_by_room(found: Situation) -> dict[int, set[RoomPlace]]:
    rooms = defaultdict(set)
    for places in found.places.values():
        for place in places:
            rooms[place.room].add(place)
    return rooms


def _spans(rows: QuerySet, owner: str, place: str, start: str = "busy_from", end: str = "busy_until") -> QuerySet:
    """One branch of the question what is taken: kind, owner, lane or place, the service's limit, and the span."""
    return rows.values_list(Value(owner), f"{owner}_id", place, "service__capacity", Epoch(start), Epoch(end))


def _window(found: Situation) -> tuple[datetime, datetime]:
    """Moments that surely enclose the days in every time zone, with the buffers of their first and last minute."""
    midnight = datetime(1970, 1, 1, tzinfo=UTC)
    first, last = found.first_day - EPOCH_DAY, found.last_day - EPOCH_DAY
    return midnight + timedelta(days=first - 2), midnight + timedelta(days=last + 3)
