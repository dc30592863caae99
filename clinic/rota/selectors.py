"""Questions about hours of work, and the absence from it."""

from datetime import date, timedelta
from math import gcd

from django.db.models import Q, QuerySet
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from clinic.enums import RefusalCode
from clinic.errors import Refusal
from clinic.models import Closure, WorkingHours


def hours_refusals(hours: WorkingHours) -> dict[str, Refusal]:
    """Why these hours, saved or not, cannot stand, by the field to change; empty when they can.

    The fields themselves are taken to be valid. At most two queries.
    """
    refusals = {}
    if hours.end <= hours.start:
        refusals["end"] = Refusal(RefusalCode.INVALID, _("Hours must end after they start."))
    if hours.valid_until and hours.valid_until < hours.valid_from:
        refusals["valid_until"] = Refusal(RefusalCode.INVALID, _("The last day must not be before the first."))
    if not hours.provider.clinics.filter(pk=hours.clinic_id).exists():
        refusals["clinic"] = does_not_work_there(hours)
    if not refusals and (others := overlapping_hours(hours)):
        refusals["start"] = overlap(others[0])
    return refusals


def overlapping_hours(hours: WorkingHours) -> list[WorkingHours]:
    """Other active hours of the same provider, in any clinic, that claim some of the same time; clinics loaded.

    Hours of different weeks do not meet. Hours that would meet only after one of them has ended count as meeting.
    """
    if not hours.active:
        return []
    until = Q(valid_from__lte=hours.valid_until) if hours.valid_until else Q()
    others = WorkingHours.objects.filter(
        until, Q(valid_until__isnull=True) | Q(valid_until__gte=hours.valid_from),
        provider=hours.provider_id, weekday=hours.weekday, active=True, start__lt=hours.end, end__gt=hours.start,
    )  # fmt: skip
    others = others.exclude(pk=hours.pk).select_related("provider", "clinic").order_by("start", "pk")
    return [other for other in others if share_a_week(hours, other)]


def closures_between(organisation_id: int, first_day: date, last_day: date) -> QuerySet[Closure]:
    """The organisation's closures, of one clinic or of all, that touch these days; in order of time."""
    rows = Closure.objects.filter(organisation=organisation_id, first_on__lte=last_day, last_on__gte=first_day)
    return rows.order_by("first_on", "pk")


def share_a_week(one: WorkingHours, other: WorkingHours) -> bool:
    weeks_apart = (first_day(one) - first_day(other)).days // 7
    return weeks_apart % gcd(one.every_n_weeks, other.every_n_weeks) == 0


def first_day(hours: WorkingHours) -> date:
    """The first such weekday of their validity, from which every n weeks counts."""
    return hours.valid_from + timedelta(days=(hours.weekday - hours.valid_from.isoweekday()) % 7)


def does_not_work_there(hours: WorkingHours) -> Refusal:
    message = _("%(provider)s does not work at %(clinic)s.") % {"provider": hours.provider, "clinic": hours.clinic}
    return Refusal(RefusalCode.INVALID, message, _("Add the clinic to the provider first."))


def overlap(other: WorkingHours) -> Refusal:
    message = _("%(provider)s already works at %(clinic)s on %(weekday)s from %(start)s to %(end)s.") % {
        "provider": other.provider, "clinic": other.clinic, "weekday": other.get_weekday_display(),
        "start": time_format(other.start, "H:i"), "end": time_format(other.end, "H:i"),
    }  # fmt: skip
    if other.valid_until:
        hint = _("Choose another time, or days after %(day)s.") % {"day": date_format(other.valid_until)}
    else:
        hint = _("Choose another time, or give those hours a last day first.")
    return Refusal(RefusalCode.INVALID, message, hint)
