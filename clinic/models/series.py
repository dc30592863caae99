"""Appointments that recur by a rule; each is a row of its own."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.constraints import Agrees
from clinic.models.base import RecordedModel
from clinic.models.catalogue import Service
from clinic.models.organisations import Clinic
from clinic.models.packages import PackagePurchase
from clinic.models.people import Patient, Provider, User


class Series(RecordedModel):
    """The rule by which appointments recur, at an hour of the clinic's wall clock.

    `rule` is an RRULE of RFC 5545 that counts from `first_on`; `exceptions` are the days (ISO) of the rule on which
    there is no appointment. Moving or cancelling one appointment changes nothing here.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    patient = models.ForeignKey(Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="series")
    service = models.ForeignKey(Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="series")
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="series")
    package_purchase = models.ForeignKey(
        PackagePurchase, verbose_name=_("package"), on_delete=models.PROTECT, related_name="series",
        null=True, blank=True,
    )  # fmt: skip
    rule = models.CharField(_("rule"), max_length=250)
    first_on = models.DateField(_("first day"))
    start = models.TimeField(_("at"))
    exceptions = models.JSONField(_("left out"), default=list, blank=True)
    booked_by = models.ForeignKey(
        User, verbose_name=_("booked by"), on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    booked_at = models.DateTimeField(_("booked at"))

    written_by_services = (
        "patient", "service", "provider", "clinic", "package_purchase", "rule", "first_on", "start", "exceptions",
        "booked_by", "booked_at",
    )  # fmt: skip

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["-booked_at", "-pk"]
        constraints = [
            Agrees(
                name="series_agrees",
                links={
                    "patient": ["organisation"], "service": ["organisation"], "provider": ["organisation"],
                    "clinic": ["organisation"], "package_purchase": ["organisation", "patient"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.patient}, {self.service}"
