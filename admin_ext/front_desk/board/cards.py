"""One appointment on the board: how late it is, what to speak of, and its next steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.functional import cached_property
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from admin_ext.columns import colour_of, day
from admin_ext.front_desk.cost_words import amount_text, no_show_words
from admin_ext.front_desk.marks import Mark, warnings_of
from admin_ext.front_desk.steps import STEPS, next_steps, possible, step_address
from clinic.enums import MOVABLE_STATUSES, AppointmentKind
from clinic.enums import AppointmentStatus as Status
from clinic.models import Appointment, Policy, User
from clinic.scheduling.attendance import NoShowRecord
from clinic.scheduling.costs import cost_of_no_show

LATE_AFTER = timedelta(minutes=1)
KEYS = {"confirm": "c", "check_in": "a", "start": "s", "complete": "d", "mark_no_show": "n", "undo_status": "u"}


@dataclass(frozen=True)
class Ticking:
    """Minutes that pass on the card without asking the server: `words` has their place as a number."""

    since: datetime
    words: str
    at: datetime

    @property
    def text(self) -> str:
        return self.words % {"minutes": max(0, int((self.at - self.since).total_seconds() // 60))}

    @property
    def pattern(self) -> str:
        """The words for the script that goes on counting, with an ellipsis for the number."""
        return self.words % {"minutes": "…"}


@dataclass(frozen=True)
class Button:
    verb: str
    label: str
    icon: str
    key: str
    address: str
    more: str = ""  # what it costs the patient


@dataclass(frozen=True)
class FlowCard:
    """An appointment on the board at the moment `at`, as `user` may handle it."""

    row: Appointment
    user: User
    at: datetime
    record: NoShowRecord
    policy: Policy
    owed: Decimal = Decimal(0)

    @property
    def colour(self) -> str:
        return colour_of(Status(self.row.status))

    @property
    def earlier_day(self) -> str:
        """The day of who is still here after midnight; empty for everybody of today."""
        zone = self.row.clinic.zone
        booked_on = localdate(self.row.starts_at, zone)
        return day(booked_on) if booked_on != localdate(self.at, zone) else ""

    @property
    def is_late(self) -> bool:
        return self.row.status in MOVABLE_STATUSES and self.at - self.row.starts_at >= LATE_AFTER

    @cached_property
    def ticking(self) -> Ticking | None:
        if self.is_late:
            return Ticking(self.row.starts_at, _("late %(minutes)s min"), self.at)
        if self.row.status == Status.ARRIVED and self.row.arrived_at:
            return Ticking(self.row.arrived_at, _("%(minutes)s min"), self.at)
        if self.row.status == Status.IN_PROGRESS and self.row.started_at:
            return Ticking(self.row.started_at, _("%(minutes)s min"), self.at)
        return None

    @cached_property
    def marks(self) -> list[Mark]:
        return list(marks_of(self.row, self.record, self.owed))

    @cached_property
    def buttons(self) -> list[Button]:
        """The steps that are possible now, the obvious one first. Who has arrived is called in before anything else."""
        steps = next_steps(self.user, self.row, at=self.at)
        shown = steps[:1] if self.row.status == Status.ARRIVED else steps
        return [button(self.row, step.verb, more=self.costs_of(step.verb)) for step in shown]

    def costs_of(self, verb: str) -> str:
        """What the step costs the patient, to be read before it is taken."""
        if verb != "mark_no_show":
            return ""
        return no_show_words(self.row, cost_of_no_show(self.row, self.policy))

    @cached_property
    def undo(self) -> Button | None:
        """Taking the last step back, for the keyboard and for those who did not come."""
        return button(self.row, "undo_status") if possible(self.user, self.row, "undo_status") else None

    @property
    def shown(self) -> tuple:
        """All that the card shows, except for the minutes that pass."""
        row = self.row
        return (
            row.pk, row.status, row.starts_at, row.ends_at, row.arrived_at, row.started_at, row.completed_at,
            str(row.patient), str(row.service), str(row.provider), str(row.clinic), str(row.room), self.is_late,
            self.earlier_day, self.marks, self.buttons, self.undo,
        )  # fmt: skip


def button(row: Appointment, verb: str, *, more: str = "") -> Button:
    step = STEPS[verb]
    return Button(verb, str(step.label), step.icon, KEYS[verb], step_address(row, verb), more)


def marks_of(row: Appointment, record: NoShowRecord, owed: Decimal) -> Iterable[Mark]:
    """The warnings, and what else the desk may want to speak of."""
    yield from warnings_of(row, record, owed)
    if row.package_purchase_id is None and row.service.price:
        price = amount_text(row, row.service.price)
        yield Mark("grey", _("No package"), _("Single session: %(amount)s") % {"amount": price})
    if row.is_first:
        yield Mark("teal", _("First visit"))
    if row.kind == AppointmentKind.VIRTUAL:
        yield Mark("blue", _("Virtual"), link=row.video_link)
