"""The ledger of operations, row by row: how each row stood before and after."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.constraints import Agrees
from clinic.enums import ChangeKind
from clinic.models.appointments import Appointment
from clinic.models.base import TenantModel, choice_check
from clinic.models.jobs import Operation
from clinic.models.packages import PackagePurchase


class Change(TenantModel):
    """What an operation did to one appointment or one purchase; `kept_because` says why an undo left it as it is."""

    operation = models.ForeignKey(
        Operation, verbose_name=_("bulk action"), on_delete=models.PROTECT, related_name="changes"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ChangeKind)
    appointment = models.ForeignKey(
        Appointment, verbose_name=_("appointment"), on_delete=models.PROTECT, related_name="changes",
        null=True, blank=True,
    )  # fmt: skip
    purchase = models.ForeignKey(
        PackagePurchase, verbose_name=_("package"), on_delete=models.PROTECT, related_name="changes",
        null=True, blank=True,
    )  # fmt: skip
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    kept_because = models.CharField(_("not undone because"), max_length=250, blank=True)

    written_by_services = (
        "operation", "kind", "appointment", "purchase", "before", "after", "undone_at", "kept_because",
    )  # fmt: skip

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["pk"]
        constraints = [
            choice_check("kind", ChangeKind),
            models.CheckConstraint(
                name="change_is_of_one_row",
                condition=Q(appointment__isnull=True, purchase__isnull=False)
                | Q(appointment__isnull=False, purchase__isnull=True),
            ),
            Agrees(
                name="change_agrees",
                links={"operation": ["organisation"], "appointment": ["organisation"], "purchase": ["organisation"]},
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
