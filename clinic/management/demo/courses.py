"""The sessions of each purchase: one provider for each service, the same weekday and time where that is free."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from clinic.management.demo.bookings import Agenda, Booking
from clinic.management.demo.diary import Place
from clinic.management.demo.sales import Sale
from clinic.models import Service
from clinic.scheduling.local_time import EPOCH_DAY

LOOK_AHEAD = 7  # days after the wished one in which a session still suits the family
DAY_COST, HOUR_COST = 2.0, 0.6  # how a family weighs another day against another hour


@dataclass
class Course:
    """How a family walks through one purchase."""

    sale: Sale
    provider_of: dict[int, int]
    days_between: int
    hour: float

    def sequence(self) -> list[Service]:
        """The services in the order of their sessions: step by step, services of one step in turn."""
        result = []
        for step in sorted({item.step for item in self.sale.items}):
            left = Counter({item.service: item.sessions for item in self.sale.items if item.step == step})
            while left:
                for service in list(left):
                    result.append(service)
                    left -= Counter([service])
        return result


def book_courses(agenda: Agenda, sales: list[Sale]) -> None:
    """Book the sessions of every purchase as far as its stage says, and number them in order of time."""
    for sale in sales:
        run(agenda, draw_course(agenda, sale))


def draw_course(agenda: Agenda, sale: Sale) -> Course:
    chance, clinic = agenda.world.chance, sale.person.clinic.pk
    providers = {}
    for item in sale.items:
        offered = [p for p, at in agenda.diary.situation.offers[item.service_id] if at == clinic]
        providers[item.service_id] = next((p for p in offered if p in providers.values()), chance.choice(offered))
    return Course(
        sale=sale,
        provider_of=providers,
        days_between=chance.choices([2, 3, 4, 7], [10, 30, 20, 40])[0],
        hour=chance.choice([9.0, 10.0, 10.5, 11.0, 13.5, 14.5, 16.0, 16.5, 17.0]),
    )


def run(agenda: Agenda, course: Course) -> None:
    """Book session after session, from the day after the sale; a cancelled one is booked again."""
    sale, sequence = course.sale, course.sequence()
    last = (min(sale.expires_on, sale.booked_until) - timedelta(days=EPOCH_DAY)).toordinal()
    day, held = (sale.sold_at - agenda.world.now).days + agenda.today + 2, 0
    while held < len(sequence) and (sale.held is None or held < sale.held) and day <= last:
        place = find(agenda, course, sequence[held], day, last)
        if place is None:
            day += LOOK_AHEAD
            continue
        booking = book_session(agenda, course, sequence[held], place, number=held + 1)
        held += not booking.fate.is_cancelled
        day = agenda.diary.day_of(place.start) + course.days_between


def book_session(agenda: Agenda, course: Course, service: Service, place: Place, number: int) -> Booking:
    lead = timedelta(days=agenda.world.chance.triangular(1, 26, 6))
    earliest = course.sale.sold_at + timedelta(minutes=5)
    return agenda.book(
        course.sale.person, service, place, earliest=earliest, lead=lead, sale=course.sale, session_number=number
    )


def find(agenda: Agenda, course: Course, service: Service, day: int, last: int) -> Place | None:
    """The free time that costs the family least from `day` on, within the week and up to the day `last`."""
    provider, clinic = course.provider_of[service.pk], course.sale.person.clinic.pk
    candidates = []
    for candidate in range(day, min(day + LOOK_AHEAD, last + 1)):
        if agenda.diary.load(provider, clinic, candidate) >= agenda.full_share(provider, candidate):
            continue
        for start, opening in agenda.diary.starts(service, provider, clinic, candidate):
            cost = DAY_COST * (candidate - day) + HOUR_COST * abs(agenda.diary.hour_of(start) - course.hour)
            candidates.append((cost, start, opening))
    for _cost, start, opening in sorted(candidates, key=lambda candidate: candidate[:2]):
        if place := agenda.diary.place(service, opening, start, course.sale.person.patient):
            return place
    return None
