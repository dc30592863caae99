"""What happens in the doctor's room, and who tried to get in by which door."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.constraints import Agrees, Frozen, Needs, Steps
from clinic.enums import CLEARED_STATUSES, BillTiming, ConsultationStatus
from clinic.models.appointments import Appointment, actor
from clinic.models.base import RecordedModel, TenantModel, choice_check
from clinic.models.billing import InvoiceLine
from clinic.models.catalogue import Service
from clinic.models.organisations import Clinic
from clinic.models.people import Patient, Provider
from clinic.models.visits import Visit

S = ConsultationStatus

#: What a body can have of each vital sign, both ends included.
POSSIBLE = {
    "temperature": (25, 45), "pulse": (20, 300), "systolic": (40, 300), "diastolic": (20, 200), "respiration": (4, 100),
    "saturation": (30, 100), "weight": (0, 500), "height": (20, 260),
}  # fmt: skip


def measured(name: str, low: int, high: int) -> models.CheckConstraint:
    """A CHECK that keeps the vital sign `name` within what a body can have."""
    return models.CheckConstraint(
        name=f"consultation_{name}_is_possible",
        condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (low, high)}),
        violation_error_message=_("No body has this. Is it in the right unit?"),
    )


def vital(label: str, **kwargs) -> models.DecimalField:
    return models.DecimalField(label, max_digits=5, decimal_places=1, null=True, blank=True, **kwargs)


class Consultation(RecordedModel):
    """One patient with one doctor: pending, then active, then closed, and closed for ever.

    `bill_timing` is the service's on the day it was asked for: billed before, it is active only in a visit that is paid
    or waived. `line` is what pays for it. Without a doctor any doctor of the clinic may take it. `version` rises with
    every writing, so that two people who write at once are told. `diagnosis_codes` is a list of ICD-10 codes.
    """

    visit = models.ForeignKey(Visit, verbose_name=_("visit"), on_delete=models.PROTECT, related_name="consultations")
    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="consultations"
    )
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="consultations")
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="consultations"
    )
    doctor = models.ForeignKey(
        Provider, verbose_name=_("doctor"), on_delete=models.PROTECT, related_name="consultations",
        null=True, blank=True,
    )  # fmt: skip
    line = models.OneToOneField(
        InvoiceLine, verbose_name=_("invoice line"), on_delete=models.PROTECT, related_name="consultation",
        null=True, blank=True,
    )  # fmt: skip
    bill_timing = models.CharField(_("billed"), max_length=10, choices=BillTiming)
    status = models.CharField(_("status"), max_length=10, choices=ConsultationStatus, default=S.PENDING)
    complaint = models.TextField(_("complaint"), blank=True)
    temperature = vital(_("temperature (°C)"))
    pulse = models.PositiveSmallIntegerField(_("pulse (per minute)"), null=True, blank=True)
    systolic = models.PositiveSmallIntegerField(_("systolic pressure (mmHg)"), null=True, blank=True)
    diastolic = models.PositiveSmallIntegerField(_("diastolic pressure (mmHg)"), null=True, blank=True)
    respiration = models.PositiveSmallIntegerField(_("breaths (per minute)"), null=True, blank=True)
    saturation = models.PositiveSmallIntegerField(_("oxygen saturation (%)"), null=True, blank=True)
    weight = vital(_("weight (kg)"))
    height = vital(_("height (cm)"))
    findings = models.TextField(_("findings"), blank=True)
    diagnosis = models.TextField(_("diagnosis"), blank=True)
    diagnosis_codes = models.JSONField(_("diagnosis codes"), default=list, blank=True)
    plan = models.TextField(_("plan"), blank=True)
    version = models.PositiveIntegerField(default=0)
    requested_by = actor(_("asked for by"))
    requested_at = models.DateTimeField(_("asked for at"))
    activated_by = actor(_("begun by"))
    activated_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    closed_by = actor(_("closed by"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    #: What the doctor writes, as long as the consultation is active.
    WORDS = (
        "complaint", "temperature", "pulse", "systolic", "diastolic", "respiration", "saturation", "weight", "height",
        "findings", "diagnosis", "diagnosis_codes", "plan",
    )  # fmt: skip

    written_by_services = (
        "visit", "patient", "clinic", "service", "doctor", "line", "bill_timing", "status", *WORDS, "version",
        "requested_by", "requested_at", "activated_by", "activated_at", "closed_by", "closed_at",
    )  # fmt: skip

    class Meta:
        verbose_name = pgettext_lazy("a", "consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-requested_at", "-pk"]
        permissions = [("hand_over_consultation", "Can give a consultation to another doctor")]
        indexes = [
            models.Index(name="consultation_newest", fields=["organisation", "-requested_at", "-id"]),
            models.Index(name="consultation_of_patient", fields=["patient", "-requested_at"]),
            models.Index(name="consultation_queue", fields=["clinic", "status", "requested_at"]),
        ]
        constraints = [
            choice_check("status", ConsultationStatus),
            choice_check("bill_timing", BillTiming),
            *(measured(name, *limits) for name, limits in POSSIBLE.items()),
            models.CheckConstraint(
                name="consultation_has_the_moments_of_its_status",
                condition=Q(status=S.PENDING, activated_at__isnull=True, closed_at__isnull=True)
                | Q(status=S.ACTIVE, activated_at__isnull=False, closed_at__isnull=True)
                | Q(status=S.CLOSED, activated_at__isnull=False, closed_at__isnull=False),
            ),
            Steps(name="consultation_goes_one_way", field="status", steps={
                "": [S.PENDING, S.ACTIVE], S.PENDING: [S.ACTIVE], S.ACTIVE: [S.CLOSED],
            }),
            Needs(
                name="consultation_begins_when_paid",
                field="status", value=S.ACTIVE, where={"bill_timing": [BillTiming.BEFORE]},
                link="visit", has={"payment_status": CLEARED_STATUSES},
            ),
            Frozen(
                name="consultation_stays_what_was_asked_for",
                only=["organisation", "visit", "patient", "clinic", "service", "bill_timing"],
            ),
            Frozen(name="closed_consultation_is_final", where={"status": [S.CLOSED]}),
            Agrees(
                name="consultation_agrees",
                links={
                    "visit": ["organisation", "patient", "clinic"], "patient": ["organisation"],
                    "clinic": ["organisation"], "service": ["organisation"], "doctor": ["organisation"],
                    "line": ["organisation", "service"],
                },
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.patient}, {self.service}"


class Addendum(TenantModel):
    """What is added to a closed consultation. It never changes either."""

    consultation = models.ForeignKey(
        Consultation, verbose_name=_("consultation"), on_delete=models.PROTECT, related_name="addenda"
    )
    text = models.TextField(_("text"))
    written_by = actor(_("written by"))
    written_at = models.DateTimeField(_("written at"))

    written_by_services = ("consultation", "text", "written_by", "written_at")

    class Meta:
        verbose_name = pgettext_lazy("an", "addendum")
        verbose_name_plural = _("addenda")
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(name="addendum_says_something", condition=~Q(text="")),
            Frozen(name="addendum_is_final"),
            Agrees(name="addendum_agrees", links={"consultation": ["organisation"]}),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class FollowUp(TenantModel):
    """The appointment that was booked as the follow-up of a consultation; one that is closed can still get one."""

    consultation = models.ForeignKey(
        Consultation, verbose_name=_("consultation"), on_delete=models.PROTECT, related_name="follow_ups"
    )
    appointment = models.OneToOneField(
        Appointment, verbose_name=_("appointment"), on_delete=models.PROTECT, related_name="follow_up_after"
    )

    written_by_services = ("consultation", "appointment")

    class Meta:
        verbose_name = pgettext_lazy("a", "follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["pk"]
        constraints = [
            Agrees(
                name="followup_agrees",
                links={"consultation": ["organisation"], "appointment": ["organisation"]},
            )
        ]

    def __str__(self) -> str:
        return str(self.appointment)


class RefusedAttempt(TenantModel):
    """Somebody was refused what they tried with a consultation or its money: who, what, and by which door.

    `door` is the page's name in the site and the method, as in `clinic_consultation_change POST`; `target` names the
    row, `code` is the RefusalCode or the HTTP status.
    """

    by = actor(_("who"))
    at = models.DateTimeField(_("when"))
    door = models.CharField(_("door"), max_length=120)
    target = models.CharField(_("what"), max_length=120, blank=True)
    code = models.CharField(_("refusal"), max_length=40)
    message = models.CharField(_("reason"), max_length=250, blank=True)

    written_by_services = ("by", "at", "door", "target", "code", "message")

    class Meta:
        verbose_name = _("refused attempt")
        verbose_name_plural = _("refused attempts")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(name="refusedattempt_newest", fields=["organisation", "-at", "-id"])]
        constraints = [Frozen(name="refused_attempt_is_final")]

    def __str__(self) -> str:
        return f"{self.door}: {self.target}"
