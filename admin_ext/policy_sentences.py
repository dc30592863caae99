"""What a policy says of messages, in the sentences that every page about it says."""

from datetime import timedelta

from django.utils.formats import time_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from admin_ext.columns import left_to_right_text
from admin_ext.lengths import hours_text
from clinic.models import Policy


def quiet_hours(policy: Policy) -> list[str]:
    """When nothing is sent, what becomes of a reminder then, and what goes all the same."""
    if policy.quiet_from == policy.quiet_until:
        return [_("Messages are sent at any hour of the day and night.")]
    quiet = _(
        "Nothing is sent between %(start)s and %(end)s, on the clock of the clinic; a reminder that falls into these "
        "hours leaves after them, or before them where it would come too late."
    ) % {
        "start": left_to_right_text(time_format(policy.quiet_from, "H:i")),
        "end": left_to_right_text(time_format(policy.quiet_until, "H:i")),
    }
    return [quiet, _("Offers, receipts, and a move or cancellation that cannot wait for the morning still go.")]


def reminder_times(minutes: list[int]) -> str:
    """How long before an appointment its reminders go out, as in ``24 hours and 2 hours``."""
    return get_text_list([hours_text(timedelta(minutes=ahead)) for ahead in minutes], _("and"))
