"""What is booked, and when a patient was where."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.constraints import Agrees, NoOverlap
from clinic.enums import HELD, LIVE_STATUSES, AppointmentKind, AppointmentStatus
from clinic.models.base import RecordedModel, TenantQuerySet, choice_check
from clinic.models.catalogue import Service
from clinic.models.jobs import Operation
from clinic.models.organisations import Clinic, Room
from clinic.models.packages import PackagePurchase
from clinic.models.people import Patient, Provider, User
from clinic.models.series import Series

LIVE = [str(status) for status in LIVE_STATUSES]
TAKES_TIME = [*LIVE, HELD]


def actor(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        User, verbose_name=label, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )


class AppointmentManager(models.Manager.from_queryset(TenantQuerySet)):
    """Appointments alone: a time that is held for an offer is nobody's appointment."""

    def get_queryset(self) -> TenantQuerySet:
        return super().get_queryset().exclude(status=HELD)


class HoldManager(models.Manager.from_queryset(TenantQuerySet)):
    def get_queryset(self) -> TenantQuerySet:
        return super().get_queryset().filter(status=HELD)


class Appointment(RecordedModel):
    """One patient with one provider from `starts_at` to `ends_at`.

    The provider's lane and the room's place are taken from `busy_from` to `busy_until`, which include the service's
    buffers; the patient only from `starts_at` to `ends_at`. `session_used` says that a session of the purchase has
    been spent on it, so that its number stays taken. `request_key` names the form that asked for it: the same form
    sent twice books once. `waived_*` say that its no-show or late cancellation is forgiven. `series_on` is the day that
    the rule of its series gave it, wherever it has been moved since.

    A row that is HELD is no appointment but a time kept until `held_until` for those to whom it has been offered; its
    patient is the first of them. `objects` does not know such rows, `holds` knows nothing else.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="appointments")
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="appointments"
    )
    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="appointments"
    )
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="appointments"
    )
    room = models.ForeignKey(
        Room, verbose_name=_("room"), on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    room_place = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=AppointmentKind, default=AppointmentKind.THERAPY_SESSION)
    status = models.CharField(
        _("status"), max_length=20, choices=AppointmentStatus, default=AppointmentStatus.SCHEDULED
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    busy_from = models.DateTimeField()
    busy_until = models.DateTimeField()
    lane = models.PositiveSmallIntegerField(default=0)
    package_purchase = models.ForeignKey(
        PackagePurchase, verbose_name=_("package"), on_delete=models.PROTECT, related_name="appointments",
        null=True, blank=True,
    )  # fmt: skip
    session_number = models.PositiveSmallIntegerField(_("session"), null=True, blank=True)
    session_used = models.BooleanField(_("session used"), default=False)
    operation = models.ForeignKey(
        Operation, verbose_name=_("booked by bulk action"), on_delete=models.PROTECT, related_name="appointments",
        null=True, blank=True,
    )  # fmt: skip
    series = models.ForeignKey(
        Series, verbose_name=_("series"), on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    series_on = models.DateField(_("day in the series"), null=True, blank=True)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    follow_up_of = models.ForeignKey(
        "self",
        verbose_name=_("follow-up of"),
        on_delete=models.SET_NULL,
        related_name="follow_ups",
        null=True,
        blank=True,
    )
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    overbook_reason = models.CharField(_("reason for overbooking"), max_length=250, blank=True)
    video_link = models.URLField(_("video link"), blank=True)
    booked_by = actor(_("booked by"))
    booked_at = models.DateTimeField(_("booked at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = actor(_("cancelled by"))
    cancellation_reason = models.CharField(_("reason for cancelling"), max_length=250, blank=True)
    cancelled_late = models.BooleanField(_("cancelled late"), default=False)
    waived_at = models.DateTimeField(_("waived at"), null=True, blank=True)
    waived_by = actor(_("waived by"))
    waiver_reason = models.CharField(_("reason for waiving"), max_length=250, blank=True)
    moves = models.PositiveSmallIntegerField(_("moves"), default=0)
    calendar_sequence = models.PositiveSmallIntegerField(default=0)

    written_by_services = (
        "clinic", "provider", "patient", "service", "room", "room_place", "kind", "status", "starts_at", "ends_at",
        "busy_from", "busy_until", "lane", "package_purchase", "session_number", "session_used", "operation",
        "series", "series_on", "held_until", "follow_up_of", "overbook_reason", "booked_by", "booked_at",
        "confirmed_at", "arrived_at", "started_at", "completed_at", "cancelled_at", "cancelled_by",
        "cancellation_reason", "cancelled_late", "waived_at", "waived_by", "waiver_reason", "moves",
        "calendar_sequence", "video_link",
    )  # fmt: skip

    objects = AppointmentManager()
    holds = HoldManager()

    class Meta:
        verbose_name = pgettext_lazy("a", "appointment")
        verbose_name_plural = _("appointments")
        ordering = ["-starts_at", "-pk"]
        indexes = [
            models.Index(name="appointment_newest", fields=["organisation", "-starts_at", "-id"]),
            models.Index(name="appointment_of_patient", fields=["patient", "starts_at"]),
            models.Index(name="time_of_provider", fields=["provider", "busy_until"]),
            models.Index(name="time_of_room", fields=["room", "busy_until"]),
            models.Index(name="time_of_patient", fields=["patient", "ends_at"]),
            models.Index(name="appointment_by_clinic", fields=["clinic", "starts_at", "id"]),
            models.Index(name="appointment_by_provider", fields=["provider", "starts_at", "id"]),
            models.Index(name="appointment_by_status", fields=["organisation", "status", "starts_at", "id"]),
            models.Index(name="visit_of_patient", fields=["patient", "starts_at"], condition=Q(status="completed")),
            models.Index(name="no_show_of_patient", fields=["patient", "starts_at"], condition=Q(status="no_show")),
        ]
        permissions = [
            ("overbook_appointment", "Can book beyond a provider's limit"),
            ("waive_appointment", "Can waive what a no-show or late cancellation costs"),
            ("export_appointment", "Can take the list of appointments away as a file"),
        ]
        constraints = [
            NoOverlap(
                name="provider_is_never_double_booked",
                start="busy_from", end="busy_until", equal=["provider", "lane"], where={"status": TAKES_TIME},
                violation_error_message=_("The provider already has an appointment at this time."),
            ),
            NoOverlap(
                name="patient_is_never_in_two_places",
                start="starts_at", end="ends_at", equal=["patient"], where={"status": LIVE},
                violation_error_message=_("The patient already has an appointment at this time."),
            ),
            NoOverlap(
                name="room_is_never_double_booked",
                start="busy_from", end="busy_until", equal=["room", "room_place"], where={"status": TAKES_TIME},
                violation_error_message=_("The room is already taken at this time."),
            ),
            models.UniqueConstraint(
                name="session_number_is_given_once",
                fields=["package_purchase", "session_number"],
                condition=Q(status__in=LIVE) | Q(session_used=True),
            ),
            models.CheckConstraint(name="appointment_starts_before_it_ends", condition=Q(starts_at__lt=F("ends_at"))),
            models.CheckConstraint(
                name="appointment_is_busy_while_it_lasts",
                condition=Q(busy_from__lte=F("starts_at"), busy_until__gte=F("ends_at")),
            ),
            models.CheckConstraint(
                name="appointment_numbers_its_session",
                condition=Q(package_purchase__isnull=True, session_number__isnull=True, session_used=False)
                | Q(package_purchase__isnull=False, session_number__isnull=False, session_number__gte=1),
            ),
            models.UniqueConstraint(
                name="series_day_is_booked_once", fields=["series", "series_on"], condition=Q(status__in=LIVE)
            ),
            models.CheckConstraint(
                name="appointment_is_held_until_a_moment",
                condition=Q(status=HELD, held_until__isnull=False) | (~Q(status=HELD) & Q(held_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="appointment_of_a_series_has_its_day",
                condition=Q(series__isnull=True, series_on__isnull=True)
                | Q(series__isnull=False, series_on__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_status_is_known", condition=Q(status__in=[*AppointmentStatus.values, HELD])
            ),
            choice_check("kind", AppointmentKind),
            Agrees(
                name="appointment_agrees",
                links={
                    "clinic": ["organisation"], "provider": ["organisation"], "service": ["organisation"],
                    "patient": ["organisation"], "room": ["organisation", "clinic"],
                    "package_purchase": ["organisation", "patient"], "operation": ["organisation"],
                    "follow_up_of": ["organisation", "patient"], "series": ["organisation", "patient"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.patient}, {self.service}"
