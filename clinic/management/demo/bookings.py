"""What the demo knows of an appointment before it is written, and how its moment of booking and its fate are drawn."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clinic.management.demo.attendance import Fate, desk_moment, draw_fate
from clinic.management.demo.diary import Diary, Place
from clinic.management.demo.sales import Sale
from clinic.management.demo.world import Person, World
from clinic.models import Service
from clinic.scheduling.local_time import EPOCH_DAY, moment_of

FULL_SHARE, FULL_TODAY = (0.58, 0.80), (0.82, 0.96)  # of a provider's day
SHARE_BY_WEEKS_AHEAD = (0.94, 0.74, 0.56, 0.40)  # of that share
SHORTEST_NOTICE = timedelta(minutes=30)


@dataclass
class Booking:
    """One patient's appointment; `session_number` is set for sessions of a purchase."""

    person: Person
    service: Service
    place: Place
    booked_at: datetime
    fate: Fate
    sale: Sale | None = None
    session_number: int | None = None

    @property
    def starts_at(self) -> datetime:
        return moment_of(self.place.start)

    @property
    def ends_at(self) -> datetime:
        return moment_of(self.place.end)


@dataclass
class Agenda:
    """The world with its diary while appointments are found; `bookings` grows as they are."""

    world: World
    diary: Diary
    bookings: list[Booking] = field(default_factory=list)
    _shares: dict[tuple[int, int], float] = field(default_factory=dict)

    @property
    def today(self) -> int:
        """The diary's number of today."""
        return self.world.today.toordinal() - EPOCH_DAY

    def full_share(self, provider: int, day: int) -> float:
        """How much of this day the provider fills: less and less the further it lies ahead."""
        if (provider, day) not in self._shares:
            weeks = min(max(0, day - self.today - 1) // 7, len(SHARE_BY_WEEKS_AHEAD) - 1)
            factor = SHARE_BY_WEEKS_AHEAD[weeks] if day > self.today else 1.0
            share = FULL_TODAY if day == self.today else FULL_SHARE
            self._shares[provider, day] = self.world.chance.uniform(*share) * factor
            if day == self.today and provider in self.world.treating_logins:
                self._shares[provider, day] = 1.0
        return self._shares[provider, day]

    def book(
        self,
        person: Person,
        service: Service,
        place: Place,
        *,
        earliest: datetime,
        lead: timedelta,
        sale: Sale | None = None,
        session_number: int | None = None,
    ) -> Booking:
        """Book the place about `lead` before it starts, not before `earliest`, which must leave the shortest notice.

        The time is taken, unless the appointment has been cancelled by now.
        """
        starts_at = moment_of(place.start)
        latest = min(starts_at - SHORTEST_NOTICE, self.world.now - timedelta(minutes=4))
        booked_at = desk_moment(self.world, starts_at - lead, earliest=earliest, latest=latest)
        fate = draw_fate(self.world, person, booked_at=booked_at, starts_at=starts_at)
        booking = Booking(person, service, place, booked_at, fate, sale, session_number)
        self.bookings.append(booking)
        if not fate.is_cancelled:
            self.diary.take(place, person.patient)
        return booking
