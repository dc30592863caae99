"""What patients owe."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.constraints import Agrees
from clinic.enums import ChargeKind, ChargeStatus
from clinic.models.appointments import Appointment, actor
from clinic.models.base import RecordedModel, choice_check
from clinic.models.people import Patient


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

    written_by_services = (
        "patient", "appointment", "kind", "amount", "status", "raised_by", "raised_at", "settled_by", "settled_at",
        "reason",
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
                name="charge_agrees", links={"patient": ["organisation"], "appointment": ["organisation", "patient"]}
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.patient}"
