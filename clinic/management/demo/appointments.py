"""From bookings to appointments: what happened step by step, up to the moment the demo plays at."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clinic.enums import AppointmentKind
from clinic.enums import AppointmentStatus as Status
from clinic.management.demo.attendance import desk_moment
from clinic.management.demo.bookings import Booking
from clinic.management.demo.chronicle import Chronicle, write_all
from clinic.management.demo.visits import kinds
from clinic.management.demo.world import CLOSED_WEEKDAY, World
from clinic.models import Appointment, Provider, User
from clinic.scheduling.local_time import moment_of

MOVED_RATE, CONFIRMED_RATE, NOTED_RATE = 0.11, 0.72, 0.03  # moved: of those booked more than three days ahead
CONFIRMED_WITHIN = timedelta(days=3)
DUE_NOW, DUE_TO_LOGIN = timedelta(minutes=40), timedelta(minutes=60)
LATE = timedelta(minutes=2), timedelta(minutes=35)
NO_SHOW_AFTER = timedelta(minutes=25)  # the desk waits this long
NOTES = (
    "Same room as last time, please.",
    "Mother asked for a morning next time.",
    "Bring the report from school.",
    "Father would like five minutes at the end.",
)
SESSION_NOTES = (
    "Worked on two-word phrases with the picture cards. Answers sooner than last week.",
    "Tired today: shorter tasks, more play. Mother practises the s-sound at home.",
    "Held a story of four sentences. Next time: questions with why.",
    "Breathing and slow starts. Stumbled three times in ten minutes, before it was eight.",
    "Turn-taking in the board game went well. Father was shown how to wait for an answer.",
    "Repeated last week's words without a picture. New list given for home.",
)


@dataclass(frozen=True)
class Played:
    booking: Booking
    chronicle: Chronicle

    @property
    def session_used_at(self) -> datetime | None:
        """When a session of the purchase was spent on it, if it was."""
        return next((change.at for change in self.chronicle.changes if change.fields.get("session_used")), None)


class Walk:
    """Plays bookings forward. Providers take their patients one after the other, so a late start delays the next."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.kinds = kinds(world)
        self.providers = {provider.pk: provider for provider in world.providers.values()}
        self.due = self.overdue = 0
        self.has_next: set[int] = set()
        self.free_from: dict[tuple[int, int], datetime] = defaultdict(lambda: world.founded_at)

    def play(self, booking: Booking) -> Chronicle:
        """What happened to the booking; steps that lie after the demo's now have not happened."""
        chronicle = Chronicle()
        known_since = self._book(chronicle, booking)
        if booking.fate.is_cancelled:
            self._cancel(chronicle, booking)
        else:
            self._confirm(chronicle, booking, known_since)
            if booking.fate.status == Status.NO_SHOW:
                self._miss(chronicle, booking)
            else:
                self._hold(chronicle, booking)
        chronicle.changes = [change for change in chronicle.changes if change.at <= self.world.now]
        return chronicle

    def _book(self, chronicle: Chronicle, booking: Booking) -> datetime:
        """Write the booking, and the move where there was one; the moment since which the time is known."""
        world, chance, desk = self.world, self.world.chance, self.world.desk
        times = times_of(booking)
        moved_at = self._moved_at(booking)
        shift = self._shift(booking) if moved_at else timedelta(0)
        chronicle.add(
            booking.booked_at,
            desk,
            organisation_id=world.organisation.pk,
            public_id=UUID(int=chance.getrandbits(128), version=4),
            **self._who_and_where(booking),
            kind=self.kinds.get(booking.service.pk, AppointmentKind.THERAPY_SESSION),
            status=Status.SCHEDULED,
            **{name: moment + shift for name, moment in times.items()},
            notes=chance.choice(NOTES) if chance.random() < NOTED_RATE else "",
            booked_by_id=desk.pk,
            booked_at=booking.booked_at,
        )
        if not moved_at:
            return booking.booked_at
        chronicle.add(moved_at, desk, status=Status.RESCHEDULED, **times, moves=1, calendar_sequence=1)
        return moved_at

    def _who_and_where(self, booking: Booking) -> dict:
        place = booking.place
        return {
            "clinic_id": place.clinic,
            "provider_id": place.provider,
            "patient_id": booking.person.patient.pk,
            "service_id": booking.service.pk,
            "room_id": place.room.room if place.room else None,
            "room_place": place.room.place if place.room else 0,
            "lane": place.lane,
            "session_number": booking.session_number,
            "video_link": self._video_link(booking),
        }

    def _video_link(self, booking: Booking) -> str:
        if self.kinds.get(booking.service.pk) != AppointmentKind.VIRTUAL:
            return ""
        return f"https://video.example.com/{self.world.chance.getrandbits(64):016x}"

    def _moved_at(self, booking: Booking) -> datetime | None:
        """When the appointment was moved to its present time; None for most, which never were."""
        spare = booking.starts_at - booking.booked_at - timedelta(days=3)
        if spare <= timedelta(0) or self.world.chance.random() >= MOVED_RATE:
            return None
        moved_at = booking.booked_at + spare * self.world.chance.uniform(0.1, 0.9)
        return moved_at if moved_at <= self.world.now else None

    def _shift(self, booking: Booking) -> timedelta:
        """From the present time to the one before the move: a day or two, not onto the closed day."""
        day = booking.starts_at.astimezone(self.world.zone)
        shifts = [timedelta(days=days) for days in (-2, -1, 1, 2)]
        return self.world.chance.choice([s for s in shifts if (day + s).isoweekday() != CLOSED_WEEKDAY])

    def _cancel(self, chronicle: Chronicle, booking: Booking) -> None:
        fate, desk = booking.fate, self.world.desk
        at = max(fate.cancelled_at, chronicle.changes[-1].at)
        chronicle.add(
            at,
            desk,
            reason=fate.reason,
            status=fate.status,
            cancelled_at=at,
            cancelled_by_id=desk.pk,
            cancellation_reason=fate.reason,
            calendar_sequence=chronicle.fields.get("calendar_sequence", 0) + 1,
        )

    def _confirm(self, chronicle: Chronicle, booking: Booking, known_since: datetime) -> None:
        latest = booking.starts_at - timedelta(hours=2)
        if latest <= known_since or self.world.chance.random() >= CONFIRMED_RATE:
            return
        wanted = booking.starts_at - CONFIRMED_WITHIN * self.world.chance.random()
        at = desk_moment(self.world, wanted, earliest=known_since, latest=latest)
        chronicle.add(at, self.world.desk, status=Status.CONFIRMED, confirmed_at=at)

    def _miss(self, chronicle: Chronicle, booking: Booking) -> None:
        uses = bool(booking.sale) and self.world.organisation.policy.no_show_uses_session
        at = booking.starts_at + NO_SHOW_AFTER
        chronicle.add(at, self.world.desk, status=Status.NO_SHOW, session_used=uses)

    def _hold(self, chronicle: Chronicle, booking: Booking) -> None:
        chance, starts_at = self.world.chance, booking.starts_at
        seat = booking.place.provider, booking.place.lane
        arrived_at = max(self._arrived_at(booking), chronicle.changes[-1].at)
        called_at = starts_at + timedelta(minutes=chance.triangular(-2, 14, 2))
        started_at = max(called_at, arrived_at + timedelta(minutes=1), self.free_from[seat])
        length = (booking.ends_at - starts_at) * chance.uniform(0.88, 1.04)
        completed_at = self.free_from[seat] = started_at + length
        by = self._who_treats(booking)
        chronicle.add(arrived_at, self.world.desk, status=Status.ARRIVED, arrived_at=arrived_at)
        chronicle.add(started_at, by, status=Status.IN_PROGRESS, started_at=started_at)
        if booking.place.provider in self.world.treating_logins:
            chronicle.add(completed_at - timedelta(seconds=20), by, notes=chance.choice(SESSION_NOTES))
        chronicle.add(
            completed_at, by, status=Status.COMPLETED, completed_at=completed_at, session_used=bool(booking.sale)
        )

    def _arrived_at(self, booking: Booking) -> datetime:
        """Most come a little early. Of those who are due about now some wait already and some are late.

        Who signs in as a provider has somebody waiting.
        """
        starts_at, now = booking.starts_at, self.world.now
        arrived_at = starts_at + timedelta(minutes=self.world.chance.triangular(-38, 8, -12))
        if timedelta(0) <= starts_at - now <= DUE_TO_LOGIN and self._is_next_of_a_login(booking):
            return min(arrived_at, now - timedelta(minutes=3))
        if timedelta(0) <= starts_at - now <= DUE_NOW:
            self.due += 1
            if self.due % 2:
                return min(arrived_at, now - timedelta(minutes=3))
        if LATE[0] <= now - starts_at <= LATE[1]:
            self.overdue += 1
            if self.overdue % 4 == 1:
                return max(arrived_at, now + timedelta(minutes=5))
        return arrived_at

    def _is_next_of_a_login(self, booking: Booking) -> bool:
        """Whether this is the first one after now of a provider who can sign in."""
        provider = booking.place.provider
        is_next = provider in self.world.treating_logins and provider not in self.has_next
        self.has_next.add(provider)
        return is_next

    def _who_treats(self, booking: Booking) -> User:
        provider: Provider = self.providers[booking.place.provider]
        return provider.user or self.world.desk


def times_of(booking: Booking) -> dict[str, datetime]:
    place = booking.place
    instants = {
        "starts_at": place.start,
        "ends_at": place.end,
        "busy_from": place.busy_from,
        "busy_until": place.busy_until,
    }
    return {name: moment_of(instant) for name, instant in instants.items()}


def play_all(world: World, bookings: list[Booking]) -> list[Played]:
    """What happened to every booking, in the order of booking."""
    walk = Walk(world)
    in_order_of_time = sorted(bookings, key=lambda b: (b.place.start, b.place.provider, b.place.lane, b.booked_at))
    played = [Played(booking, walk.play(booking)) for booking in in_order_of_time]
    return sorted(played, key=lambda one: one.booking.booked_at)


def write_appointments(played: list[Played]) -> None:
    write_all(Appointment, [one.chronicle for one in played])
