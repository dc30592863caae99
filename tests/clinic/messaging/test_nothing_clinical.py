"""Whoever reads over a patient's shoulder learns nothing of what the patient is treated for, of whatever kind it is."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.enums import Channel, MessageKind, PaymentKind
from clinic.messaging.expiring import ExpiryNotice, expiring_words
from clinic.messaging.payment_receipts import receipt_words, refund_words
from clinic.messaging.texts.words import written
from clinic.models import HeldSlot, InvoiceLine
from clinic.packages.services import assign
from tests.factories import (
    BEFORE,
    MONDAY,
    NINE,
    make_appointment,
    make_clinic,
    make_invoice,
    make_organisation,
    make_package,
    make_patient,
    make_payment,
    make_provider,
    make_service,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

SECRET = "Autism"
HOUR = timedelta(hours=1)


class Desk:
    """A patient of whom every row says what it is about, in every field in which somebody may write."""

    def __init__(self, language):
        organisation = make_organisation(name_ar="مراكز النور")
        named = {"name": f"{SECRET} care", "name_ar": f"رعاية {SECRET}"}
        self.clinic = make_clinic(organisation, name_ar="العليا", phone="+966112345678")
        provider = make_provider(self.clinic, specialty=SECRET, **named)
        service = make_service(provider, code=SECRET, **named)
        self.patient = make_patient(organisation, name="Huda Al Saud", name_ar="هدى السعود", language=language)
        said = {"reason": SECRET, "notes": SECRET}
        self.sessions = [
            make_appointment(self.patient, service, provider, self.clinic, NINE + n * HOUR, **said) for n in range(2)
        ]
        self.slot = HeldSlot(
            organisation=organisation, service=service, provider=provider, clinic=self.clinic, starts_at=NINE,
            ends_at=NINE + HOUR, opens_at=BEFORE, held_until=BEFORE + HOUR,
        )  # fmt: skip
        package = make_package((service, 4), code=SECRET, **named)
        self.purchase = assign(package, self.patient, by=make_user(organisation), on=MONDAY, at=BEFORE)
        invoice = make_invoice(self.patient, self.clinic)
        InvoiceLine.objects.create(
            organisation=organisation,
            invoice=invoice,
            description_en=SECRET,
            description_ar=SECRET,
            unit_price=1,
            amount=1,
        )
        self.payment = make_payment(invoice, reference=SECRET)
        self.refund = make_payment(
            invoice, "-150.00", kind=PaymentKind.REFUND, refund_of=self.payment, reference=SECRET, reason=SECRET
        )

    def texts(self, kind, channel):
        """All that may be said in messages of this kind: pairs of a subject and a text."""
        if kind == MessageKind.RECEIPT:
            return [
                receipt_words(self.payment, left=Decimal("50.00"), channel=channel),
                refund_words(self.refund, channel=channel),
            ]
        if kind == MessageKind.PACKAGE_EXPIRING:
            return [expiring_words(ExpiryNotice(self.purchase, 4, self.clinic), channel=channel)]
        if kind == MessageKind.WAITLIST_OFFER:
            return [written(kind, self.patient, channel=channel, slot=self.slot, link="https://example.org/o/1")]
        told = {"channel": channel, "appointment": self.sessions[0], "purchase": self.purchase}
        return [written(kind, self.patient, sessions=some, **told) for some in (self.sessions[:1], self.sessions)]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("kind", MessageKind)
def test_no_message_says_what_somebody_is_treated_for(kind, language):
    desk = Desk(language)

    texts = [text for channel in Channel for text in desk.texts(kind, channel)]

    assert all({"en": "Huda", "ar": "هدى"}[language] in body for _subject, body in texts)
    assert [said for said in texts if SECRET.lower() in " ".join(said).lower()] == []
