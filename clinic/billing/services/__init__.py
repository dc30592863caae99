"""The only way money is asked for, taken and given back. Each verb locks the visit, then the invoice."""

from clinic.billing.lines import Line, line_for
from clinic.billing.services.closing import close_day
from clinic.billing.services.fees import raise_fee, reopen_fee, waive_fee, withdraw_fee
from clinic.billing.services.invoices import issue_invoice, void, waive
from clinic.billing.services.payments import record_payment
from clinic.billing.services.refunds import approve_refund, ask_refund, refund, refuse_refund

__all__ = [
    "Line",
    "approve_refund",
    "ask_refund",
    "close_day",
    "issue_invoice",
    "line_for",
    "raise_fee",
    "record_payment",
    "refund",
    "refuse_refund",
    "reopen_fee",
    "void",
    "waive",
    "waive_fee",
    "withdraw_fee",
]
