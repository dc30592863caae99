"""A job is asked for, followed, called off, and worked on once."""

import signal
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils.translation import override
from django_q.exceptions import TimeoutException
from django_q.models import OrmQ, Schedule
from django_q.scheduler import scheduler
from django_q.timeout import TimeoutHandler

from clinic import jobs, tasks
from clinic.enums import JobKind, JobStatus, RefusalCode
from clinic.errors import ClinicError, PackageRefused, Refusal, WrongStatus
from clinic.jobs import JobStopped
from clinic.models import Job, Organisation, User
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db

AT = datetime(2030, 1, 7, 8, tzinfo=UTC)


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def sara(organisation):
    return make_user(organisation, "sara")


@pytest.fixture
def job(sara):
    return jobs.start(JobKind.BULK_PLAN, by=sara, arguments={"purchases": [3, 4]}, total=2, at=AT)


@pytest.fixture
def handled_by(monkeypatch):
    return lambda name: monkeypatch.setitem(tasks.HANDLERS, JobKind.BULK_PLAN, f"{__name__}.{name}")


def plan_both(job):
    jobs.progress(job, 1, 2, "Planning")
    jobs.progress(job, 2, 2, "Planning")
    return {"planned": job.arguments["purchases"]}


def plan_nothing(job):
    return None


def refuse(job):
    raise PackageRefused(Refusal(RefusalCode.INACTIVE, "This package is no longer sold."))


def crash(job):
    jobs.progress(job, 1, 2, "Planning")
    raise ZeroDivisionError


def crash_in_a_transaction(job):
    with transaction.atomic():
        Organisation.objects.update(name_en="Half done")
        raise ZeroDivisionError


def be_called_off(job):
    jobs.progress(job, 1, 2, "Planning")
    jobs.ask_cancel(job, by=job.requested_by, at=AT)
    jobs.progress(job, 2, 2, "Planning")
    return {"planned": "too much"}


def never_end(job):
    with TimeoutHandler(1):
        signal.pause()


def lose_the_job(job):
    Job.objects.update(attempts=2)  # another worker took it over
    return {"planned": "by the wrong one"}


def reloaded(job):
    job.refresh_from_db()
    return job


def test_start_writes_the_job_and_its_task(job, organisation, sara):
    job = Job.objects.get()

    assert (job.organisation, job.requested_by, job.kind, job.status) == (organisation, sara, "bulk_plan", "waiting")
    assert (job.arguments, job.done, job.total, job.created_at) == ({"purchases": [3, 4]}, 0, 2, AT)
    (task,) = [row.task for row in OrmQ.objects.all() if row.task["func"] == "clinic.tasks.run_job"]
    assert (task["args"], task["timeout"]) == ((job.pk, "en"), 900)


def test_a_job_speaks_the_language_of_the_page_it_was_asked_for_on(sara, handled_by):
    handled_by("crash")
    with override("ar"):
        job = jobs.start(JobKind.BULK_PLAN, by=sara, arguments={}, at=AT)

    tasks.run_job(*OrmQ.objects.get().task["args"])

    assert reloaded(job).error.startswith("حدث خطأ ما")


def test_start_leaves_no_task_behind_when_the_transaction_fails(sara):
    with transaction.atomic():
        jobs.start(JobKind.BULK_PLAN, by=sara, arguments={})
        transaction.set_rollback(True)

    assert not Job.objects.exists()
    assert not OrmQ.objects.exists()


def test_start_needs_somebody_of_an_organisation():
    with pytest.raises(Organisation.DoesNotExist):
        jobs.start(JobKind.BULK_PLAN, by=make_user(None), arguments={})


def test_run_works_once_and_keeps_the_result(job, handled_by):
    handled_by("plan_both")

    tasks.run_job(job.pk)
    tasks.run_job(job.pk)

    reloaded(job)
    assert (job.status, job.result, job.attempts) == (JobStatus.DONE, {"planned": [3, 4]}, 1)
    assert (job.done, job.total, job.stage) == (2, 2, "Planning")
    assert job.started_at <= job.finished_at


def test_run_of_a_job_without_a_result_ends_full(job, handled_by):
    handled_by("plan_nothing")

    tasks.run_job(job.pk)

    reloaded(job)
    assert (job.status, job.result, job.done) == (JobStatus.DONE, {}, 2)


@pytest.mark.parametrize(
    ("handler", "sentence"),
    [
        ("refuse", "This package is no longer sold."),
        ("crash", "Something went wrong. Nothing after the last step shown was changed. Please try again."),
    ],
)
def test_run_says_what_went_wrong(job, handled_by, handler, sentence):
    handled_by(handler)

    tasks.run_job(job.pk)

    reloaded(job)
    assert (job.status, job.error, job.result) == (JobStatus.FAILED, sentence, {})


def test_run_leaves_nothing_half_done(job, handled_by):
    handled_by("crash_in_a_transaction")

    tasks.run_job(job.pk)

    assert reloaded(job).status == JobStatus.FAILED
    assert Organisation.objects.get().name_en == "Noor Group"


def test_run_stops_at_the_next_step_once_called_off(job, handled_by):
    handled_by("be_called_off")

    tasks.run_job(job.pk)

    reloaded(job)
    assert (job.status, job.done, job.result) == (JobStatus.CANCELLED, 1, {})


def test_run_ends_a_job_that_takes_too_long(job, handled_by):
    handled_by("never_end")

    with pytest.raises(TimeoutException):
        tasks.run_job(job.pk)

    reloaded(job)
    assert (job.status, job.error.split(".")[0]) == (JobStatus.FAILED, "This took too long and was stopped")


def test_run_by_a_worker_that_lost_the_job_changes_nothing(job, handled_by):
    handled_by("lose_the_job")

    tasks.run_job(job.pk)

    assert (reloaded(job).status, job.result) == (JobStatus.RUNNING, {})
    with pytest.raises(JobStopped):
        jobs.progress(Job(pk=job.pk, attempts=1), 1, 2)


def later():
    """The tasks that are kept for later because of a job."""
    return Schedule.objects.filter(name__startswith="job-")


def test_run_of_a_job_that_is_not_there_does_nothing():
    tasks.run_job(404)

    assert not later()


def test_a_job_left_running_is_taken_over_after_its_longest_time(job, handled_by):
    handled_by("plan_both")
    Job.objects.update(status=JobStatus.RUNNING, attempts=1, started_at=AT)

    jobs.run(job.pk, tasks.HANDLERS, at=AT + timedelta(minutes=14, seconds=59))
    jobs.run(job.pk, tasks.HANDLERS, at=AT + timedelta(minutes=14, seconds=59))

    assert reloaded(job).status == JobStatus.RUNNING
    assert later().get().next_run == AT + timedelta(minutes=15)

    jobs.run(job.pk, tasks.HANDLERS, at=AT + timedelta(minutes=15))

    assert (reloaded(job).status, job.attempts) == (JobStatus.DONE, 2)


def test_a_job_left_running_is_looked_at_again_by_a_task(job, monkeypatch):
    monkeypatch.setattr("django_q.scheduler.close_old_django_connections", lambda: None)  # the test's own
    Job.objects.update(status=JobStatus.RUNNING, attempts=1, started_at=AT)
    jobs.run(job.pk, tasks.HANDLERS, at=AT)
    OrmQ.objects.all().delete()

    with time_machine.travel(AT + timedelta(minutes=16), tick=False):
        scheduler()

    (task,) = [row.task for row in OrmQ.objects.all() if row.task["func"] == "clinic.tasks.run_job"]
    assert (task["args"], task["timeout"]) == ((job.pk, "en"), 900)
    assert not later()


def test_a_job_that_stops_its_worker_three_times_is_given_up(job, handled_by):
    handled_by("plan_both")
    Job.objects.update(status=JobStatus.RUNNING, attempts=3, started_at=AT)

    jobs.run(job.pk, tasks.HANDLERS, at=AT + timedelta(minutes=15))

    reloaded(job)
    assert (job.status, job.error) == (JobStatus.FAILED, "This stopped unexpectedly 3 times and was given up.")


def test_ask_cancel_ends_a_waiting_job_at_once(job, sara, handled_by):
    handled_by("plan_both")

    jobs.ask_cancel(job, by=sara, at=AT)
    tasks.run_job(job.pk)

    reloaded(job)
    assert (job.status, job.finished_at, job.attempts) == (JobStatus.CANCELLED, AT, 0)


def test_ask_cancel_twice_keeps_the_first_moment(job, sara):
    Job.objects.update(status=JobStatus.RUNNING)
    jobs.ask_cancel(job, by=sara, at=AT)

    jobs.ask_cancel(job, by=sara, at=AT + timedelta(minutes=1))

    assert (reloaded(job).status, job.cancel_asked_at) == (JobStatus.RUNNING, AT)


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED])
def test_ask_cancel_refuses_what_has_ended(job, sara, status):
    Job.objects.update(status=status)

    with pytest.raises(WrongStatus, match="already ended"):
        jobs.ask_cancel(job, by=sara, at=AT)

    assert (reloaded(job).status, job.cancel_asked_at) == (status, None)


def test_ask_cancel_is_for_the_person_who_asked(job, organisation):
    with pytest.raises(ClinicError, match="Only sara, who asked for this, can cancel it"):
        jobs.ask_cancel(job, by=make_user(organisation, "omar"), at=AT)

    assert reloaded(job).status == JobStatus.WAITING


def test_ask_cancel_does_not_see_another_organisations_job(job):
    with pytest.raises(Job.DoesNotExist):
        jobs.ask_cancel(job, by=make_user(make_organisation("Other")), at=AT)

    assert reloaded(job).status == JobStatus.WAITING


def test_jobs_are_seen_by_who_asked_and_who_may_look(job, organisation, sara):
    colleague, manager = make_user(organisation, "omar"), make_user(organisation, "mona")
    manager.user_permissions.add(Permission.objects.get(codename="view_job"))
    stranger = make_user(make_organisation("Other"), "stranger", is_superuser=True)

    seen = {user.username: list(jobs.visible_to(user)) for user in (sara, colleague, manager, stranger)}

    assert seen == {"sara": [job], "omar": [], "mona": [job], "stranger": []}
    assert list(jobs.visible_to(User(is_superuser=True, is_active=True))) == []
