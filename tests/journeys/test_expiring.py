"""A manager and the packages that run out: one click to the list, two more to remind everybody."""

from datetime import time, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import localdate

from admin_ext.roles import MANAGER
from clinic.enums import MessageKind
from clinic.models import Message, PackagePurchase
from clinic.packages.services import assign
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

COUNT_CLICKS = "addEventListener('click', () => sessionStorage.clicks = +(sessionStorage.clicks ?? 0) + 1, true)"


@pytest.fixture
def desk(sign_in):
    """A manager, and three patients whose packages end within ten days; one of them has no phone."""
    organisation = make_organisation(time_zone="UTC")
    olaya = make_clinic(organisation, "Olaya", time_zone="UTC", phone="+966112345678")
    provider = make_provider(olaya, name="Sara")
    make_week(provider, olaya, start=time(0), end=time(23, 30))
    package = make_package((make_service(provider), 10), name="Speech <b>course</b>")
    person = make_user(organisation, "huda", is_staff=True)
    person.groups.set(Group.objects.filter(name=MANAGER))
    for name, phone in {"Reem": "+966505550001", "Omar <b>Bold</b>": "+966505550002", "Layla": ""}.items():
        patient = make_patient(organisation, name, phone=phone)
        purchase = assign(package, patient, by=person, on=localdate() - timedelta(days=80))
        PackagePurchase.objects.filter(pk=purchase.pk).update(expires_on=localdate() + timedelta(days=10))
    sign_in(person)
    return person


def clicks(page) -> int:
    return int(page.evaluate("sessionStorage.clicks ?? 0"))


def test_manager_reaches_the_list_with_one_click_and_reminds_with_two_more(page, desk):
    page.add_init_script(COUNT_CLICKS)
    page.goto("/admin/")

    page.get_by_role("link", name="Expiring in 30 days with sessions left: 3").click()

    page.get_by_role("heading", name="Expiring in 30 days with sessions left: 3").wait_for()
    assert clicks(page) == 1
    assert page.locator("a[href='tel:+966505550001']").is_visible()
    assert page.get_by_text("Omar <b>Bold</b>").first.is_visible()
    assert page.locator(".expiring-times .chip").count() == 6

    page.get_by_role("link", name="Remind all").click()
    page.get_by_role("button", name="Remind 2 patients").click()
    page.wait_for_url("**/operations/**")

    assert clicks(page) == 3
    told = Message.objects.filter(kind=MessageKind.PACKAGE_EXPIRING)
    assert {str(message.patient) for message in told} == {"Reem", "Omar <b>Bold</b>"}


def test_free_time_is_booked_from_the_list_with_two_clicks(page, desk):
    page.add_init_script(COUNT_CLICKS)
    page.goto("/admin/packages/expiring/")

    page.locator(".expiring-times .chip").first.click()
    page.get_by_role("button", name="Book", exact=True).click()
    page.get_by_text("9 free").first.wait_for()

    assert clicks(page) == 2
    assert sum(purchase.appointments.count() for purchase in PackagePurchase.objects.all()) == 1
