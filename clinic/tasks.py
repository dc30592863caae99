"""Entry points of the background worker: ids in, one service call, safe to run twice."""

from django_q.tasks import async_task

from clinic import jobs
from clinic.audit.certificates import certify
from clinic.calendars import services as calendars
from clinic.enums import JobKind
from clinic.messaging.reminders.writing import remind_due
from clinic.messaging.sending import sender
from clinic.packages import services as packages
from clinic.waitlist import services as waitlist

AUDIT_SECONDS = 280  # less than the time after which the queue would begin it once more

# What works on each kind of job: a function that takes the Job and returns its result as JSON.
HANDLERS: dict[str, str] = {
    JobKind.BULK_PLAN: "clinic.scheduling.planning.bulk.plan_everyone",
    JobKind.BULK_APPLY: "clinic.scheduling.planning.bulk.book_everyone",
    JobKind.BULK_UNDO: "clinic.scheduling.undo_jobs.undo_everything",
}


def run_job(job_id: int, language: str = "en") -> None:
    jobs.run(job_id, HANDLERS, language=language)


def expire_packages() -> None:
    packages.expire_everywhere()


def start_audit() -> None:
    """Have everything audited by a task that may take longer than the others, a million appointments and more."""
    async_task("clinic.tasks.audit", timeout=AUDIT_SECONDS)


def audit() -> None:
    certify()


def move_offers_on() -> None:
    """What is due on the waiting list: freed times are offered, and offers that have run out go to the next in line."""
    waitlist.expire_offers()
    waitlist.open_planned()


def write_reminders() -> None:
    """What patients are to be reminded of now; it leaves with the next messages that are sent."""
    remind_due()


def remind_expiring() -> None:
    packages.remind_expiring_due()


def send_messages() -> None:
    """What is due in the outbox. It ends before the next one begins, and before the queue would end it."""
    sender.send_everything()


def read_calendars() -> None:
    """Providers' calendars elsewhere whose turn it is, in one task: the other hands of the worker stay free."""
    calendars.refresh_due()
