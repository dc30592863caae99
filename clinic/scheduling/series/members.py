"""Who belongs to a series, and what of it can still change."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clinic.enums import CANCELLED_STATUSES, MOVABLE_STATUSES, RefusalCode, Scope
from clinic.errors import ChangedMeanwhile, InvalidEntry, Refusal
from clinic.models import Appointment, Series

type Seen = dict[int, int]  # the `calendar_sequence` of each appointment that a person was shown, by its key


def members(series: Series | int) -> QuerySet[Appointment]:
    """What of the series stands, held or to come, in order of time."""
    return Appointment.objects.filter(series=series).exclude(status__in=CANCELLED_STATUSES).order_by("starts_at", "pk")


def place_of(appointment: Appointment) -> tuple[int, int]:
    """Which one of how many of its series it is; (0, n) once it is cancelled itself. One query."""
    keys = list(members(appointment.series_id).values_list("pk", flat=True))
    return (keys.index(appointment.pk) + 1 if appointment.pk in keys else 0), len(keys)


def in_scope(appointment: Appointment, scope: Scope, *, at: datetime) -> QuerySet[Appointment]:
    """What of its series a change would be for, in order of time: never what is over, held, begun or cancelled."""
    rows = Appointment.objects.filter(Q(pk=appointment.pk) | Q(series__isnull=False, series=appointment.series_id))
    if scope == Scope.THIS:
        rows = rows.filter(pk=appointment.pk)
    elif scope == Scope.FOLLOWING:
        rows = rows.filter(starts_at__gte=appointment.starts_at)
    rows = rows.filter(status__in=MOVABLE_STATUSES, starts_at__gt=at)
    return rows.select_related("patient", "provider", "clinic", "service", "series").order_by("starts_at", "pk")


def changeable(
    appointment: Appointment, scope: Scope | str, *, at: datetime, seen: Seen | None = None
) -> list[Appointment]:
    """The same as a list with something in it.

    `seen` is what a person was shown: those alone, and ChangedMeanwhile where one of them is not as it was shown.
    InvalidEntry where nothing can change any more.
    """
    rows = list(in_scope(appointment, Scope(scope), at=at))
    if seen is not None:
        rows = [row for row in rows if row.pk in seen]
        if {row.pk: row.calendar_sequence for row in rows} != seen:
            message = _("Meanwhile somebody has changed appointments of this series.")
            raise ChangedMeanwhile(Refusal(RefusalCode.CHANGED, message, _("Look at the dates again.")))
    if not rows:
        message = _("Nothing of this can change any more: it is over, held or cancelled.")
        raise InvalidEntry(Refusal(RefusalCode.STATUS, message))
    return rows


def seen_of(rows: Iterable[Appointment]) -> Seen:
    """What is shown of these rows, to be sent back with the decision."""
    return {row.pk: row.calendar_sequence for row in rows}
