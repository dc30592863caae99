"""What the package dialog offers: purchases, packages, clinics, providers."""

from datetime import date

import pytest

from clinic.enums import PurchaseStatus, RefusalCode
from clinic.models import PackagePurchase, Patient
from clinic.packages.balance import Balance
from clinic.packages.selectors import choices_for, clinics_for, providers_for
from clinic.packages.services import assign
from tests.factories import (
    NINE,
    in_status,
    make_appointment,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db

MONDAY = date(2030, 1, 7)


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def sara(organisation):
    return make_user(organisation)


@pytest.fixture
def clinic(organisation):
    return make_clinic(organisation)


@pytest.fixture
def provider(clinic):
    return make_provider(clinic)


@pytest.fixture
def speech(provider):
    return make_service(provider, name="Speech therapy")


@pytest.fixture
def patient(organisation):
    return make_patient(organisation)


def test_choices_put_the_soonest_expiring_first_and_the_unusable_last(speech, patient, sara):
    package = make_package((speech, 3), validity_days=90)
    late = assign(package, patient, by=sara, on=date(2030, 1, 5))
    soon = assign(package, patient, by=sara, on=date(2029, 11, 1))
    expired = assign(package, patient, by=sara, on=date(2029, 1, 1))
    frozen = assign(package, patient, by=sara, on=date(2030, 1, 1))
    PackagePurchase.objects.filter(pk=frozen.pk).update(**in_status(PurchaseStatus.FROZEN))

    assigned = choices_for(patient, on=MONDAY).assigned

    assert [choice.purchase for choice in assigned] == [soon, late, expired, frozen]
    codes = [[reason.code for reason in choice.refusals] for choice in assigned]
    assert codes == [[], [], [RefusalCode.EXPIRY], [RefusalCode.PURCHASE_STATUS]]


def test_choices_show_what_is_left_of_each_purchase_and_item(speech, patient, provider, clinic, sara):
    purchase = assign(make_package((speech, 1)), patient, by=sara, on=MONDAY)
    make_appointment(patient, speech, provider, clinic, NINE, package_purchase=purchase, session_number=1)

    (choice,) = choices_for(patient, on=MONDAY).assigned

    assert choice.balance == Balance(used=0, reserved=1, free=0)
    assert {str(item.service): balance for item, balance in choice.items.items()} == {"Speech therapy": choice.balance}
    assert [reason.message for reason in choice.refusals] == [
        "No session of this package is left: 0 used, 1 reserved, 0 free."
    ]


def test_choices_never_show_a_purchase_of_somebody_else(speech, patient, sara, organisation):
    assign(make_package((speech, 3)), make_patient(organisation, name="Other"), by=sara, on=MONDAY)

    assert choices_for(patient, on=MONDAY).assigned == []


def test_choices_offer_active_packages_with_items_of_the_own_organisation(speech, patient):
    offered = make_package((speech, 3), (make_service(*speech.providers.all(), name="Assessment"), 2))
    make_package((speech, 3), name="Old", active=False)
    empty = make_package((speech, 3), name="Empty")
    empty.items.all().delete()
    other = make_provider(make_clinic(make_organisation("Other")))
    make_package((make_service(other), 3), name="Foreign")

    assert choices_for(patient, on=MONDAY).available == [offered]


@pytest.mark.parametrize("number", [1, 3])
def test_choices_cost_the_same_for_one_and_three(speech, patient, sara, number, django_assert_num_queries):
    for n in range(number):
        assign(make_package((speech, 3), name=f"Package {n}"), patient, by=sara, on=MONDAY)
    patient = Patient.objects.get(pk=patient.pk)

    with django_assert_num_queries(5):  # organisation, purchases, their items, packages, their items
        choices = choices_for(patient)
        names = [str(item.service) for package in choices.available for item in package.items.all()]
        names += [f"{choice.purchase} {item}" for choice in choices.assigned for item in choice.items]

    assert len(names) == 2 * number


def test_clinics_for_names_those_where_somebody_gives_the_service(organisation, clinic, speech):
    without_provider = make_clinic(organisation, name="Provider elsewhere")
    without_service = make_clinic(organisation, name="Service elsewhere")
    closed = make_clinic(organisation, name="Closed", active=False)
    make_provider(without_service)
    away = make_provider(closed, make_clinic(organisation, name="Retired here"), active=False)
    speech.providers.add(away)
    speech.clinics.set([clinic, without_provider, closed, *away.clinics.all()])

    assert list(clinics_for([speech])) == [clinic]


def test_clinics_for_leaves_out_a_service_that_is_closed(provider):
    assert list(clinics_for([make_service(provider, active=False)])) == []


def test_clinics_for_names_each_once(provider, speech, clinic):
    other = make_provider(clinic, name="Second")
    both = make_service(provider, other, name="Assessment")

    assert list(clinics_for([speech, both])) == [clinic]


def test_providers_for_says_who_gives_what_in_these_clinics(organisation, clinic, speech):
    elsewhere = make_clinic(organisation, name="Jeddah")
    amal = make_provider(clinic, elsewhere, name="Amal")
    far = make_provider(elsewhere, name="Far")
    retired = make_provider(clinic, name="Retired", active=False)
    assessment = make_service(amal, far, retired, name="Assessment")
    only_far = make_service(amal, far, name="Only in Jeddah", clinics=[elsewhere])
    sara_at_work = speech.providers.get()
    speech.providers.add(amal)

    found = providers_for([speech, assessment, only_far], [clinic])

    assert [(deliverer.provider, deliverer.services) for deliverer in found] == [
        (amal, [speech, assessment]),
        (sara_at_work, [speech]),
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_providers_for_asks_once(clinic, number, django_assert_num_queries):
    services = [make_service(make_provider(clinic, name=f"Provider {n}")) for n in range(number)]

    with django_assert_num_queries(1):
        found = providers_for(services, [clinic])

    assert len(found) == number
