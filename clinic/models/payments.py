"""Money taken and given back, and the closing of a cashier's day."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.constraints import Agrees, Frozen
from clinic.enums import PaymentKind, PaymentMethod, RefundRequestStatus
from clinic.models.appointments import actor
from clinic.models.base import RecordedModel, TenantModel, choice_check
from clinic.models.billing import Invoice
from clinic.models.fields import Money
from clinic.models.organisations import Clinic


class DayClosing(TenantModel):
    """A cashier's day as it was counted: what the payments say, what lay in the drawer, and the difference.

    `sums` is {method: amount as text} of the payments that belong to it, refunds taken off.
    """

    cashier = actor(_("cashier"))
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="+")
    closed_on = models.DateField(_("day"))
    closed_at = models.DateTimeField(_("closed at"))
    sums = models.JSONField(_("sums"), default=dict)
    cash_expected = Money(_("cash expected"))
    cash_counted = Money(_("cash counted"))
    note = models.CharField(_("note"), max_length=250, blank=True)

    written_by_services = (
        "cashier", "clinic", "closed_on", "closed_at", "sums", "cash_expected", "cash_counted", "note",
    )  # fmt: skip

    class Meta:
        verbose_name = _("day closing")
        verbose_name_plural = _("day closings")
        ordering = ["-closed_at", "-pk"]
        indexes = [models.Index(name="closing_newest", fields=["organisation", "-closed_at", "-id"])]
        constraints = [
            models.CheckConstraint(name="closing_counts_no_less_than_nothing", condition=Q(cash_counted__gte=0)),
            Frozen(name="day_closing_is_final"),
            Agrees(name="dayclosing_agrees", links={"clinic": ["organisation"]}),
        ]

    def __str__(self) -> str:
        return f"{self.closed_on}"


class Payment(TenantModel):
    """Money taken, or given back: a refund is a negative payment of the payment it takes from. It never changes.

    `approved_by` is the second person of a refund that needed one. `request_key` names the form that asked for it.
    """

    invoice = models.ForeignKey(Invoice, verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(_("kind"), max_length=10, choices=PaymentKind, default=PaymentKind.PAYMENT)
    method = models.CharField(_("method"), max_length=10, choices=PaymentMethod)
    amount = Money(_("amount"))
    receipt_number = models.PositiveIntegerField(_("receipt"))
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    refund_of = models.ForeignKey(
        "self", verbose_name=_("refund of"), on_delete=models.PROTECT, related_name="refunds", null=True, blank=True
    )
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="+")
    taken_by = actor(_("cashier"))
    taken_at = models.DateTimeField(_("taken at"))
    approved_by = actor(_("approved by"))
    closing = models.ForeignKey(
        DayClosing, verbose_name=_("day closing"), on_delete=models.PROTECT, related_name="payments",
        null=True, blank=True,
    )  # fmt: skip
    request_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    written_by_services = (
        "invoice", "kind", "method", "amount", "receipt_number", "reference", "refund_of", "reason", "clinic",
        "taken_by", "taken_at", "approved_by", "closing",
    )  # fmt: skip

    class Meta:
        verbose_name = pgettext_lazy("a", "payment")
        verbose_name_plural = _("payments")
        ordering = ["-taken_at", "-pk"]
        indexes = [
            models.Index(name="payment_newest", fields=["organisation", "-taken_at", "-id"]),
            models.Index(name="payment_of_cashier", fields=["taken_by", "taken_at"]),
        ]
        permissions = [("refund_payment", "Can give money back")]
        constraints = [
            models.UniqueConstraint(name="receipt_number_is_given_once", fields=["organisation", "receipt_number"]),
            models.CheckConstraint(name="receipt_is_numbered_from_one", condition=Q(receipt_number__gte=1)),
            choice_check("kind", PaymentKind),
            choice_check("method", PaymentMethod),
            models.CheckConstraint(
                name="payment_takes_and_refund_gives",
                condition=Q(kind=PaymentKind.PAYMENT, amount__gt=0, refund_of__isnull=True)
                | Q(kind=PaymentKind.REFUND, amount__lt=0, refund_of__isnull=False),
            ),
            models.CheckConstraint(
                name="refund_is_approved_by_another",
                condition=Q(approved_by__isnull=True) | Q(taken_by__isnull=True) | ~Q(approved_by=F("taken_by")),
            ),
            Frozen(name="payment_is_final", but=["closing"]),
            Agrees(
                name="payment_agrees",
                links={
                    "invoice": ["organisation"], "refund_of": ["organisation", "invoice"], "clinic": ["organisation"],
                    "closing": ["organisation", "clinic"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.receipt_number}"


class RefundRequest(RecordedModel):
    """A refund that one person asks for and another one decides: the doctor's work has begun, or a part was waived.

    `clinic` is where the money will be given back, if not where the payment was taken.
    """

    payment = models.ForeignKey(
        Payment, verbose_name=_("payment"), on_delete=models.PROTECT, related_name="refund_requests"
    )
    amount = Money(_("amount"))
    method = models.CharField(_("method"), max_length=10, choices=PaymentMethod)
    reason = models.CharField(_("reason"), max_length=250)
    clinic = models.ForeignKey(
        Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    status = models.CharField(
        _("status"), max_length=10, choices=RefundRequestStatus, default=RefundRequestStatus.ASKED
    )
    asked_by = actor(_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    answered_by = actor(_("answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=250, blank=True)
    refund = models.OneToOneField(
        Payment, verbose_name=_("refund"), on_delete=models.PROTECT, related_name="request", null=True, blank=True
    )

    written_by_services = (
        "payment", "amount", "method", "reason", "clinic", "status", "asked_by", "asked_at", "answered_by",
        "answered_at", "answer", "refund",
    )  # fmt: skip

    class Meta:
        verbose_name = _("refund request")
        verbose_name_plural = _("refund requests")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(name="refundrequest_newest", fields=["organisation", "-asked_at", "-id"])]
        permissions = [("approve_refundrequest", "Can approve a refund that another person asks for")]
        constraints = [
            choice_check("status", RefundRequestStatus),
            choice_check("method", PaymentMethod),
            models.CheckConstraint(name="refundrequest_is_an_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="refundrequest_is_answered_by_another",
                condition=Q(answered_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(answered_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="refundrequest_is_asked_or_answered",
                condition=Q(status=RefundRequestStatus.ASKED, answered_at__isnull=True, refund__isnull=True)
                | Q(status=RefundRequestStatus.APPROVED, answered_at__isnull=False, refund__isnull=False)
                | Q(status=RefundRequestStatus.REFUSED, answered_at__isnull=False, refund__isnull=True),
            ),
            models.UniqueConstraint(
                name="refund_is_asked_for_once",
                fields=["payment"],
                condition=Q(status=RefundRequestStatus.ASKED),
            ),
            Agrees(
                name="refundrequest_agrees",
                links={"payment": ["organisation"], "clinic": ["organisation"], "refund": ["organisation"]},
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment}"
