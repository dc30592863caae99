"""What the card and the page of an appointment show: facts, warnings, the next step and the other ways on."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.utils.timezone import localtime

from admin_ext.ages import age_text
from admin_ext.front_desk.cost_words import no_show_words
from admin_ext.front_desk.marks import Mark, missed_words, warnings_of
from admin_ext.front_desk.steps import Step, may_take, next_steps, possible, seen_state
from admin_ext.purchases import PurchaseCard, card_of
from admin_ext.roles import BOOK, SEE_CHARGES, SEE_MESSAGES, SEE_VISITS, WAIVE, WALK_IN
from clinic.billing.selectors import charge_of, owed_by
from clinic.enums import AppointmentStatus, WorkflowType
from clinic.messaging.reminders.ahead import Ahead, reminders_ahead
from clinic.models import Appointment, Charge, User, Visit
from clinic.packages.selectors import local_day
from clinic.scheduling.attendance import NoShowRecord, no_show_record, policy_of
from clinic.scheduling.booking import can_be_undone
from clinic.scheduling.booking.notes import may_write, words_version
from clinic.scheduling.booking.waiver import can_be_waived
from clinic.scheduling.costs import cost_of_no_show
from clinic.scheduling.series.members import place_of
from clinic.scheduling.timeline import Event, timeline


@dataclass(frozen=True)
class AppointmentCard:
    """An appointment at the moment `at`, as `user` may handle it. A fixed number of queries."""

    row: Appointment
    user: User
    at: datetime

    @cached_property
    def age(self) -> str:
        return age_text(self.row.patient.born_on, localtime(self.at).date()) if self.row.patient.born_on else ""

    @cached_property
    def steps(self) -> list[Step]:
        return next_steps(self.user, self.row, at=self.at)

    @cached_property
    def no_show_cost(self) -> str:
        """What marking a no-show would cost, where that is offered."""
        if all(step.verb != "mark_no_show" for step in self.steps):
            return ""
        return no_show_words(self.row, cost_of_no_show(self.row, policy_of(self.row.organisation_id)))

    @property
    def state(self) -> str:
        return seen_state(self.row)

    @property
    def may_undo(self) -> bool:
        return possible(self.user, self.row, "undo_status") and can_be_undone(self.row, at=self.at)

    @property
    def may_correct(self) -> bool:
        """Whether an older step can be taken back for a reason, by somebody who may waive."""
        return not self.may_undo and possible(self.user, self.row, "undo_status") and self.user.has_perm(WAIVE)

    @property
    def may_move(self) -> bool:
        return possible(self.user, self.row, "move")

    @property
    def may_cancel(self) -> bool:
        return possible(self.user, self.row, "cancel")

    @property
    def may_waive(self) -> bool:
        return self.user.has_perm(WAIVE) and can_be_waived(self.row)

    @property
    def may_write_notes(self) -> bool:
        return may_take(self.user, self.row, "write_notes")

    @property
    def notes_are_providers_own(self) -> bool:
        return not may_write(self.user, self.row)

    @property
    def wants_follow_up(self) -> bool:
        return self.row.status == AppointmentStatus.COMPLETED and self.user.has_perm(BOOK)

    @cached_property
    def visit(self) -> Visit | None:
        """The visit that the patient has come in with for it, if the service is one for outpatients."""
        return self.row.visits.first() if self.is_outpatient and self.user.has_perm(SEE_VISITS) else None

    @property
    def is_outpatient(self) -> bool:
        return self.row.service.workflow_type == WorkflowType.GOPD_CONSULT

    @property
    def may_walk_in(self) -> bool:
        """Whether the next step is to let the patient in: to the cashier, then to the doctor."""
        is_here = self.row.status == AppointmentStatus.ARRIVED
        return self.is_outpatient and is_here and self.visit is None and self.user.has_perm(WALK_IN)

    @property
    def words_version(self) -> str:
        return words_version(self.row)

    @cached_property
    def purchase(self) -> PurchaseCard | None:
        if self.row.package_purchase is None:
            return None
        return card_of(self.row.package_purchase, today=local_day(self.row.organisation, self.at))

    @cached_property
    def series(self) -> tuple[int, int] | None:
        """Which one of how many of its series it is."""
        return place_of(self.row) if self.row.series_id else None

    @cached_property
    def charge(self) -> Charge | None:
        return charge_of(self.row) if self.user.has_perm(SEE_CHARGES) else None

    @cached_property
    def record(self) -> NoShowRecord:
        return no_show_record(self.row.patient, at=self.at)

    @cached_property
    def events(self) -> list[Event]:
        """What happened, without what this person's role does not show."""
        may_see_charges, may_see_messages = (self.user.has_perm(one) for one in (SEE_CHARGES, SEE_MESSAGES))
        return [
            event
            for event in timeline(self.row)
            if (may_see_charges or event.amount is None) and (may_see_messages or event.message is None)
        ]

    @cached_property
    def reminders(self) -> list[Ahead]:
        """Those still to come, for who sees what patients are told."""
        if not self.user.has_perm(SEE_MESSAGES):
            return []
        return reminders_ahead(self.row.organisation, [self.row], at=self.at)

    @cached_property
    def marks(self) -> list[Mark]:
        """The warnings, with no-shows also while the policy makes nothing of them, and debts for who may see them."""
        charges = owed_by([self.row.patient]) if self.user.has_perm(SEE_CHARGES) else {}
        marks = list(warnings_of(self.row, self.record, charges.get(self.row.patient_id, Decimal(0))))
        if self.record.count and not self.record.consequence:
            marks.append(Mark("grey", missed_words(self.record)))
        return marks
