"""The words of visits, consultations and money."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ChargeKind(TextChoices):
    """What a patient owes without having been treated."""

    NO_SHOW = "no_show", _("No-show")
    LATE_CANCELLATION = "late_cancellation", _("Late cancellation")


class ChargeStatus(TextChoices):
    OPEN = "open", pgettext_lazy("charge", "To be paid")
    PAID = "paid", pgettext_lazy("charge", "Paid")
    WAIVED = "waived", pgettext_lazy("charge", "Waived")
    WITHDRAWN = "withdrawn", pgettext_lazy("charge", "Withdrawn")


class DocumentKind(TextChoices):
    """What is numbered without a gap in an organisation."""

    INVOICE = "invoice", pgettext_lazy("an", "invoice")
    RECEIPT = "receipt", pgettext_lazy("a", "receipt")


class PaymentStatus(TextChoices):
    """How far an invoice, or everything that a visit has cost, is paid."""

    UNPAID = "unpaid", pgettext_lazy("invoice", "Unpaid")
    PARTIAL = "partial", pgettext_lazy("invoice", "Partly paid")
    PAID = "paid", pgettext_lazy("invoice", "Paid")
    WAIVED = "waived", pgettext_lazy("invoice", "Waived")
    VOID = "void", pgettext_lazy("invoice", "Void")


OWED_STATUSES = (PaymentStatus.UNPAID, PaymentStatus.PARTIAL)
CLEARED_STATUSES = (PaymentStatus.PAID, PaymentStatus.WAIVED)
VISIT_PAYMENT_STATUSES = (*OWED_STATUSES, *CLEARED_STATUSES)


class PaymentKind(TextChoices):
    PAYMENT = "payment", pgettext_lazy("a", "payment")
    REFUND = "refund", pgettext_lazy("a", "refund")


class PaymentMethod(TextChoices):
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    TRANSFER = "transfer", _("Bank transfer")


class RefundRequestStatus(TextChoices):
    ASKED = "asked", pgettext_lazy("refund", "Asked")
    APPROVED = "approved", pgettext_lazy("refund", "Approved")
    REFUSED = "refused", pgettext_lazy("refund", "Refused")


class VisitStatus(TextChoices):
    OPEN = "open", pgettext_lazy("visit", "Open")
    CLOSED = "closed", pgettext_lazy("visit", "Closed")


class ConsultationStatus(TextChoices):
    """Pending, then active, then closed: there is no other way, and no way back."""

    PENDING = "pending", pgettext_lazy("consultation", "Pending")
    ACTIVE = "active", pgettext_lazy("consultation", "Active")
    CLOSED = "closed", pgettext_lazy("consultation", "Closed")
