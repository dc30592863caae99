"""Where a virtual appointment takes place."""

from secrets import token_hex

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from clinic.models import Appointment, Policy


def video_link(appointment: Appointment) -> str:
    """The address of the appointment's own room, made by what `settings.VIDEO_ROOMS` names.

    That is a function that takes the appointment, which is not saved yet, and returns an https address. It is called
    within the booking's transaction: it makes up an address and asks nobody. A provider whose rooms have to be opened
    beforehand opens them on the first visit, or is told by a task.
    """
    return import_string(settings.VIDEO_ROOMS)(appointment)


@register
def rooms_are_made_by_a_function(**_options: object) -> list[CheckMessage]:
    """Asked at the start of every command, rather than when the first virtual appointment is booked."""
    try:
        is_function = callable(import_string(settings.VIDEO_ROOMS))
    except ImportError:
        is_function = False
    if is_function:
        return []
    return [
        Error(
            f"VIDEO_ROOMS={settings.VIDEO_ROOMS!r} is not the dotted path of a function.",
            hint="It takes an appointment and gives an https address. Without it, rooms lie below that of the policy.",
            id="clinic.E002",
        )
    ]


def private_room(appointment: Appointment) -> str:
    """A room below the address in the organisation's policy, with a name that nobody can guess."""
    policies = Policy.objects.filter(organisation=appointment.organisation_id)
    base = policies.values_list("video_base_url", flat=True).first()
    return f"{(base or Policy().video_base_url).rstrip('/')}/{token_hex(16)}"
