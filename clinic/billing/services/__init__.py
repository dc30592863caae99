"""The only way money is asked for, taken and given back. Each verb locks the visit, then the invoice."""

from clinic.billing.lines import Line, line_for
from clinic.billing.services.fees import raise_fee, waive_fee, withdraw_fee
from clinic.billing.services.invoices import issue_invoice, void, waive
from clinic.billing.services.payments import record_payment

__all__ = [
    "Line",
    "issue_invoice",
    "line_for",
    "raise_fee",
    "record_payment",
    "void",
    "waive",
    "waive_fee",
    "withdraw_fee",
]
