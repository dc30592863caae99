"""Leave on the screens: when somebody is away, and what the person who decides is told."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from admin_ext.columns import absence
from admin_ext.roles import MANAGER
from clinic.enums import LeaveStatus
from tests.factories import NINE, RIYADH, make_leave

DAY = timedelta(days=1)
MIDNIGHT = datetime(2030, 1, 7, tzinfo=RIYADH)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "shown"),
    [
        (MIDNIGHT, MIDNIGHT + DAY, "Mon 7 Jan"),
        (MIDNIGHT, MIDNIGHT + 3 * DAY, "Mon 7 Jan – Wed 9 Jan"),
        (NINE, NINE + timedelta(hours=2), "Mon 7 Jan 09:00–11:00"),
        (NINE, NINE + DAY, "Mon 7 Jan 09:00 – Tue 8 Jan 09:00"),
    ],
)
def test_absence_names_times_only_where_it_is_not_for_whole_days(today_at_nine, settings, starts_at, ends_at, shown):
    settings.TIME_ZONE = "Asia/Riyadh"

    assert words(absence(starts_at, ends_at)) == shown


def words(text) -> str:
    for tag in ('<span class="nowrap">', '<bdi dir="ltr">', "</bdi>", "</span>"):
        text = text.replace(tag, "")
    return text


def test_who_decides_on_leave_reads_whose_it_is_and_what_is_booked_in_it(ours, sign_in, a_week_before):
    leave = make_leave(ours.provider, NINE, NINE + DAY, reason="Conference", status=LeaveStatus.ASKED)

    page = sign_in(ours.organisation, MANAGER).get(reverse("admin:clinic_leave_approve", args=[leave.pk]))

    dialog = page.content.decode()
    assert "Ours provider" in dialog
    assert "Conference" in dialog
    assert "1 appointment loses its time." in dialog
    assert "Ours patient" in dialog


def test_dialog_about_their_leave_is_not_found(ours, theirs, sign_in):
    client = sign_in(ours.organisation, MANAGER)

    answer = client.get(reverse("admin:clinic_leave_approve", args=[theirs.leave.pk]))

    assert answer.status_code == 404
    assert "Theirs" not in answer.content.decode()
