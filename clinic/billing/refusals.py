"""Why money cannot be asked for, taken or given back like this, and what to do instead."""

from decimal import Decimal

from django.utils.translation import gettext as _

from clinic.billing.balances import Balance
from clinic.billing.entries import LONGEST_REFERENCE, length_refusals, method_refusals, reason_refusals
from clinic.billing.money import amount_refusals, money_text
from clinic.billing.selectors import begun_consultations, refundable
from clinic.enums import OWED_STATUSES, PaymentKind, PaymentStatus, RefundRequestStatus, RefusalCode
from clinic.errors import Refusal
from clinic.models import Invoice, PackagePurchase, Payment, RefundRequest, User
from clinic.permissions import APPROVE_REFUND, WAIVE_INVOICE


def payment_refusals(
    invoice: Invoice, balance: Balance, *, amount: Decimal, method: str, reference: str
) -> list[Refusal]:
    """Why this amount cannot be taken for the locked invoice; empty when it can."""
    if invoice.status not in OWED_STATUSES:
        return [_settled(invoice, _("Take nothing for it."))]
    refusals = [
        *amount_refusals(amount), *method_refusals(method), *length_refusals(reference, LONGEST_REFERENCE)
    ]  # fmt: skip
    if not refusals and amount > balance.left:
        values = {"left": money_text(balance.left, invoice.currency), "number": invoice}
        message = _("Only %(left)s of invoice %(number)s is left to be paid.") % values
        refusals.append(Refusal(RefusalCode.AMOUNT, message, _("Take that much, and give back the change.")))
    return refusals


def refund_refusals(payment: Payment, *, amount: Decimal, method: str, reason: str) -> list[Refusal]:
    """Why this amount of a payment cannot be given back, whoever asks; its invoice is locked. Empty when it can."""
    if payment.kind == PaymentKind.REFUND:
        message = _("Receipt %(number)s is a refund itself.") % {"number": payment}
        return [Refusal(RefusalCode.STATUS, message, _("Choose the payment that the money came from."))]
    refusals = [*amount_refusals(amount), *method_refusals(method), *reason_refusals(reason)]
    left = refundable(payment)
    if not left:
        message = _("Receipt %(number)s has been given back whole.") % {"number": payment}
        refusals.append(Refusal(RefusalCode.AMOUNT, message, _("Look at the other payments of the invoice.")))
    elif not refusals and amount > left:
        values = {"left": money_text(left, payment.invoice.currency), "number": payment}
        message = _("Only %(left)s of receipt %(number)s can be given back.") % values
        refusals.append(Refusal(RefusalCode.AMOUNT, message, _("Give back that much, or less.")))
    return refusals


def second_person_refusals(invoice: Invoice) -> list[Refusal]:
    """Why one person alone does not give money of this invoice back: nobody would ask for that money again."""
    if begun_consultations(invoice).exists():
        message = _("The consultation that invoice %(number)s pays for has begun.") % {"number": invoice}
    elif invoice.waived_at is not None:
        message = _("What was left of invoice %(number)s has been waived.") % {"number": invoice}
    else:
        return []
    return [Refusal(RefusalCode.SECOND_PERSON, message, _("Ask for the refund: a second person approves it."))]


def asked_already_refusals(payment: Payment) -> list[Refusal]:
    """Why no further refund of this payment can be asked for: one waits for its answer."""
    if not payment.refund_requests.filter(status=RefundRequestStatus.ASKED).exists():
        return []
    message = _("A refund of receipt %(number)s has been asked for already.") % {"number": payment}
    return [Refusal(RefusalCode.STATUS, message, _("Wait for the answer."))]


def answer_refusals(request: RefundRequest, *, by: User) -> list[Refusal]:
    """Why this person cannot answer the locked request; empty when it waits for an answer of this person."""
    refusals = []
    if not by.has_perm(APPROVE_REFUND):
        message = _("Your role does not allow you to decide on a refund.")
        refusals.append(Refusal(RefusalCode.PERMISSION, message, _("Ask a manager.")))
    if request.asked_by_id == by.pk:
        message = _("You have asked for this refund yourself.")
        refusals.append(Refusal(RefusalCode.SECOND_PERSON, message, _("Another person has to decide on it.")))
    if request.status != RefundRequestStatus.ASKED:
        said = {"number": request.payment, "status": RefundRequestStatus(request.status).label}
        message = _("The refund of receipt %(number)s has been answered: %(status)s.") % said
        refusals.append(Refusal(RefusalCode.STATUS, message, _("Look at the invoice again.")))
    return refusals


def void_refusals(invoice: Invoice, balance: Balance, *, reason: str) -> list[Refusal]:
    """Why the locked invoice cannot be made void; empty when it can."""
    if invoice.status == PaymentStatus.VOID:
        return [_settled(invoice, _("Issue a new one if something is to be paid."))]
    refusals = reason_refusals(reason)
    if balance.paid > 0:
        values = {"paid": money_text(balance.paid, invoice.currency), "number": invoice}
        message = _("%(paid)s has been paid on invoice %(number)s.") % values
        refusals.append(Refusal(RefusalCode.STATUS, message, _("Give the money back first.")))
    if begun_consultations(invoice).exists():
        message = _("The consultation that invoice %(number)s pays for has begun.") % {"number": invoice}
        refusals.append(Refusal(RefusalCode.STATUS, message, _("Ask a manager to waive what is left.")))
    if PackagePurchase.objects.filter(invoice_lines__invoice=invoice, sessions_used__gt=0).exists():
        message = _("Sessions of the package that invoice %(number)s asks for have been used.") % {"number": invoice}
        refusals.append(Refusal(RefusalCode.STATUS, message, _("Ask a manager to waive what is left.")))
    return refusals


def waiver_refusals(invoice: Invoice, *, by: User, reason: str) -> list[Refusal]:
    """Why this person cannot waive what is left of the locked invoice; empty when it can be waived."""
    refusals = []
    if not by.has_perm(WAIVE_INVOICE):
        message = _("Your role does not allow you to waive an invoice.")
        refusals.append(Refusal(RefusalCode.PERMISSION, message, _("Ask a manager.")))
    if invoice.status not in OWED_STATUSES:
        return [*refusals, _settled(invoice, _("There is nothing left to waive."))]
    return [*refusals, *reason_refusals(reason)]


def _settled(invoice: Invoice, hint: str) -> Refusal:
    said = {
        PaymentStatus.PAID: _("Invoice %(number)s is paid."),
        PaymentStatus.WAIVED: _("Invoice %(number)s has been waived."),
        PaymentStatus.VOID: _("Invoice %(number)s is void."),
    }
    return Refusal(RefusalCode.STATUS, said[PaymentStatus(invoice.status)] % {"number": invoice}, hint)


def another_amount(made: Payment) -> Refusal:
    values = {"amount": money_text(abs(made.amount), made.invoice.currency), "number": made}
    if made.kind == PaymentKind.REFUND:
        message = _("This form has been sent before and has given back %(amount)s (receipt %(number)s).") % values
        return Refusal(RefusalCode.INVALID, message, _("Open a new one if there is more to give back."))
    message = _("This form has been sent before, for %(amount)s (receipt %(number)s).") % values
    return Refusal(RefusalCode.INVALID, message, _("Open a new one if there is more to pay."))


def another_invoice(made: Invoice, balance: Balance) -> Refusal:
    values = {"amount": money_text(balance.total, made.currency), "number": made}
    message = _("This form has been sent before, for invoice %(number)s over %(amount)s.") % values
    return Refusal(RefusalCode.INVALID, message, _("Look at that invoice. Open a new form if there is more to pay."))
