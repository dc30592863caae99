"""A plan as the page shows it: in words, as a calendar of weeks, as a list with other times to take instead."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.core import signing
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from admin_ext.columns import clock
from admin_ext.inputs import DAYS, week_from
from admin_ext.package_desk.booked import booked_by_day
from admin_ext.package_desk.chosen import choice_of
from admin_ext.package_desk.question import query_of
from clinic.enums import LIVE_STATUSES, RefusalCode
from clinic.errors import PlanRefused, Refusal
from clinic.models import Appointment, Operation, User
from clinic.scheduling.planning import Plan, PlanChanged, answer
from clinic.scheduling.planning.alternatives import alternatives, swapped
from clinic.scheduling.planning.packing import pack, unpack
from clinic.scheduling.planning.plan import PlannedSession
from clinic.scheduling.planning.question import check

SALT = "admin_ext.package_desk.proposal"
VALID_SECONDS = 12 * 3600
SOON_DAYS = 14
MOST_PATTERNS = 3

# Reasons that another time does not help against.
NOT_ABOUT_TIME = {
    RefusalCode.PURCHASE_STATUS, RefusalCode.NO_SESSION_LEFT, RefusalCode.EXPIRY, RefusalCode.NOT_OFFERED,
    RefusalCode.INACTIVE, RefusalCode.WRONG_PATIENT,
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One session with the other times it could have.

    `is_new` marks what changed since the person last looked, `is_chosen` the time that the person took instead.
    """

    session: PlannedSession
    others: list[PlannedSession]
    is_new: bool = False
    is_chosen: bool = False

    @property
    def choices(self) -> list[tuple[str, PlannedSession]]:
        """The other times, each with the key that names it."""
        return [(key_of(other), other) for other in self.others]


@dataclass(frozen=True)
class Day:
    date: date
    lines: list[Line]
    booked: list[Appointment]  # what the patient has already on this day
    is_inside: bool  # of the days asked about


@dataclass(frozen=True)
class Proposal:
    """A plan of one purchase. `leftovers` and `ways` are plain values, so that they outlive a swap."""

    plan: Plan
    leftovers: list[dict[str, Any]] = field(default_factory=list)
    ways: list[dict[str, Any]] = field(default_factory=list)
    old_times: frozenset = frozenset()  # the times looked at before; empty: nothing is marked
    chosen: frozenset[str] = frozenset()  # `choice_of` each time that the person took instead of the planned one

    @classmethod
    def of(cls, plan: Plan, *, old: "Proposal | None" = None, chosen: Iterable[str] = ()) -> "Proposal":
        leftovers = [
            {
                "sessions": left.sessions,
                "service": str(left.item.service),
                "reasons": [str(reason) for reason in left.reasons],
            }
            for left in plan.unplaced
        ]
        ways = [{"label": way.label, "gained": way.gained, "query": query_of(way.request)} for way in plan.ways_out]
        old_times = frozenset(map(time_of, old.plan.placed)) if old else frozenset()
        return cls(plan, leftovers, ways, old_times, frozenset(chosen))

    @property
    def purchase(self):
        return self.plan.request.purchases[0]

    @property
    def wanted(self) -> int:
        return len(self.plan.placed) + sum(left["sessions"] for left in self.leftovers)

    @property
    def providers(self) -> list:
        return list(dict.fromkeys(session.provider for session in self.plan.placed))

    @cached_property
    def lines(self) -> list[Line]:
        others = alternatives(self.plan)
        return [
            Line(
                session,
                other,
                is_new=bool(self.old_times) and time_of(session) not in self.old_times,
                is_chosen=choice_of(session) in self.chosen,
            )
            for session, other in zip(self.plan.placed, others, strict=True)
        ]

    @cached_property
    def weeks(self) -> list[list[Day]]:
        """From the week of the first session to that of the last, each from the organisation's first day."""
        if not self.lines:
            return []
        request = self.plan.request
        first, last = (self.lines[end].session.day for end in (0, -1))
        days = whole_weeks(first, last, start=self.purchase.organisation.week_start)
        by_day = {day: [line for line in self.lines if line.session.day == day] for day in days}
        booked = booked_by_day(self.purchase.patient, days[0], days[-1])
        shown = [Day(day, by_day[day], booked[day], request.first_day <= day <= request.last_day) for day in days]
        return [shown[week : week + 7] for week in range(0, len(shown), 7)]

    @property
    def weekdays(self) -> list[str]:
        return [date_format(day.date, "D") for day in self.weeks[0]] if self.weeks else []

    @property
    def pattern(self) -> str:
        """The weekdays and times that repeat, as “Sunday and Tuesday 10:00”; empty where little repeats."""
        slots = Counter((s.day.isoweekday(), clock(s.starts_at, s.clinic.zone)) for s in self.plan.placed)
        if not slots or len(slots) > MOST_PATTERNS or min(slots.values()) < max(2, len(self.weeks) - 1):
            return ""
        days: dict[str, list[str]] = defaultdict(list)
        for day in week_from(self.purchase.organisation.week_start):
            for time in (time for weekday, time in slots if weekday == day):
                days[time].append(str(DAYS[day]))
        return get_text_list([f"{get_text_list(names, _('and'))} {time}" for time, names in days.items()], _("and"))

    @property
    def is_every_week(self) -> bool:
        """Whether the pattern leaves out no week between its first session and its last."""
        days: dict[tuple[int, str], list[date]] = defaultdict(list)
        for session in self.plan.placed:
            days[session.day.isoweekday(), clock(session.starts_at, session.clinic.zone)].append(session.day)
        return all(later - day == timedelta(weeks=1) for slot in days.values() for day, later in pairwise(slot))

    @property
    def choices(self) -> list[str]:
        """The times chosen that are in the plan, for the next question's address."""
        return [choice_of(line.session) for line in self.lines if line.is_chosen]

    @property
    def last_on(self) -> date | None:
        return self.plan.placed[-1].day if self.plan.placed else None

    @property
    def expires_on(self) -> date:
        return self.purchase.expires_on + timedelta(self.plan.request.extend_days)

    @property
    def days_to_spare(self) -> int | None:
        return (self.expires_on - self.last_on).days if self.last_on else None

    @property
    def is_tight(self) -> bool:
        return self.days_to_spare is not None and self.days_to_spare < SOON_DAYS

    def signed(self, user: User) -> str:
        """The proposal as text that only this person can use."""
        packed = {
            "plan": pack(self.plan), "leftovers": self.leftovers, "ways": self.ways, "user": user.pk,
            "chosen": sorted(self.chosen),
        }  # fmt: skip
        return signing.dumps(packed, salt=SALT, compress=True)

    def became(self, plan: Plan) -> "Proposal":
        """The same with another plan, whose new times are marked."""
        return replace(self, plan=plan, old_times=frozenset(map(time_of, self.plan.placed)))

    def with_other(self, number: int, wanted: str) -> "Proposal":
        """The proposal with another time, named by its `key_of`, for a session. Raises PlanRefused when it is gone."""
        others = self.lines[number].others if 0 <= number < len(self.lines) else []
        other = next((other for other in others if key_of(other) == wanted), None)
        if other is None:
            message = _("This time is no longer free.")
            raise PlanRefused(Refusal(RefusalCode.COMPETITION, message, _("Choose among the times shown now.")))
        chosen = self.chosen - {choice_of(self.lines[number].session)} | {choice_of(other)}
        return replace(self.became(swapped(self.plan, number, other)), chosen=chosen)


def opened(text: str, *, purchase: int, by: User) -> Proposal:
    """The proposal signed for this person about this purchase. Raises PlanRefused for anything else."""
    try:
        packed = signing.loads(text, salt=SALT, max_age=VALID_SECONDS)
        if packed["user"] != by.pk or packed["plan"]["request"]["purchases"] != [purchase]:
            raise signing.BadSignature
        chosen = frozenset(packed["chosen"])
        return Proposal(unpack(packed["plan"], by=by), packed["leftovers"], packed["ways"], chosen=chosen)
    except (signing.BadSignature, KeyError, TypeError, ValueError) as unusable:
        raise PlanRefused(unreadable()) from unusable


def whole_weeks(first: date, last: date, *, start: int) -> list[date]:
    """Every day of the weeks that hold these two; weeks begin on the ISO weekday `start`."""
    begin = first - timedelta((first.isoweekday() - start) % 7)
    end = last + timedelta((start - 1 - last.isoweekday()) % 7)
    return [begin + timedelta(count) for count in range((end - begin).days + 1)]


def unreadable() -> Refusal:
    message = _("This plan was made by somebody else, for another package, or too long ago.")
    return Refusal(RefusalCode.INVALID, message, _("Press Auto-schedule for a new one."))


def repaired(old: Proposal, changed: PlanChanged) -> Proposal:
    """The proposal after the world has changed: what still fits stays, the rest moves to its nearest other time.

    Where that is not possible everything is planned anew. Raises PlanRefused when there is nothing to plan any more.
    """
    codes = {reason.code for _session, reasons in changed.misfits for reason in reasons}
    plan = None if codes & NOT_ABOUT_TIME else moved(old.plan, [session for session, _reasons in changed.misfits])
    if plan is None:
        check(old.plan.request)
        return Proposal.of(answer(old.plan.request), old=old, chosen=old.chosen)
    return old.became(plan)


def moved(plan: Plan, misfits: list[PlannedSession]) -> Plan | None:
    """The plan with each of these sessions at its nearest other time; None if one has none, or none is named."""
    for misfit in misfits:
        number = [time_of(session) for session in plan.placed].index(time_of(misfit))
        others = alternatives(plan)[number]
        if not others:
            return None
        plan = swapped(plan, number, min(others, key=lambda other: abs(other.starts_at - misfit.starts_at)))
    return plan if misfits else None


def booked_already(plan: Plan) -> Operation | None:
    """The operation that booked exactly this plan, as when the button was pressed twice."""
    times = {time_of(session) for session in plan.placed}
    rows = Appointment.objects.filter(package_purchase=plan.request.purchases[0], operation__isnull=False)
    booked: dict[Operation, set] = defaultdict(set)
    for row in rows.filter(status__in=LIVE_STATUSES).select_related("operation"):
        booked[row.operation].add((row.starts_at, row.provider_id))
    return next((operation for operation, slots in booked.items() if slots == times), None)


def time_of(session: PlannedSession) -> tuple[datetime, int]:
    return session.starts_at, session.provider.pk


def key_of(session: PlannedSession) -> str:
    return f"{session.starts_at.isoformat()}@{session.provider.pk}@{session.clinic.pk}"
