"""How old somebody is, in words."""

from datetime import date

from django.utils.translation import ngettext

MONTHS_UNTIL_YEARS = 3


def age_text(born_on: date, day: date) -> str:
    """The age on this day: in months until the third birthday, as a child's doctor counts."""
    months = (day.year - born_on.year) * 12 + day.month - born_on.month - (day.day < born_on.day)
    years = months // 12
    if years < MONTHS_UNTIL_YEARS:
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
