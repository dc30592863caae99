"""Which appointments lose their time: they lay in an opening, and now, or after a change that is asked about, in none.

An emergency or an overbooked appointment counts like any other: what was overruled for it was a full calendar, never
that somebody is there.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain

from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic.enums import MOVABLE_STATUSES, AppointmentStatus, LeaveStatus, RebookingItemStatus
from clinic.models import Appointment, Clinic, Closure, ExtraHours, Leave, Rebooking, RebookingItem, WorkingHours
from clinic.scheduling.intervals import merged
from clinic.scheduling.local_time import WallClock, instant_of
from clinic.scheduling.openings import ANY_WEEKDAY, Hours, hours_spans, openings

WAITING = (*MOVABLE_STATUSES, AppointmentStatus.ARRIVED)  # to be treated still: whoever has begun is with somebody
FOR_EVER = date.max.toordinal()
A_DAY = timedelta(days=1)
LONGEST = timedelta(days=1)  # forms let a service take a day at most
ROWS = ("patient", "provider", "clinic", "service", "package_purchase", "room")

type HoursRow = WorkingHours | ExtraHours
type Cause = Leave | Closure | HoursRow | Rebooking


def stranded(cause: Cause, *, at: datetime | None = None) -> list[Appointment]:
    """The appointments from `at` (now) on that a leave, a closure or the loss of hours takes the time from.

    The row need not be saved, nor the leave approved: it answers what would happen. Of a batch, those that are still
    open. In order of time, each with its patient, provider, clinic and service.
    """
    at = at or timezone.now()
    if isinstance(cause, Rebooking):
        return [item.appointment for item in open_items(rebooking=cause)]
    if isinstance(cause, Leave):
        return list(during_leave(cause, at))
    if isinstance(cause, Closure):
        return during_closure(cause, at)
    return after_hours_change(cause, None, at=at)


def open_items(**where: object) -> QuerySet[RebookingItem]:
    """Items that wait for somebody, the patient still to be treated; in order of time, their rows loaded."""
    items = RebookingItem.objects.filter(is_waiting(), **where)
    rows = ("rebooking", "appointment", *(f"appointment__{row}" for row in ROWS))
    return items.select_related(*rows).order_by("appointment__starts_at", "pk")


def is_waiting(path: str = "") -> Q:
    """Of items, or of what reaches them by `path`: open, and the patient still to be treated."""
    return Q(**{f"{path}status": RebookingItemStatus.OPEN, f"{path}appointment__status__in": WAITING})


def to_be_held(organisation_id: int, at: datetime) -> QuerySet[Appointment]:
    """The organisation's appointments that begin after `at` and have patients who wait for them, in order of time."""
    rows = Appointment.objects.filter(organisation=organisation_id, status__in=WAITING, starts_at__gt=at)
    return rows.select_related(*ROWS).order_by("starts_at", "pk")


def during_leave(leave: Leave, at: datetime) -> QuerySet[Appointment]:
    return to_be_held(leave.organisation_id, at).filter(
        provider=leave.provider_id,
        starts_at__lt=leave.ends_at,
        starts_at__gt=leave.starts_at - LONGEST,
        ends_at__gt=leave.starts_at,
    )


def during_closure(closure: Closure, at: datetime) -> list[Appointment]:
    """Those whose treatment touches one of the days in the clinic's own zone."""
    first, last = (datetime.combine(day, time(), tzinfo=UTC) for day in (closure.first_on, closure.last_on))
    rows = to_be_held(closure.organisation_id, at).filter(
        starts_at__gt=first - 2 * LONGEST, starts_at__lt=last + 2 * LONGEST
    )
    if closure.clinic_id:
        rows = rows.filter(clinic=closure.clinic_id)
    return [row for row in rows if touches(closure, row)]


def touches(closure: Closure, row: Appointment) -> bool:
    starts_at, ends_at = (moment.astimezone(row.clinic.zone) for moment in (row.starts_at, row.ends_at))
    last_on = (ends_at - timedelta(microseconds=1)).date()
    return starts_at.date() <= closure.last_on and closure.first_on <= last_on


def after_hours_change(was: HoursRow, becomes: HoursRow | None, *, at: datetime) -> list[Appointment]:
    """Those that the hours `was` hold and that lie in no opening once they are `becomes`, or are gone.

    `was` is as the table had it, `becomes` as it will, saved or not.
    """
    rule = rule_of(was)
    if rule is None:
        return []
    rows = to_be_held(was.organisation_id, at).filter(provider=was.provider_id, clinic=was.clinic_id)
    held = [row for row in rows if holds(rule, row)]
    return outside(held, without=was, beside=becomes)


def hit_by_change_of(hours: HoursRow, *, at: datetime | None = None) -> list[Appointment]:
    """What these hours, changed and not yet saved, would take the time from; nothing where they are new."""
    were = type(hours).objects.filter(pk=hours.pk).first() if hours.pk else None
    return after_hours_change(were, hours, at=at or timezone.now()) if were else []


def holds(rule: Hours, row: Appointment) -> bool:
    """Whether the appointment lies within a span of these hours."""
    clock, start, end = WallClock(row.clinic.zone), instant_of(row.starts_at), instant_of(row.ends_at)
    day = clock.day(start)
    return any(opens <= start and end <= shuts for opens, shuts in hours_spans(rule, clock, day - 1, day))


def outside(
    rows: Sequence[Appointment], *, without: HoursRow | None = None, beside: HoursRow | None = None
) -> list[Appointment]:
    """Those of the appointments that lie in no opening; four queries.

    The hours `without` do not count, and those `beside` count as if they were in the table.
    """
    if not rows:
        return []
    free = Openings(rows, without=without, beside=beside)
    return [row for row in rows if not free.hold(row)]


class Openings:
    """When the providers of some appointments work at their clinics around these, as the tables say now."""

    def __init__(
        self, rows: Iterable[Appointment], *, without: HoursRow | None = None, beside: HoursRow | None = None
    ) -> None:
        rows = list(rows)
        self.clinics: dict[int, Clinic] = {row.clinic_id: row.clinic for row in rows}
        self.providers = {row.provider_id for row in rows}
        self.organisation = rows[0].organisation_id
        self.first = min(row.starts_at for row in rows) - 2 * A_DAY
        self.last = max(row.ends_at for row in rows) + 2 * A_DAY
        clocks = {pk: WallClock(clinic.zone) for pk, clinic in self.clinics.items()}
        days = self.first.toordinal(), self.last.toordinal()
        self.by_pair = defaultdict(list)
        for one in openings(self._rules(without, beside), clocks, self._away(clocks), *days):
            self.by_pair[one.provider, one.clinic].append((one.start, one.end))

    def hold(self, row: Appointment) -> bool:
        start, end = instant_of(row.starts_at), instant_of(row.ends_at)
        spans = self.by_pair[row.provider_id, row.clinic_id]
        return any(opens <= start and end <= shuts for opens, shuts in spans)

    def _rules(self, without: HoursRow | None, beside: HoursRow | None) -> list[Hours]:
        here = {"provider__in": self.providers, "clinic__in": self.clinics}
        days = self.first.date(), self.last.date()
        weekly = WorkingHours.objects.filter(**here, active=True, valid_from__lte=days[1])
        rows = chain(weekly, ExtraHours.objects.filter(**here, date__range=days), [beside] if beside else ())
        rules = (rule_of(row) for row in rows if row is beside or row != without)
        return [rule for rule in rules if rule is not None]

    def _away(self, clocks: dict[int, WallClock]) -> dict[tuple[int, int], list[tuple[int, int]]]:
        away = defaultdict(list)
        leaves = Leave.objects.filter(
            provider__in=self.providers, status=LeaveStatus.APPROVED, starts_at__lt=self.last, ends_at__gt=self.first
        )
        for leave in leaves:
            for clinic in self.clinics:
                away[leave.provider_id, clinic].append((instant_of(leave.starts_at), instant_of(leave.ends_at)))
        closures = Closure.objects.filter(organisation=self.organisation, last_on__gte=self.first.date())
        for closure in closures.filter(first_on__lte=self.last.date()):
            for clinic in self.clinics if closure.clinic_id is None else {closure.clinic_id} & self.clinics.keys():
                span = clocks[clinic].day_span(closure.first_on.toordinal(), closure.last_on.toordinal())
                for provider in self.providers:
                    away[provider, clinic].append(span)
        return {pair: merged(spans) for pair, spans in away.items()}


def rule_of(row: HoursRow) -> Hours | None:
    """The row of hours in numbers; None when it does not count."""
    start, end = (seconds(moment) for moment in (row.start, row.end))
    values = row.provider_id, row.clinic_id
    grid = row.slot_minutes, row.capacity
    if isinstance(row, ExtraHours):
        day = row.date.toordinal()
        return Hours(*values, ANY_WEEKDAY, start, end, *grid, day, day, 1)
    if not row.active:
        return None
    until = row.valid_until.toordinal() if row.valid_until else FOR_EVER
    first = row.valid_from.toordinal()
    return Hours(*values, row.weekday, start, end, *grid, first, until, row.every_n_weeks)


def seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second
