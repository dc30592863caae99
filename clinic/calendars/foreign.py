"""What foreign calendars are made of: the values of their properties as plain ones, and why one is not read."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo

from django.utils.translation import gettext as _
from icalendar import Component


class Unreadable(ValueError):
    """This is no calendar that can be read; the text says why, for staff."""


def too_much() -> Unreadable:
    return Unreadable(_("There is too much in this calendar."))


def listed(component: Component, name: str) -> list:
    value = component.get(name, [])
    return value if isinstance(value, list) else [value]


def moments(component: Component, name: str) -> Iterable[date]:
    """The moments in a list of dates; of a period, its start."""
    for dates in listed(component, name):
        for entry in dates.dts:
            yield entry.dt[0] if isinstance(entry.dt, tuple) else entry.dt


def face(moment: date, clock: tzinfo | None) -> datetime:
    """What a clock shows at a moment, without its zone; a day begins at midnight."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, datetime.min.time())
    if moment.tzinfo is not None and clock is not None:
        moment = moment.astimezone(clock)
    return moment.replace(tzinfo=None)
