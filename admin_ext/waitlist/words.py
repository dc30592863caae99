"""What somebody waits for and how long, in words."""

from datetime import datetime, time

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from admin_ext.columns import day, left_to_right_text
from clinic.models import WaitlistEntry


def wishes_of(entry: WaitlistEntry) -> list[str]:
    """Days, weekdays, times, provider and clinic, each where it matters."""
    wishes = [_("%(first)s – %(last)s") % {"first": day(entry.first_on), "last": day(entry.last_on)}]
    if entry.weekdays:
        wishes.append(", ".join(str(WEEKDAYS_ABBR[number - 1]) for number in entry.weekdays))
    if entry.earliest or entry.latest:
        wishes.append(times_text(entry.earliest, entry.latest))
    return [*wishes, *(str(row) for row in (entry.provider, entry.clinic) if row)]


def times_text(earliest: time | None, latest: time | None) -> str:
    shown = {"earliest": clock_text(earliest), "latest": clock_text(latest)}
    if earliest and latest:
        return _("%(earliest)s to %(latest)s") % shown
    return _("from %(earliest)s") % shown if earliest else _("until %(latest)s") % shown


def clock_text(clock: time | None) -> str:
    return left_to_right_text(f"{clock:%H:%M}") if clock else ""


def waited(entry: WaitlistEntry, *, at: datetime) -> str:
    """How long the patient has waited, roughly."""
    return timesince(entry.joined_at, at, depth=1)
