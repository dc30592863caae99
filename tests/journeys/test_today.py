"""The day in a real browser: the desk's board, a provider's own day, and what happens when the server is gone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import localdate, now

from admin_ext.roles import FRONT_DESK, PROVIDER
from clinic.enums import AppointmentStatus
from clinic.models import Appointment, Message, PackagePurchase
from clinic.packages.services import assign
from clinic.scheduling.booking import check_in
from clinic.scheduling.booking.notes import write_notes
from tests.browser import PHONE, press_until
from tests.factories import (
    make_appointment,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AUTOSAVE = 5_000  # milliseconds


@pytest.fixture
def olaya(db):
    return make_clinic(make_organisation(time_zone="UTC"), "Olaya", time_zone="UTC")


@pytest.fixture
def provider(olaya):
    return make_provider(olaya, name="Reem", user=person(olaya, "reem", PROVIDER))


@pytest.fixture
def desk(olaya, sign_in):
    mona = person(olaya, "mona", FRONT_DESK)
    sign_in(mona)
    return mona


@pytest.fixture
def my_day(provider, sign_in):
    sign_in(provider.user)
    return provider.user


@pytest.fixture
def service(provider):
    return make_service(provider)


def person(clinic, name, role):
    user = make_user(clinic.organisation, name, is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    return user


def noon():
    return now().replace(hour=12, minute=0, second=0, microsecond=0)


def booked(service, name, *, hours=0, status=AppointmentStatus.SCHEDULED, **fields):
    provider, clinic = service.providers.get(), service.clinics.get()
    patient = fields.pop("patient", None) or make_patient(clinic.organisation, name)
    return make_appointment(
        patient, service, provider, clinic, noon() + timedelta(hours=hours), status=status, **fields
    )


def in_room(service, name, **fields):
    return booked(service, name, status=AppointmentStatus.IN_PROGRESS, arrived_at=now(), started_at=now(), **fields)


def card(page, name):
    return page.locator(".flow-card", has_text=name)


def column(page, title):
    return page.locator(".board-column", has=page.get_by_role("heading", name=title))


def test_patient_arrives_by_one_click_and_the_wrong_one_is_undone_by_another(page, desk, service):
    row = booked(service, "Huda")
    page.goto("/admin/")

    card(page, "Huda").get_by_role("button", name="Arrived").click()
    column(page, "Arrived").get_by_text("Huda").wait_for()
    assert Appointment.objects.get(pk=row.pk).status == AppointmentStatus.ARRIVED

    page.get_by_role("button", name="Undo").click()
    column(page, "Expected").get_by_text("Huda").wait_for()

    assert Appointment.objects.get(pk=row.pk).status == AppointmentStatus.SCHEDULED
    assert [was.status for was in row.history.order_by("history_id")][-2:] == ["arrived", "scheduled"]
    assert not Message.objects.exists()


def test_day_is_run_by_the_keys_alone_and_the_focus_stays_with_the_card(page, desk, service):
    first, second = booked(service, "First"), booked(service, "Second", hours=1)
    page.goto("/admin/")
    page.locator(f"#flow-{first.pk}").focus()
    stands_on = "document.activeElement.id === 'flow-%s'"

    page.keyboard.press("ArrowDown")
    assert page.evaluate(stands_on % second.pk)
    page.keyboard.press("a")
    column(page, "Arrived").get_by_text("Second").wait_for()
    page.wait_for_function(stands_on % second.pk)
    page.keyboard.press("s")
    column(page, "In room").get_by_text("Second").wait_for()
    page.wait_for_function(stands_on % second.pk)
    page.keyboard.press("u")
    column(page, "Arrived").get_by_text("Second").wait_for()
    page.wait_for_function(stands_on % second.pk)
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(stands_on % first.pk)

    page.keyboard.press("Shift+?")
    page.get_by_text("Keys on a card of today").wait_for()
    assert page.get_by_text("undo the last step").is_visible()


def test_what_somebody_else_does_appears_without_taking_the_focus(page, desk, service):
    here, other = booked(service, "Here"), booked(service, "Other", hours=1)
    page.goto("/admin/")
    page.locator(f"#flow-{here.pk}").focus()

    check_in(other, by=desk)
    page.evaluate("htmx.trigger(document.body, 'appointment-changed')")
    column(page, "Arrived").get_by_text("Other").wait_for()

    page.wait_for_function(f"document.activeElement.id === 'flow-{here.pk}'")


def test_choice_of_a_clinic_is_kept_in_the_address_and_by_the_focus(page, desk, olaya, service):
    rawdah = make_clinic(olaya.organisation, "Rawdah", time_zone="UTC")
    booked(service, "In Olaya")
    booked(make_service(make_provider(rawdah)), "In Rawdah")
    page.goto("/admin/")

    page.get_by_role("checkbox", name="Rawdah").check()
    card(page, "In Olaya").wait_for(state="detached")
    page.wait_for_function(f"document.activeElement.id === 'clinic-{rawdah.pk}'")
    assert f"clinic={rawdah.pk}" in page.url
    page.reload()

    assert card(page, "In Rawdah").is_visible()
    assert not card(page, "In Olaya").count()


def test_tomorrow_is_printed_by_two_clicks(page, desk, service):
    booked(service, "Huda", hours=24)
    page.goto("/admin/")

    page.get_by_role("link", name="Tomorrow (1)").click()
    page.wait_for_url(f"**/calendar/?day={localdate() + timedelta(days=1)}**")
    page.get_by_role("link", name="Print").first.click()
    page.wait_for_url("**/calendar/print/**")

    assert page.get_by_text("Huda").first.is_visible()


def test_tomorrow_is_printed_by_keys_alone(page, desk, service):
    booked(service, "Huda", hours=24)
    page.goto("/admin/")

    press_until(page, "Tab", "a[href*='/calendar/?day=']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/calendar/?day=**")
    press_until(page, "Tab", "a[href*='/calendar/print/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/calendar/print/**")

    assert page.get_by_text("Huda").first.is_visible()


def test_session_is_run_by_two_clicks_and_its_note(page, my_day, service):
    huda = make_patient(service.organisation, "Huda")
    booked(service, "", hours=-48, patient=huda, status=AppointmentStatus.COMPLETED, notes="Words of last time")
    purchase = assign(make_package((service, 10)), huda, by=my_day)
    row = booked(
        service, "", patient=huda, status=AppointmentStatus.ARRIVED, arrived_at=now(), package_purchase=purchase,
        session_number=1,
    )  # fmt: skip
    page.goto("/admin/")

    page.get_by_role("button", name="Start").click()
    page.wait_for_function("document.activeElement.id === 'note-text'")
    assert page.get_by_text("Words of last time").is_visible()
    page.keyboard.type("Held a whole sentence.")
    page.get_by_role("button", name="Complete").click()
    page.get_by_text("Nobody is left for today").wait_for()

    held = Appointment.objects.get(pk=row.pk)
    assert (held.status, held.notes) == (AppointmentStatus.COMPLETED, "Held a whole sentence.")
    assert PackagePurchase.objects.get(pk=purchase.pk).sessions_used == 1


def test_session_is_run_by_keys_alone(page, my_day, service):
    row = booked(service, "Huda", status=AppointmentStatus.ARRIVED, arrived_at=now())
    page.goto("/admin/")

    press_until(page, "Tab", "button[hx-post*='/step/start/']")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'note-text'")
    page.keyboard.type("Held a whole sentence.")
    press_until(page, "Tab", "button[hx-post*='/step/complete/']")
    page.keyboard.press("Enter")
    page.get_by_text("Nobody is left for today").wait_for()

    held = Appointment.objects.get(pk=row.pk)
    assert (held.status, held.notes) == (AppointmentStatus.COMPLETED, "Held a whole sentence.")


def test_note_is_saved_while_it_is_written(page, my_day, service):
    row = in_room(service, "Huda")
    page.clock.install()
    page.goto("/admin/my-day/")

    page.get_by_label("Note of this session").fill("Half a sen")
    page.clock.fast_forward(AUTOSAVE)
    page.locator(".note-state", has_text="Saved").wait_for()

    assert Appointment.objects.get(pk=row.pk).notes == "Half a sen"


def test_second_tab_of_the_same_note_shows_both_versions_and_one_is_chosen(page, my_day, service):
    row = in_room(service, "Huda")
    page.goto("/admin/my-day/")
    second = page.context.new_page()  # the console of a refused request is not an error here
    second.clock.install()
    second.goto("/admin/my-day/")

    write_notes(row, by=my_day, reason=row.reason, notes="From the first tab")
    second.get_by_label("Note of this session").fill("From the second tab")
    second.clock.fast_forward(AUTOSAVE)
    second.get_by_text("Written meanwhile").wait_for()
    assert second.locator("blockquote").text_content() == "From the first tab"
    assert Appointment.objects.get(pk=row.pk).notes == "From the first tab"

    second.get_by_role("button", name="Save mine instead").click()
    second.locator(".note-state", has_text="Saved").wait_for()
    assert Appointment.objects.get(pk=row.pk).notes == "From the second tab"


def test_note_written_while_the_server_is_gone_is_kept_and_saved_afterwards(page, my_day, service):
    row = in_room(service, "Huda")
    tab = page.context.new_page()
    tab.clock.install()
    tab.goto("/admin/my-day/")

    page.context.set_offline(True)
    tab.get_by_label("Note of this session").fill("Written in the dark")
    tab.clock.fast_forward(AUTOSAVE)
    tab.get_by_text("server does not answer").wait_for()
    page.context.set_offline(False)
    tab.clock.fast_forward(AUTOSAVE)
    tab.locator(".note-state", has_text="Saved").wait_for()

    assert tab.get_by_text("server does not answer").is_hidden()
    assert Appointment.objects.get(pk=row.pk).notes == "Written in the dark"


@pytest.mark.parametrize("role", ["desk", "my_day"])
def test_phone_shows_the_day_without_scrolling_sideways(page, request, role, service):
    request.getfixturevalue(role)
    booked(service, "Abdulrahman Abdulaziz Al-Mutairi Al-Otaibi")
    in_room(service, "Huda", patient=make_patient(service.organisation, "Huda"), lane=1)
    page.set_viewport_size(PHONE)

    page.goto("/admin/")
    page.wait_for_load_state("networkidle")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
