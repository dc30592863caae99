"""Leave is asked for and decided on."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.enums import LeaveStatus, RefusalCode
from clinic.errors import InvalidEntry, WrongStatus
from clinic.models import Leave, Provider
from clinic.rota.services import ask_leave, decide_leave
from tests.factories import NINE, make_clinic, make_leave, make_organisation, make_provider, make_user

pytestmark = pytest.mark.django_db

AT = datetime(2030, 1, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def provider():
    return make_provider(make_clinic(make_organisation()), name="Sara")


@pytest.fixture
def mona(provider):
    return make_user(provider.organisation, "mona")


def test_ask_leave_waits_for_a_decision(provider, mona):
    leave = ask_leave(provider, starts_at=NINE, ends_at=NINE + DAY, by=mona, reason="Conference")

    leave = Leave.objects.get(pk=leave.pk)
    assert (leave.organisation, leave.provider, leave.reason) == (provider.organisation, provider, "Conference")
    assert (leave.starts_at, leave.ends_at, leave.status) == (NINE, NINE + DAY, LeaveStatus.ASKED)
    assert leave.history.get().history_user == mona


@pytest.mark.parametrize(
    ("entered", "field", "sentence"),
    [
        ({"ends_at": NINE}, "ends_at", "Leave must end after it starts."),
        ({"ends_at": NINE - DAY}, "ends_at", "Leave must end after it starts."),
        ({"starts_at": None}, "starts_at", "This field cannot be null."),
        ({"reason": "x" * 201}, "reason", "Ensure this value has at most 200 characters (it has 201)."),
    ],
)
def test_ask_leave_refuses_at_the_field_and_writes_nothing(provider, mona, entered, field, sentence):
    with pytest.raises(InvalidEntry) as refused:
        ask_leave(provider, by=mona, **{"starts_at": NINE, "ends_at": NINE + DAY, **entered})

    assert (refused.value.field, str(refused.value)) == (field, sentence)
    assert not Leave.objects.exists()


@pytest.mark.parametrize("status", [LeaveStatus.ASKED, LeaveStatus.APPROVED])
def test_ask_leave_refuses_what_meets_other_leave(provider, mona, status):
    make_leave(provider, NINE, NINE + DAY, status=status)

    with pytest.raises(InvalidEntry) as refused:
        ask_leave(provider, starts_at=NINE + DAY / 2, ends_at=NINE + 2 * DAY, by=mona)

    (reason,) = refused.value.reasons
    assert (refused.value.field, reason.code) == ("starts_at", RefusalCode.LEAVE)
    assert reason.message == (f"Sara already has leave from 7 Jan 2030, 09:00 to 8 Jan 2030, 09:00 ({status.label}).")
    assert Leave.objects.count() == 1


def test_ask_leave_may_follow_other_leave_and_repeat_what_was_refused(provider, mona):
    make_leave(provider, NINE - DAY, NINE)
    make_leave(provider, NINE, NINE + DAY, status=LeaveStatus.REFUSED)

    ask_leave(provider, starts_at=NINE, ends_at=NINE + DAY, by=mona)

    assert Leave.objects.count() == 3


def test_ask_leave_does_not_see_another_organisation(provider):
    with pytest.raises(Provider.DoesNotExist):
        ask_leave(provider, starts_at=NINE, ends_at=NINE + DAY, by=make_user(make_organisation("Other")))

    assert not Leave.objects.exists()


@pytest.mark.parametrize(("approve", "status"), [(True, LeaveStatus.APPROVED), (False, LeaveStatus.REFUSED)])
def test_decide_leave_keeps_who_decided_and_when(provider, mona, approve, status):
    leave = make_leave(provider, NINE, NINE + DAY, status=LeaveStatus.ASKED)

    decide_leave(leave, by=mona, approve=approve, at=AT)

    leave.refresh_from_db()
    row = leave.history.first()
    assert (leave.status, leave.decided_by) == (status, mona)
    assert (row.history_user, row.history_date, row.status) == (mona, AT, status)


@pytest.mark.parametrize("status", [LeaveStatus.APPROVED, LeaveStatus.REFUSED])
def test_decide_leave_refuses_to_decide_again(provider, mona, status):
    leave = make_leave(provider, NINE, NINE + DAY, status=status)

    with pytest.raises(WrongStatus, match=f"This leave has already been decided: {status.label}"):
        decide_leave(leave, by=mona, approve=True, at=AT)

    leave.refresh_from_db()
    assert (leave.status, leave.decided_by) == (status, None)
    assert leave.history.count() == 1


def test_decide_leave_does_not_see_another_organisation(provider):
    leave = make_leave(provider, NINE, NINE + DAY, status=LeaveStatus.ASKED)

    with pytest.raises(Leave.DoesNotExist):
        decide_leave(leave, by=make_user(make_organisation("Other")), approve=True, at=AT)

    leave.refresh_from_db()
    assert leave.status == LeaveStatus.ASKED
