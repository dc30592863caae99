"""When providers work and clinics are open: the weekly rule, the one-off, and what takes time away."""

from datetime import date

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.constraints import Agrees
from clinic.enums import LeaveStatus, Weekday
from clinic.models.base import BilingualMixin, RecordedModel, choice_check
from clinic.models.organisations import Clinic
from clinic.models.people import Provider, User


class HoursMixin(models.Model):
    """A span of local clinic time in which a provider takes appointments on a grid of starting times."""

    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="%(class)s"
    )
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="%(class)s")
    start = models.TimeField(_("from"))
    end = models.TimeField(_("to"))
    slot_minutes = models.PositiveSmallIntegerField(
        _("starting times every"), default=30, validators=[MinValueValidator(5)], help_text=_("Minutes.")
    )
    capacity = models.PositiveSmallIntegerField(_("patients at once"), default=1, validators=[MinValueValidator(1)])

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.provider}, {self.clinic}: {self.start:%H:%M}–{self.end:%H:%M}"


def hours_checks() -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            name="%(class)s_start_before_they_end",
            condition=Q(start__lt=F("end")),
            violation_error_message=_("Hours must end after they start."),
        ),
        models.CheckConstraint(name="%(class)s_have_a_grid", condition=Q(slot_minutes__gte=5, capacity__gte=1)),
    ]


class WorkingHours(HoursMixin, RecordedModel):
    """The weekly rule. `every_n_weeks` counts from the week of `valid_from`."""

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    valid_from = models.DateField(_("valid from"), default=date(2020, 1, 6))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    every_n_weeks = models.PositiveSmallIntegerField(_("every … weeks"), default=1, validators=[MinValueValidator(1)])
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["provider", "weekday", "start"]
        constraints = [
            *hours_checks(),
            choice_check("weekday", Weekday),
            models.CheckConstraint(
                name="workinghours_validity_in_order",
                condition=Q(valid_until__isnull=True) | Q(valid_from__lte=F("valid_until")),
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(name="workinghours_recur", condition=Q(every_n_weeks__gte=1)),
            Agrees(name="workinghours_agree", links={"provider": ["organisation"], "clinic": ["organisation"]}),
        ]


class ExtraHours(HoursMixin, RecordedModel):
    """One day on which a provider works beyond the weekly rule."""

    date = models.DateField(_("date"))

    class Meta:
        verbose_name = _("extra hours")
        verbose_name_plural = _("extra hours")
        ordering = ["-date", "provider", "start"]
        constraints = [
            *hours_checks(),
            Agrees(name="extrahours_agree", links={"provider": ["organisation"], "clinic": ["organisation"]}),
        ]


class Leave(RecordedModel):
    """Time a provider is away, a part of a day or many days; it counts once approved."""

    provider = models.ForeignKey(Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="leave")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=LeaveStatus, default=LeaveStatus.ASKED)
    decided_by = models.ForeignKey(
        User, verbose_name=_("decided by"), on_delete=models.SET_NULL, related_name="+", null=True, blank=True,
        editable=False,
    )  # fmt: skip

    written_by_services = ("status", "decided_by")

    class Meta:
        verbose_name = pgettext_lazy("a", "leave")
        verbose_name_plural = _("leave")
        ordering = ["-starts_at"]
        indexes = [models.Index(name="leave_by_provider", fields=["provider", "ends_at"])]
        constraints = [
            models.CheckConstraint(
                name="leave_starts_before_it_ends",
                condition=Q(starts_at__lt=F("ends_at")),
                violation_error_message=_("Leave must end after it starts."),
            ),
            choice_check("status", LeaveStatus),
            Agrees(name="leave_agrees", links={"provider": ["organisation"]}),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.get_status_display()}"


class Closure(BilingualMixin, RecordedModel):
    """Days on which a clinic, or every clinic of the organisation, is closed."""

    clinic = models.ForeignKey(
        Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="closures", null=True, blank=True,
        help_text=_("Empty: every clinic."),
    )  # fmt: skip
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["-first_on"]
        constraints = [
            models.CheckConstraint(
                name="closure_starts_before_it_ends",
                condition=Q(first_on__lte=F("last_on")),
                violation_error_message=_("The last day must not be before the first."),
            ),
            Agrees(name="closure_agrees", links={"clinic": ["organisation"]}),
        ]
