"""A leave in a real browser: approved by a manager, its list gives everybody a new time, and Undo takes it back."""

from datetime import time, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import now

from admin_ext.roles import MANAGER
from clinic.enums import LeaveStatus, RebookingItemStatus
from clinic.models import Appointment, RebookingItem
from tests.browser import PHONE, press_until
from tests.factories import (
    make_appointment,
    make_clinic,
    make_leave,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

S = RebookingItemStatus
DAY = timedelta(days=1)


@pytest.fixture
def away(db):
    """Leave that Sara has asked for, over three appointments in three days; Omar is free at their times."""
    organisation = make_organisation(time_zone="UTC")
    olaya = make_clinic(organisation, "Olaya", time_zone="UTC")
    sara, omar = make_provider(olaya, name="Sara"), make_provider(olaya, name="Omar")
    service = make_service(sara, omar)
    for provider in (sara, omar):
        make_week(provider, olaya, start=time(9), end=time(17))
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0) + 3 * DAY
    for number, name in enumerate(("Huda", "Ali", "Lina")):
        patient = make_patient(organisation, name)
        make_appointment(patient, service, sara, olaya, midnight + timedelta(hours=9 + number))
    return make_leave(sara, midnight, midnight + DAY, status=LeaveStatus.ASKED)


@pytest.fixture
def manager(away, sign_in):
    user = make_user(away.organisation, "mona", is_staff=True)
    user.groups.set(Group.objects.filter(name=MANAGER))
    sign_in(user)
    return user


def statuses() -> list[str]:
    return list(RebookingItem.objects.order_by("pk").values_list("status", flat=True))


def providers() -> list[str]:
    return list(Appointment.objects.order_by("pk").values_list("provider__name_en", flat=True))


def test_leave_is_approved_its_appointments_are_moved_and_undo_takes_it_back(page, manager, away):
    page.goto(f"/admin/clinic/leave/{away.pk}/change/")
    page.get_by_role("link", name="Approve").or_(page.get_by_role("button", name="Approve")).first.click()
    dialog = page.locator("#modal-content")
    dialog.get_by_text("3 appointments lose their time.").wait_for()
    dialog.get_by_text("Huda").wait_for()
    dialog.get_by_role("button", name="Approve").click()

    page.get_by_text("0 of 3 settled").wait_for()
    approve = page.locator("#approve-button")
    assert approve.inner_text() == "Approve 3 changes"
    page.get_by_label("Approve the new time of Lina").uncheck()
    assert approve.inner_text() == "Approve 2 changes"
    approve.click()

    page.get_by_text("2 of 3 settled").wait_for()
    assert statuses() == [S.MOVED, S.MOVED, S.OPEN]
    assert providers() == ["Omar", "Omar", "Sara"]

    page.get_by_role("button", name="Undo").click()
    page.get_by_text("0 of 3 settled").wait_for()
    assert statuses() == [S.OPEN, S.OPEN, S.OPEN]
    assert providers() == ["Sara", "Sara", "Sara"]


def test_the_list_is_worked_through_with_the_keyboard(page, manager, away):
    away.status = LeaveStatus.APPROVED
    away.save()
    page.goto(f"/admin/rebooking/{away.rebookings.get().public_id}/")

    press_until(page, "Tab", "input.lost-tick", most=120)
    page.keyboard.press("Space")
    assert page.locator("#approve-button").inner_text() == "Approve 2 changes"
    page.locator("#approve-button").focus()
    page.keyboard.press("Enter")

    page.get_by_text("2 of 3 settled").wait_for()
    assert statuses() == [S.OPEN, S.MOVED, S.MOVED]

    summary = page.get_by_text("By hand")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Omar comes in")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_text("3 of 3 settled").wait_for()
    assert statuses() == [S.KEPT, S.MOVED, S.MOVED]


def test_the_list_fits_a_phone(page, manager, away):
    away.status = LeaveStatus.APPROVED
    away.save()
    page.set_viewport_size(PHONE)
    page.goto(f"/admin/rebooking/{away.rebookings.get().public_id}/")

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator(".spot").nth(1).click()
    page.locator("#approve-button").click()
    page.get_by_text("3 of 3 settled").wait_for()
