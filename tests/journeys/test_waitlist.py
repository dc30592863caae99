"""Story 6 in a real browser: a cancelled time is offered to three who wait, who all tap Accept at once."""

from datetime import time, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import now

from admin_ext.roles import FRONT_DESK
from clinic.enums import AppointmentStatus, MessageKind, OfferAnswer, WaitlistStatus
from clinic.models import Appointment, HeldSlot, Message, Offer, SessionEntry, WaitlistEntry
from clinic.packages.selectors import balance_of
from clinic.packages.services import assign
from clinic.scheduling import booking
from clinic.waitlist import services
from clinic.waitlist.links import token_of
from tests.browser import PHONE, settled
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

NAMES = ("Amal", "Badr", "Dina")


class Olaya:
    """Huda's session of tomorrow at ten, and three who wait for such a time."""

    def __init__(self, person):
        organisation = person.organisation
        self.person, self.day = person, now().date() + timedelta(days=1)
        self.clinic = make_clinic(organisation, "Olaya", time_zone="UTC")
        self.provider = make_provider(self.clinic, name="Sara")
        make_week(self.provider, self.clinic, start=time(9), end=time(17))
        self.service = make_service(self.provider)
        huda = make_patient(organisation, "Huda Al-Salem")
        self.purchase = assign(make_package((self.service, 5)), huda, by=person, on=now().date())
        self.appointment = booking.book(
            patient=huda, service=self.service, provider=self.provider, clinic=self.clinic, purchase=self.purchase,
            starts_at=self.ten, by=person,
        )  # fmt: skip
        for name in NAMES:
            patient = make_patient(organisation, name, language="en")
            services.join(patient, self.service, by=person, first_on=self.day, last_on=self.day)

    @property
    def ten(self):
        return (now() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)


@pytest.fixture
def olaya(sign_in):
    organisation = make_organisation(time_zone="UTC")
    person = make_user(organisation, "mona", first_name="Mona", is_staff=True)
    person.groups.set(Group.objects.filter(name=FRONT_DESK))
    sign_in(person)
    return Olaya(person)


@pytest.fixture
def clicks(page):
    """The number of clicks and of keys on the page so far."""
    page.add_init_script(
        "sessionStorage.did ??= '0';"
        "for (const what of ['pointerdown', 'keydown']) addEventListener(what, () => sessionStorage.did++, true)"
    )
    return lambda: int(page.evaluate("sessionStorage.did"))


@pytest.fixture
def phones(browser, live_server):
    """Opens an offer on a telephone of its own, in nobody's name."""
    contexts = []

    def open_on_a_phone(offer):
        context = browser.new_context(base_url=live_server.url, viewport=PHONE, has_touch=True)
        contexts.append(context)
        phone = context.new_page()
        phone.goto(f"/o/{token_of(offer)}/")
        return phone

    yield open_on_a_phone
    for context in contexts:
        context.close()


def told(page, text):
    page.locator(".toast", has_text=text).wait_for()


def test_a_cancelled_time_is_offered_with_two_clicks_and_one_of_three_gets_it(page, olaya, clicks, phones):
    page.goto(f"/admin/appointment/{olaya.appointment.pk}/")
    page.get_by_role("link", name="Cancel…").click()
    page.get_by_role("button", name="Cancel and offer to 3 waiting").click()
    told(page, "Huda Al-Salem: Cancelled by patient")
    told(page, "Offered to 3, until")

    assert clicks() == 2
    offers = list(Offer.objects.order_by("pk"))
    assert [offer.entry.patient.name_en for offer in offers] == list(NAMES)

    opened = [phones(offer) for offer in offers]
    for phone in opened:
        phone.get_by_role("button", name="Accept").wait_for()
    for phone in opened:
        phone.evaluate("setTimeout(() => document.querySelector('button[value=accept]').click(), 50)")
    for phone in opened:
        phone.get_by_role("button", name="Accept").wait_for(state="detached")

    said = sorted(phone.locator("h1").inner_text() for phone in opened)
    assert said == ["It is yours", "Just taken, you keep your place", "Just taken, you keep your place"]
    booked = Appointment.objects.get(status=AppointmentStatus.SCHEDULED)
    assert (booked.starts_at, booked.provider) == (olaya.ten, olaya.provider)
    assert WaitlistEntry.objects.filter(status=WaitlistStatus.WAITING).count() == 2
    assert Offer.objects.filter(answer=OfferAnswer.MISSED).count() == 2
    olaya.purchase.refresh_from_db()
    balance = balance_of(olaya.purchase)
    assert (balance.used, balance.reserved, balance.free) == (0, 0, 5)
    assert SessionEntry.objects.filter(purchase=olaya.purchase).count() == 1
    assert Message.objects.filter(kind=MessageKind.WAITLIST_OFFER).count() == 3


def test_a_held_time_stands_on_the_calendar_until_the_offer_is_withdrawn(page, olaya):
    booking.cancel(olaya.appointment, by=olaya.person)
    slot = services.offer_released(olaya.appointment, by=olaya.person)
    page.goto(f"/admin/calendar/?day={olaya.day}")
    block = page.locator(f"#held-{slot.pk}")
    assert "Offered to 3, until" in block.inner_text()

    settled(page)
    block.click()
    page.get_by_role("button", name="Withdraw the offer").click()
    told(page, "offer withdrawn, the time is free")

    block.wait_for(state="detached")
    assert HeldSlot.objects.get().status == "withdrawn"
    assert not Appointment.holds.exists()


def test_a_free_time_of_the_calendar_is_offered_by_hand(page, olaya):
    booking.cancel(olaya.appointment, by=olaya.person)
    page.goto(f"/admin/calendar/?day={olaya.day}")
    settled(page)
    page.locator(".diary-slot", has_text="11:00").click()
    page.get_by_role("link", name="Offer to the waiting list (3)").click()
    page.locator("#offer .tick", has_text="Badr").locator("input").uncheck()
    page.get_by_role("button", name="Offer this time").click()
    told(page, "Offered to 2, until")

    asked = sorted(offer.entry.patient.name_en for offer in Offer.objects.all())
    assert asked == ["Amal", "Dina"]
    page.locator(".diary-held", has_text="Offered to 2").wait_for()


def test_who_finds_no_time_is_put_on_the_list_with_what_was_chosen(page, olaya):
    patient = make_patient(olaya.person.organisation, "Eman")
    page.goto(f"/admin/book/?patient={patient.pk}&service={olaya.service.pk}&provider={olaya.provider.pk}")
    settled(page)
    page.get_by_role("link", name="Put on the waiting list").click()
    form = page.locator("#wait")
    form.get_by_label("Service").wait_for()
    assert form.get_by_label("Service").input_value() == str(olaya.service.pk)
    assert form.get_by_label("Provider").input_value() == str(olaya.provider.pk)

    form.get_by_role("button", name="Put on the list").click()
    told(page, "Eman waits for Speech therapy")

    entry = WaitlistEntry.objects.get(patient=patient)
    assert (entry.service, entry.provider, entry.joined_by) == (olaya.service, olaya.provider, olaya.person)


def test_the_list_is_filtered_and_changed_and_left_on_a_phone(page, olaya):
    page.set_viewport_size(PHONE)
    page.goto("/admin/waitlist/")
    settled(page)
    page.get_by_label("Urgency").select_option(label="Urgent")
    page.get_by_text("Nobody who waits fits these filters.").wait_for()
    page.get_by_role("link", name="Show all").click()

    settled(page)
    page.get_by_role("link", name="Change: Badr").click()
    page.locator("#wait").get_by_label("Urgency").select_option(label="Urgent")
    page.get_by_role("button", name="Save").click()
    told(page, "Changed: Badr waits for Speech therapy")
    page.locator(".wait-line").first.get_by_text("Badr").wait_for()

    page.get_by_role("link", name="Take off the list: Badr").click()
    page.get_by_label("Reason").fill("Found another clinic")
    page.get_by_role("button", name="Take off the list").click()
    told(page, "Badr does not wait any more")
    page.get_by_text("2 patients wait").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_list_that_refreshes_itself_leaves_the_focus_where_it_is(page, olaya):
    page.clock.install()
    page.goto("/admin/waitlist/")
    change = page.get_by_role("link", name="Change: Badr")
    change.focus()
    eman = make_patient(olaya.person.organisation, "Eman")
    services.join(eman, olaya.service, by=olaya.person, first_on=olaya.day, last_on=olaya.day)

    page.clock.fast_forward(16_000)
    page.get_by_text("4 patients wait").wait_for()

    assert change.evaluate("element => element === document.activeElement")
