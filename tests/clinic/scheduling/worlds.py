"""Random worlds around changes of the clocks, and the same worlds as rows of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from hypothesis import strategies as st

from clinic.enums import LeaveStatus
from clinic.models import (
    Appointment,
    BusyCalendar,
    BusyTime,
    Closure,
    ExtraHours,
    Leave,
    Patient,
    Policy,
    Provider,
    Room,
    Service,
    WorkingHours,
)
from tests.clinic.scheduling import model
from tests.factories import (
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

CHANGES = {
    "Asia/Riyadh": ["2030-01-07"],
    "Africa/Cairo": ["2030-04-26", "2030-10-31"],
    "Europe/Berlin": ["2030-03-31", "2030-10-27"],
    "Africa/Casablanca": ["2030-02-10", "2030-12-22"],
}
DAYS = [(zone, date.fromisoformat(day)) for zone, days in CHANGES.items() for day in days]
UNTIL_MIDNIGHT = 23 * 60 + 59

FIVES = st.integers(0, 287).map(lambda five: five * 5)
OFTEN_WHOLE = st.one_of(FIVES, st.integers(0, 1439))


def services(most: int = 90) -> st.SearchStrategy[model.Service]:
    buffers = st.sampled_from([0, 0, 5, 10, 45])
    lengths = st.sampled_from([5, 20, 30, 45, 60, most])
    return st.builds(model.Service, buffers, lengths, buffers, st.sampled_from([None, None, 1, 2]))


@st.composite
def rows(draw: st.DrawFn, day: date) -> model.Row:
    """Hours that mostly hold on the day or the next; a third of them extra hours."""
    start = draw(OFTEN_WHOLE.filter(lambda minute: minute < UNTIL_MIDNIGHT))
    end = min(start + draw(st.integers(1, 600)), UNTIL_MIDNIGHT)
    on = day + timedelta(days=draw(st.sampled_from([0, 0, 0, 1])))
    shared = {
        "start": clock_time(start), "end": clock_time(end),
        "slot_minutes": draw(st.sampled_from([5, 7, 15, 20, 30, 45])), "capacity": draw(st.integers(1, 3)),
    }  # fmt: skip
    if draw(st.integers(0, 2)) == 0:
        return model.Row(weekday=None, first_on=on, **shared)
    first_on = on - timedelta(days=draw(st.integers(0, 30)))
    last_on = draw(st.sampled_from([None, None, on, on + timedelta(days=1)]))
    weeks = draw(st.sampled_from([1, 1, 2, 3]))
    return model.Row(weekday=on.isoweekday(), first_on=first_on, last_on=last_on, every_n_weeks=weeks, **shared)


def clock_time(minute: int) -> time:
    return time(minute // 60, minute % 60)


@st.composite
def worlds(draw: st.DrawFn) -> model.World:
    zone, day = draw(st.sampled_from(DAYS))
    day += timedelta(days=draw(st.sampled_from([-1, 0, 0, 1])))
    midnight = model.minute_of(datetime.combine(day, time(), tzinfo=ZoneInfo(zone)))
    service = draw(services())
    rooms = draw(st.lists(st.integers(1, 2), max_size=2))
    world = model.World(
        zone=zone,
        day=day,
        at=midnight - draw(st.sampled_from([2880, 1440, 30, -600])),
        notice=draw(st.sampled_from([0, 0, 0, 90, 2000])),
        horizon_days=draw(st.sampled_from([365, 365, 1, 2])),
        service=service,
        rows=draw(st.lists(rows(day), min_size=1, max_size=4)),
        leave=draw(st.lists(leaves(midnight), max_size=2)),
        closures=[(day + timedelta(days=n), day + timedelta(days=n)) for n in draw(closed_days())],
        rooms=rooms,
        elsewhere=draw(st.lists(busy_elsewhere(midnight), max_size=3)),
    )
    others = draw(st.lists(bookings(midnight, service, rooms), max_size=8))
    world.bookings = possible(others)
    return world


@st.composite
def leaves(draw: st.DrawFn, midnight: int) -> tuple[int, int]:
    start = midnight + draw(OFTEN_WHOLE)
    return start, start + draw(st.sampled_from([1, 60, 300, 1440]))


@st.composite
def busy_elsewhere(draw: st.DrawFn, midnight: int) -> model.Elsewhere:
    """It mostly counts: a quarter is a colleague's, a quarter of a calendar that nobody follows any more."""
    start = midnight + draw(OFTEN_WHOLE) - draw(st.sampled_from([0, 0, 720, 1440]))
    end = start + draw(st.sampled_from([1, 30, 60, 300, 1440, 2000]))
    return model.Elsewhere(start, end, own_provider=draw(st.integers(0, 3)) > 0, followed=draw(st.integers(0, 3)) > 0)


def closed_days() -> st.SearchStrategy[list[int]]:
    return st.one_of(st.just([]), st.just([]), st.just([]), st.lists(st.sampled_from([-1, 0, 1]), max_size=1))


@st.composite
def bookings(draw: st.DrawFn, midnight: int, service: model.Service, rooms: list[int]) -> model.Booking:
    seats = [None, *((room, place) for room, places in enumerate(rooms) for place in range(places))]
    return model.Booking(
        start=midnight + draw(FIVES) + draw(st.sampled_from([0, 0, 1440])),
        service=draw(st.one_of(st.just(service), services())),
        own_provider=draw(st.integers(0, 3)) > 0,
        lane=draw(st.integers(0, 3)),
        seat=draw(st.sampled_from(seats)),
        own_patient=draw(st.integers(0, 3)) == 0,
    )


def possible(wanted: list[model.Booking]) -> list[model.Booking]:
    """Those of the wanted bookings that the tables take one after the other."""
    kept: list[model.Booking] = []
    for booking in wanted:
        if not any(clash(booking, other) for other in kept):
            kept.append(booking)
    return kept


def clash(one: model.Booking, other: model.Booking) -> bool:
    busy = bool(one.busy & other.busy)
    same_lane = (one.own_provider, one.lane) == (other.own_provider, other.lane)
    same_seat = one.seat is not None and one.seat == other.seat
    both_ours = one.own_patient and other.own_patient
    return (busy and (same_lane or same_seat)) or (both_ours and bool(one.treatment & other.treatment))


class Stage:
    """The rows that every world shares; `show` adds those of one world for as long as a block lasts."""

    def __init__(self) -> None:
        self.organisation = make_organisation()
        self.user = make_user(self.organisation)
        self.clinic = make_clinic(self.organisation)
        self.provider = make_provider(self.clinic)
        self.colleague = make_provider(self.clinic, name="Mona")
        self.service = make_service(self.provider)
        self.patient = make_patient(self.organisation)
        self.calendars = {
            (provider, followed): self._calendar(provider, followed)
            for provider in (self.provider, self.colleague)
            for followed in (True, False)
        }
        self.others = [make_patient(self.organisation, name=f"Patient {n}") for n in range(12)]

    def _calendar(self, provider: Provider, followed: bool) -> BusyCalendar:
        own = {"organisation": self.organisation, "provider": provider}
        return BusyCalendar.objects.create(name=f"Followed: {followed}", active=followed, **own)

    @contextmanager
    def show(self, world: model.World) -> Iterator[None]:
        with transaction.atomic():
            self._organise(world)
            self._open(world)
            self._close(world)
            self._fill(world)
            yield
            transaction.set_rollback(True)

    def _organise(self, world: model.World) -> None:
        self.clinic.time_zone = world.zone
        self.clinic.save()
        Policy.objects.filter(organisation=self.organisation).update(
            minimum_notice=timedelta(minutes=world.notice), booking_horizon_days=world.horizon_days
        )
        self.service.buffer_before, self.service.duration, self.service.buffer_after = (
            timedelta(minutes=minutes) for minutes in (world.service.before, world.service.length, world.service.after)
        )
        self.service.capacity = world.service.capacity
        self.service.save()
        own = {"organisation": self.organisation, "clinic": self.clinic}
        self.rooms = [Room.objects.create(code=f"{n}", capacity=places, **own) for n, places in enumerate(world.rooms)]
        for room in self.rooms:
            room.services.add(self.service)

    def _open(self, world: model.World) -> None:
        own = {"organisation": self.organisation, "provider": self.provider}
        for row in world.rows:
            here = {
                **own, "clinic": self.clinic, "start": row.start, "end": row.end,
                "slot_minutes": row.slot_minutes, "capacity": row.capacity,
            }  # fmt: skip
            if row.weekday is None:
                ExtraHours.objects.bulk_create([ExtraHours(date=row.first_on, **here)])
            else:
                validity = {"valid_from": row.first_on, "valid_until": row.last_on, "every_n_weeks": row.every_n_weeks}
                WorkingHours.objects.bulk_create([WorkingHours(weekday=row.weekday, **validity, **here)])

    def _close(self, world: model.World) -> None:
        approved = {"organisation": self.organisation, "provider": self.provider, "status": LeaveStatus.APPROVED}
        Leave.objects.bulk_create(
            Leave(starts_at=model.moment_of(start), ends_at=model.moment_of(end), **approved)
            for start, end in world.leave
        )
        Closure.objects.bulk_create(
            Closure(organisation=self.organisation, name_en="Holiday", first_on=first, last_on=last)
            for first, last in world.closures
        )
        BusyTime.objects.bulk_create(self._busy_time(one) for one in world.elsewhere)

    def _busy_time(self, one: model.Elsewhere) -> BusyTime:
        provider = self.provider if one.own_provider else self.colleague
        return BusyTime(
            organisation=self.organisation, provider=provider, calendar=self.calendars[provider, one.followed],
            starts_at=model.moment_of(one.start), ends_at=model.moment_of(one.end),
        )  # fmt: skip

    def _fill(self, world: model.World) -> None:
        patients = iter(self.others)
        Appointment.objects.bulk_create(
            self._appointment(booking, number, self.patient if booking.own_patient else next(patients))
            for number, booking in enumerate(world.bookings)
        )

    def _appointment(self, booking: model.Booking, number: int, patient: Patient) -> Appointment:
        room, place = booking.seat or (None, 0)
        start, end = booking.start, booking.start + booking.service.length
        return Appointment(
            organisation=self.organisation, clinic=self.clinic, patient=patient,
            provider=self.provider if booking.own_provider else self.colleague,
            service=self._service_of(booking, number), lane=booking.lane,
            room=None if room is None else self.rooms[room], room_place=place,
            starts_at=model.moment_of(start), ends_at=model.moment_of(end),
            busy_from=model.moment_of(start - booking.service.before),
            busy_until=model.moment_of(end + booking.service.after), booked_at=model.moment_of(start),
        )  # fmt: skip

    def _service_of(self, booking: model.Booking, number: int) -> Service:
        """The service as the engine sees it of somebody else's appointment: only how many it allows at once."""
        return Service.objects.create(
            organisation=self.organisation, code=f"other-{number}", name_en="Other", duration=timedelta(minutes=5),
            capacity=booking.service.capacity,
        )  # fmt: skip
