"""What the worker does by itself, and that starting twice does not make it do it twice."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.utils.module_loading import import_string
from django_q.models import Schedule

from clinic.enums import PurchaseStatus
from clinic.packages.services import assign, expire_everywhere
from clinic.schedules import SCHEDULES, sync_schedules
from tests.clinic.scheduling.conftest import Desk
from tests.factories import make_package

pytestmark = pytest.mark.django_db

EXPIRE = "clinic: expire packages"
JUST_AFTER_MIDNIGHT = datetime(2030, 4, 1, 21, 15, tzinfo=UTC)  # 2 April in Riyadh


@pytest.fixture
def purchase():
    """A package whose last day is 1 April 2030."""
    desk = Desk()
    return assign(make_package((desk.service, 5), validity_days=90), desk.patient, by=desk.user, on=date(2030, 1, 1))


def rows():
    return set(Schedule.objects.filter(name__startswith="clinic: ").values_list("name", "func", "cron"))


def declared():
    return {(name, task, cron) for name, (task, cron) in SCHEDULES.items()}


def test_migrate_declares_what_the_worker_does_by_itself():
    Schedule.objects.all().delete()

    call_command("migrate", verbosity=0)

    assert rows() == declared()
    assert (EXPIRE, "clinic.tasks.expire_packages", "15 0 * * *") in rows()


@pytest.mark.parametrize("task", [task for task, _cron in SCHEDULES.values()])
def test_every_declared_task_is_there(task):
    assert callable(import_string(task))


def test_starting_again_leaves_the_next_run_as_it_is():
    sync_schedules()
    Schedule.objects.filter(name=EXPIRE).update(next_run=JUST_AFTER_MIDNIGHT)

    sync_schedules()

    assert Schedule.objects.get(name=EXPIRE).next_run == JUST_AFTER_MIDNIGHT


def test_what_somebody_changed_doubled_or_forgot_is_put_right():
    sync_schedules()
    Schedule.objects.filter(name=EXPIRE).update(cron="0 12 * * *")
    Schedule.objects.create(name=EXPIRE, func="clinic.tasks.expire_packages")
    Schedule.objects.create(name="clinic: something of last year", func="clinic.tasks.gone")
    Schedule.objects.create(name="somebody else's", func="other.task")

    sync_schedules()

    assert rows() == declared()
    assert Schedule.objects.filter(name__startswith="clinic: ").count() == len(SCHEDULES)
    assert Schedule.objects.filter(name="somebody else's").exists()


def test_packages_expire_when_their_last_day_is_over_where_they_were_bought(purchase):
    before = expire_everywhere(at=datetime(2030, 4, 1, 20, 45, tzinfo=UTC))
    after = expire_everywhere(at=JUST_AFTER_MIDNIGHT)

    purchase.refresh_from_db()
    assert (before, after, purchase.status) == (0, 1, PurchaseStatus.EXPIRED)


def test_the_daily_task_expires_once_also_when_two_workers_run_it(purchase):
    task = import_string("clinic.tasks.expire_packages")

    with time_machine.travel(JUST_AFTER_MIDNIGHT, tick=False):
        task()
        task()

    purchase.refresh_from_db()
    assert purchase.status == PurchaseStatus.EXPIRED
    assert purchase.history.filter(status=PurchaseStatus.EXPIRED).count() == 1
