"""A double click, or a browser that asks again because no answer came: one form makes one row."""

import pytest

from clinic.models import Appointment, Invoice, Message, Operation, PackagePurchase, Payment, SessionEntry
from tests.concurrency.race import race, tally
from tests.factories import make_package

pytestmark = pytest.mark.concurrency

KEY = "00000000-0000-4000-8000-000000000001"


def test_package_form_sent_eight_times_at_once_assigns_one_package(clinic):
    desk = clinic()
    package = make_package((desk.service, 10))
    entry = {"package": package.pk, "patient": desk.patients(1)[0].pk, "by": desk.user.pk, "request_key": KEY}

    outcomes = race("assign", [entry] * 8)

    assert {outcome.result for outcome in outcomes} == {PackagePurchase.objects.get().pk}
    assert tally(outcomes) == {"won": 8}
    assert (SessionEntry.objects.count(), Message.objects.count()) == (1, 1)


def test_package_form_sent_for_two_packages_at_once_assigns_one_of_them(clinic):
    desk = clinic()
    (patient,) = desk.patients(1)
    packages = [make_package((desk.service, 10)) for _ in range(2)]
    entries = [
        {"package": package.pk, "patient": patient.pk, "by": desk.user.pk, "request_key": KEY} for package in packages
    ]

    outcomes = race("assign", entries)

    assert tally(outcomes) == {"won": 1, "InvalidEntry": 1}
    assert PackagePurchase.objects.count() == 1


def test_sale_form_sent_eight_times_at_once_sells_one_package(clinic):
    desk = clinic()
    entry = {
        "package": make_package((desk.service, 10)).pk, "patient": desk.patients(1)[0].pk, "clinic": desk.clinic.pk,
        "by": desk.user.pk, "request_key": KEY,
    }  # fmt: skip

    outcomes = race("money_racers.sell", [entry] * 8)

    assert tally(outcomes) == {"won": 8}
    assert {outcome.result for outcome in outcomes} == {PackagePurchase.objects.get().pk}
    assert [model.objects.count() for model in (Operation, Invoice, Payment)] == [1, 1, 1]


def test_booking_form_sent_eight_times_at_once_books_once(clinic):
    desk = clinic()
    (patient,) = desk.patients(1)
    purchase = desk.purchase(patient, sessions=10)
    entry = {**desk.entry(patient, purchase=purchase), "request_key": KEY}
    Message.objects.all().delete()

    outcomes = race("book", [entry] * 8)

    assert tally(outcomes) == {"won": 8}
    assert {outcome.result for outcome in outcomes} == {1}
    assert (Appointment.objects.count(), Appointment.history.count(), Message.objects.count()) == (1, 1, 1)


def test_booking_form_sent_for_two_patients_at_once_books_one_of_them(clinic):
    desk = clinic(providers=2)
    entries = [
        {**desk.entry(patient, provider=provider), "request_key": KEY}
        for patient, provider in zip(desk.patients(2), desk.providers, strict=True)
    ]

    outcomes = race("book", entries)

    assert tally(outcomes) == {"won": 1, "InvalidEntry": 1}
    assert Appointment.objects.count() == 1
