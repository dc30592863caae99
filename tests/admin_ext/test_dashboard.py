"""What the page of the day says."""

from datetime import datetime

from django.urls import reverse

from admin_ext.roles import MANAGER
from clinic.enums import LeaveStatus
from tests.factories import RIYADH, make_leave


def test_leave_to_decide_on_names_its_first_and_its_last_day_in_the_clinics_time(ours, sign_in, today_at_nine):
    first, end = datetime(2030, 2, 3, tzinfo=RIYADH), datetime(2030, 2, 6, tzinfo=RIYADH)
    make_leave(ours.provider, first, end, status=LeaveStatus.ASKED)

    page = sign_in(ours.organisation, MANAGER).get(reverse("admin:index")).content.decode()

    assert "3 Feb" in page
    assert "Tue 5 Feb" in page
    assert "2 Feb" not in page.replace("12 Feb", "")
