"""How long something takes or lies ahead, in words."""

from datetime import timedelta

from django.utils.translation import ngettext


def hours_text(length: timedelta) -> str:
    """A length in hours and minutes, as in 24 hours or 1 hour 30 minutes."""
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    parts = []
    if hours:
        parts.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    if minutes or not hours:
        parts.append(ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})
    return " ".join(parts)


def length_text(length: timedelta) -> str:
    """The length as somebody would say it, in one unit: 40 seconds, 12 minutes, 3 hours, 2 days."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    if (minutes := round(seconds / 60)) < 120:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if (hours := round(minutes / 60)) < 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = round(hours / 24)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
