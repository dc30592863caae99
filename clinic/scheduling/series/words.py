"""The rule of a series in words."""

from datetime import date, time

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.enums import Weekday
from clinic.models import Series
from clinic.scheduling.series.rule import Rule


def rule_words(rule: Rule, start: time) -> str:
    """As in: every 2 weeks on Sunday and Tuesday at 10:00, 9 times."""
    days = get_text_list([str(Weekday(day).label) for day in rule.weekdays], _("and"))
    values = {"weeks": rule.every_n_weeks, "days": days, "time": f"{start:%H:%M}"}
    sentence = ngettext(
        "Every week on %(days)s at %(time)s", "Every %(weeks)d weeks on %(days)s at %(time)s", rule.every_n_weeks
    )
    return _("%(rule)s, %(end)s") % {"rule": sentence % values, "end": end_words(rule)}


def end_words(rule: Rule) -> str:
    if rule.until:
        return _("until %(day)s") % {"day": date_format(rule.until)}
    return ngettext("%(count)d time", "%(count)d times", rule.count) % {"count": rule.count}


def series_words(series: Series) -> str:
    """The rule of a series as it was booked, and how many of its days were left out."""
    rule = Rule.parse(series.rule, first_on=series.first_on)
    words = rule_words(rule, series.start)
    if left_out := [date.fromisoformat(day) for day in series.exceptions]:
        days = get_text_list([date_format(day, "j F") for day in left_out], _("and"))
        words = _("%(rule)s, without %(days)s") % {"rule": words, "days": days}
    return words
