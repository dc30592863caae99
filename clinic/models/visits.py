"""A patient's walk through the outpatient clinic."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.constraints import Agrees
from clinic.enums import VISIT_PAYMENT_STATUSES, PaymentStatus, VisitStatus
from clinic.models.appointments import Appointment, actor
from clinic.models.base import RecordedModel, choice_check
from clinic.models.organisations import Clinic
from clinic.models.people import Patient


class Visit(RecordedModel):
    """One patient in one clinic, from coming in until everything is done; a patient has at most one that is open there.

    `payment_status` follows the visit's invoices and is written with them. `complaint` is what brought the patient.
    `cashier_asked_*` say that somebody who treats has sent the patient to the cashier.
    """

    patient = models.ForeignKey(Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="visits")
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="visits")
    appointment = models.ForeignKey(
        Appointment, verbose_name=_("appointment"), on_delete=models.PROTECT, related_name="visits",
        null=True, blank=True,
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=10, choices=VisitStatus, default=VisitStatus.OPEN)
    payment_status = models.CharField(_("payment"), max_length=10, choices=PaymentStatus, default=PaymentStatus.UNPAID)
    complaint = models.TextField(_("complaint"), blank=True)
    opened_by = actor(_("opened by"))
    opened_at = models.DateTimeField(_("opened at"))
    cashier_asked_by = actor(_("sent to the cashier by"))
    cashier_asked_at = models.DateTimeField(_("sent to the cashier at"), null=True, blank=True)
    closed_by = actor(_("closed by"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    written_by_services = (
        "patient", "clinic", "appointment", "status", "payment_status", "complaint", "opened_by", "opened_at",
        "cashier_asked_by", "cashier_asked_at", "closed_by", "closed_at",
    )  # fmt: skip

    class Meta:
        verbose_name = pgettext_lazy("a", "visit")
        verbose_name_plural = _("visits")
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(name="visit_newest", fields=["organisation", "-opened_at", "-id"]),
            models.Index(name="visit_by_status", fields=["organisation", "status", "payment_status"]),
        ]
        constraints = [
            choice_check("status", VisitStatus),
            models.CheckConstraint(
                name="visit_payment_status_is_known", condition=Q(payment_status__in=VISIT_PAYMENT_STATUSES)
            ),
            models.UniqueConstraint(
                name="patient_has_one_open_visit", fields=["patient", "clinic"], condition=Q(status=VisitStatus.OPEN)
            ),
            models.CheckConstraint(
                name="visit_is_closed_since_a_moment",
                condition=Q(status=VisitStatus.OPEN, closed_at__isnull=True)
                | Q(status=VisitStatus.CLOSED, closed_at__isnull=False),
            ),
            Agrees(
                name="visit_agrees",
                links={
                    "patient": ["organisation"], "clinic": ["organisation"],
                    "appointment": ["organisation", "patient", "clinic"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.patient)
