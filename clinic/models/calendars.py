"""Calendars outside the house: feeds that others read from us, and busy time that we read from others."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.constraints import Agrees
from clinic.models.base import RecordedModel, TenantModel
from clinic.models.people import Patient, Provider

LONGEST_UID = 255
READ_AHEAD = timedelta(days=365)  # how far a calendar elsewhere is followed


class CalendarFeed(TenantModel):
    """The secret address at which a provider or a patient reads the own appointments; renewed, the old one is dead."""

    provider = models.OneToOneField(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="feed", null=True, blank=True
    )
    patient = models.OneToOneField(
        Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="feed", null=True, blank=True
    )
    secret = models.CharField(max_length=64, unique=True, editable=False)
    renewed_at = models.DateTimeField(_("renewed at"))
    read_at = models.DateTimeField(_("last read at"), null=True, blank=True)

    written_by_services = ("provider", "patient", "secret", "renewed_at", "read_at")

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            models.CheckConstraint(
                name="calendarfeed_is_of_one_person",
                condition=Q(provider__isnull=True, patient__isnull=False)
                | Q(provider__isnull=False, patient__isnull=True),
            ),
            Agrees(name="calendarfeed_agrees", links={"provider": ["organisation"], "patient": ["organisation"]}),
        ]

    def __str__(self) -> str:
        return str(self.provider or self.patient)


class BusyCalendar(RecordedModel):
    """A provider's calendar elsewhere, whose busy time takes openings away here. Without an address, it is a file's.

    `url` is a secret: who has it reads the calendar.
    """

    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="busy_calendars"
    )
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=1000, blank=True)
    active = models.BooleanField(_("active"), default=True)
    read_at = models.DateTimeField(_("last read at"), null=True, blank=True)
    expanded_at = models.DateTimeField(null=True, blank=True, editable=False)  # last read as a whole
    failed_at = models.DateTimeField(_("last failed at"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=250, blank=True)
    etag = models.CharField(max_length=200, blank=True, editable=False)

    written_by_services = ("provider", "url", "read_at", "expanded_at", "failed_at", "error", "etag")

    class Meta:
        verbose_name = _("busy calendar")
        verbose_name_plural = _("busy calendars")
        ordering = ["provider", "name"]
        constraints = [
            models.UniqueConstraint(name="busy_calendar_name_is_unique", fields=["provider", "name"]),
            Agrees(name="busycalendar_agrees", links={"provider": ["organisation"]}),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.name}"

    @property
    def covers_until(self) -> datetime | None:
        """Up to when its busy time is known; None for one that was never read."""
        return self.expanded_at and self.expanded_at + READ_AHEAD


class BusyTime(TenantModel):
    """Time in which a provider is busy elsewhere, as a busy calendar said when it was last read."""

    calendar = models.ForeignKey(
        BusyCalendar, verbose_name=_("busy calendar"), on_delete=models.CASCADE, related_name="times"
    )
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="busy_times"
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    uid = models.CharField(max_length=LONGEST_UID, blank=True, editable=False)

    written_by_services = ("calendar", "provider", "starts_at", "ends_at", "uid")

    class Meta:
        verbose_name = _("busy time")
        verbose_name_plural = _("busy times")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(name="busytime_of_provider", fields=["provider", "ends_at", "starts_at"])]
        constraints = [
            models.CheckConstraint(name="busytime_starts_before_it_ends", condition=Q(starts_at__lt=F("ends_at"))),
            Agrees(
                name="busytime_agrees", links={"calendar": ["organisation", "provider"], "provider": ["organisation"]}
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"
