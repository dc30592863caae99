"""Everyone's unbooked sessions: planned and booked as jobs, and nothing is dropped without a word."""

from datetime import date

import pytest

from clinic import jobs
from clinic.enums import LIVE_STATUSES, JobStatus, PurchaseStatus
from clinic.errors import PlanRefused
from clinic.models import Appointment, Job, Operation, PackagePurchase
from clinic.scheduling import booking
from clinic.scheduling.planning.bulk import (
    book_everyone,
    booked,
    start_booking,
    start_planning,
    waiting_purchases,
)
from clinic.scheduling.planning.packing import unpack
from clinic.scheduling.undo_jobs import start_undo, undo_under_way
from clinic.tasks import HANDLERS
from tests.clinic.scheduling.planning.conftest import PlanningDesk, day
from tests.factories import BEFORE, MONDAY, in_status, make_clinic, make_patient

ASKED = {"first_day": MONDAY, "last_day": date(2030, 1, 20), "at": BEFORE}


@pytest.fixture
def purchases(desk):
    return [desk.sell(3, patient=make_patient(desk.organisation, name=name)) for name in ("Amal", "Badr")]


def finished(job) -> Job:
    """The job after a worker has seen to it, in the week before."""
    jobs.run(job.pk, HANDLERS, at=BEFORE)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE, job.error
    return job


def planned(desk, purchases) -> Job:
    return finished(start_planning(purchases, by=desk.user, **ASKED))


def test_waiting_purchases_are_those_with_sessions_to_book_soonest_expiring_first(desk, purchases):
    soon, booked, expired = desk.sell(2, days=5), desk.sell(1), desk.sell(2, on=date(2029, 1, 1), days=30)
    desk.book(day(7), purchase=booked)
    PlanningDesk().sell(3)

    waiting = waiting_purchases(desk.organisation, on=MONDAY)

    assert list(waiting) == [soon, *purchases]
    assert [row.free for row in waiting] == [2, 3, 3]
    assert expired not in waiting


def test_everyone_is_planned_and_booked_by_two_jobs(desk, purchases):
    plan = planned(desk, purchases)
    assert Appointment.objects.count() == 0

    booked = finished(start_booking(plan, by=desk.user))

    assert (len(plan.result["plan"]["sessions"]), plan.result["unplaced"]) == (6, [])
    assert booked.result == {"operation": str(Operation.objects.get().public_id), "booked": 6}
    assert Appointment.objects.count() == 6


def test_sessions_left_over_are_told_with_their_reasons(desk):
    purchase = desk.sell(20)

    (left,) = planned(desk, [purchase]).result["unplaced"]

    assert (left["purchase"], left["service"], left["sessions"]) == (purchase.pk, "Speech therapy", 6)
    assert left["reasons"] == ["84 starting times remain on 14 days; the limit is 1 a day."]


def test_patients_stay_at_the_clinics_they_have_been_to(desk, purchases):
    desk.provider("Omar", clinic=make_clinic(desk.organisation, "Malaz"))
    seen = booking.cancel(desk.book(day(8), patient=purchases[0].patient), by=desk.user, at=BEFORE)

    sessions = planned(desk, purchases).result["plan"]["sessions"]

    assert {row[3] for row in sessions if row[0] == purchases[0].pk} == {seen.clinic.pk}


def test_time_taken_meanwhile_gives_a_new_plan_and_books_nothing(desk, purchases):
    plan = planned(desk, purchases)
    desk.fill(day(7))

    again = finished(start_booking(plan, by=desk.user))

    assert Appointment.objects.count() == 1
    assert again.result["changed"].startswith("1 session of this plan no longer fits.")
    assert finished(start_booking(again, by=desk.user)).result["booked"] == 6


def test_worker_that_dies_after_booking_leaves_the_link_to_what_it_booked(desk, purchases):
    job = start_booking(planned(desk, purchases), by=desk.user)

    book_everyone(jobs.claim(job.pk, at=BEFORE))  # and nothing is written after it
    jobs.run(job.pk, HANDLERS, at=BEFORE + jobs.LONGEST)

    job.refresh_from_db()
    assert job.status == JobStatus.DONE
    assert job.result == {"operation": str(Operation.objects.get().public_id), "booked": 6}


def test_worker_whose_job_was_taken_over_books_nothing(desk, purchases):
    job = start_booking(planned(desk, purchases), by=desk.user)
    slow = jobs.claim(job.pk, at=BEFORE)
    plan = unpack(slow.arguments["plan"], by=desk.user)
    jobs.claim(job.pk, at=BEFORE + jobs.LONGEST)

    with pytest.raises(jobs.JobStopped):
        booked(plan, slow)
    assert (Appointment.objects.count(), Operation.objects.count()) == (0, 0)


def test_everyones_booking_is_taken_back_by_a_job(desk, purchases):
    operation = operation_of(desk, purchases)

    undone = finished(start_undo(operation, by=desk.user))

    assert undone.result == {"operation": str(operation.public_id), "done": 6, "kept": 0}
    assert not Appointment.objects.filter(status__in=LIVE_STATUSES).exists()


def operation_of(desk, purchases) -> Operation:
    finished(start_booking(planned(desk, purchases), by=desk.user))
    return Operation.objects.get()


def test_undo_asked_for_twice_is_one_job_while_it_is_under_way(desk, purchases):
    operation = operation_of(desk, purchases)

    first, second = start_undo(operation, by=desk.user), start_undo(operation, by=desk.user)

    assert first == second == undo_under_way(operation)
    finished(first)
    assert undo_under_way(operation) is None


def test_undo_of_what_has_been_undone_fails_with_the_reason(desk, purchases):
    operation = operation_of(desk, purchases)
    finished(start_undo(operation, by=desk.user))

    again = start_undo(operation, by=desk.user)
    jobs.run(again.pk, HANDLERS, at=BEFORE)

    again.refresh_from_db()
    assert (again.status, again.error) == (JobStatus.FAILED, "This has already been undone.")


def test_purchase_frozen_meanwhile_is_left_out_of_the_new_plan_and_named(desk, purchases):
    plan = planned(desk, purchases)
    PackagePurchase.objects.filter(pk=purchases[0].pk).update(**in_status(PurchaseStatus.FROZEN))

    again = finished(start_booking(plan, by=desk.user))

    (left,) = again.result["unplaced"]
    assert (left["purchase"], left["sessions"]) == (purchases[0].pk, 3)
    assert left["reasons"] == ["The package is frozen. Unfreeze it first."]
    assert finished(start_booking(again, by=desk.user)).result["booked"] == 3


def test_question_that_makes_no_sense_starts_no_job(desk, purchases):
    with pytest.raises(PlanRefused):
        start_planning(purchases, by=desk.user, **{**ASKED, "last_day": date(2030, 1, 1)})
    assert Job.objects.count() == 0
