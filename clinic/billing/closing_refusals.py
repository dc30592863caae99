"""Why a cashier's day cannot be closed like this, and what to do instead."""

from decimal import Decimal

from django.utils.translation import gettext as _

from clinic.billing.entries import LONGEST_REASON, length_refusals
from clinic.billing.money import ZERO, amount_refusals, money_text
from clinic.billing.selectors import Takings
from clinic.enums import RefusalCode
from clinic.errors import Refusal


def closing_refusals(takings: Takings, *, cash_counted: Decimal, note: str, currency: str) -> list[Refusal]:
    if not takings.number:
        message = _("Nothing has been taken here since the last closing.")
        return [Refusal(RefusalCode.UNCHANGED, message, _("Close the day after the next payment."))]
    refusals = [*amount_refusals(cash_counted, least=ZERO), *length_refusals(note, LONGEST_REASON)]
    if not refusals and cash_counted != takings.cash and not note:
        values = {"counted": money_text(cash_counted, currency), "expected": money_text(takings.cash, currency)}
        message = _("%(counted)s was counted, but %(expected)s was taken.") % values
        refusals.append(Refusal(RefusalCode.AMOUNT, message, _("Count again, or write why they differ.")))
    return refusals
