"""Amounts that people write: whole cents, more than nothing, within what a column holds."""

from decimal import Decimal

import pytest
from django.utils import translation

from clinic.billing.money import ZERO, amount_refusals, money_text, price_text
from clinic.enums import RefusalCode


@pytest.mark.parametrize("amount", ["0.01", "150", "150.5", "150.500", "1E+2", "99999999.99"])
def test_an_amount_in_whole_cents_is_taken(amount):
    assert amount_refusals(Decimal(amount)) == []


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("0", "The amount must be 0.01 or more. Write how much it is."),
        ("-0", "The amount must be 0.01 or more. Write how much it is."),
        ("-5", "The amount must be 0.01 or more. Write how much it is."),
        ("0.001", "The amount must be 0.01 or more. Write how much it is."),
        ("1.005", "The amount has more than two decimals. Round it to the cent."),
        ("100000000.00", "The amount is larger than 99999999.99. Look at its decimal point."),
        ("1E+999999", "The amount is larger than 99999999.99. Look at its decimal point."),
        ("NaN", "This is not an amount of money. Write a number such as 150.00."),
        ("sNaN", "This is not an amount of money. Write a number such as 150.00."),
        ("Infinity", "This is not an amount of money. Write a number such as 150.00."),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(amount, sentence):
    (refusal,) = amount_refusals(Decimal(amount))

    assert (refusal.code, str(refusal)) == (RefusalCode.AMOUNT, sentence)


@pytest.mark.parametrize("amount", [150, 150.0, "150.00", None], ids=["whole number", "fraction", "text", "nothing"])
def test_only_a_decimal_is_an_amount(amount):
    (refusal,) = amount_refusals(amount)

    assert str(refusal) == "This is not an amount of money. Write a number such as 150.00."


def test_a_price_may_be_nothing_but_not_less():
    assert amount_refusals(ZERO, least=ZERO) == []
    assert [str(refusal.message) for refusal in amount_refusals(Decimal("-0.01"), least=ZERO)] == [
        "The amount must be 0.00 or more."
    ]


@pytest.mark.parametrize(("language", "text"), [("en", "101,380.00 SAR"), ("ar", "101,380.00 ر.س")])
def test_an_amount_is_shown_to_the_cent_in_groups_with_its_currency(language, text):
    with translation.override(language):
        assert money_text(Decimal("101380"), "SAR") == text


@pytest.mark.parametrize(
    ("language", "code", "price"),
    [("en", "SAR", "50.00\u00a0SAR"), ("ar", "SAR", "50.00\u00a0ر.س"), ("ar", "USD", "50.00\u00a0USD")],
)
def test_a_price_stays_on_one_line_and_its_currency_has_a_name_in_arabic(language, code, price):
    with translation.override(language):
        assert price_text(Decimal("50"), code) == price
