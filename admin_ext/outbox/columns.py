"""How a message looks in a line of text: its status with the tick of a receipt, and its address."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from admin_ext.columns import error_words, left_to_right, status_label
from clinic.enums import MessageStatus
from clinic.models import Message


def message_status(message: Message) -> SafeString:
    """The coloured status, with a tick once the gateway has said that the message has arrived."""
    label = status_label(MessageStatus(message.status))
    if message.delivered_at is None:
        return label
    tick = format_html(
        '<span class="material-symbols-outlined delivered" aria-hidden="true" title="{0}">done_all</span>'
        '<span class="unseen">{0}</span>',
        _("Delivered"),
    )
    return format_html('<span class="nowrap">{} {}</span>', label, tick)


def status_with_trouble(message: Message) -> SafeString:
    """The same, with what stopped the message or held it up below it."""
    if not message.error:
        return message_status(message)
    return format_html(
        '<span class="with-note"><span>{0}</span><small class="trouble" title="{1}"><bdi>{1}</bdi></small></span>',
        message_status(message),
        error_words(message),
    )


def address(message: Message) -> SafeString:
    """By which channel and where to."""
    return format_html(
        '<span class="with-note">{}<small>{}</small></span>',
        left_to_right(message.address),
        message.get_channel_display(),
    )
