"""Who runs the clinics: the organisation (the tenant), its policy, its clinics and their rooms."""

from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from phonenumber_field.modelfields import PhoneNumberField
from simple_history.models import HistoricalRecords

from clinic.constraints import Agrees
from clinic.enums import Language, NoShowConsequence, Weekday
from clinic.models.base import BilingualMixin, RecordedModel, choice_check
from clinic.models.fields import MinutesField


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("“%(zone)s” is not a time zone. Write it like Asia/Riyadh."), params={"zone": value})


def default_reminder_minutes() -> dict[str, list[int]]:
    """A day ahead by e-mail, two hours ahead by SMS."""
    return {"email": [24 * 60], "sms": [2 * 60]}


class Organisation(BilingualMixin):
    slug = models.SlugField(_("short name"), unique=True)
    country = models.CharField(_("country"), max_length=2, default="SA", help_text=_("Two letters, as in SA or EG."))
    currency = models.CharField(_("currency"), max_length=3, default="SAR")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Riyadh", validators=[validate_time_zone])
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    week_start = models.PositiveSmallIntegerField(_("week starts on"), choices=Weekday, default=Weekday.SUNDAY)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name_en"]
        constraints = [choice_check("language", Language), choice_check("week_start", Weekday)]

    @property
    def effective_policy(self) -> "Policy":
        """Its own policy, or the usual one, which is in no table. No query if `policy` is loaded."""
        return getattr(self, "policy", None) or Policy(organisation=self)


class Policy(RecordedModel):
    """The organisation's own rules; the defaults are those of a new organisation."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="policy", editable=False)
    cancellation_window = MinutesField(
        _("free cancellation until"), default=timedelta(hours=24), help_text=_("Minutes before the appointment.")
    )
    late_cancellation_uses_session = models.BooleanField(_("a late cancellation uses a session"), default=False)
    late_cancellation_fee = models.DecimalField(
        _("fee for a late cancellation"), max_digits=10, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    no_show_uses_session = models.BooleanField(_("a no-show uses a session"), default=True)
    no_show_fee = models.DecimalField(
        _("fee for a no-show"), max_digits=10, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    no_show_limit = models.PositiveSmallIntegerField(
        _("no-shows allowed"), default=3, validators=[MinValueValidator(1)]
    )
    no_show_days = models.PositiveSmallIntegerField(_("within days"), default=90, validators=[MinValueValidator(1)])
    no_show_consequence = models.CharField(
        _("consequence"), max_length=20, choices=NoShowConsequence, default=NoShowConsequence.FLAG
    )
    minimum_notice = MinutesField(
        _("minimum notice"), default=timedelta(0), help_text=_("Minutes between booking and the appointment.")
    )
    booking_horizon_days = models.PositiveSmallIntegerField(
        _("bookable ahead"), default=365, validators=[MinValueValidator(1)], help_text=_("Days.")
    )
    reminder_minutes = models.JSONField(_("reminders"), default=default_reminder_minutes)
    follows_up_no_shows = models.BooleanField(
        _("write to who has missed an appointment"),
        default=True,
        help_text=_("With the request to call for another time."),
    )
    expiring_days = models.PositiveSmallIntegerField(
        _("tell of packages that run out"), default=14, help_text=_("Days before the last day; 0 for never.")
    )
    video_base_url = models.URLField(
        _("address of video rooms"),
        default="https://meet.jit.si/",
        help_text=_("Each virtual appointment gets a private room below it."),
    )
    quiet_from = models.TimeField(_("no messages from"), default="21:00")
    quiet_until = models.TimeField(_("no messages until"), default="08:00")
    offer_hold = MinutesField(_("an offer is held for"), default=timedelta(minutes=30))
    offers_at_once = models.PositiveSmallIntegerField(
        _("patients asked at once"), default=3, validators=[MinValueValidator(1)]
    )
    offers_released_times = models.BooleanField(
        _("offer a freed time by itself"),
        default=False,
        help_text=_("To the waiting list, some minutes after a cancellation."),
    )

    queues_before_payment = models.BooleanField(
        _("hold a place in the queue before payment"),
        default=False,
        help_text=_("An outpatient who has still to pay already waits for the doctor; nobody can begin before."),
    )

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [
            choice_check("no_show_consequence", NoShowConsequence),
            models.CheckConstraint(
                name="policy_fees_are_not_negative",
                condition=models.Q(late_cancellation_fee__gte=0, no_show_fee__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)


class Clinic(BilingualMixin, RecordedModel):
    code = models.CharField(_("code"), max_length=20)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Riyadh", validators=[validate_time_zone])
    address = models.CharField(_("address"), max_length=250, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = pgettext_lazy("a", "clinic")
        verbose_name_plural = _("clinics")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                name="clinic_code_is_unique",
                fields=["organisation", "code"],
                violation_error_message=_("Another clinic has this code."),
            )
        ]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Room(BilingualMixin, RecordedModel):
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="rooms")
    code = models.CharField(_("code"), max_length=20)
    capacity = models.PositiveSmallIntegerField(
        _("places"), default=1, validators=[MinValueValidator(1)], help_text=_("Appointments at once.")
    )
    services = models.ManyToManyField("clinic.Service", verbose_name=_("services"), related_name="rooms", blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = pgettext_lazy("a", "room")
        verbose_name_plural = _("rooms")
        ordering = ["clinic", "code"]
        constraints = [
            models.UniqueConstraint(
                name="room_code_is_unique",
                fields=["clinic", "code"],
                violation_error_message=_("Another room of this clinic has this code."),
            ),
            models.CheckConstraint(name="room_has_a_place", condition=models.Q(capacity__gte=1)),
            Agrees(name="room_agrees", links={"clinic": ["organisation"]}),
        ]
