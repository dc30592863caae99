"""What patients owe: fees, and invoices of whatever they have to pay."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.constraints import Agrees, Frozen
from clinic.enums import (
    ChargeKind,
    ChargeStatus,
    DocumentKind,
    PaymentStatus,
)
from clinic.models.appointments import Appointment, actor
from clinic.models.base import RecordedModel, TenantModel, choice_check
from clinic.models.catalogue import Service
from clinic.models.fields import Money
from clinic.models.organisations import Clinic
from clinic.models.packages import PackagePurchase
from clinic.models.people import Patient
from clinic.models.visits import Visit


class DocumentNumber(models.Model):
    """The last number given to a kind of document in an organisation; locked while the next one is taken.

    A number is given in the transaction that writes the document, so that none is ever missing.
    """

    organisation = models.ForeignKey("clinic.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=DocumentKind)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            choice_check("kind", DocumentKind),
            models.UniqueConstraint(name="documents_are_numbered_once", fields=["organisation", "kind"]),
        ]

    def __str__(self) -> str:
        return str(self.last)


class Invoice(RecordedModel):
    """What a patient is asked to pay: the sum of its lines. What is left is the lines minus the payments.

    `status` follows the payments and is written with them; a void invoice asks for nothing and keeps its number.
    `currency` is the organisation's on that day. `request_key` names the form that asked for it: the same form sent
    twice issues one.
    """

    patient = models.ForeignKey(Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="invoices")
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(
        Visit, verbose_name=_("visit"), on_delete=models.PROTECT, related_name="invoices", null=True, blank=True
    )
    number = models.PositiveIntegerField(_("number"))
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(_("status"), max_length=10, choices=PaymentStatus, default=PaymentStatus.UNPAID)
    issued_by = actor(_("issued by"))
    issued_at = models.DateTimeField(_("issued at"))
    waived_by = actor(_("waived by"))
    waived_at = models.DateTimeField(_("waived at"), null=True, blank=True)
    voided_by = actor(_("voided by"))
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    request_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    written_by_services = (
        "patient", "clinic", "visit", "number", "currency", "status", "issued_by", "issued_at", "waived_by",
        "waived_at", "voided_by", "voided_at", "reason",
    )  # fmt: skip

    class Meta:
        verbose_name = pgettext_lazy("an", "invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-issued_at", "-pk"]
        indexes = [
            models.Index(name="invoice_newest", fields=["organisation", "-issued_at", "-id"]),
            models.Index(name="invoice_of_patient", fields=["patient", "status"]),
            models.Index(name="invoice_to_be_paid", fields=["organisation", "status", "issued_at"]),
        ]
        permissions = [
            ("waive_invoice", "Can waive what is left of an invoice"),
            ("void_invoice", "Can void an invoice"),
        ]
        constraints = [
            models.UniqueConstraint(name="invoice_number_is_given_once", fields=["organisation", "number"]),
            models.CheckConstraint(name="invoice_is_numbered_from_one", condition=Q(number__gte=1)),
            choice_check("status", PaymentStatus),
            models.CheckConstraint(
                name="invoice_is_void_since_a_moment",
                condition=Q(status=PaymentStatus.VOID, voided_at__isnull=False)
                | (~Q(status=PaymentStatus.VOID) & Q(voided_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="invoice_is_waived_since_a_moment",
                condition=~Q(status=PaymentStatus.WAIVED) | Q(waived_at__isnull=False),
            ),
            Frozen(name="void_invoice_is_final", where={"status": [PaymentStatus.VOID]}),
            Agrees(
                name="invoice_agrees",
                links={
                    "patient": ["organisation"], "clinic": ["organisation"],
                    "visit": ["organisation", "patient", "clinic"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number}"


class InvoiceLine(TenantModel):
    """One thing that an invoice asks to be paid for: a service, a package or a fee. It never changes.

    `description_en` and `description_ar` are the words of that day.
    """

    invoice = models.ForeignKey(Invoice, verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="lines")
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    purchase = models.ForeignKey(
        PackagePurchase, verbose_name=_("package"), on_delete=models.PROTECT, related_name="invoice_lines",
        null=True, blank=True,
    )  # fmt: skip
    charge = models.ForeignKey(
        "clinic.Charge", verbose_name=_("fee"), on_delete=models.PROTECT, related_name="invoice_lines",
        null=True, blank=True,
    )  # fmt: skip
    description_en = models.CharField(_("description"), max_length=250)
    description_ar = models.CharField(_("description in Arabic"), max_length=250, blank=True)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    unit_price = Money(_("price"))
    amount = Money(_("amount"))

    written_by_services = (
        "invoice", "service", "purchase", "charge", "description_en", "description_ar", "quantity", "unit_price",
        "amount",
    )  # fmt: skip

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["invoice", "pk"]
        constraints = [
            models.CheckConstraint(name="line_has_a_quantity", condition=Q(quantity__gte=1)),
            models.CheckConstraint(name="line_price_is_not_negative", condition=Q(unit_price__gte=0)),
            models.CheckConstraint(
                name="line_amount_is_price_times_quantity",
                condition=Q(amount=Round(F("unit_price") * F("quantity"), precision=2)),
            ),
            Frozen(name="invoice_line_is_final"),
            Agrees(
                name="invoiceline_agrees",
                links={
                    "invoice": ["organisation"], "service": ["organisation"], "purchase": ["organisation"],
                    "charge": ["organisation"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.description_en


class Charge(RecordedModel):
    """A fee that the policy raises for an appointment that was not held; the cash desk collects it."""

    patient = models.ForeignKey(Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="charges")
    appointment = models.OneToOneField(
        Appointment, verbose_name=_("appointment"), on_delete=models.PROTECT, related_name="charge"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ChargeKind)
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2)
    status = models.CharField(_("status"), max_length=10, choices=ChargeStatus, default=ChargeStatus.OPEN)
    raised_by = actor(_("raised by"))
    raised_at = models.DateTimeField(_("raised at"))
    settled_by = actor(_("settled by"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    invoice = models.ForeignKey(
        Invoice, verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="charges", null=True, blank=True
    )

    written_by_services = (
        "patient", "appointment", "kind", "amount", "status", "raised_by", "raised_at", "settled_by", "settled_at",
        "reason", "invoice",
    )  # fmt: skip

    class Meta:
        verbose_name = pgettext_lazy("a", "charge")
        verbose_name_plural = _("charges")
        ordering = ["-raised_at", "-pk"]
        indexes = [
            models.Index(name="charge_newest", fields=["organisation", "-raised_at", "-id"]),
            models.Index(name="charge_of_patient", fields=["patient", "status"]),
        ]
        constraints = [
            choice_check("kind", ChargeKind),
            choice_check("status", ChargeStatus),
            models.CheckConstraint(name="charge_is_an_amount", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="charge_is_open_or_settled",
                condition=models.Q(status=ChargeStatus.OPEN, settled_at__isnull=True)
                | (~models.Q(status=ChargeStatus.OPEN) & models.Q(settled_at__isnull=False)),
            ),
            Agrees(
                name="charge_agrees",
                links={
                    "patient": ["organisation"], "appointment": ["organisation", "patient"],
                    "invoice": ["organisation", "patient"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.patient}"
