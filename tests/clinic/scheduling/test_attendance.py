"""Patients who did not come: what counts, and what the policy makes of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.billing.services import raise_fee
from clinic.enums import AppointmentStatus, ChargeKind, NoShowConsequence, RefusalCode
from clinic.errors import BookingRefused
from clinic.models import Appointment, Policy
from clinic.scheduling.attendance import NoShowRecord, no_show_record, no_show_records, refusals
from tests.clinic.scheduling.conftest import codes, monday
from tests.factories import BEFORE, make_patient

S = AppointmentStatus
C = NoShowConsequence
DAY = timedelta(days=1)


def missed(desk, patient, *days_ago, **fields):
    """No-shows of the patient so many days before Monday at nine."""
    status = fields.pop("status", S.NO_SHOW)
    return [desk.appointment(monday(9) - days * DAY, patient=patient, status=status, **fields) for days in days_ago]


@pytest.fixture
def prepaying(desk):
    """A patient who has to pay in advance after two no-shows in ten days."""
    desk.policy(no_show_limit=2, no_show_days=10, no_show_consequence=C.MUST_PREPAY)
    missed(desk, desk.patient, 7, 8)
    return desk.patient


def test_who_always_came_has_a_clean_record(desk):
    desk.policy(no_show_limit=2, no_show_days=30)

    assert no_show_record(desk.patient, at=monday(9)) == NoShowRecord(0, limit=2, days=30, consequence=None)


@pytest.mark.parametrize(("count", "consequence"), [(1, None), (2, C.FLAG), (3, C.FLAG)])
def test_the_consequence_comes_with_the_last_no_show_of_the_limit(desk, count, consequence):
    desk.policy(no_show_limit=2, no_show_days=30, no_show_consequence=C.FLAG)
    missed(desk, desk.patient, *range(1, count + 1))

    record = no_show_record(desk.patient, at=monday(9))

    assert (record.count, record.consequence) == (count, consequence)


def test_only_no_shows_that_are_recent_and_not_waived_count(desk):
    desk.policy(no_show_days=10)
    missed(desk, desk.patient, 1, 9)
    missed(desk, desk.patient, 10, 200)  # too long ago
    missed(desk, desk.patient, 2, waived_at=BEFORE)
    missed(desk, desk.patient, 3, 4, status=S.CANCELLED_BY_PATIENT, cancelled_late=True)
    missed(desk, make_patient(desk.organisation), 1)

    assert no_show_record(desk.patient, at=monday(9)).count == 2


def test_the_records_of_many_patients_are_one_question(desk, django_assert_num_queries):
    desk.policy(no_show_limit=1)
    omar, lina = make_patient(desk.organisation, "Omar"), make_patient(desk.organisation, "Lina")
    missed(desk, omar, 1, 2)

    with django_assert_num_queries(1):
        records = no_show_records([omar, lina, omar], at=monday(9))

    assert {key: (record.count, record.consequence) for key, record in records.items()} == {
        omar.pk: (2, C.FLAG),
        lina.pk: (0, None),
    }


def test_the_records_of_nobody_are_none(desk):
    assert no_show_records([]) == {}


def test_an_organisation_without_a_policy_has_the_usual_limits(desk):
    Policy.objects.all().delete()

    assert no_show_record(desk.patient, at=monday(9)) == NoShowRecord(0, limit=3, days=90, consequence=None)


@pytest.mark.parametrize(
    ("consequence", "must_prepay", "may_book_online", "must_confirm"),
    [
        (C.FLAG, False, True, False),
        (C.MUST_CONFIRM, False, True, True),
        (C.MUST_PREPAY, True, True, False),
        (C.NO_SELF_BOOKING, False, False, False),
    ],
)
def test_each_consequence_asks_for_its_own(desk, consequence, must_prepay, may_book_online, must_confirm):
    desk.policy(no_show_limit=1, no_show_consequence=consequence)
    missed(desk, desk.patient, 1)
    record = no_show_record(desk.patient, at=monday(8))

    assert record.must_prepay == must_prepay
    assert record.may_book_online == may_book_online
    assert record.must_confirm(desk.book()) == must_confirm


def test_who_has_confirmed_need_not_confirm_again():
    record = NoShowRecord(3, limit=3, days=90, consequence=C.MUST_CONFIRM)

    waiting = {status for status in S if record.must_confirm(Appointment(status=status))}

    assert waiting == {S.SCHEDULED, S.RESCHEDULED}


def test_who_must_prepay_cannot_book_a_single_session(desk, prepaying, nothing_written):
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(monday(9))

    assert codes(refused) == [RefusalCode.POLICY]
    assert str(refused.value) == (
        "Huda has 2 no-shows in 10 days and pays in advance: a single session cannot be booked. "
        "Book on a package, or ask a manager to waive a no-show."
    )


def test_what_is_still_to_be_paid_is_named(desk, prepaying):
    for late in prepaying.appointments.order_by("starts_at"):
        raise_fee(late, kind=ChargeKind.NO_SHOW, amount=Decimal("50.00"), by=desk.user, at=BEFORE)

    [refusal] = refusals(prepaying, None, monday(8))

    assert refusal.hint == (
        "Book on a package, or ask a manager to waive a no-show. "
        "Still to be paid: 50.00 SAR for No-show and 50.00 SAR for No-show."
    )


def test_who_must_prepay_may_use_a_package(desk, prepaying):
    assert desk.book(monday(9), purchase=desk.purchase()).status == S.SCHEDULED


def test_who_is_only_flagged_books_as_everybody(desk, prepaying):
    desk.policy(no_show_consequence=C.FLAG)

    assert desk.book(monday(9)).status == S.SCHEDULED
