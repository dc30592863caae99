"""What a clinic offers: services, and packages of them."""

from datetime import timedelta
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.constraints import Agrees
from clinic.enums import BillTiming, WorkflowType
from clinic.models.base import BilingualMixin, RecordedModel, choice_check
from clinic.models.fields import MinutesField


class Service(BilingualMixin, RecordedModel):
    code = models.CharField(_("code"), max_length=20)
    duration = MinutesField(_("duration"))
    buffer_before = MinutesField(_("time to prepare"), default=timedelta(0))
    buffer_after = MinutesField(_("time to tidy up"), default=timedelta(0))
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    clinics = models.ManyToManyField("clinic.Clinic", verbose_name=_("clinics"), related_name="services", blank=True)
    providers = models.ManyToManyField(
        "clinic.Provider", verbose_name=_("providers"), related_name="services", blank=True
    )
    capacity = models.PositiveSmallIntegerField(
        _("most patients at once"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Empty: as many as the provider's working hours allow."),
    )  # fmt: skip
    workflow_type = models.CharField(
        _("workflow"), max_length=20, choices=WorkflowType, default=WorkflowType.APPOINTMENT
    )
    bill_timing = models.CharField(_("billed"), max_length=10, choices=BillTiming, default=BillTiming.AFTER)
    auto_assign_doctor = models.ForeignKey(
        "clinic.Provider", verbose_name=_("doctor assigned by default"), on_delete=models.SET_NULL, related_name="+",
        null=True, blank=True,
    )  # fmt: skip
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = pgettext_lazy("a", "service")
        verbose_name_plural = _("services")
        ordering = ["name_en"]
        constraints = [
            models.UniqueConstraint(
                name="service_code_is_unique",
                fields=["organisation", "code"],
                violation_error_message=_("Another service has this code."),
            ),
            models.CheckConstraint(
                name="service_takes_time",
                condition=models.Q(duration__gt=timedelta(0)),
                violation_error_message=_("A service must take at least one minute."),
            ),
            models.CheckConstraint(
                name="service_buffers_are_not_negative",
                condition=models.Q(buffer_before__gte=timedelta(0), buffer_after__gte=timedelta(0)),
            ),
            models.CheckConstraint(name="service_price_is_not_negative", condition=models.Q(price__gte=0)),
            models.CheckConstraint(
                name="service_has_a_place", condition=models.Q(capacity__isnull=True) | models.Q(capacity__gte=1)
            ),
            choice_check("workflow_type", WorkflowType),
            choice_check("bill_timing", BillTiming),
            Agrees(name="service_agrees", links={"auto_assign_doctor": ["organisation"]}),
        ]


class Package(BilingualMixin, RecordedModel):
    """What is sold: so many sessions of each of its services, to be used within `validity_days`."""

    code = models.CharField(_("code"), max_length=20)
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    validity_days = models.PositiveSmallIntegerField(
        _("valid for"), default=180, validators=[MinValueValidator(1)], help_text=_("Days from the day of purchase.")
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = pgettext_lazy("a", "package")
        verbose_name_plural = _("packages")
        ordering = ["name_en"]
        constraints = [
            models.UniqueConstraint(
                name="package_code_is_unique",
                fields=["organisation", "code"],
                violation_error_message=_("Another package has this code."),
            ),
            models.CheckConstraint(
                name="package_price_is_not_negative",
                condition=models.Q(price__gte=0),
                violation_error_message=_("A price cannot be negative."),
            ),
            models.CheckConstraint(name="package_is_valid_for_a_day", condition=models.Q(validity_days__gte=1)),
        ]

    @property
    def total_sessions(self) -> int:
        """Sessions of all items; load `items` with `prefetch_related` where several packages are shown."""
        return sum(item.sessions for item in self.items.all())


class PackageItem(RecordedModel):
    package = models.ForeignKey(Package, verbose_name=_("package"), on_delete=models.CASCADE, related_name="items")
    service = models.ForeignKey(Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="+")
    sessions = models.PositiveSmallIntegerField(_("sessions"), validators=[MinValueValidator(1)])
    step = models.PositiveSmallIntegerField(
        _("step"), default=1, validators=[MinValueValidator(1)],
        help_text=_("Sessions of an earlier step are held before those of a later one."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("package item")
        verbose_name_plural = _("package items")
        ordering = ["package", "step", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="package_names_a_service_once",
                fields=["package", "service"],
                violation_error_message=_("This package already has an item for this service."),
            ),
            models.CheckConstraint(name="packageitem_has_a_session", condition=models.Q(sessions__gte=1)),
            Agrees(name="packageitem_agrees", links={"package": ["organisation"], "service": ["organisation"]}),
        ]

    def __str__(self) -> str:
        return f"{self.sessions} × {self.service}"
