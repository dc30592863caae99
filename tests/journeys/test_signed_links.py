"""A patient with a telephone and the link of a message: confirms, finds another time, cancels, and takes it back."""

from datetime import time, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import caches
from django.utils.timezone import now

from clinic.enums import AppointmentStatus
from clinic.messaging.links import token_of
from clinic.models import Policy
from clinic.packages.services import assign
from clinic.scheduling import booking
from tests.browser import PHONE, focused, press_until
from tests.factories import (
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Olaya:
    """Huda's session of the day after tomorrow at ten, with Sara; Lina gives the same."""

    def __init__(self, language="en"):
        organisation = make_organisation(time_zone="UTC")
        self.person = make_user(organisation)
        Policy.objects.update(late_cancellation_uses_session=True, late_cancellation_fee=50)
        self.clinic = make_clinic(
            organisation, "Olaya", name_ar="العليا", time_zone="UTC", address="12 Olaya Street", phone="+966112223344"
        )
        self.sara, self.lina = (make_provider(self.clinic, name=name) for name in ("Sara", "Lina"))
        make_week(self.sara, self.clinic, start=time(9), end=time(12))
        make_week(self.lina, self.clinic, start=time(15), end=time(17))
        self.service = make_service(self.sara, self.lina)
        self.huda = make_patient(organisation, "Huda Al-Salem", name_ar="هدى السالم", language=language)
        purchase = assign(make_package((self.service, 5)), self.huda, by=self.person, on=now().date())
        self.appointment = self.book(self.huda, self.ten, purchase=purchase)

    @property
    def ten(self):
        return (now() + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)

    def book(self, patient, starts_at, provider=None, **options):
        return booking.book(
            patient=patient, service=self.service, provider=provider or self.sara, clinic=self.clinic,
            starts_at=starts_at, by=self.person, **options,
        )  # fmt: skip


@pytest.fixture
def opened(browser, live_server, db):
    """Opens an address on a telephone of nobody's, with scripts or without."""
    contexts = []
    caches["limits"].clear()

    def open_on_a_phone(appointment, **options):
        context = browser.new_context(base_url=live_server.url, viewport=PHONE, has_touch=True, **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        phone = context.new_page()
        phone.goto(f"/a/{token_of(appointment)}/")
        return phone

    yield open_on_a_phone
    for context in contexts:
        context.close()


def status_of(appointment):
    appointment.refresh_from_db()
    return appointment.status


def flaws(page) -> list[str]:
    """What axe finds, and whether the page is wider than the telephone or has a target too small for a thumb."""
    report = Axe().run(page, options={"runOnly": LEVELS, "resultTypes": ["violations"]})
    found = [f"{broken['id']}: {broken['nodes'][0]['html'][:200]}" for broken in report.response["violations"]]
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        found.append("wider than the screen")
    heights = page.locator("button, .button, summary, .slots a").evaluate_all("all => all.map(one => one.offsetHeight)")
    return found + [f"only {height} pixels high" for height in heights if 0 < height < 44]


def test_patient_confirms_moves_cancels_and_takes_it_back_without_scripts(opened):
    olaya = Olaya()
    phone = opened(olaya.appointment, java_script_enabled=False)
    assert status_of(olaya.appointment) == AppointmentStatus.SCHEDULED

    phone.get_by_role("button", name="I will come").click()
    assert "Huda, we expect you" in phone.locator("h1").inner_text()
    assert status_of(olaya.appointment) == AppointmentStatus.CONFIRMED

    phone.get_by_role("link", name="Another time").click()
    phone.locator("h2", has_text="With others").locator("~ details summary").first.click()
    phone.get_by_role("link", name="3:30 PM").first.click()
    phone.get_by_role("button", name="Move it here").click()
    assert "has a new time" in phone.locator("h1").inner_text()
    olaya.appointment.refresh_from_db()
    assert (olaya.appointment.provider, olaya.appointment.moves) == (olaya.lina, 1)

    phone.get_by_role("link", name="Cancel…").click()
    assert (
        "If you cancel now" in phone.locator("main").inner_text()
        or "costs nothing" in phone.locator("main").inner_text()
    )
    phone.get_by_role("button", name="Cancel the appointment").click()
    assert "is cancelled" in phone.locator("h1").inner_text()
    assert status_of(olaya.appointment) == AppointmentStatus.CANCELLED_BY_PATIENT

    phone.get_by_role("button", name="Keep the appointment after all").click()
    assert status_of(olaya.appointment) == AppointmentStatus.RESCHEDULED


def test_time_that_is_taken_meanwhile_leads_to_the_nearest(opened):
    olaya = Olaya()
    phone = opened(olaya.appointment)
    phone.get_by_role("link", name="Another time").click()
    phone.locator("details", has_text=f"{olaya.ten:%A}").first.evaluate("one => one.open = true")
    phone.locator(f"a[href*='start={int(olaya.ten.timestamp()) + 1800}']").first.click()
    omar = make_patient(olaya.person.organisation, "Omar")
    olaya.book(omar, olaya.ten + timedelta(minutes=30))

    phone.get_by_role("button", name="Move it here").click()

    assert "not free any more" in phone.get_by_role("alert").inner_text()
    phone.locator(".slots a").first.click()
    phone.get_by_role("button", name="Move it here").click()
    phone.get_by_text("has a new time").wait_for()
    olaya.appointment.refresh_from_db()
    assert olaya.appointment.moves == 1


def test_keyboard_alone_is_enough(opened):
    olaya = Olaya()
    phone = opened(olaya.appointment)

    press_until(phone, "Tab", "a[href$='/cancel/']")
    phone.keyboard.press("Enter")
    phone.get_by_role("button", name="Cancel the appointment").wait_for()
    press_until(phone, "Tab", "button")
    assert focused(phone) == "Cancel the appointment"
    phone.keyboard.press("Enter")
    phone.get_by_text("is cancelled").wait_for()

    assert status_of(olaya.appointment) == AppointmentStatus.CANCELLED_BY_PATIENT


STOPS = "a[href], button, summary, input:not([type=hidden])"
STOP = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const seen = one.checkVisibility() && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return [one.outerHTML, seen];
}"""


def walked(page) -> list[list[object]]:
    """What Tab leads to, one after the other, and whether one sees where one is."""
    count = page.locator(STOPS).locator("visible=true").count()
    stops = []
    for _stop in range(count):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(STOP))
    return stops


def in_order(page) -> list[list[object]]:
    """The same as it has to be: everything that can be used, in the order in which it is read."""
    return [
        [html, True]
        for html in page.locator(STOPS).locator("visible=true").evaluate_all("all => all.map(one => one.outerHTML)")
    ]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_tab_leads_through_every_page_in_order_and_shows_where_one_is(opened, language, scheme):
    olaya = Olaya(language)
    phone = opened(olaya.appointment, color_scheme=scheme)
    home = phone.url
    steps = {
        "home": lambda: None,
        "cancel": lambda: phone.goto(home + "cancel/"),
        "calendar": lambda: phone.goto(home + "calendar/"),
        "address": lambda: press_and_wait(phone, "button"),
        "move": lambda: phone.goto(home + "move/"),
        "question": lambda: press_and_wait(phone, ".slots a"),
        "moved": lambda: press_and_wait(phone, "button"),
        "back": lambda: press_and_wait(phone, "button[value=move_back]"),
        "cancelled": lambda: (phone.goto(home + "cancel/"), press_and_wait(phone, "button")),
    }

    for name, step in steps.items():
        step()
        expected = in_order(phone)
        assert (name, walked(phone)) == (name, expected)
        assert expected


def press_and_wait(page, wanted) -> None:
    """Go to it with Tab and take it with Enter."""
    press_until(page, "Tab", wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_nothing_is_found_on_any_page_on_a_phone(opened, language, scheme):
    olaya = Olaya(language)
    phone = opened(olaya.appointment, color_scheme=scheme)
    home = phone.url
    found = {"home": flaws(phone)}

    for name in ("cancel/", "calendar/", "move/"):
        phone.goto(home + name)
        found[name] = flaws(phone)
    phone.locator(".slots a").first.click()
    phone.locator("form").wait_for()
    found["question"] = flaws(phone)
    booking.cancel(olaya.appointment, by=olaya.person)
    phone.goto(home)
    found["cancelled"] = flaws(phone)
    phone.goto(home.replace("/a/", "/a/x"))
    found["unknown"] = flaws(phone)

    assert found == {name: [] for name in found}
