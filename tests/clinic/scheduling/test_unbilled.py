"""Sessions of today that nothing pays for: they are found, and billed once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest

from clinic.billing.services import issue_invoice, line_for, void
from clinic.enums import AppointmentStatus
from clinic.errors import BillingRefused, InvalidEntry
from clinic.models import Invoice
from clinic.packages.services import assign
from clinic.scheduling.unbilled import bill_session, unbilled_sessions
from tests.factories import (
    NINE,
    make_appointment,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

NOON = NINE.replace(hour=12)
ARRIVED = AppointmentStatus.ARRIVED


@pytest.fixture
def day(db):
    clinic = make_clinic(make_organisation())
    provider = make_provider(clinic)
    user = make_user(clinic.organisation)
    return SimpleNamespace(clinic=clinic, provider=provider, user=user, service=make_service(provider))


def session(day, name="Huda", *, service=None, clinic=None, starts_at=NINE, status=ARRIVED, **fields):
    patient = fields.pop("patient", None) or make_patient(day.clinic.organisation, name)
    provider = make_provider(clinic or day.clinic)
    where = clinic or day.clinic
    return make_appointment(patient, service or day.service, provider, where, starts_at, status=status, **fields)


def found(day) -> list:
    return list(unbilled_sessions(day.clinic, at=NOON))


def test_unbilled_is_who_has_come_today_for_what_has_a_price(day):
    done = session(day, status=AppointmentStatus.COMPLETED)
    here = session(day, starts_at=NINE + timedelta(hours=1))
    session(day, status=AppointmentStatus.SCHEDULED)
    session(day, status=AppointmentStatus.NO_SHOW)
    session(day, starts_at=NINE - timedelta(days=1))
    session(day, clinic=make_clinic(day.clinic.organisation, "Zahra"))
    session(day, service=make_service(day.provider, price=Decimal(0)))

    assert found(day) == [done, here]


def test_session_of_a_package_is_not_unbilled(day):
    patient = make_patient(day.clinic.organisation)
    purchase = assign(make_package((day.service, 3)), patient, by=day.user, on=NINE.date())
    session(day, patient=patient, package_purchase=purchase, session_number=1)

    assert found(day) == []


def test_billed_session_is_not_unbilled_until_its_invoice_is_void(day):
    row = session(day)

    invoice = bill_session(row, by=day.user, at=NOON)

    assert [(line.service, line.amount) for line in invoice.lines.all()] == [(day.service, Decimal("150.00"))]
    assert (invoice.patient, invoice.clinic) == (row.patient, day.clinic)
    assert found(day) == []
    void(invoice, by=day.user, reason="Wrong patient", at=NOON)
    assert found(day) == [row]


def test_same_form_sent_twice_bills_once(day):
    row, key = session(day), uuid4()

    first, second = (bill_session(row, by=day.user, request_key=key, at=NOON) for _ in range(2))

    assert first == second
    assert Invoice.objects.count() == 1


def test_same_form_for_another_service_says_what_it_has_billed(day):
    row, key = session(day), uuid4()
    bill_session(row, by=day.user, request_key=key, at=NOON)
    other = session(day, patient=row.patient, service=make_service(day.provider), starts_at=NINE + timedelta(hours=1))

    with pytest.raises(InvalidEntry, match="sent before, for invoice 1 over"):
        bill_session(other, by=day.user, request_key=key, at=NOON)

    assert Invoice.objects.count() == 1


def test_same_form_sent_again_gets_its_invoice_though_the_price_has_changed(day):
    row, key = session(day), uuid4()
    first = bill_session(row, by=day.user, request_key=key, at=NOON)
    row.service.price += 10
    row.service.save()

    assert bill_session(row, by=day.user, request_key=key, at=NOON) == first


def test_what_is_billed_already_is_refused(day):
    row = session(day)
    bill_session(row, by=day.user, at=NOON)

    with pytest.raises(BillingRefused, match="pays for it already"):
        bill_session(row, by=day.user, at=NOON)
    assert Invoice.objects.count() == 1


def test_each_session_of_a_patient_who_comes_twice_is_billed(day):
    morning = session(day)
    later = session(day, patient=morning.patient, starts_at=NINE + timedelta(hours=2))
    stranger = session(day, "Lina", starts_at=NINE + timedelta(hours=1))

    bill_session(morning, by=day.user, at=NOON)
    assert found(day) == [stranger, later]

    second = bill_session(later, by=day.user, at=NOON)
    assert found(day) == [stranger]
    void(second, by=day.user, reason="Wrong price", at=NOON)
    assert found(day) == [stranger, later]


def test_invoice_over_two_pays_for_both_sessions_of_the_day(day):
    morning = session(day)
    session(day, patient=morning.patient, starts_at=NINE + timedelta(hours=2))

    two = replace(line_for(day.service), quantity=2)
    issue_invoice(morning.patient, [two], by=day.user, clinic=day.clinic, at=NOON)

    assert found(day) == []


def test_session_of_another_organisation_is_not_there(day):
    stranger = make_user(make_organisation())
    row = session(day)

    with pytest.raises(type(row).DoesNotExist):
        bill_session(row, by=stranger, at=NOON)
