"""The outbox in a real browser, by keyboard: a failed message is found, understood and sent again; a text is edited."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import now

from admin_ext.roles import ADMINISTRATOR
from clinic.enums import Channel, Language, MessageKind, MessageStatus
from clinic.models import Message, MessageTemplate
from tests.browser import press_until, settled
from tests.factories import (
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def failed(sign_in):
    """A message to Huda that could not be delivered, of an appointment tomorrow."""
    organisation = make_organisation(time_zone="UTC")
    person = make_user(organisation, "mona", first_name="Mona", is_staff=True)
    person.groups.set(Group.objects.filter(name=ADMINISTRATOR))
    provider = make_provider(make_clinic(organisation, "Olaya", time_zone="UTC"))
    huda, starts_at = make_patient(organisation, "Huda"), now() + timedelta(days=1)
    clinic = provider.clinics.get()
    appointment = make_appointment(huda, make_service(provider), provider, clinic, starts_at, booked_by=person)
    sign_in(person)
    return Message.objects.create(
        organisation=organisation, patient=huda, appointment=appointment, kind=MessageKind.BOOKED, channel=Channel.SMS,
        address="+966509999999", language=Language.ENGLISH, body="Hello Huda, your appointment is booked.",
        starts_at=starts_at, due_at=now(), queued_at=now(), status=MessageStatus.FAILED, attempts=6,
        error="Number not reachable", dedupe_key="booked",
    )  # fmt: skip


def follow(page, selector):
    """Walk to it with the Tab key and press Enter."""
    press_until(page, "Tab", selector, most=160)
    page.keyboard.press("Enter")


def test_filters_and_the_menu_of_a_row_open_by_keyboard(page, failed):
    page.goto("/admin/clinic/message/")
    follow(page, ".filter-open-button")
    page.wait_for_function("document.activeElement.closest('#changelist-filter')")
    page.keyboard.press("Escape")
    follow(page, "#result_list [x-ref^='rowDropdown']")
    page.wait_for_function("document.activeElement.matches('body > nav a')")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Send this message again?")
    dialog.wait_for()
    assert page.locator("#result_list [x-ref^='rowDropdown']").get_attribute("aria-label") == "Send again, Call off"


def test_failed_message_is_found_understood_and_sent_again_by_keyboard(page, failed):
    page.goto("/admin/clinic/message/")
    follow(page, ".outbox-standing a[href='?dead=yes']")
    page.wait_for_url("**/?dead=yes")
    follow(page, "#result_list tbody a[href*='/messages/']")
    reason = page.locator("#message-reason")
    reason.wait_for()
    assert "Number not reachable" in reason.inner_text()
    assert "The file has another address by now" in reason.inner_text()

    follow(page, f"a[href='/admin/clinic/message/{failed.pk}/resend/']")
    page.get_by_text("Send this message again?").wait_for()
    settled(page)
    follow(page, "#dialog button[type=submit]")
    page.get_by_text("The message to Huda is sent again.").wait_for()

    again = Message.objects.get(resend_of=failed)
    assert (again.status, again.address) == (MessageStatus.QUEUED, "+966501234567")
    page.locator(".message-facts", has_text="Sent again as").wait_for()


def test_text_is_edited_beside_how_it_looks_and_taken_back(page, failed):
    page.goto("/admin/messages/texts/booked/?channel=sms")
    settled(page)
    press_until(page, "Tab", "#id_en-body")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("Dear {{ first_name }}, {{ service }}")
    look = page.locator("#look-en")
    look.locator(".refusal").wait_for()

    page.keyboard.press("Control+A")
    page.keyboard.insert_text("Dear {{ first_name }}, on {{ day }} at {{ time }}.")
    look.get_by_text("Dear Sara, on Monday 7 January 2030 at 9:30 AM.").wait_for()
    settled(page)
    follow(page, "#text-en .button-main")
    page.locator("#text-en").get_by_text("The text is saved.").wait_for()
    assert MessageTemplate.objects.get().body == "Dear {{ first_name }}, on {{ day }} at {{ time }}."

    settled(page)
    follow(page, "#text-en .text-restore summary")
    follow(page, "#text-en .text-restore .button-plain")
    page.locator("#text-en").get_by_text("The words that come with the clinic are back.").wait_for()
    assert not MessageTemplate.objects.exists()
