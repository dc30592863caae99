"""Whether people come: the chances of a no-show, a cancellation and a move, and the moments at which things happen.

The rates follow what clinics see: a longer wait between booking and appointment, the first and the last hour of the
day, the ends of the week, and above all the same few patients make no-shows more likely.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from clinic.enums import AppointmentStatus as Status
from clinic.management.demo.world import CLOSED_WEEKDAY, Person, World

NO_SHOW_BASE = 0.068
NO_SHOW_PER_DAY_OF_WAITING, LONGEST_WAIT_THAT_COUNTS = 0.0035, 28
NO_SHOW_ON_WEEKDAY = {4: 0.03, 6: 0.03, 7: 0.02}
NO_SHOW_EARLY, NO_SHOW_LATE = 0.03, 0.03  # before ten, from five in the afternoon
CANCELLED_BY_PATIENT_RATE, CANCELLED_BY_CLINIC_RATE = 0.075, 0.018
ABOUT_NOW = timedelta(minutes=60)
DESK_HOURS = (8 * 60 + 15, 17 * 60)  # minutes of the local day

PATIENT_REASONS = (
    "Child is ill", "Exam at school", "Travelling", "No transport today", "Family occasion", "Wants another day",
    "Father cannot leave work", "Forgot about a school event",
)  # fmt: skip
CLINIC_REASONS = ("Provider ill", "Room under repair", "Provider called to a meeting", "Power cut in the building")


@dataclass(frozen=True)
class Fate:
    """How an appointment ends if nobody interferes: `status` is completed, no-show or cancelled.

    A cancelled one has the moment and the reason of the cancellation.
    """

    status: Status
    cancelled_at: datetime | None = None
    reason: str = ""

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None


def draw_fate(world: World, person: Person, *, booked_at: datetime, starts_at: datetime) -> Fate:
    """What becomes of the appointment. A cancellation that lies after the demo's now has not happened.

    Whoever is due about now comes: the desk that is looked at has somebody to receive.
    """
    if abs(starts_at - world.now) <= ABOUT_NOW:
        return Fate(Status.COMPLETED)
    cancelled_at = starts_at - timedelta(hours=world.chance.uniform(1, 60))
    cancelled_at = max(cancelled_at, booked_at + (starts_at - booked_at) / 2)
    luck, way = world.chance.random(), world.chance.random()
    if cancelled_at <= world.now and luck < CANCELLED_BY_PATIENT_RATE:
        return Fate(Status.CANCELLED_BY_PATIENT, cancelled_at, world.chance.choice(PATIENT_REASONS))
    if cancelled_at <= world.now and luck < CANCELLED_BY_PATIENT_RATE + CANCELLED_BY_CLINIC_RATE:
        return Fate(Status.CANCELLED_BY_CLINIC, cancelled_at, world.chance.choice(CLINIC_REASONS))
    missed = way < no_show_rate(person, booked_at=booked_at, starts_at=starts_at.astimezone(world.zone))
    return Fate(Status.NO_SHOW if missed else Status.COMPLETED)


def no_show_rate(person: Person, *, booked_at: datetime, starts_at: datetime) -> float:
    """The chance, 0 to 1, that the patient neither comes nor cancels; `starts_at` in the clinic's zone."""
    waiting = min((starts_at - booked_at).days, LONGEST_WAIT_THAT_COUNTS)
    rate = NO_SHOW_BASE + person.forgets_rate + waiting * NO_SHOW_PER_DAY_OF_WAITING
    rate += NO_SHOW_ON_WEEKDAY.get(starts_at.isoweekday(), 0.0)
    return rate + NO_SHOW_EARLY * (starts_at.hour < 10) + NO_SHOW_LATE * (starts_at.hour >= 17)


def desk_moment(world: World, wanted: datetime, *, earliest: datetime, latest: datetime) -> datetime:
    """A moment of desk hours on the wanted day, on Thursday for a Friday, and never outside the two bounds."""
    day = wanted.astimezone(world.zone).date()
    if day.isoweekday() == CLOSED_WEEKDAY:
        day -= timedelta(days=1)
    minutes = timedelta(minutes=world.chance.randrange(*DESK_HOURS), seconds=world.chance.randrange(60))
    moment = datetime.combine(day, time(), world.zone) + minutes
    return max(earliest, min(moment, latest)).astimezone(earliest.tzinfo)
