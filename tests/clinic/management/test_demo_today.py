"""The demo's today: whoever looks, on any weekday at any hour, sees a clinic at work."""

from collections import Counter
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from clinic.enums import MOVABLE_STATUSES, AppointmentStatus
from clinic.management.demo import seed
from clinic.management.demo.around_now import beside, window
from clinic.models import Clinic, ExtraHours
from clinic.scheduling import refusals
from clinic.scheduling.board import appointments_of

RIYADH = ZoneInfo("Asia/Riyadh")
FRIDAY = date(2026, 11, 20)
LATE_IN_THE_EVENING = time(21, 40)

pytestmark = pytest.mark.any_engine


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker):
    """The moment, an evening of a day on which nobody works, and the appointments of the larger organisation."""
    with django_db_blocker.unblock(), transaction.atomic():
        organisation = seed(today=FRIDAY, at=LATE_IN_THE_EVENING, patients=80)
        now = datetime.combine(FRIDAY, LATE_IN_THE_EVENING, RIYADH)
        yield now, appointments_of(Clinic.objects.of(organisation), at=now)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_today_has_people_in_every_place(played):
    now, rows = played

    seen = Counter("late" if row.status in MOVABLE_STATUSES and row.starts_at < now else row.status for row in rows)

    status = AppointmentStatus
    assert {status.COMPLETED, status.IN_PROGRESS, status.ARRIVED, "late"} <= set(seen), seen
    assert any(row.status in MOVABLE_STATUSES and row.starts_at > now for row in rows)


@pytest.mark.django_db
def test_provider_who_signs_in_has_somebody_waiting_or_in_the_room(played):
    _now, rows = played
    here = (AppointmentStatus.ARRIVED, AppointmentStatus.IN_PROGRESS)

    assert rows.filter(provider__user__username="provider", status__in=here).exists()


@pytest.mark.django_db
def test_appointments_of_today_lie_in_hours_that_the_engine_knows(played):
    now, rows = played
    loaded = rows.filter(starts_at__gt=now, status__in=MOVABLE_STATUSES).select_related(
        "service", "provider", "clinic", "patient"
    )

    for row in loaded:
        question = refusals.ask(
            row.service, row.provider, row.clinic, row.starts_at, patient=row.patient, at=now, without=row
        )
        assert refusals.refusals(question) == []


@pytest.mark.django_db
def test_extra_hours_of_today_do_not_overlap_the_weekly_ones(played):
    now, _rows = played

    for extra in ExtraHours.objects.filter(date=now.date()):
        weekly = extra.provider.workinghours.filter(weekday=now.isoweekday())
        assert not weekly.filter(start__lt=extra.end, end__gt=extra.start).exists()


@pytest.mark.parametrize(
    ("clock", "hours"),
    [
        (time(11, 20), (time(8), time(15))),
        (time(0, 10), (time(0), time(4))),
        (time(23, 50), (time(20), time(23, 59))),
    ],
    ids=["in the day", "after midnight", "before midnight"],
)
def test_window_around_now_stays_within_the_day(clock, hours):
    assert window(datetime.combine(FRIDAY, clock, RIYADH)) == hours


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (time(7, 30), (time(6), time(9))),
        (time(12), None),
        (time(18), (time(17), time(21))),
    ],
    ids=["before the weekly hours", "within them", "after them"],
)
def test_extra_hours_are_what_the_weekly_ones_leave_on_this_side_of_now(now, left):
    wanted = {time(7, 30): (time(6), time(11)), time(12): (time(9), time(16)), time(18): (time(15), time(21))}[now]

    start, end = beside(wanted, (time(9), time(17)), now)

    assert (start, end) == left if left else start >= end
