"""Why a time cannot be booked: one function for each rule, each a true sentence and what to do instead."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import count

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.enums import AppointmentKind, RefusalCode
from clinic.errors import Refusal
from clinic.models import Appointment, Clinic, Patient, Provider, Service
from clinic.scheduling import selectors
from clinic.scheduling.intervals import MINUTE, Span, is_clear, overlapping
from clinic.scheduling.local_time import WallClock, instant_of
from clinic.scheduling.openings import Hours, hours_spans
from clinic.scheduling.situation import RoomPlace, Situation, limit_of
from clinic.scheduling.slots import Lengths


@dataclass(frozen=True)
class Question:
    """May `service` with `provider` at `clinic` start at this instant? Asked of one situation."""

    situation: Situation
    service: Service
    provider: Provider
    clinic: Clinic
    start: int
    at: datetime
    patient: Patient | None = None
    kind: AppointmentKind | None = None

    @cached_property
    def lengths(self) -> Lengths:
        return Lengths.of(self.service)

    @property
    def end(self) -> int:
        return self.start + self.lengths.treatment

    @property
    def busy(self) -> Span:
        return self.start - self.lengths.before, self.end + self.lengths.after

    @cached_property
    def clock(self) -> WallClock:
        """The clinic's, also where the situation leaves the clinic out because the service is not offered there."""
        return self.situation.clocks.get(self.clinic.pk) or WallClock(self.clinic.zone)

    @property
    def day(self) -> int:
        return self.clock.day(self.start)

    @property
    def is_offered(self) -> bool:
        offers = self.situation.offers.get(self.service.pk, ())
        return (self.provider.pk, self.clinic.pk) in offers

    @cached_property
    def rows_today(self) -> list[tuple[Hours, Span]]:
        """The provider's hours at the clinic that touch the day, with their spans."""
        rows = self.situation.hours_of.get((self.provider.pk, self.clinic.pk), ())
        return [(hours, span) for hours in rows for span in hours_spans(hours, self.clock, self.day, self.day)]

    @cached_property
    def rows_around(self) -> list[tuple[Hours, Span]]:
        """The rows of hours that hold the whole treatment."""
        return [(hours, span) for hours, span in self.rows_today if span[0] <= self.start and self.end <= span[1]]

    @cached_property
    def rows_on_grid(self) -> list[tuple[Hours, Span]]:
        """Those of `rows_around` on whose grid the start lies."""
        return [
            (hours, span)
            for hours, span in self.rows_around
            if (self.start - span[0]) % (hours.slot_minutes * MINUTE) == 0
        ]

    @cached_property
    def limit(self) -> int:
        """How many patients the provider may treat at once at this start; outside of hours, one."""
        rows = self.rows_on_grid or self.rows_around
        return max((limit_of(self.service, hours.capacity) for hours, _span in rows), default=1)

    def free_lanes(self) -> list[int]:
        """Lanes in which the provider is free throughout the busy range, lowest first."""
        lanes = self.situation.lanes(self.provider.pk, self.limit)
        return [lane for lane, spans in enumerate(lanes) if is_clear(spans, *self.busy)]

    def first_extra_lane(self) -> int:
        """The lowest lane beyond the provider's limit that nobody sits in: where an overbooked patient goes."""
        start, end = self.busy
        busy = self.situation.busy.get(self.provider.pk, ())
        seated = {lane for busy_from, busy_until, lane, _ in busy if busy_from < end and start < busy_until}
        return next(lane for lane in count(self.limit) if lane not in seated)

    def needs_room(self) -> bool:
        return self.kind != AppointmentKind.VIRTUAL and (self.service.pk, self.clinic.pk) in self.situation.places

    def free_room_places(self) -> list[RoomPlace]:
        return self.situation.free_places(self.service.pk, self.clinic.pk, *self.busy)


def why_not(
    service: Service,
    provider: Provider,
    clinic: Clinic,
    starts_at: datetime,
    *,
    patient: Patient | None = None,
    kind: AppointmentKind | None = None,
    at: datetime | None = None,
) -> list[Refusal]:
    """Every reason why this start cannot be booked; empty when it can. `starts_at` is aware.

    A virtual appointment (`kind`) needs no room.
    """
    return refusals(ask(service, provider, clinic, starts_at, patient=patient, kind=kind, at=at))


def ask(
    service: Service,
    provider: Provider,
    clinic: Clinic,
    starts_at: datetime,
    *,
    patient: Patient | None = None,
    kind: AppointmentKind | None = None,
    at: datetime | None = None,
    without: Appointment | None = None,
) -> Question:
    """The question with the situation of its day.

    `without` leaves out an appointment that is to be moved, and asks for its kind.
    """
    kind = kind or (AppointmentKind(without.kind) if without else None)
    day = starts_at.astimezone(clinic.zone).date()
    situation = selectors.situation(
        [service],
        clinics=[clinic],
        providers=[provider],
        patients=[patient] if patient else [],
        first_day=day,
        last_day=day,
        without=without,
        at=at,
    )
    return Question(situation, service, provider, clinic, instant_of(starts_at), at or timezone.now(), patient, kind)


def refusals(question: Question) -> list[Refusal]:
    """All that speaks against it, the most fundamental first."""
    if not question.is_offered:
        return list(not_offered(question))
    return [refusal for rule in RULES for refusal in rule(question)]


def not_offered(question: Question) -> Iterator[Refusal]:
    gone = [row for row in (question.service, question.provider, question.clinic) if not row.active]
    for row in gone:
        message = _("%(name)s is no longer active.") % {"name": row}
        yield Refusal(RefusalCode.INACTIVE, message, _("Choose another one."))
    if not gone:
        names = {"service": question.service, "provider": question.provider, "clinic": question.clinic}
        yield Refusal(
            RefusalCode.NOT_OFFERED,
            _("%(provider)s does not offer %(service)s at %(clinic)s.") % names,
            _("Choose another provider or clinic."),
        )


def inactive_patient(question: Question) -> Iterator[Refusal]:
    if question.patient is not None and not question.patient.active:
        message = _("The file of %(patient)s is closed.") % {"patient": question.patient}
        yield Refusal(RefusalCode.INACTIVE, message, _("Open it again on the patient's page."))


def notice(question: Question) -> Iterator[Refusal]:
    now = instant_of(question.at)
    if question.start < now:
        yield Refusal(RefusalCode.NOTICE, _("This time has passed."), _("Choose a later time."))
    elif question.start < now + question.situation.minimum_notice:
        minutes = question.situation.minimum_notice // MINUTE
        message = ngettext(
            "Appointments are booked at least %(minutes)d minute ahead.",
            "Appointments are booked at least %(minutes)d minutes ahead.",
            minutes,
        )
        yield Refusal(RefusalCode.NOTICE, message % {"minutes": minutes}, _("Choose a later time."))


def horizon(question: Question) -> Iterator[Refusal]:
    if question.start >= question.situation.bookable(question.clinic.pk, question.at)[1]:
        days = question.situation.horizon_days
        message = ngettext(
            "Appointments are booked at most %(days)d day ahead.",
            "Appointments are booked at most %(days)d days ahead.",
            days,
        )
        yield Refusal(RefusalCode.HORIZON, message % {"days": days}, _("Choose an earlier day."))


def closure(question: Question) -> Iterator[Refusal]:
    closures = question.situation.closures.get(question.clinic.pk, ())
    if any(start < question.end and question.start < end for start, end in closures):
        message = _("%(clinic)s is closed on %(day)s.")
        yield Refusal(
            RefusalCode.CLOSURE,
            message % {"clinic": question.clinic, "day": day_text(question, question.start)},
            _("Choose another day or clinic."),
        )


def leave(question: Question) -> Iterator[Refusal]:
    for start, end in sorted(question.situation.leave.get(question.provider.pk, ())):
        if start < question.end and question.start < end:
            values = {"provider": question.provider, "end": moment_text(question, end)}
            yield Refusal(
                RefusalCode.LEAVE,
                _("%(provider)s is on leave until %(end)s.") % values,
                _("Choose another provider or a later time."),
            )


def elsewhere(question: Question) -> Iterator[Refusal]:
    busy = question.situation.elsewhere.get(question.provider.pk, ())
    for _start, end in overlapping(busy, question.start, question.end):
        values = {"provider": question.provider, "end": moment_text(question, end)}
        yield Refusal(
            RefusalCode.BUSY_ELSEWHERE,
            _("%(provider)s is busy elsewhere until %(end)s, says a calendar of this provider.") % values,
            _("Choose another provider or a later time."),
        )


def hours(question: Question) -> Iterator[Refusal]:
    if question.rows_around:
        return
    today = question.rows_today
    values = {
        "provider": question.provider,
        "clinic": question.clinic,
        "day": day_text(question, question.start),
        "hours": ", ".join(range_text(question, *span) for _hours, span in sorted(today, key=lambda row: row[1])),
    }
    if not today:
        message = _("%(provider)s does not work at %(clinic)s on %(day)s.")
        yield Refusal(RefusalCode.WORKING_HOURS, message % values, _("Choose another day or provider."))
    elif all(row.is_extra for row, _span in today):
        message = _("%(provider)s has only extra hours on %(day)s: %(hours)s.")
        yield Refusal(RefusalCode.EXTRA_HOURS, message % values, _("Choose a time that ends within these hours."))
    else:
        message = _("%(provider)s works at %(clinic)s on %(day)s: %(hours)s.")
        yield Refusal(RefusalCode.WORKING_HOURS, message % values, _("Choose a time that ends within these hours."))


def grid(question: Question) -> Iterator[Refusal]:
    rows = question.rows_around
    if not rows or question.rows_on_grid:
        return
    row, span = rows[0]
    step = row.slot_minutes * MINUTE
    earlier = question.start - (question.start - span[0]) % step
    values = {
        "minutes": row.slot_minutes,
        "earlier": time_text(question, earlier),
        "later": time_text(question, earlier + step),
    }
    later_fits = earlier + step + question.lengths.treatment <= span[1]
    yield Refusal(
        RefusalCode.GRID,
        _("Appointments here start every %(minutes)d minutes.") % values,
        (_("Choose %(earlier)s or %(later)s.") if later_fits else _("Choose %(earlier)s.")) % values,
    )


def booked(question: Question) -> Iterator[Refusal]:
    if question.free_lanes():
        return
    start, end = question.busy
    clashes = [
        span for *span, _, _ in question.situation.busy[question.provider.pk] if span[0] < end and start < span[1]
    ]
    values = {
        "provider": question.provider,
        "times": ", ".join(range_text(question, *span) for span in clashes),
    }
    held = question.situation.held.get(question.provider.pk, ())
    if kept := [one for one in held if one.start < question.end and question.start < one.end]:
        message = _("This time of %(provider)s is kept for the waiting list until %(until)s.")
        values["until"] = time_text(question, max(one.until for one in kept))
        yield Refusal(RefusalCode.BOOKED, message % values, _("Choose a free time, or withdraw the offer."))
    elif any(taken_from < question.end and question.start < taken_until for taken_from, taken_until in clashes):
        message = _("%(provider)s is already booked: %(times)s.")
        yield Refusal(RefusalCode.BOOKED, message % values, _("Choose a free time."))
    else:
        message = _("There is no time to prepare or tidy up: %(provider)s is taken %(times)s.")
        yield Refusal(RefusalCode.BUFFER, message % values, _("Leave more time between appointments."))


def room(question: Question) -> Iterator[Refusal]:
    if question.needs_room() and not question.free_room_places():
        message = _("Every room for %(service)s at %(clinic)s is taken at this time.")
        yield Refusal(
            RefusalCode.ROOM,
            message % {"service": question.service, "clinic": question.clinic},
            _("Choose another time or clinic."),
        )


def patient_busy(question: Question) -> Iterator[Refusal]:
    if question.patient is None:
        return
    engaged = question.situation.patients_busy.get(question.patient.pk, ())
    for start, end in overlapping(engaged, question.start, question.end):
        values = {"patient": question.patient, "times": range_text(question, start, end)}
        yield Refusal(
            RefusalCode.PATIENT_BUSY,
            _("%(patient)s already has an appointment %(times)s.") % values,
            _("Choose another time or move that appointment."),
        )


RULES: tuple[Callable[[Question], Iterator[Refusal]], ...] = (
    inactive_patient,
    notice,
    horizon,
    closure,
    leave,
    elsewhere,
    hours,
    grid,
    booked,
    room,
    patient_busy,
)


def day_text(question: Question, instant: int) -> str:
    return date_format(question.clock.moment(instant), "l j F Y")


def time_text(question: Question, instant: int) -> str:
    return f"{question.clock.moment(instant):%H:%M}"


def moment_text(question: Question, instant: int) -> str:
    return f"{day_text(question, instant)} {time_text(question, instant)}"


def range_text(question: Question, start: int, end: int) -> str:
    return f"{time_text(question, start)}–{time_text(question, end)}"
