"""Amounts of money: to the cent, within what a column holds, and as a page shows them."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from clinic.currencies import currency_name
from clinic.enums import RefusalCode
from clinic.errors import Refusal

ZERO, CENT, MOST = Decimal("0.00"), Decimal("0.01"), Decimal("99999999.99")


def money_text(amount: Decimal, currency: str) -> str:
    """The amount with its currency, as in 1,250.00 SAR; in Arabic with the currency's name there."""
    return f"{number_format(amount, 2, force_grouping=True)} {currency_name(currency)}"


def price_text(amount: Decimal, currency: str) -> str:
    """The same, kept on one line."""
    return money_text(amount, currency).replace(" ", "\N{NO-BREAK SPACE}")


def to_cents(amount: Decimal) -> Decimal:
    """The same amount with two decimals; a sum that SQLite has made of fractions loses their noise."""
    return amount.quantize(CENT)


def amount_refusals(amount: Decimal, *, least: Decimal = CENT) -> list[Refusal]:
    """What is wrong with an amount that somebody wrote; empty for whole cents from `least` to MOST."""
    if not isinstance(amount, Decimal) or not amount.is_finite():
        return [_refusal(_("This is not an amount of money."), _("Write a number such as 150.00."))]
    if amount < least:
        return [_refusal(_("The amount must be %(least)s or more."), _("Write how much it is."), least=least)]
    if amount > MOST:
        return [_refusal(_("The amount is larger than %(most)s."), _("Look at its decimal point."), most=MOST)]
    if amount != to_cents(amount):
        return [_refusal(_("The amount has more than two decimals."), _("Round it to the cent."))]
    return []


def _refusal(message: str, hint: str, **amounts: Decimal) -> Refusal:
    written = {name: number_format(amount, 2) for name, amount in amounts.items()}
    return Refusal(RefusalCode.AMOUNT, message % written, hint)
