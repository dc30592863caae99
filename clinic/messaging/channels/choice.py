"""Which carrier goes by which channel, as the settings say."""

from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from clinic.enums import Channel
from clinic.messaging.channels.carrier import Carrier
from clinic.messaging.channels.local import Console, File, NotSetUp
from clinic.messaging.channels.mail import Mail

GATEWAY = "clinic.messaging.channels.gateway.Gateway"  # by name: what it is made of takes a second to load


def channel_of(channel: Channel) -> Carrier:
    """A new carrier for one batch of letters by this channel."""
    if channel == Channel.EMAIL:
        return Mail()
    return carrier_at(settings.GATEWAYS[channel])


def is_set_up(channel: Channel) -> bool:
    """Whether anything can leave by this channel."""
    return channel == Channel.EMAIL or bool(settings.GATEWAYS[channel])


def carrier_at(address: str) -> Carrier:
    """The carrier of an address as SMS_URL takes it; an empty one gives one that refuses every letter."""
    if is_remote(address):
        return import_string(GATEWAY)(address)
    scheme, _, path = address.partition(":")
    return File(Path(path)) if scheme == "file" else Console() if scheme else NotSetUp()


def is_remote(address: str) -> bool:
    """Whether it names a gateway out of this machine."""
    return address.partition(":")[0] not in {"", "console", "file"}
