"""What somebody waits for and how long, in words."""

from datetime import datetime, time

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.columns import day, left_to_right_text
from admin_ext.inputs import week_from
from clinic.models import WaitlistEntry


def wishes_of(entry: WaitlistEntry) -> list[str]:
    """Days, weekdays, times, provider and clinic, each where it matters."""
    wishes = [_("%(first)s – %(last)s") % {"first": day(entry.first_on), "last": day(entry.last_on)}]
    if entry.weekdays:
        week = [number for number in week_from(entry.organisation.week_start) if number in entry.weekdays]
        wishes.append(" ".join(str(WEEKDAYS_ABBR[number - 1]) for number in week))
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
    """How long the patient has waited, in days as soon as there is one."""
    days = (at - entry.joined_at).days
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days else timesince(entry.joined_at, at, depth=1)
