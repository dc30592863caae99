"""The demo at its full size: is it believable?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from clinic.enums import CANCELLED_STATUSES, LIVE_STATUSES, AppointmentStatus, LeaveStatus
from clinic.management.demo import seed
from clinic.models import (
    Appointment,
    Clinic,
    Leave,
    Package,
    PackagePurchase,
    Patient,
    Provider,
    Service,
    WaitlistEntry,
)
from clinic.scheduling import selectors
from clinic.scheduling.rebooking.hits import during_leave

pytestmark = [pytest.mark.slow, pytest.mark.any_engine, pytest.mark.django_db]

SUNDAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 8, 20, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def noor(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield seed(today=SUNDAY)
        transaction.set_rollback(True)


def share(rows, **condition):
    return rows.filter(**condition).count() / rows.count()


def test_the_group_has_the_size_it_promises(noor):
    assert Patient.objects.of(noor).count() == 500
    assert Clinic.objects.of(noor).count() == 4
    assert Provider.objects.of(noor).count() == 14
    names = {"10 SLP Sessions", "5 OT Assessment", "20 ABA Therapy"}
    assert names <= set(Package.objects.of(noor).values_list("name_en", flat=True))
    assert PackagePurchase.objects.of(noor).filter(status="active", sessions_used=0).count() > 50


def test_no_shows_and_cancellations_are_as_frequent_as_in_a_real_clinic(noor):
    past = Appointment.objects.of(noor).filter(ends_at__lt=NOW - timedelta(days=1))
    expected = past.exclude(status__in=CANCELLED_STATUSES)
    weekend = expected.filter(starts_at__iso_week_day=6)

    assert 0.12 <= share(expected, status=AppointmentStatus.NO_SHOW) <= 0.18
    assert 0.06 <= share(past, status__in=CANCELLED_STATUSES) <= 0.14
    assert share(weekend, status=AppointmentStatus.NO_SHOW) > share(expected, status=AppointmentStatus.NO_SHOW)


def test_today_shows_every_status(noor):
    today = Appointment.objects.of(noor).filter(starts_at__date=SUNDAY)

    assert set(today.values_list("status", flat=True)) >= {
        "scheduled", "confirmed", "arrived", "in_progress", "completed", "no_show", "cancelled_by_patient",
    }  # fmt: skip


def test_the_coming_weeks_fill_up_less_and_less(noor):
    shares = [booked_share(noor, week) for week in range(4)]

    assert shares == sorted(shares, reverse=True)
    assert 0.5 <= shares[0] <= 0.75
    assert shares[3] <= 0.4


def booked_share(organisation, week):
    """Booked minutes over opening minutes of the week that begins so many weeks after tomorrow."""
    first = SUNDAY + timedelta(days=1 + 7 * week)
    last = first + timedelta(days=6)
    situation = selectors.situation(Service.objects.of(organisation), first_day=first, last_day=last)
    opened = sum(o.capacity * (o.end - o.start) for openings in situation.openings.values() for o in openings)
    live = Appointment.objects.of(organisation).filter(starts_at__date__range=(first, last), status__in=LIVE_STATUSES)
    return sum((row.busy_until - row.busy_from).total_seconds() for row in live) / opened


def test_there_is_something_to_repair(noor):
    asked = Leave.objects.of(noor).filter(status=LeaveStatus.ASKED)

    assert max(during_leave(leave, NOW).count() for leave in asked) >= 5
    assert 8 <= WaitlistEntry.objects.of(noor).count() <= 14
