"""The list of appointments in a large organisation beside the same list in a small one, and a day of its calendar."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinic.enums import AppointmentStatus
from clinic.management.bench.clock import side_by_side
from clinic.management.bench.diary import FIRST_DAY, Diary, make_diary
from clinic.management.bench.report import Row
from clinic.models import Appointment

ROLE = "Administrator"
DAYS_BACK = {"small": 0, "million": 1_100}
MOST_QUERIES, MOST_MS, MOST_SEARCH_MS, MOST_TIMES = 2, 3, 100, 1.2
CALENDAR_MS = 300
ROUNDS = 5


def rows(*, scale: str) -> Iterator[Row]:
    small = make_diary("small", providers=5, clinics=2, share=0.13)
    large = make_diary("large", days_back=DAYS_BACK[scale])
    analyse()
    clerks = [signed_in(diary) for diary in (large, small)]
    sizes = [f"{Appointment.objects.of(diary.organisation).count():,}" for diary in (large, small)]
    for case, ask in QUESTIONS.items():
        addresses = [f"{reverse('admin:clinic_appointment_changelist')}?{urlencode(ask(d))}" for d in (large, small)]
        yield from compared(case, clerks, addresses, sizes)
    yield calendar_day(clerks[0], large)


def calendar_day(clerk: Client, diary: Diary) -> Row:
    """One clinic's day with all its providers, whose half is booked."""
    day = (FIRST_DAY + timedelta(days=1)).isoformat()
    address = f"{reverse('admin:calendar')}?{urlencode({'day': day, 'clinic': diary.clinics[0].pk})}"
    (seconds,) = side_by_side(lambda: opened(clerk, address), rounds=ROUNDS)
    providers = sum(diary.clinic_of(provider) == diary.clinics[0] for provider in diary.providers)
    case = f"calendar, a day of {providers} providers"
    return Row(
        "lists",
        case,
        connection.vendor,
        "ms",
        seconds * 1e3,
        CALENDAR_MS,
        "promised",
        "≤ 1",
        seconds * 1e3 <= CALENDAR_MS,
    )


def analyse() -> None:
    """What a database in use has long done: look at what its tables hold."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def signed_in(diary: Diary) -> Client:
    diary.user.is_staff = True
    diary.user.save()
    diary.user.groups.set(Group.objects.filter(name=ROLE))
    client = Client(SERVER_NAME="localhost")
    client.force_login(diary.user, "django.contrib.auth.backends.ModelBackend")
    return client


def one_week(diary: Diary) -> dict:
    return {"day": "any", "starts_at_from": FIRST_DAY, "starts_at_to": FIRST_DAY + timedelta(days=6)}


QUESTIONS = {
    "any day": lambda diary: {"day": "any"},
    "one week": one_week,
    "a clinic": lambda diary: {"day": "any", "clinic__id__exact": diary.clinics[0].pk},
    "a provider": lambda diary: {"day": "any", "provider__id__exact": diary.providers[0].pk},
    "a status": lambda diary: {"day": "any", "status__exact": AppointmentStatus.SCHEDULED},
    "page 19": lambda diary: {"day": "any", "p": 19},
    "search": lambda diary: {"day": "any", "q": "patient 77"},
}


@dataclass(frozen=True)
class Asked:
    """The queries for the rows of the list and their number, and the milliseconds they took."""

    queries: int
    milliseconds: float


def compared(case: str, clerks: list[Client], addresses: list[str], sizes: list[str]) -> Iterator[Row]:
    engine, title = connection.vendor, f"{case}, {sizes[0]} appointments"
    (large, small), (address, beside) = clerks, addresses
    page, page_beside = side_by_side(lambda: opened(large, address), lambda: opened(small, beside), rounds=ROUNDS)
    yield Row(
        "lists", title, engine, "ms", page * 1e3, page_beside * 1e3, f"the page with {sizes[1]}",
        f"≤ {MOST_TIMES}", page <= MOST_TIMES * page_beside,
    )  # fmt: skip
    asked = [asked_for(large, address) for _round in range(ROUNDS)]
    queries, spent = asked[0].queries, median(one.milliseconds for one in asked)
    most = MOST_SEARCH_MS if case == "search" else MOST_MS
    yield Row(
        "lists", f"{title}: SQL", engine, "ms", spent, most, f"rows and number in {queries} queries",
        f"≤ {most} ms, ≤ {MOST_QUERIES} queries", spent <= most and queries <= MOST_QUERIES,
    )  # fmt: skip


def opened(client: Client, address: str) -> float:
    started = perf_counter()
    answer = client.get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")
    return perf_counter() - started


def asked_for(client: Client, address: str) -> Asked:
    seconds: list[float] = []

    def timed(execute: Callable[..., object], sql: str, *rest: object) -> object:
        started = perf_counter()
        found = execute(sql, *rest)
        if 'FROM "clinic_appointment"' in sql:
            seconds.append(perf_counter() - started)
        return found

    with connection.execute_wrapper(timed):
        opened(client, address)
    return Asked(len(seconds), 1e3 * sum(seconds))
