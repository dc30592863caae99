"""A clinic with a cashier, a manager and a patient who owes for a visit."""

from contextlib import contextmanager
from decimal import Decimal

import pytest

from clinic.billing.services import issue_invoice, line_for, record_payment
from clinic.enums import PaymentMethod
from clinic.errors import BillingRefused
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
from tests.standing import standing


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


desk = standing(Desk)


@pytest.fixture
def refused():
    """A block that is refused for these codes with this sentence, saying what to do instead."""

    @contextmanager
    def block(*codes, saying=""):
        with pytest.raises(BillingRefused) as caught:
            yield
        assert [reason.code for reason in caught.value.reasons] == list(codes)
        assert all(str(reason.hint) for reason in caught.value.reasons)
        assert saying in str(caught.value)

    return block
