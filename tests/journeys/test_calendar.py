"""The calendar in a real browser: booked by a click, moved by hand, by keys and by finger, and never out of date."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import localdate, localtime

from admin_ext.roles import FRONT_DESK
from clinic.enums import AppointmentStatus
from clinic.models import Appointment
from clinic.packages.services import assign
from tests.browser import PHONE
from tests.factories import (
    RIYADH,
    make_appointment,
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


class Day:
    """Tomorrow, with Sara and Lama at work from nine to noon and Huda booked with Sara at ten."""

    def __init__(self, person) -> None:
        self.date = localdate(datetime.now(UTC), RIYADH) + timedelta(days=1)
        self.address = f"/admin/calendar/?day={self.date}"
        self.person = person
        self.organisation = person.organisation
        self.clinic = make_clinic(self.organisation)
        self.sara, self.lama = make_provider(self.clinic, name="Sara"), make_provider(self.clinic, name="Lama")
        for provider in (self.sara, self.lama):
            make_week(provider, self.clinic, start=time(9), end=time(12))
        self.service = make_service(self.sara, self.lama)
        self.appointment = self.book("Huda", self.sara, 10)

    def at(self, hour, minute=0) -> datetime:
        return datetime.combine(self.date, time(hour, minute), tzinfo=RIYADH)

    def book(self, name, provider, hour, minute=0) -> Appointment:
        patient = make_patient(self.organisation, name)
        return make_appointment(patient, self.service, provider, self.clinic, self.at(hour, minute))

    def stands(self) -> tuple[str, str]:
        """With whom and when Huda is booked now."""
        self.appointment.refresh_from_db()
        return self.appointment.provider.name_en, f"{localtime(self.appointment.starts_at, RIYADH):%H:%M}"

    def slot(self, page, provider, label):
        return page.get_by_role("button", name=f"{provider}, {label}, free")

    def card(self, page):
        return page.locator(f"#appointment-{self.appointment.pk}")


@pytest.fixture
def day(sign_in):
    person = make_user(make_organisation(), "mona", is_staff=True)
    person.groups.set(Group.objects.filter(name=FRONT_DESK))
    sign_in(person)
    return Day(person)


def opened(page, address):
    page.goto(address)
    page.wait_for_function("document.querySelector('#calendar.is-scripted')")
    return page


def centre(locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + 8


def drag(page, card, slot) -> None:
    x, y = centre(card)
    to_x, to_y = centre(slot)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to_x) / 2, (y + to_y) / 2, steps=4)
    page.mouse.move(to_x, to_y, steps=4)
    page.mouse.up()


def moved(page):
    page.get_by_text("Huda: moved to").wait_for()


def focused(page) -> str:
    return page.evaluate("document.activeElement.id")


def test_click_on_a_free_slot_opens_the_booking_with_the_cursor_at_the_patient(page, day):
    opened(page, day.address)

    day.slot(page, "Sara", "09:30").click()

    page.locator("#modal-content input:focus").wait_for()
    page.keyboard.press("Escape")
    page.locator("#modal-content").wait_for(state="hidden")
    page.wait_for_function("document.activeElement.matches('.diary-slot')")
    assert page.evaluate("document.activeElement.ariaLabel") == "Sara, 09:30, free"


def test_keys_typed_before_the_dialog_is_there_are_carried_into_its_search(page, day):
    opened(page, day.address)
    held = []
    page.route("**/admin/book/?*", lambda route: held.append(route))
    day.slot(page, "Sara", "09:30").focus()
    with page.expect_request("**/admin/book/?*"):
        page.keyboard.press("Enter")

    page.keyboard.type("tom n")
    held[0].continue_()

    page.locator("#modal-content input:focus").wait_for()
    assert page.locator("#book-q").input_value() == "tom n"
    assert page.url.endswith(day.address)


def test_known_patient_is_booked_with_two_clicks_and_stands_where_the_focus_is(page, day):
    nora = make_patient(day.organisation, "Nora Al-Salem")
    assign(make_package((day.service, 10)), nora, by=day.person)
    make_service(day.sara, day.lama, name="Assessment")
    opened(page, day.address)

    day.slot(page, "Sara", "09:30").click()
    page.locator("#modal-content input:focus").wait_for()
    page.keyboard.type("nora")
    page.get_by_role("dialog").get_by_text("Nora Al-Salem").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("[name=what]:checked").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Book", exact=True).click()

    page.locator(".diary-entry:focus").get_by_text("Nora Al-Salem").wait_for()
    booked = Appointment.objects.get(patient=nora)
    assert (booked.provider, booked.starts_at, booked.session_number) == (day.sara, day.at(9, 30), 1)


def test_click_on_a_card_opens_the_appointment(page, day):
    opened(page, day.address)

    day.card(page).click()

    page.locator("#modal-content").get_by_text("Huda").first.wait_for()
    assert day.stands() == ("Sara", "10:00")


def test_drag_gives_the_appointment_another_provider_and_time_and_undo_gives_them_back(page, day):
    opened(page, day.address)

    drag(page, day.card(page), day.slot(page, "Lama", "11:00"))
    moved(page)

    assert day.stands() == ("Lama", "11:00")
    page.locator(f"#column-provider-{day.lama.pk} #appointment-{day.appointment.pk}").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Huda: back to").wait_for()
    assert day.stands() == ("Sara", "10:00")


def test_drag_to_where_nothing_is_free_snaps_back_and_says_why(page, day):
    other = day.book("Nora", day.lama, 10)
    opened(page, day.address)

    drag(page, day.card(page), page.locator(f"#appointment-{other.pk}"))

    page.locator("#modal-content [role=alert]").get_by_text("already booked").wait_for()
    assert day.stands() == ("Sara", "10:00")
    column = page.evaluate("id => document.getElementById(id).parentElement.id", f"appointment-{day.appointment.pk}")
    assert column == f"column-provider-{day.sara.pk}"


def test_arrows_walk_over_the_board_which_is_one_stop_of_the_tab_key(page, day):
    opened(page, day.address)
    assert page.locator("#diary [data-start][tabindex='0']").count() == 1

    page.locator("#diary [data-start][tabindex='0']").focus()
    names = []
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowUp", "End", "Home", "ArrowLeft"):
        page.keyboard.press(key)
        names.append(
            page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText.split('\\n')[0]")
        )

    assert names == [
        "Lama, 09:30, free", "Sara, 09:30, free", "Huda", "Sara, 09:30, free", "Sara, 11:30, free",
        "Sara, 09:00, free", "Lama, 09:00, free",
    ]  # fmt: skip


def test_appointment_is_moved_by_keys_alone_and_keeps_the_focus(page, day):
    opened(page, day.address)
    day.card(page).focus()

    page.keyboard.press("Alt+ArrowDown")
    moved(page)
    assert day.stands() == ("Sara", "10:30")
    card = f"#appointment-{day.appointment.pk}"
    page.locator(f"{card}[data-version='1']:focus").wait_for()

    page.keyboard.press("Alt+ArrowLeft")
    page.locator(f"{card}[data-version='2']:focus").wait_for()
    assert day.stands() == ("Lama", "10:30")


def test_m_proposes_times_and_two_more_keys_move(page, day):
    opened(page, day.address)
    day.card(page).focus()

    page.keyboard.press("m")
    page.locator(".proposal").first.wait_for()
    page.locator(".proposal:focus").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    moved(page)

    assert day.stands() != ("Sara", "10:00")


def test_a_says_that_a_patient_of_today_has_arrived(page, day):
    day.date -= timedelta(days=1)
    today = day.book("Nora", day.lama, 12)
    opened(page, "/admin/calendar/")
    page.locator(f"#appointment-{today.pk}").focus()

    page.keyboard.press("a")

    page.locator(f"#appointment-{today.pk}").get_by_text("Arrived").wait_for()
    today.refresh_from_db()
    assert today.status == AppointmentStatus.ARRIVED


def test_a_does_nothing_for_a_patient_of_another_day(page, day):
    opened(page, day.address)
    day.card(page).focus()

    page.keyboard.press("a")
    page.keyboard.press("m")

    page.locator(".proposal").first.wait_for()
    day.appointment.refresh_from_db()
    assert day.appointment.status == AppointmentStatus.SCHEDULED


def test_other_keys_do_what_the_list_of_keys_says(page, day):
    opened(page, day.address)
    page.keyboard.press("?")
    page.get_by_role("heading", name="Keys of the calendar").wait_for()
    page.keyboard.press("Escape")
    page.locator("#diary-keys").wait_for(state="hidden")

    page.keyboard.press("n")
    page.locator("#modal-content input:focus").wait_for()
    page.keyboard.type("nt?")
    assert page.url.endswith(day.address)
    page.keyboard.press("Escape")
    page.locator("#modal-content").wait_for(state="hidden")

    page.locator("body").press("t")
    page.wait_for_url("**/admin/calendar/?")


def test_booking_of_somebody_else_arrives_and_neither_focus_nor_place_is_lost(page, day):
    page.set_viewport_size({"width": 1200, "height": 400})
    page.clock.install()
    opened(page, day.address)
    slot = day.slot(page, "Sara", "11:30")
    slot.focus()
    page.evaluate("document.querySelector('.diary-scroll').scrollTop = 40")
    name = focused(page)
    somebody = day.book("Nora", day.lama, 9)

    page.clock.fast_forward(16_000)
    page.locator(f"#appointment-{somebody.pk}").wait_for()

    assert focused(page) == name
    assert page.evaluate("document.querySelector('.diary-scroll').scrollTop") == 40


def test_slot_taken_under_the_focus_leaves_the_focus_at_its_time(page, day):
    page.clock.install()
    opened(page, day.address)
    day.slot(page, "Lama", "11:00").focus()
    somebody = day.book("Nora", day.lama, 11)

    page.clock.fast_forward(16_000)
    page.locator(f"#appointment-{somebody.pk}").wait_for()

    page.wait_for_function("id => document.activeElement.id === id", arg=f"appointment-{somebody.pk}")


def test_two_people_move_the_same_appointment_and_the_second_sees_what_happened(page, day):
    opened(page, day.address)
    slot = day.slot(page, "Lama", "11:00")
    Appointment.objects.filter(pk=day.appointment.pk).update(starts_at=day.at(9), ends_at=day.at(9, 30),
        busy_from=day.at(9), busy_until=day.at(9, 30), calendar_sequence=1)  # fmt: skip

    drag(page, day.card(page), slot)

    page.get_by_text("You chose").wait_for()
    assert day.stands() == ("Sara", "09:00")


def test_phone_shows_one_provider_at_a_time_and_a_finger_moves_after_a_long_press(page, day):
    page.set_viewport_size(PHONE)
    opened(page, day.address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    widths = page.evaluate("[...document.querySelectorAll('.diary-column')].map(c => c.getBoundingClientRect().width)")
    assert all(width > 300 for width in widths)
    day.card(page).scroll_into_view_if_needed()
    target = day.slot(page, "Sara", "11:00")
    finger = page.context.new_cdp_session(page)
    (x, y), (to_x, to_y) = centre(day.card(page)), centre(target)

    def touch(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]})

    touch("touchStart", (x, y))
    page.locator(".diary-entry.is-dragged").wait_for()
    for part in (1, 2, 3, 4):
        touch("touchMove", (x + (to_x - x) * part / 4, y + (to_y - y) * part / 4))
    touch("touchEnd")
    moved(page)

    assert day.stands() == ("Sara", "11:00")


def test_slots_are_large_enough_for_a_finger(page, day):
    opened(page, day.address)

    heights = page.evaluate("[...document.querySelectorAll('.diary-slot')].map(s => s.getBoundingClientRect().height)")

    assert len(heights) == 11
    assert min(heights) >= 24


def test_print_has_a_page_for_each_provider(page, day):
    day.book("Nora", day.lama, 9)
    opened(page, day.address)
    page.get_by_role("link", name="Print").click()
    page.wait_for_url("**/calendar/print/**")

    pdf = page.pdf(prefer_css_page_size=True)

    assert pdf.count(b"/Type /Page\n") == 2
