"""Every status has a colour of its own kind."""

from decimal import Decimal

import pytest
from django.utils import translation

from admin_ext.columns import COLOURS, colour_of, money, money_text
from clinic.enums import ConsultationStatus, PurchaseStatus


@pytest.mark.parametrize("kind", COLOURS, ids=lambda kind: kind.__name__)
def test_every_status_of_a_kind_has_a_colour(kind):
    assert set(COLOURS[kind]) == set(kind)


def test_one_word_may_have_another_colour_in_another_kind():
    assert (PurchaseStatus.ACTIVE, PurchaseStatus.COMPLETED) == ("active", "completed")

    assert (colour_of(PurchaseStatus.ACTIVE), colour_of(ConsultationStatus.ACTIVE)) == ("teal", "orange")


@pytest.mark.parametrize(
    ("language", "amount", "cell", "text"),
    [
        ("en", "1250", '<bdi dir="ltr">1,250.00 SAR</bdi>', "\u20661,250.00 SAR\u2069"),
        ("ar", "1250", '<bdi dir="rtl">1,250.00 ر.س</bdi>', "\u20671,250.00 ر.س\u2069"),
        ("ar", "-50", '<bdi dir="rtl">\u2066-50.00\u2069 ر.س</bdi>', "\u2067\u2066-50.00\u2069 ر.س\u2069"),
    ],
)
def test_money_is_written_in_the_readers_language_and_direction(language, amount, cell, text):
    with translation.override(language):
        assert (money(Decimal(amount), "SAR"), money_text(Decimal(amount), "SAR")) == (cell, text)
