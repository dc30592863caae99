"""The policy's form: lengths in hours, reminders one line for each channel."""

from datetime import timedelta
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from admin_ext.forms import ClinicModelForm
from clinic.enums import Channel
from clinic.models import Policy

MOST_HOURS = 14 * 24
MOST_REMINDERS = 5


class InHours:
    """Of fields that are shown in another unit than they are kept in."""

    def has_changed(self, initial, data):
        try:
            return self.clean(data) != initial
        except ValidationError:
            return True


class HoursField(InHours, forms.DecimalField):
    """A length of time, written in hours."""

    widget = UnfoldAdminDecimalFieldWidget

    def __init__(self, **kwargs):
        super().__init__(min_value=0, max_value=MOST_HOURS, decimal_places=2, **kwargs)

    def prepare_value(self, value):
        return in_hours(value) if isinstance(value, timedelta) else value

    def clean(self, value):
        return timedelta(minutes=round(super().clean(value) * 60))


class RemindersField(InHours, forms.CharField):
    """Moments before an appointment, written in hours: the longest first; whole minutes in Python."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value):
        return ", ".join(in_hours(timedelta(minutes=n)) for n in value) if isinstance(value, list) else value

    def clean(self, value):
        words = super().clean(value).replace("،", ",").split(",")
        minutes = {self.minutes_of(word.strip()) for word in words if word.strip()}
        if len(minutes) > MOST_REMINDERS:
            raise ValidationError(_("At most %(n)d reminders."), params={"n": MOST_REMINDERS})
        return sorted(minutes, reverse=True)

    def minutes_of(self, word: str) -> int:
        try:
            minutes = round(Decimal(word) * 60)
        except (ArithmeticError, ValueError):
            minutes = 0
        if not 0 < minutes <= MOST_HOURS * 60:
            message = _("“%(word)s” is not a number of hours from 0.1 to %(most)d. Write it like 24, 2.")
            raise ValidationError(message, params={"word": word, "most": MOST_HOURS})
        return minutes


def reminders(label: Promise) -> RemindersField:
    return RemindersField(
        label=label, required=False, help_text=_("Hours before the appointment, as in 24, 2. Empty for none.")
    )


class PolicyForm(ClinicModelForm):
    """`reminder_minutes` has one line for each channel, named `remind_by_<channel>`."""

    cancellation_window = HoursField(label=_("Cancelling is free until"), help_text=_("Hours before the appointment."))
    minimum_notice = HoursField(
        label=_("Book at least"), help_text=_("Hours before the appointment. 0 lets people book until it begins.")
    )
    remind_by_email = reminders(_("Reminders by e-mail"))
    remind_by_sms = reminders(_("Reminders by SMS"))
    remind_by_whatsapp = reminders(_("Reminders by WhatsApp"))

    class Meta:
        model = Policy
        fields = "__all__"
        labels = {
            "late_cancellation_uses_session": _("The patient loses the session"),
            "late_cancellation_fee": _("The patient owes"),
            "no_show_uses_session": _("The patient loses the session"),
            "no_show_fee": _("The patient owes"),
            "no_show_limit": _("No-shows until something follows"),
            "no_show_consequence": _("What follows"),
            "follows_up_no_shows": _("Write to the patient"),
            "expiring_days": _("Tell of a package that runs out"),
        }
        help_texts = {
            "late_cancellation_fee": _("0 for no fee. The cash desk finds it under Charges."),
            "no_show_fee": _("0 for no fee. The cash desk finds it under Charges."),
            "offer_hold": _("Minutes for which an offered time is kept from everybody else."),
            "offers_at_once": _("The first of them to accept gets the time; the others keep their place."),
            "follows_up_no_shows": _("Some minutes later, with the request to call for another time."),
            "expiring_days": _("Days before its last day, to who has sessions left. 0 for never."),
            "no_show_days": _("Older no-shows, and those that were waived, do not count."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for channel in Channel:
            self.initial.setdefault(f"remind_by_{channel}", self.instance.reminder_minutes.get(channel, []))

    def clean(self):
        cleaned = super().clean()
        was = self.instance.reminder_minutes
        lines = {str(channel): self.cleaned_data.get(f"remind_by_{channel}", was.get(channel)) for channel in Channel}
        self.instance.reminder_minutes = {channel: minutes for channel, minutes in lines.items() if minutes}
        return cleaned


def in_hours(length: timedelta) -> str:
    """Hours with as many decimals as needed: 24, 1.5."""
    return f"{Decimal(length.total_seconds() / 3600):.2f}".rstrip("0").rstrip(".")
