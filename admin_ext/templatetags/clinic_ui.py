"""The looks of `admin_ext.columns` for templates."""

from django import template
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from admin_ext import columns, visits
from admin_ext.directions import isolated
from clinic.enums import PaymentStatus

register = template.Library()

register.filter("person", columns.name)
register.filter("left_to_right", columns.left_to_right)
register.filter("isolated", isolated)
register.filter("day", columns.day)
register.filter("moment", columns.moment)
register.filter("error_words", columns.error_words)
register.filter("message_status", columns.message_status)
register.filter("services_of_visit", visits.services_of)
register.simple_tag(columns.span, name="span")
register.simple_tag(columns.absence, name="absence")
register.simple_tag(columns.money, name="money")


@register.filter
def status(row):
    """The coloured status of a row that has a `status`."""
    return columns.status_label(columns.statuses_of(row)(row.status))


@register.filter
def payment_status(visit):
    """How far everything in the visit is paid, as a coloured word."""
    return columns.status_label(PaymentStatus(visit.payment_status))


@register.filter
def clock(moment, zone=None):
    return columns.left_to_right(columns.clock(moment, zone))


@register.simple_tag(takes_context=True)
def address_with(context, parameter: str, value) -> str:
    """The query of this page's address with one parameter changed."""
    query = context["request"].GET.copy()
    query[parameter] = value
    return f"?{query.urlencode()}"


@register.filter
def local_day(moment, zone=None) -> str:
    """The day of a moment in a clinic's zone, or else in the page's."""
    return columns.day(localtime(moment, zone).date())


@register.simple_tag
def dialog_at(address: str) -> SafeString:
    """The attributes of a link that opens the page at this address as a dialog."""
    return format_html(
        'href="{0}" hx-get="{0}" hx-target="#modal-content" hx-swap="innerHTML" aria-haspopup="dialog" '
        'x-on:htmx:after-on-load="openModal = true"',
        address,
    )


@register.simple_tag
def dialog_of(page: str, *about, **query) -> SafeString:
    """The same for a page of ours by its name, about these rows and with this query."""
    return dialog_at(reverse(f"admin:{page}", args=about, query=query or None))


@register.filter
def short_day(weekday: int) -> str:
    """An ISO weekday in few letters."""
    return str(WEEKDAYS_ABBR[weekday - 1])


register.filter("clock_text", columns.clock)
