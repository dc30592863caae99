"""The outbox: every message the clinic owes somebody."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.constraints import Agrees
from clinic.enums import Channel, Language, MessageKind, MessageStatus
from clinic.models.appointments import Appointment
from clinic.models.base import TenantModel, choice_check
from clinic.models.jobs import Operation
from clinic.models.people import Patient


class Message(TenantModel):
    """One message to one address; `dedupe_key` makes sure that it is written once."""

    patient = models.ForeignKey(Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="messages")
    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.PROTECT,
        related_name="messages",
        null=True,
        blank=True,
    )
    operation = models.ForeignKey(
        Operation, verbose_name=_("bulk action"), on_delete=models.PROTECT, related_name="messages",
        null=True, blank=True,
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    address = models.CharField(_("address"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    due_at = models.DateTimeField(_("due at"))
    status = models.CharField(_("status"), max_length=10, choices=MessageStatus, default=MessageStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    dedupe_key = models.CharField(max_length=200, unique=True)
    provider_reference = models.CharField(_("gateway's reference"), max_length=120, blank=True)
    error = models.CharField(_("error"), max_length=250, blank=True)
    queued_at = models.DateTimeField(_("queued at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    written_by_services = (
        "patient", "appointment", "operation", "kind", "channel", "address", "language", "subject", "body", "due_at",
        "status", "attempts", "dedupe_key", "provider_reference", "error", "queued_at", "sent_at",
    )  # fmt: skip

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-queued_at", "-pk"]
        indexes = [
            models.Index(name="message_newest", fields=["organisation", "-queued_at", "-id"]),
            models.Index(name="message_due", fields=["status", "due_at"]),
        ]
        constraints = [
            choice_check("kind", MessageKind),
            choice_check("channel", Channel),
            choice_check("language", Language),
            choice_check("status", MessageStatus),
            Agrees(
                name="message_agrees",
                links={
                    "patient": ["organisation"], "appointment": ["organisation", "patient"],
                    "operation": ["organisation"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.patient}"
