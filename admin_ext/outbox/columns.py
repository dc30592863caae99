"""How a message looks in a line of text: its status with what stopped it, and its address."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from admin_ext.columns import error_words, left_to_right, message_status
from clinic.enums import MessageStatus
from clinic.models import Message


def status_with_trouble(message: Message) -> SafeString:
    """Its status, with what stopped the message or held it up below it: red, unless somebody meant it."""
    if not message.error:
        return message_status(message)
    return format_html(
        '<span class="with-note"><span>{0}</span><small class="{2}" title="{1}"><bdi>{1}</bdi></small></span>',
        message_status(message),
        error_words(message),
        "cause" if message.status == MessageStatus.CANCELLED else "trouble",
    )


def address(message: Message) -> SafeString:
    """By which channel and where to."""
    return format_html(
        '<span class="with-note">{}<small>{}</small></span>',
        left_to_right(message.address),
        message.get_channel_display(),
    )
