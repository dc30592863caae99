"""A package becomes a patient's purchase."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from clinic.enums import MessageKind, PurchaseStatus, RefusalCode, SessionEntryKind
from clinic.errors import InvalidEntry, PackageRefused
from clinic.models import Message, Package, PackageItem, PackagePurchase, Patient, SessionEntry
from clinic.packages.services import assign, expire_due, extend
from tests.factories import (
    in_status,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db

KEY = UUID("00000000-0000-4000-8000-000000000001")
AT = datetime(2030, 1, 6, 22, 30, tzinfo=UTC)  # already Monday 7 January in Riyadh


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def sara(organisation):
    return make_user(organisation, "sara")


@pytest.fixture
def patient(organisation):
    return make_patient(organisation, name="Zoë", name_ar="زوي", language="en")


@pytest.fixture
def services(organisation):
    provider = make_provider(make_clinic(organisation))
    return [make_service(provider, name="Speech therapy"), make_service(provider, name="Assessment")]


@pytest.fixture
def package(services):
    speech, assessment = services
    return make_package((assessment, 2, 1), (speech, 10, 2), name="Mixed", price=Decimal("1200.00"), validity_days=90)


def test_assign_copies_the_package_as_it_is_today(package, patient, services, sara):
    purchase = assign(package, patient, by=sara, at=AT)

    purchase.refresh_from_db()
    assert (purchase.patient, purchase.package, purchase.assigned_by) == (patient, package, sara)
    assert (purchase.purchased_on, purchase.expires_on) == (date(2030, 1, 7), date(2030, 4, 7))
    assert (purchase.price, purchase.total_sessions, purchase.sessions_used) == (Decimal("1200.00"), 12, 0)
    assert purchase.status == PurchaseStatus.ACTIVE
    speech, assessment = services
    items = purchase.items.values_list("service", "sessions", "step")
    assert list(items) == [(assessment.pk, 2, 1), (speech.pk, 10, 2)]


def test_assign_opens_the_ledger_of_each_item(package, patient, sara):
    purchase = assign(package, patient, by=sara, at=AT)

    entries = purchase.entries.values_list("kind", "item__service__name_en", "sessions", "by", "at", "appointment")
    assert list(entries) == [
        (SessionEntryKind.GRANT, "Assessment", 2, sara.pk, AT, None),
        (SessionEntryKind.GRANT, "Speech therapy", 10, sara.pk, AT, None),
    ]


def test_assign_keeps_who_did_it_in_the_history(package, patient, sara):
    purchase = assign(package, patient, by=sara, at=AT)

    row = purchase.history.get()
    assert (row.history_type, row.history_user) == ("+", sara)


def test_assign_tells_the_patient_nothing_but_numbers(package, patient, sara):
    purchase = assign(package, patient, by=sara, at=AT)

    message = Message.objects.get()
    assert (message.kind, message.patient, message.appointment) == (MessageKind.ASSIGNED, patient, None)
    assert message.dedupe_key == f"assigned:purchase-{purchase.pk}:sms"
    assert message.body == (
        "Hello Zoë, your sessions at Noor Group are ready to be booked: 12, until Sunday 7 April 2030."
    )


def test_assign_writes_arabic_to_who_reads_arabic(package, patient, sara):
    patient.language = "ar"

    assign(package, patient, by=sara, at=AT)

    body = Message.objects.get().body
    assert body == "مرحبًا زوي، جلساتك في Noor Group جاهزة للحجز. عددها 12، وآخر يوم لها الأحد 7 أبريل 2030."


def test_assign_counts_from_the_day_given(package, patient, sara):
    purchase = assign(package, patient, by=sara, on=date(2028, 2, 29))

    assert (purchase.purchased_on, purchase.expires_on) == (date(2028, 2, 29), date(2028, 5, 29))


def test_assign_again_makes_a_second_purchase(package, patient, sara):
    first = assign(package, patient, by=sara, at=AT)
    second = assign(package, patient, by=sara, at=AT)

    assert first.pk != second.pk
    assert Message.objects.count() == 2


def test_assign_from_the_same_form_again_gives_the_purchase_that_it_made(package, patient, sara):
    first = assign(package, patient, by=sara, at=AT, request_key=KEY)

    again = assign(package, patient, by=sara, on=date(2030, 2, 1), request_key=KEY)

    assert again == first
    assert (again.purchased_on, again.history.count(), again.entries.count()) == (date(2030, 1, 7), 1, 2)
    assert Message.objects.count() == 1


def test_assign_from_the_same_form_again_does_not_mind_what_has_become_of_the_package(package, patient, sara):
    first = assign(package, patient, by=sara, at=AT, request_key=KEY)
    close(package)

    assert assign(package, patient, by=sara, at=AT, request_key=KEY) == first


def test_assign_from_the_form_of_another_patient_is_refused(package, patient, sara, organisation):
    assign(package, make_patient(organisation), by=sara, at=AT, request_key=KEY)

    with pytest.raises(InvalidEntry, match=r"This form has been sent before, for something else\. Open a new one\."):
        assign(package, patient, by=sara, at=AT, request_key=KEY)

    assert not patient.package_purchases.exists()


def close(row):
    type(row).objects.filter(pk=row.pk).update(active=False)
    row.refresh_from_db()


@pytest.mark.parametrize(
    ("spoil", "code", "sentence"),
    [
        (lambda package, patient: close(package), RefusalCode.INACTIVE, "This package is no longer sold."),
        (lambda package, patient: close(patient), RefusalCode.INACTIVE, "The file of this patient is closed."),
        (
            lambda package, patient: PackageItem.objects.all().delete(),
            RefusalCode.INVALID,
            "This package has no sessions yet.",
        ),
        (
            lambda package, patient: close(package.items.first().service),
            RefusalCode.INACTIVE,
            "Assessment is no longer offered.",
        ),
    ],
    ids=["package closed", "patient closed", "no items", "service closed"],
)
def test_assign_refuses_and_writes_nothing(package, patient, sara, spoil, code, sentence):
    spoil(package, patient)

    with pytest.raises(PackageRefused) as refused:
        assign(package, patient, by=sara, at=AT)

    assert [(reason.code, reason.message) for reason in refused.value.reasons] == [(code, sentence)]
    assert not PackagePurchase.objects.exists()
    assert not SessionEntry.objects.exists()
    assert not Message.objects.exists()


def test_assign_names_every_reason_at_once(package, patient, sara):
    close(package)
    close(patient)

    with pytest.raises(PackageRefused) as refused:
        assign(package, patient, by=sara, at=AT)

    assert len(refused.value.reasons) == 2


def test_assign_does_not_see_another_organisations_rows(package, patient, sara):
    other = make_organisation("Other")
    stranger = make_patient(other)

    with pytest.raises(Patient.DoesNotExist):
        assign(package, stranger, by=sara, at=AT)
    with pytest.raises(Package.DoesNotExist):
        assign(package, stranger, by=make_user(other), at=AT)

    assert not PackagePurchase.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_assign_costs_the_same_for_one_item_and_three(organisation, patient, sara, number, django_assert_num_queries):
    provider = make_provider(make_clinic(organisation))
    package = make_package(*[(make_service(provider, name=f"Service {n}"), 5) for n in range(number)])
    package = Package.objects.get(pk=package.pk)

    with django_assert_num_queries(11):
        assign(package, patient, by=sara, at=AT)


def test_expire_due_closes_what_is_past_its_last_day(package, patient, sara, organisation):
    past = assign(package, patient, by=sara, on=date(2030, 1, 1))  # until 1 April
    last_day = assign(package, patient, by=sara, on=date(2030, 1, 2))  # until 2 April

    expired = expire_due(organisation, date(2030, 4, 2), by=sara)

    past.refresh_from_db()
    last_day.refresh_from_db()
    assert expired == [past]
    assert (past.status, last_day.status) == (PurchaseStatus.EXPIRED, PurchaseStatus.ACTIVE)
    assert past.history.first().status == PurchaseStatus.EXPIRED
    assert expire_due(organisation, date(2030, 4, 2)) == []


def test_expire_due_leaves_frozen_purchases_and_other_organisations_alone(package, patient, sara):
    purchase = assign(package, patient, by=sara, on=date(2030, 1, 1))

    assert expire_due(make_organisation("Other"), date(2031, 1, 1)) == []
    PackagePurchase.objects.filter(pk=purchase.pk).update(**in_status(PurchaseStatus.FROZEN))
    assert expire_due(purchase.organisation, date(2031, 1, 1)) == []


def test_extend_moves_the_last_day_and_keeps_who_and_why(package, patient, sara):
    purchase = assign(package, patient, by=sara, on=date(2030, 1, 7))

    extend(purchase, days=10, by=sara, reason="Holidays")

    purchase.refresh_from_db()
    row = purchase.history.first()
    assert purchase.expires_on == date(2030, 4, 17)
    assert (row.history_user, row.history_change_reason, row.expires_on) == (sara, "Holidays", date(2030, 4, 17))


@pytest.mark.parametrize(
    ("before", "used", "after"),
    [
        (PurchaseStatus.EXPIRED, 3, PurchaseStatus.ACTIVE),
        (PurchaseStatus.EXPIRED, 12, PurchaseStatus.COMPLETED),
        (PurchaseStatus.COMPLETED, 12, PurchaseStatus.COMPLETED),
    ],
)
def test_extend_opens_only_what_had_expired(package, patient, sara, before, used, after):
    purchase = assign(package, patient, by=sara, on=date(2030, 1, 7))
    PackagePurchase.objects.update(status=before, sessions_used=used)

    assert extend(purchase, days=1, by=sara).status == after


@pytest.mark.parametrize(
    ("status", "days", "code"),
    [
        (PurchaseStatus.ACTIVE, 0, RefusalCode.INVALID),
        (PurchaseStatus.ACTIVE, -3, RefusalCode.INVALID),
        (PurchaseStatus.FROZEN, 10, RefusalCode.PURCHASE_STATUS),
        (PurchaseStatus.CANCELLED, 10, RefusalCode.PURCHASE_STATUS),
        (PurchaseStatus.TRANSFERRED, 10, RefusalCode.PURCHASE_STATUS),
    ],
)
def test_extend_refuses_and_writes_nothing(package, patient, sara, status, days, code):
    purchase = assign(package, patient, by=sara, on=date(2030, 1, 7))
    PackagePurchase.objects.update(**in_status(status))

    with pytest.raises(PackageRefused) as refused:
        extend(purchase, days=days, by=sara)

    purchase.refresh_from_db()
    assert [reason.code for reason in refused.value.reasons] == [code]
    assert (purchase.status, purchase.expires_on) == (status, date(2030, 4, 7))


def test_extend_does_not_see_another_organisation(package, patient, sara):
    purchase = assign(package, patient, by=sara, on=date(2030, 1, 7))

    with pytest.raises(PackagePurchase.DoesNotExist):
        extend(purchase, days=10, by=make_user(make_organisation("Other")))

    purchase.refresh_from_db()
    assert purchase.expires_on == date(2030, 4, 7)
