"""A clinic with a cashier, a manager and a patient who owes for a visit."""

from decimal import Decimal

import pytest

from clinic.billing.services import issue_invoice, line_for, record_payment
from clinic.enums import PaymentMethod
from clinic.models import RefusedAttempt
from tests.factories import (
    NINE,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_visit,
)


class Desk:
    """Huda has come to the clinic in Olaya for a consultation of 150.00 SAR. Mona takes money, Rania manages."""

    def __init__(self):
        self.organisation = make_organisation()
        self.mona = make_user(self.organisation, first_name="Mona")
        self.rania = make_user(self.organisation, first_name="Rania", is_superuser=True)
        self.clinic = make_clinic(self.organisation)
        self.doctor = make_provider(self.clinic)
        self.service = make_service(self.doctor, name="Consultation", name_ar="استشارة", price=Decimal("150.00"))
        self.patient = make_patient(self.organisation, language="en")
        self.visit = make_visit(self.patient, self.clinic)

    def invoice(self, *lines, visit=None, patient=None, at=NINE, **options):
        """An invoice for the service, unless other lines are given, in Huda's visit."""
        return issue_invoice(
            patient or self.patient, lines or [line_for(self.service)], by=self.mona, clinic=self.clinic,
            visit=self.visit if patient is None else visit, at=at, **options,
        )  # fmt: skip

    def pay(self, invoice, amount="150.00", method=PaymentMethod.CASH, at=NINE, **options):
        return record_payment(invoice, method=method, amount=Decimal(amount), **{"by": self.mona, "at": at, **options})

    def statuses(self, invoice):
        """How far the invoice and its visit are paid, as the rows say."""
        invoice.refresh_from_db()
        self.visit.refresh_from_db()
        return str(invoice.status), str(self.visit.payment_status)


@pytest.fixture
def desk(db):
    return Desk()


@pytest.fixture
def refused():
    """The codes of an error, after making sure that each refusal says what to do and that the attempt was noted."""

    def codes(caught):
        reasons = caught.value.reasons
        assert all(str(reason.message) and str(reason.hint) for reason in reasons)
        assert RefusedAttempt.objects.filter(code=reasons[0].code).exists()
        return [reason.code for reason in reasons]

    return codes
