"""Questions about what patients owe and have paid."""

from clinic.billing.selectors.fees import amount_text, charge_of, open_charges, owed_by
from clinic.billing.selectors.invoices import (
    balance_of,
    begun_consultations,
    refundable,
    standing_of,
    standings_of,
    visit_balance,
    with_balances,
)
from clinic.billing.selectors.queue import Due, to_be_paid
from clinic.billing.selectors.takings import Takings, taken_today, takings_of, unclosed_payments

__all__ = [
    "Due",
    "Takings",
    "amount_text",
    "balance_of",
    "begun_consultations",
    "charge_of",
    "open_charges",
    "owed_by",
    "refundable",
    "standing_of",
    "standings_of",
    "taken_today",
    "takings_of",
    "to_be_paid",
    "unclosed_payments",
    "visit_balance",
    "with_balances",
]
