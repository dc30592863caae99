"""Whether the gateways in the settings are such as can be written to; asked at the start of every command."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from clinic.messaging.channels.choice import GATEWAY, is_remote

SETTING_OF = {"sms": "SMS_URL", "whatsapp": "WHATSAPP_URL"}


@register
def gateways_are_understood(**_options: object) -> list[CheckMessage]:
    return list(_misunderstood())


def _misunderstood() -> Iterator[CheckMessage]:
    for channel, address in settings.GATEWAYS.items():
        if is_remote(address) and not import_string(GATEWAY).is_understood(address):
            yield Error(  # without the address: it holds a password
                f"{SETTING_OF[channel]} is not an address that Apprise understands.",
                hint="https://appriseit.com/services/ lists them. {to} stands where the number goes.",
                id="clinic.E001",
            )
