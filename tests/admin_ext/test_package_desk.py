"""The package desk: only this patient's packages, only those that deliver them, whatever the address says."""

import re
from datetime import date
from itertools import combinations_with_replacement

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from admin_ext.roles import CASHIER, FRONT_DESK, PROVIDER
from clinic.enums import PurchaseStatus
from clinic.models import Message, PackagePurchase
from clinic.packages.services import assign
from tests.admin_ext.world import buy
from tests.factories import (
    in_status,
    make_appointment,
    make_clinic,
    make_package,
    make_patient,
    make_provider,
    make_service,
)

DESK = {"HX-Request": "true", "HX-Target": "modal-content"}
DELIVERY = {"HX-Request": "true", "HX-Target": "desk-delivery"}
ANOTHER = "This package belongs to another patient."

pytestmark = pytest.mark.usefixtures("a_week_before")


@pytest.fixture
def desk(ours, sign_in):
    """The front desk's client, asking the desk about our patient."""
    client = sign_in(ours.organisation, FRONT_DESK)

    def ask(headers=DESK, **query):
        address = f"{reverse('admin:package_desk')}?{urlencode({'patient': ours.patient.pk, **query}, doseq=True)}"
        return client.get(address, headers=headers)

    ask.client = client
    return ask


def assign_address():
    return reverse("admin:assign_package")


# Whose packages


def test_desk_without_a_patient_asks_for_one(ours, desk):
    page = desk.client.get(reverse("admin:package_desk"), headers=DESK).text

    assert "Whose package?" in page
    assert ours.patient.name_en not in page


@pytest.mark.parametrize("term", ["ours pat", "OursF", "0501234567", "+966 50"])
def test_search_finds_a_patient_by_name_number_and_phone(ours, theirs, desk, term):
    found = desk.client.get(
        reverse("admin:package_desk"), {"q": term}, headers={"HX-Request": "true", "HX-Target": "desk-found"}
    ).text

    assert "Ours patient" in found
    assert "Theirs" not in found


def test_search_finds_arabic_names_in_every_spelling(ours, desk):
    make_patient(ours.organisation, "Ahmad", name_ar="أحمد")

    found = desk.client.get(
        reverse("admin:package_desk"), {"q": "احمد"}, headers={"HX-Request": "true", "HX-Target": "desk-found"}
    ).text

    assert "Ahmad" in found


def test_search_for_nobody_offers_to_register_with_the_name_typed(ours, desk):
    found = desk.client.get(
        reverse("admin:package_desk"), {"q": "<Zed>"}, headers={"HX-Request": "true", "HX-Target": "desk-found"}
    ).text

    assert "&lt;Zed&gt;" in found
    assert "name_en=%3CZed%3E" in found


def test_desk_shows_all_three_balances_of_each_package(ours, desk):
    page = desk().text

    assert "0 used" in page
    assert "1 reserved" in page
    assert "3 free" in page
    assert "of 4" in page


def test_desk_chooses_the_usable_package_that_expires_first(ours, desk):
    sooner = buy(ours.package, ours.patient, ours.user, expires_on=date(2030, 2, 1))

    assert f'name="shown_for" value="{sooner.pk}"' in desk().text


def test_desk_never_shows_packages_of_another_patient(ours, desk):
    other = make_patient(ours.organisation, "Other")
    secret = make_package((ours.service, 2), name="Secret package", active=False)
    buy(secret, other, ours.user)

    assert "Secret package" not in desk().text


@pytest.mark.parametrize("headers", [{}, DESK, DELIVERY])
def test_purchase_of_another_patient_is_refused_and_not_named(ours, desk, headers):
    other = make_patient(ours.organisation, "Other")
    secret = make_package((ours.service, 2), name="Secret package", active=False)
    purchase = buy(secret, other, ours.user)

    page = desk(headers=headers, purchase=purchase.pk, go=1)

    assert ANOTHER in page.text
    assert "Secret package" not in page.text
    assert "Other" not in page.text.replace("Another", "")


WHO = ("ours", "other", "foreign")


@pytest.mark.parametrize(("patient", "purchase"), [p for p in combinations_with_replacement(WHO, 2) if p[0] != p[1]])
@pytest.mark.parametrize("swap", [False, True])
def test_every_pair_of_a_patient_and_somebody_elses_purchase_goes_nowhere(ours, theirs, desk, patient, purchase, swap):
    other = make_patient(ours.organisation, "Other")
    patients = {"ours": ours.patient, "other": other, "foreign": theirs.patient}
    purchases = {
        "ours": ours.purchase, "other": buy(ours.package, other, ours.user), "foreign": theirs.purchase
    }  # fmt: skip
    whose, what = (purchase, patient) if swap else (patient, purchase)

    answer = desk(
        patient=patients[whose].pk, purchase=purchases[what].pk, clinic=ours.clinic.pk, provider=ours.provider.pk, go=1
    )

    assert "HX-Redirect" not in answer.headers
    assert answer.status_code == 404 if "foreign" in (whose, what) else ANOTHER in answer.text


def test_a_key_that_is_none_is_not_found(ours, desk):
    names = ("patient", "purchase", "clinic", "provider")

    assert {name: desk(**{name: "1 OR 1=1"}).status_code for name in names} == dict.fromkeys(names, 404)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"expires_on": date(2029, 12, 1), "purchased_on": date(2029, 1, 1)}, "last day of this package"),
        (in_status(PurchaseStatus.FROZEN), "The package is frozen."),
        ({"status": PurchaseStatus.CANCELLED}, "The package has been cancelled."),
        ({"status": PurchaseStatus.TRANSFERRED}, "transferred to somebody else"),
    ],
)
def test_purchase_that_cannot_be_used_is_shown_with_its_reason_and_refused_by_key(ours, desk, fields, sentence):
    purchase = buy(ours.package, ours.patient, ours.user)
    for name, value in fields.items():
        setattr(purchase, name, value)
    purchase.record(*fields, by=ours.user)

    shown = desk()
    asked = desk(purchase=purchase.pk, clinic=ours.clinic.pk, provider=ours.provider.pk, go=1)

    assert sentence in shown.text
    assert re.search(rf'value="{purchase.pk}"\s+disabled', shown.text)
    assert sentence in asked.text
    assert "HX-Redirect" not in asked.headers


def test_used_up_purchase_is_refused_by_key(ours, desk):
    one = make_package((ours.service, 1), name="One session")
    purchase = buy(one, ours.patient, ours.user)
    make_appointment(
        ours.patient, ours.service, ours.provider, ours.clinic, package_purchase=purchase, session_number=1,
        starts_at=ours.appointment.starts_at.replace(hour=12),
    )  # fmt: skip

    answer = desk(purchase=purchase.pk, clinic=ours.clinic.pk, provider=ours.provider.pk, go=1)

    assert "No session of this package is left" in answer.text
    assert "HX-Redirect" not in answer.headers


# Who delivers


def test_desk_offers_only_clinics_and_providers_that_deliver(ours, desk):
    elsewhere = make_clinic(ours.organisation, "Faraway")
    stranger = make_provider(ours.clinic, name="Stranger")
    make_service(stranger, name="Something else")
    make_provider(elsewhere, name="Idle")

    page = desk().text

    assert "Ours provider" in page
    assert "Faraway" not in page
    assert "Stranger" not in page
    assert "Idle" not in page


def test_ticking_a_clinic_brings_its_providers_ticked_and_keeps_what_was_unticked(ours, desk):
    second = make_clinic(ours.organisation, "Second")
    here, there = make_provider(ours.clinic, name="Here"), make_provider(second, name="There")
    ours.service.providers.add(here, there)
    ours.service.clinics.add(second)

    page = desk(
        headers=DELIVERY, purchase=ours.purchase.pk, shown_for=ours.purchase.pk, clinic=[ours.clinic.pk, second.pk],
        provider=[ours.provider.pk], shown=[ours.provider.pk, here.pk],
    ).text  # fmt: skip

    assert f'id="provider-{there.pk}" value="{there.pk}" checked' in page
    assert f'id="provider-{ours.provider.pk}" value="{ours.provider.pk}" checked' in page
    assert f'id="provider-{here.pk}" value="{here.pk}" >' in page


def test_desk_starts_with_the_clinics_the_patient_goes_to(ours, desk):
    second = make_clinic(ours.organisation, "Second")
    ours.service.clinics.add(second)
    ours.provider.clinics.add(second)

    page = desk().text

    assert f'id="clinic-{ours.clinic.pk}" value="{ours.clinic.pk}" checked' in page
    assert f'id="clinic-{second.pk}" value="{second.pk}" >' in page


def test_auto_schedule_goes_on_with_what_is_chosen(ours, desk):
    answer = desk(purchase=ours.purchase.pk, clinic=ours.clinic.pk, provider=ours.provider.pk, go=1)

    page = reverse("admin:auto_schedule", args=[ours.purchase.pk])
    assert answer.headers["HX-Redirect"] == f"{page}?clinic={ours.clinic.pk}&provider={ours.provider.pk}"


def test_auto_schedule_without_a_provider_asks_for_one_and_keeps_the_clinic(ours, desk):
    answer = desk(headers=DELIVERY, purchase=ours.purchase.pk, clinic=ours.clinic.pk, shown=ours.provider.pk, go=1)

    assert "Choose at least one" in answer.text
    assert f'id="clinic-{ours.clinic.pk}" value="{ours.clinic.pk}" checked' in answer.text


def test_clinic_and_provider_that_do_not_deliver_are_refused_by_key(ours, desk):
    elsewhere = make_clinic(ours.organisation, "Faraway")
    stranger = make_provider(elsewhere, name="Stranger")

    clinic = desk(headers=DELIVERY, purchase=ours.purchase.pk, clinic=elsewhere.pk, provider=ours.provider.pk, go=1)
    provider = desk(headers=DELIVERY, purchase=ours.purchase.pk, clinic=ours.clinic.pk, provider=stranger.pk, go=1)

    assert "One of these clinics delivers nothing of this package." in clinic.text
    assert "One of these providers gives nothing of this package." in provider.text
    assert "Faraway" not in clinic.text
    assert "Stranger" not in provider.text


def test_provider_of_a_clinic_that_is_not_chosen_is_refused_by_name(ours, desk):
    second = make_clinic(ours.organisation, "Second")
    there = make_provider(second, name="There")
    ours.service.providers.add(there)
    ours.service.clinics.add(second)

    answer = desk(headers=DELIVERY, purchase=ours.purchase.pk, clinic=ours.clinic.pk, provider=there.pk, go=1)

    assert "There delivers nothing of this package at the clinics chosen." in answer.text


@pytest.mark.parametrize("name", ["clinic", "provider"])
def test_clinic_or_provider_of_another_organisation_is_not_found(ours, theirs, desk, name):
    keys = {"clinic": ours.clinic.pk, "provider": ours.provider.pk, name: getattr(theirs, name).pk}

    assert desk(purchase=ours.purchase.pk, go=1, **keys).status_code == 404


# Assign & use


def test_assign_and_use_buys_the_package_and_goes_on_with_it(ours, desk):
    answer = desk.client.post(
        assign_address(), {"patient": ours.patient.pk, "package": ours.package.pk, "known": ours.purchase.pk}
    )

    bought = PackagePurchase.objects.exclude(pk=ours.purchase.pk).get(patient=ours.patient)
    assert (bought.purchased_on, bought.expires_on) == (date(2030, 1, 1), date(2030, 4, 1))
    assert bought.assigned_by == desk.client.user
    assert Message.objects.filter(patient=ours.patient, kind="assigned").count() == 1
    assert f'name="shown_for" value="{bought.pk}"' in answer.text
    assert "is assigned" in answer.text


def test_assign_clicked_twice_buys_once(ours, desk):
    form = {"patient": ours.patient.pk, "package": ours.package.pk, "known": ours.purchase.pk}

    desk.client.post(assign_address(), form)
    answer = desk.client.post(assign_address(), form)

    assert PackagePurchase.objects.filter(patient=ours.patient).count() == 2
    assert "is assigned" in answer.text


def test_assigning_a_package_that_is_no_longer_sold_says_so(ours, desk):
    ours.package.active = False
    ours.package.record("active", by=ours.user)

    answer = desk.client.post(assign_address(), {"patient": ours.patient.pk, "package": ours.package.pk})

    assert "no longer sold" in answer.text
    assert PackagePurchase.objects.filter(patient=ours.patient).count() == 1


def test_nothing_foreign_is_assigned(ours, theirs, desk):
    pairs = [(ours.patient, theirs.package), (theirs.patient, ours.package), (theirs.patient, theirs.package)]

    answers = [
        desk.client.post(assign_address(), {"patient": patient.pk, "package": package.pk}) for patient, package in pairs
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert PackagePurchase.objects.count() == 2


def test_assigning_is_never_done_by_a_link(ours, desk):
    answer = desk.client.get(assign_address(), {"patient": ours.patient.pk, "package": ours.package.pk})

    assert answer.status_code == 405
    assert PackagePurchase.objects.filter(patient=ours.patient).count() == 1


def test_desk_opens_over_the_list_of_appointments_for_those_who_may_assign(ours, sign_in):
    opener = f'hx-get="{reverse("admin:package_desk")}" hx-target="#modal-content"'
    address = reverse("admin:clinic_appointment_changelist")

    assert opener in sign_in(ours.organisation, FRONT_DESK).get(address, follow=True).text
    assert opener not in sign_in(ours.organisation, CASHIER).get(address, follow=True).text


@pytest.mark.parametrize("role", [PROVIDER, CASHIER])
def test_desk_is_for_those_who_may_assign(ours, sign_in, role):
    client = sign_in(ours.organisation, role)

    page = client.get(reverse("admin:package_desk"))
    posted = client.post(assign_address(), {"patient": ours.patient.pk, "package": ours.package.pk})

    assert (page.status_code, posted.status_code) == (403, 403)
    assert PackagePurchase.objects.filter(patient=ours.patient).count() == 1


def test_names_are_escaped(ours, desk):
    script = make_patient(ours.organisation, "<script>alert(1)</script>")

    assert "<script>alert(1)" not in desk(patient=script.pk).text
    assert "<script>alert(1)" not in desk(patient=script.pk, headers={}).text


def test_desk_asks_as_many_queries_for_three_of_everything_as_for_one(ours, desk):
    with CaptureQueriesContext(connection) as one:
        desk()
    for number in range(2):
        clinic = make_clinic(ours.organisation, f"Clinic {number}")
        provider = make_provider(clinic, ours.clinic, name=f"Provider {number}")
        ours.service.providers.add(provider)
        ours.service.clinics.add(clinic)
        assign(make_package((ours.service, 3), name=f"Package {number}"), ours.patient, by=ours.user)

    with CaptureQueriesContext(connection) as three:
        desk()

    assert len(three) == len(one)
