"""One patient's copy of a package and the ledger of its sessions."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.constraints import Agrees
from clinic.enums import PurchaseStatus, SessionEntryKind
from clinic.models.base import RecordedModel, TenantModel, choice_check
from clinic.models.catalogue import Package, Service
from clinic.models.people import Patient, User


class PackagePurchase(RecordedModel):
    """A package bought by or given to a patient, as it was on that day.

    `total_sessions` and `sessions_used` are the sums of the ledger, kept beside it so that the table can refuse
    to use more than was bought. `request_key` names the form that asked for it: the same form sent twice assigns once.
    """

    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="package_purchases"
    )
    package = models.ForeignKey(Package, verbose_name=_("package"), on_delete=models.PROTECT, related_name="purchases")
    purchased_on = models.DateField(_("purchased on"))
    expires_on = models.DateField(_("last day"))
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    total_sessions = models.PositiveSmallIntegerField(_("sessions"))
    sessions_used = models.PositiveSmallIntegerField(_("used"), default=0)
    status = models.CharField(_("status"), max_length=12, choices=PurchaseStatus, default=PurchaseStatus.ACTIVE)
    frozen_on = models.DateField(_("frozen on"), null=True, blank=True)
    request_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    assigned_by = models.ForeignKey(
        User, verbose_name=_("assigned by"), on_delete=models.SET_NULL, related_name="+", null=True
    )

    written_by_services = (
        "patient", "package", "purchased_on", "expires_on", "price", "total_sessions", "sessions_used", "status",
        "frozen_on", "assigned_by",
    )  # fmt: skip

    class Meta:
        verbose_name = _("patient's package")
        verbose_name_plural = _("patients' packages")
        ordering = ["-purchased_on", "-pk"]
        permissions = [("adjust_packagepurchase", "Can extend, adjust and transfer packages of patients")]
        indexes = [
            models.Index(name="purchase_newest", fields=["organisation", "-purchased_on", "-id"]),
            models.Index(name="purchase_expiring", fields=["organisation", "status", "expires_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="purchase_never_overused",
                condition=Q(sessions_used__gte=0, sessions_used__lte=F("total_sessions")),
            ),
            models.CheckConstraint(
                name="purchase_expires_after_it_starts", condition=Q(expires_on__gte=F("purchased_on"))
            ),
            models.CheckConstraint(name="purchase_price_is_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="purchase_is_frozen_since_a_day",
                condition=Q(status=PurchaseStatus.FROZEN, frozen_on__isnull=False)
                | (~Q(status=PurchaseStatus.FROZEN) & Q(frozen_on__isnull=True)),
            ),
            choice_check("status", PurchaseStatus),
            Agrees(name="purchase_agrees", links={"patient": ["organisation"], "package": ["organisation"]}),
        ]

    def __str__(self) -> str:
        return str(self.package)


class PurchaseItem(TenantModel):
    """The snapshot of one package item: what this patient bought, whatever the package says today."""

    purchase = models.ForeignKey(PackagePurchase, on_delete=models.PROTECT, related_name="items")
    service = models.ForeignKey(Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="+")
    sessions = models.PositiveSmallIntegerField(_("sessions"))
    step = models.PositiveSmallIntegerField(_("step"), default=1)

    written_by_services = ("purchase", "service", "sessions", "step")

    class Meta:
        verbose_name = _("item of a patient's package")
        verbose_name_plural = _("items of patients' packages")
        ordering = ["purchase", "step", "pk"]
        constraints = [
            models.UniqueConstraint(name="purchase_names_a_service_once", fields=["purchase", "service"]),
            Agrees(name="purchaseitem_agrees", links={"purchase": ["organisation"], "service": ["organisation"]}),
        ]

    def __str__(self) -> str:
        return f"{self.sessions} × {self.service}"


class SessionEntry(TenantModel):
    """One line of the ledger; never changed, never deleted. `sessions` is negative where it takes away."""

    purchase = models.ForeignKey(PackagePurchase, on_delete=models.PROTECT, related_name="entries")
    item = models.ForeignKey(PurchaseItem, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=12, choices=SessionEntryKind)
    sessions = models.SmallIntegerField(_("sessions"))
    appointment = models.ForeignKey(
        "clinic.Appointment", verbose_name=_("appointment"), on_delete=models.PROTECT, related_name="session_entries",
        null=True, blank=True,
    )  # fmt: skip
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    written_by_services = ("purchase", "item", "kind", "sessions", "appointment", "by", "at", "reason")

    class Meta:
        verbose_name = _("session entry")
        verbose_name_plural = _("session entries")
        ordering = ["pk"]
        indexes = [models.Index(name="entry_newest", fields=["organisation", "-id"])]
        constraints = [
            choice_check("kind", SessionEntryKind),
            models.CheckConstraint(name="sessionentry_moves_something", condition=~Q(sessions=0)),
            Agrees(
                name="sessionentry_agrees",
                links={
                    "purchase": ["organisation"],
                    "item": ["organisation", "purchase"],
                    "appointment": ["organisation"],
                },
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sessions:+d}"
