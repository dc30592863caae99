"""The rest of a package in four clicks: shown date by date, booked all or none, called off from any date on."""

from datetime import datetime, time, timedelta
from time import perf_counter

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import localdate, now

from admin_ext.roles import FRONT_DESK
from clinic.enums import LIVE_STATUSES
from clinic.models import Appointment
from clinic.packages.services import assign
from tests.browser import PHONE, press_until, settled
from tests.factories import (
    make_appointment,
    make_clinic,
    make_closure,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SUNDAY = 7


class Desk:
    """Ten sessions of which one was last Sunday at ten, after one on the Tuesday before it, with Sara.

    Of the nine dates to come another patient has the third, and the fifth is a holiday.
    """

    def __init__(self):
        self.organisation = make_organisation()
        self.clinic = make_clinic(self.organisation, "Olaya")
        self.sara, mona = (make_provider(self.clinic, name=name) for name in ("Sara", "Mona"))
        for provider in (self.sara, mona):
            make_week(provider, self.clinic, start=time(8), end=time(20))
        self.service = make_service(self.sara, mona)
        self.person = make_user(self.organisation, "mona", is_staff=True)
        self.person.groups.set(Group.objects.filter(name=FRONT_DESK))
        self.huda, self.omar = (make_patient(self.organisation, name) for name in ("Huda Al-Salem", "Omar"))
        self.purchase = assign(make_package((self.service, 10)), self.huda, by=self.person)
        today = localdate(now(), self.clinic.zone)
        sunday = today - (today.isoweekday() % SUNDAY or SUNDAY) * DAY
        self.booked(sunday - 5 * DAY, self.huda)
        self.booked(sunday, self.huda, package_purchase=self.purchase, session_number=1)
        following = sorted(sunday + n * WEEK + ahead for n in range(7) for ahead in (2 * DAY, WEEK))
        self.dates = [day for day in following if day > today][:9]
        self.booked(self.dates[2], self.omar)
        make_closure(self.organisation, first_on=self.dates[4])

    def booked(self, day, patient, **fields) -> Appointment:
        ten = datetime.combine(day, time(10), self.clinic.zone)
        return make_appointment(patient, self.service, self.sara, self.clinic, ten, **fields)

    def sessions(self) -> list[Appointment]:
        rows = Appointment.objects.filter(
            package_purchase=self.purchase, status__in=LIVE_STATUSES, series__isnull=False
        )
        return list(rows.order_by("starts_at"))

    def hour(self, row) -> int:
        """What the clinic's wall shows as it starts."""
        return row.starts_at.astimezone(self.clinic.zone).hour


class Hand:
    """Clicks, and counts them."""

    def __init__(self):
        self.clicks = 0

    def click(self, target) -> None:
        target.click()
        self.clicks += 1


@pytest.fixture
def desk(sign_in):
    desk = Desk()
    sign_in(desk.person)
    return desk


def test_the_rest_of_a_package_is_booked_in_four_clicks(page, desk):
    hand = Hand()
    page.goto("/admin/clinic/patient/")
    hand.click(page.get_by_role("link", name="Huda Al-Salem"))
    page.get_by_role("link", name="Schedule remaining (9)").wait_for()
    started = perf_counter()
    hand.click(page.get_by_role("link", name="Schedule remaining (9)"))
    page.get_by_role("button", name="Book 9 sessions").wait_for()
    taken = perf_counter() - started
    print(f"\npreview of 9 dates with 2 conflicts: {taken:.2f} s from the click to the page")  # noqa: T201
    settled(page)
    assert page.locator(".session .status").all_inner_texts() == [
        "Free", "Free", "Taken", "Free", "Closed", "Free", "Free", "Free", "Free",
    ]  # fmt: skip

    hand.click(page.locator("label.slot", has_text="Mona").first)
    page.wait_for_load_state("networkidle")
    settled(page)
    hand.click(page.get_by_role("button", name="Book 9 sessions"))
    page.wait_for_url("**/operations/**")

    sessions = desk.sessions()
    assert hand.clicks == 4
    assert taken < 5
    assert [row.session_number for row in sessions] == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert [row.provider.name_en for row in sessions].count("Mona") == 1
    assert all(row.starts_at.date() <= desk.purchase.expires_on for row in sessions)
    kept = [desk.dates.index(row.series_on) for row in sessions if desk.hour(row) == 10]
    assert {0, 1, 3, 5, 6, 7, 8} <= set(kept)


def test_the_rest_of_a_package_is_booked_by_keys_alone(page, desk):
    page.goto(f"/admin/patients/{desk.huda.pk}/")
    press_until(page, "Tab", "a[href*='/repeat/']")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-series'")
    press_until(page, "Tab", ".session [type=radio]:checked")
    page.keyboard.press("ArrowRight")
    page.wait_for_load_state("networkidle")
    settled(page)
    press_until(page, "Shift+Tab", "#book-series")
    page.keyboard.press("Enter")
    page.wait_for_url("**/operations/**")

    assert len(desk.sessions()) == 9
    assert desk.sessions()[2].starts_at.astimezone(desk.clinic.zone).time() != time(9, 30)


def test_a_year_of_appointments_is_shown_and_booked_while_a_person_waits(page, desk):
    first = desk.dates[0]
    rule = f"weekday={first.isoweekday()}&first_on={first.isoformat()}&start=11:00&count=52"
    started = perf_counter()
    page.goto(f"/admin/repeat/?patient={desk.huda.pk}&service={desk.service.pk}&{rule}")
    page.get_by_role("button", name="Book 52 appointments").wait_for()
    shown = perf_counter() - started
    settled(page)
    started = perf_counter()
    page.get_by_role("button", name="Book 52 appointments").click()
    page.wait_for_url("**/operations/**")
    print(f"\n52 dates: {shown:.2f} s to the preview, {perf_counter() - started:.2f} s to the booked page")  # noqa: T201

    rows = list(Appointment.objects.filter(patient=desk.huda, series__isnull=False))
    assert len(rows) == 52
    assert [desk.hour(row) for row in rows].count(11) >= 51  # one of them is a holiday
    assert shown < 5


def test_a_time_taken_meanwhile_books_nothing_names_it_and_offers_others(page, desk):
    page.goto(f"/admin/repeat/?purchase={desk.purchase.pk}")
    page.get_by_role("button", name="Book 9 sessions").wait_for()
    settled(page)
    desk.booked(desk.dates[0], desk.omar)

    page.get_by_role("button", name="Book 9 sessions").click()
    page.get_by_role("alert").wait_for()

    assert "Nothing has been booked." in page.get_by_role("alert").inner_text()
    assert f"Huda Al-Salem, {desk.dates[0].day} " in page.get_by_role("alert").inner_text()
    assert desk.sessions() == []
    assert page.locator(".session .status").first.inner_text() == "Taken"
    settled(page)
    page.get_by_role("button", name="Book 9 sessions").click()
    page.wait_for_url("**/operations/**")
    assert len(desk.sessions()) == 9


def test_the_following_are_cancelled_from_the_card_and_brought_back_by_undo(page, desk):
    page.goto(f"/admin/repeat/?purchase={desk.purchase.pk}")
    page.get_by_role("button", name="Book 9 sessions").click()
    page.wait_for_url("**/operations/**")
    seventh = desk.sessions()[6]
    page.goto(f"/admin/series/{seventh.series_id}/")
    hand = Hand()

    hand.click(page.locator(".card .line").nth(6))
    page.get_by_text("7 of 9 in a series").wait_for()
    settled(page)
    hand.click(page.locator("#modal-content").get_by_role("link", name="Cancel…"))
    hand.click(page.get_by_role("link", name="This and the following (3)"))
    page.locator(".series-dates li").nth(2).wait_for()
    settled(page)
    hand.click(page.get_by_role("button", name="Cancel 3 appointments"))
    page.get_by_text("3 appointments are cancelled.").wait_for()
    page.wait_for_function("document.querySelectorAll('#series-page .status-blue').length === 6")

    assert hand.clicks == 4
    assert len(desk.sessions()) == 6

    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("document.querySelectorAll('#series-page .status-blue').length === 9")

    assert len(desk.sessions()) == 9


def test_all_are_moved_by_a_day_and_an_hour_after_a_look_at_each(page, desk):
    page.goto(f"/admin/repeat/?purchase={desk.purchase.pk}")
    page.get_by_role("button", name="Book 9 sessions").click()
    page.wait_for_url("**/operations/**")
    first = desk.sessions()[0]
    page.goto(f"/admin/appointment/{first.pk}/series/move/?scope=all")

    page.get_by_label("Time").fill("12:00")
    page.get_by_label("Time").blur()
    page.get_by_role("button", name="Move 9 appointments").wait_for()
    settled(page)
    page.get_by_role("button", name="Move 9 appointments").click()
    page.get_by_text("9 appointments are moved.").wait_for()

    hours = [desk.hour(row) for row in desk.sessions()]
    assert hours.count(12) >= 7


def test_the_page_fits_a_phone(page, desk):
    page.set_viewport_size(PHONE)
    page.goto(f"/admin/repeat/?purchase={desk.purchase.pk}")
    page.get_by_role("button", name="Book 9 sessions").wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    heights = page.locator(".session .slot").evaluate_all("slots => slots.map(slot => slot.offsetHeight)")
    assert min(heights) >= 24
