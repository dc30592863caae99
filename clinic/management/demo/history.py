"""Half a year behind and four weeks ahead: purchases and appointments, from finding a time to the outbox."""

from clinic.management.demo.appointments import play_all, write_appointments
from clinic.management.demo.bookings import Agenda
from clinic.management.demo.courses import book_courses
from clinic.management.demo.diary import Diary
from clinic.management.demo.outbox import fill_outbox
from clinic.management.demo.purchases import write_ledgers, write_purchases
from clinic.management.demo.sales import sales
from clinic.management.demo.visits import fill_days
from clinic.management.demo.world import AHEAD, HISTORY, World
from clinic.scheduling.selectors import situation


def write_history(world: World) -> None:
    """Find a time for everything first, then write what came of it."""
    found = situation(world.services.values(), first_day=world.today - HISTORY, last_day=world.today + AHEAD)
    agenda = Agenda(world, Diary(found, east_of_utc=world.now.astimezone(world.zone).utcoffset()))
    sold = sales(world, agenda.diary.situation)
    book_courses(agenda, sold)
    fill_days(agenda)
    played = play_all(world, agenda.bookings)
    purchases = write_purchases(world, sold, played)
    write_appointments(played)
    write_ledgers(world, purchases, played)
    fill_outbox(world, purchases, played)
