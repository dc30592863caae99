"""The outbox: every message the clinic owes somebody, the words of its own, and who writes and sends by itself."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.constraints import Agrees
from clinic.enums import Channel, Language, MessageKind, MessageStatus
from clinic.models.appointments import Appointment
from clinic.models.base import RecordedModel, TenantModel, choice_check
from clinic.models.jobs import Operation
from clinic.models.packages import PackagePurchase
from clinic.models.people import Patient, User
from clinic.models.waitlist import Offer


class Message(TenantModel):
    """One message to one address: written once by its `dedupe_key`, delivered once by its `public_id`.

    It is not sent before `due_at`, which moves when it has to wait or to be tried again, nor after `expires_at`.
    Until `leased_until` one worker has it in hand, or its gateway is left alone: while it is queued it can still be
    called off, once it is being sent it cannot. What a change has called off comes back when the change is undone,
    what somebody has called off by hand (`called_off_by`) does not.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="messages")
    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.PROTECT,
        related_name="messages",
        null=True,
        blank=True,
    )
    purchase = models.ForeignKey(
        PackagePurchase, verbose_name=_("package"), on_delete=models.PROTECT, related_name="messages",
        null=True, blank=True,
    )  # fmt: skip
    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.SET_NULL, related_name="messages", null=True, blank=True
    )
    operation = models.ForeignKey(
        Operation, verbose_name=_("bulk action"), on_delete=models.PROTECT, related_name="messages",
        null=True, blank=True,
    )  # fmt: skip
    resend_of = models.ForeignKey(
        "self", verbose_name=_("sent again after"), on_delete=models.PROTECT, related_name="resent_as",
        null=True, blank=True,
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    address = models.CharField(_("address"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    starts_at = models.DateTimeField(
        _("time it tells of"), null=True, blank=True, help_text=_("When the appointment was to begin, as it says.")
    )
    due_at = models.DateTimeField(_("due at"))
    expires_at = models.DateTimeField(_("of no use after"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=MessageStatus, default=MessageStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(_("in hand until"), null=True, blank=True)
    called_off_by = models.ForeignKey(
        User, verbose_name=_("called off by"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    dedupe_key = models.CharField(max_length=200, unique=True)
    provider_reference = models.CharField(_("gateway's reference"), max_length=120, blank=True)
    error = models.CharField(_("error"), max_length=250, blank=True)
    queued_at = models.DateTimeField(_("queued at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    written_by_services = (
        "patient", "appointment", "purchase", "offer", "operation", "resend_of", "kind", "channel", "address",
        "language", "subject", "body", "starts_at", "due_at", "expires_at", "status", "attempts", "leased_until",
        "called_off_by", "dedupe_key", "provider_reference", "error", "queued_at", "sent_at", "delivered_at",
    )  # fmt: skip

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-queued_at", "-pk"]
        indexes = [
            models.Index(name="message_newest", fields=["organisation", "-queued_at", "-id"]),
            models.Index(
                name="message_waiting",
                fields=["due_at", "id"],
                condition=Q(status__in=[MessageStatus.QUEUED, MessageStatus.SENDING]),
            ),
        ]
        constraints = [
            choice_check("kind", MessageKind),
            choice_check("channel", Channel),
            choice_check("language", Language),
            choice_check("status", MessageStatus),
            models.CheckConstraint(
                name="message_is_leased_while_it_is_sent",
                condition=~Q(status=MessageStatus.SENDING) | Q(leased_until__isnull=False),
            ),
            models.CheckConstraint(
                name="message_called_off_by_hand_stays_so",
                condition=Q(called_off_by__isnull=True) | Q(status=MessageStatus.CANCELLED),
            ),
            models.CheckConstraint(
                name="message_was_sent_at_a_moment",
                condition=~Q(status=MessageStatus.SENT) | Q(sent_at__isnull=False),
            ),
            Agrees(
                name="message_agrees",
                links={
                    "patient": ["organisation"], "appointment": ["organisation", "patient"],
                    "purchase": ["organisation", "patient"], "offer": ["organisation"],
                    "operation": ["organisation"], "resend_of": ["organisation", "patient"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.patient}"


class MessageTemplate(RecordedModel):
    """An organisation's own words for one kind of message; where there are none, those that we ship are used."""

    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel, blank=True, help_text=_("Empty for every channel.")
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), max_length=2000)

    written_by_services = ("kind", "language", "channel", "subject", "body")

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        ordering = ["kind", "language", "channel"]
        constraints = [
            choice_check("kind", MessageKind),
            choice_check("language", Language),
            models.CheckConstraint(
                name="messagetemplate_channel_is_known", condition=Q(channel="") | Q(channel__in=Channel.values)
            ),
            models.UniqueConstraint(
                name="a_kind_has_one_template", fields=["organisation", "kind", "language", "channel"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_language_display()})"


class Sweep(TenantModel):
    """How far a rule that writes messages by itself has come: what lies before `swept_until` is done or is past."""

    rule = models.CharField(_("rule"), max_length=60, help_text=_("As in reminder:email:1440."))
    swept_until = models.DateTimeField(_("done until"))

    written_by_services = ("rule", "swept_until")

    class Meta:
        verbose_name = _("sweep of a reminder rule")
        verbose_name_plural = _("sweeps of reminder rules")
        constraints = [models.UniqueConstraint(name="a_rule_is_swept_once", fields=["organisation", "rule"])]

    def __str__(self) -> str:
        return self.rule


class Heartbeat(models.Model):
    """The last sign of life of something that works by itself, or since when what it needs fails, as its name says.

    It serves every organisation.
    """

    name = models.CharField(max_length=40, unique=True)
    beat_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return self.name
