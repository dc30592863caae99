"""The manager's list of packages that run out, the times that are free for them, and the reminder of all."""

import re
from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER
from clinic.enums import MessageKind, OperationKind
from clinic.models import Message, Operation, PackagePurchase
from clinic.packages.services import assign
from tests.admin_ext.booking import words
from tests.factories import MONDAY, NINE, make_appointment, make_patient, make_week

pytestmark = pytest.mark.usefixtures("today_at_nine")


@pytest.fixture
def desk(ours, sign_in):
    make_week(ours.provider, ours.clinic, start=time(17), end=time(20))
    return sign_in(ours.organisation, MANAGER)


def sell(ours, name, *, days=20, **patient) -> PackagePurchase:
    person = make_patient(ours.organisation, name, **patient)
    purchase = assign(ours.package, person, by=ours.user, on=date(2030, 1, 1))
    PackagePurchase.objects.filter(pk=purchase.pk).update(expires_on=MONDAY + timedelta(days=days))
    return PackagePurchase.objects.get(pk=purchase.pk)


def listed(client):
    return client.get(reverse("admin:expiring_packages"))


def test_dashboard_counts_them_and_leads_to_the_list(ours, desk):
    sell(ours, "Reem")
    sell(ours, "Hind", days=31)

    cards = {card.icon: card for card in desk.get(reverse("admin:index")).context["cards"]}

    card = cards["hourglass_bottom"]
    assert card.title == "Expiring in 30 days with sessions left: 1"
    assert card.link == reverse("admin:expiring_packages")
    assert card.also == [("Remind all", reverse("admin:remind_expiring"))]


def test_list_shows_value_phone_balance_and_the_next_free_times(ours, desk):
    sell(ours, "Reem", phone="+966505550001")

    page = listed(desk).text

    assert "Expiring in 30 days with sessions left: 1" in page
    assert 'href="tel:+966505550001"' in page
    shown = words(page)
    assert "1,200.00 SAR left" in shown
    assert "0 used 0 reserved 4 free of 4" in shown
    assert "Mon 7 Jan 09:30" in shown


def test_next_free_time_is_with_the_usual_provider_and_not_when_the_patient_is_busy(ours, desk):
    purchase = sell(ours, "Reem")
    make_appointment(purchase.patient, ours.service, ours.provider, ours.clinic, NINE.replace(minute=30))

    times = listed(desk).context["rows"].object_list[0].times

    assert [f"{time.slot.starts_at:%a %H:%M}" for time in times] == ["Mon 10:00", "Mon 10:30"]
    assert {time.slot.provider for time in times} == {ours.provider}


def test_free_time_opens_the_booking_of_that_session(ours, desk):
    purchase = sell(ours, "Reem")

    ((address, _time), *_rest) = listed(desk).context["rows"].object_list[0].choices
    page = desk.get(address, headers={"HX-Request": "true", "HX-Target": "modal-content"}).text

    assert "Reem" in page
    assert f"{ours.service.pk}.{purchase.pk}" in page


def test_list_shows_markup_in_names_as_text(ours, desk):
    sell(ours, "Omar <b>Bold</b>")

    page = listed(desk).text

    assert "Omar &lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<b>Bold</b>" not in page


def test_list_has_only_our_own(ours, theirs, desk):
    PackagePurchase.objects.filter(pk=theirs.purchase.pk).update(expires_on=MONDAY + timedelta(days=3))
    make_week(theirs.provider, theirs.clinic)
    sell(ours, "Reem")

    for name in ("expiring_packages", "remind_expiring", "index"):
        assert "Theirs" not in desk.get(reverse(f"admin:{name}")).text


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_as_much_for_many_as_for_one(ours, desk, django_assert_max_num_queries, number):
    for count in range(number):
        sell(ours, f"P{count}")

    with django_assert_max_num_queries(14):
        listed(desk)


def test_list_without_anybody_says_so(ours, desk):
    assert "No package with unbooked sessions expires within 30 days." in listed(desk).text


def test_cashier_sees_the_list_without_times_and_reminder(ours, sign_in):
    sell(ours, "Reem")

    page = listed(sign_in(ours.organisation, CASHIER)).text

    assert "Reem" in page
    assert "Remind all" not in page
    assert reverse("admin:book") not in page


def test_reminder_is_shown_before_it_is_sent(ours, desk):
    sell(ours, "Reem")
    sell(ours, "Nobody", phone="")

    page = desk.get(reverse("admin:remind_expiring")).text
    shown = words(page)

    assert "1 is written to" in shown
    assert "1 cannot be reached" in shown
    assert "Nobody The patient has neither a valid phone number nor an e-mail address." in shown
    assert "Hello Sara, 4 sessions of yours at Ours group are not booked yet." in shown
    assert "مرحبًا سارة" in shown
    assert "Remind 1 patient" in shown
    assert not Message.objects.filter(kind=MessageKind.PACKAGE_EXPIRING).exists()


def test_reminder_is_queued_once_and_leads_to_what_was_done(ours, desk):
    sell(ours, "Reem")
    address = reverse("admin:remind_expiring")
    seen = re.search(r'name="seen" value="(\w+)"', desk.get(address).text)[1]

    response, again = desk.post(address, {"seen": seen}), desk.post(address, {"seen": seen})

    operation = Operation.objects.get(kind=OperationKind.REMIND)
    assert response.url == reverse("admin:operation", args=[operation.public_id])
    assert "Everybody who can be reached has been reminded already." in again.text
    assert "Told already" in again.text
    assert Message.objects.filter(kind=MessageKind.PACKAGE_EXPIRING).count() == 1


def test_page_of_a_reminder_counts_its_messages_and_leads_to_them(ours, desk):
    sell(ours, "Reem")
    address = reverse("admin:remind_expiring")
    seen = re.search(r'name="seen" value="(\w+)"', desk.get(address).text)[1]
    done = desk.post(address, {"seen": seen}).url
    message = Message.objects.get(kind=MessageKind.PACKAGE_EXPIRING)
    Message.objects.filter(pk=message.pk).update(status="failed")

    page = desk.get(done)

    assert page.context["reminded"] == (1, 1)
    assert "1 message failed" in page.text
    assert "Nothing was changed." not in page.text
    rows = f"{reverse('admin:clinic_message_changelist')}?operation__id__exact={message.operation_id}"
    assert rows in page.text
    assert list(desk.get(rows).context["cl"].result_list) == [message]


def test_front_desk_may_remind_and_a_cashier_may_not(ours, sign_in):
    address = reverse("admin:remind_expiring")

    assert sign_in(ours.organisation, FRONT_DESK).get(address).status_code == 200
    assert sign_in(ours.organisation, CASHIER).get(address).status_code == 403
