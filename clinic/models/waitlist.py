"""Who waits for a free time, and the times held for those who wait."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.constraints import Agrees
from clinic.enums import HeldSlotStatus, OfferAnswer, Urgency, WaitlistStatus, Weekday
from clinic.models.appointments import Appointment
from clinic.models.base import RecordedModel, TenantModel, choice_check
from clinic.models.catalogue import Service
from clinic.models.organisations import Clinic, Room
from clinic.models.packages import PackagePurchase
from clinic.models.people import Patient, Provider, User


def validate_weekdays(value: object) -> None:
    if not isinstance(value, list) or not set(value) <= set(Weekday.values):
        raise ValidationError(_("Weekdays are numbers from 1 (Monday) to 7 (Sunday)."))


class WaitlistEntry(RecordedModel):
    """A patient who takes an earlier or a rarer time when there is one. What is left empty does not matter."""

    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="waitlist_entries"
    )
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="waitlist_entries"
    )
    clinic = models.ForeignKey(
        Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    package_purchase = models.ForeignKey(
        PackagePurchase, verbose_name=_("package"), on_delete=models.PROTECT, related_name="waitlist_entries",
        null=True, blank=True,
    )  # fmt: skip
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("until"))
    weekdays = models.JSONField(_("weekdays"), default=list, blank=True, validators=[validate_weekdays])
    earliest = models.TimeField(_("not before"), null=True, blank=True)
    latest = models.TimeField(_("over by"), null=True, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.ROUTINE)
    status = models.CharField(_("status"), max_length=10, choices=WaitlistStatus, default=WaitlistStatus.WAITING)
    note = models.CharField(_("note"), max_length=250, blank=True)
    joined_at = models.DateTimeField(_("waiting since"))
    joined_by = models.ForeignKey(
        User, verbose_name=_("entered by"), on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    appointment = models.ForeignKey(
        Appointment, verbose_name=_("booked as"), on_delete=models.SET_NULL, related_name="waitlist_entries",
        null=True, blank=True,
    )  # fmt: skip
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    written_by_services = (
        "patient", "service", "clinic", "provider", "package_purchase", "first_on", "last_on", "weekdays", "earliest",
        "latest", "urgency", "status", "joined_at", "joined_by", "appointment", "closed_at",
    )  # fmt: skip

    class Meta:
        verbose_name = _("waiting patient")
        verbose_name_plural = _("waiting list")
        ordering = ["-urgency", "joined_at", "pk"]
        indexes = [
            models.Index(name="waitlist_matching", fields=["organisation", "status", "service", "last_on"]),
            models.Index(name="waitlist_newest", fields=["organisation", "-joined_at", "-id"]),
        ]
        constraints = [
            choice_check("urgency", Urgency),
            choice_check("status", WaitlistStatus),
            models.CheckConstraint(
                name="waitlistentry_days_in_order",
                condition=Q(first_on__lte=F("last_on")),
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                name="waitlistentry_is_booked_as_something",
                condition=~Q(status=WaitlistStatus.BOOKED) | Q(appointment__isnull=False),
            ),
            models.UniqueConstraint(
                name="patient_waits_once_for_a_service", fields=["patient", "service"],
                condition=Q(status=WaitlistStatus.WAITING),
                violation_error_message=_("This patient already waits for this service."),
            ),
            Agrees(
                name="waitlistentry_agrees",
                links={
                    "patient": ["organisation"], "service": ["organisation"], "clinic": ["organisation"],
                    "provider": ["organisation"], "package_purchase": ["organisation", "patient"],
                    "appointment": ["organisation", "patient"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.patient}, {self.service}"


class HeldSlot(TenantModel):
    """A free time that is offered to some who wait. While it is open, `hold` keeps it from everybody else."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(
        Room, verbose_name=_("room"), on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    status = models.CharField(_("status"), max_length=10, choices=HeldSlotStatus, default=HeldSlotStatus.OPEN)
    opens_at = models.DateTimeField(_("offered from"))
    held_until = models.DateTimeField(_("held until"))
    hold = models.OneToOneField(
        Appointment, on_delete=models.SET_NULL, related_name="held_slot", null=True, blank=True, editable=False
    )
    released = models.ForeignKey(
        Appointment, verbose_name=_("freed by"), on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    appointment = models.ForeignKey(
        Appointment, verbose_name=_("booked as"), on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    offered_by = models.ForeignKey(
        User, verbose_name=_("offered by"), on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )

    written_by_services = (
        "service", "provider", "clinic", "room", "starts_at", "ends_at", "status", "opens_at", "held_until", "hold",
        "released", "appointment", "offered_by",
    )  # fmt: skip

    class Meta:
        verbose_name = _("offered time")
        verbose_name_plural = _("offered times")
        ordering = ["-opens_at", "-pk"]
        indexes = [
            models.Index(name="heldslot_newest", fields=["organisation", "-opens_at", "-id"]),
            models.Index(name="heldslot_due", fields=["status", "held_until"]),
        ]
        constraints = [
            choice_check("status", HeldSlotStatus),
            models.CheckConstraint(name="heldslot_starts_before_it_ends", condition=Q(starts_at__lt=F("ends_at"))),
            Agrees(
                name="heldslot_agrees",
                links={
                    "service": ["organisation"], "provider": ["organisation"], "clinic": ["organisation"],
                    "room": ["organisation", "clinic"], "released": ["organisation"], "appointment": ["organisation"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.service}, {self.provider}"


class Offer(TenantModel):
    """A held time offered to one who waits; accepting it books it, whoever comes second keeps the place in the list."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slot = models.ForeignKey(HeldSlot, verbose_name=_("time"), on_delete=models.PROTECT, related_name="offers")
    entry = models.ForeignKey(
        WaitlistEntry, verbose_name=_("waiting patient"), on_delete=models.PROTECT, related_name="offers"
    )
    answer = models.CharField(_("answer"), max_length=10, choices=OfferAnswer, default=OfferAnswer.OPEN)
    offered_at = models.DateTimeField(_("offered at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    written_by_services = ("slot", "entry", "answer", "offered_at", "answered_at")

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-offered_at", "-pk"]
        constraints = [
            choice_check("answer", OfferAnswer),
            models.UniqueConstraint(name="time_is_offered_once_to_each", fields=["slot", "entry"]),
            models.UniqueConstraint(
                name="time_is_accepted_once", fields=["slot"], condition=Q(answer=OfferAnswer.ACCEPTED)
            ),
            Agrees(name="offer_agrees", links={"slot": ["organisation"], "entry": ["organisation"]}),
        ]

    def __str__(self) -> str:
        return str(self.entry)
