"""What the card and the page of an appointment show: facts, warnings, the next step and the other ways on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.ages import age_text
from admin_ext.front_desk.cost_words import amount_text
from admin_ext.front_desk.steps import Step, may_take, next_steps, possible, seen_state
from admin_ext.purchases import PurchaseCard, card_of
from admin_ext.roles import BOOK, WAIVE
from clinic.billing.selectors import charge_of, owed_by
from clinic.enums import AppointmentKind, AppointmentStatus
from clinic.models import Appointment, Charge, User
from clinic.packages.selectors import local_day
from clinic.scheduling.attendance import NoShowRecord, no_show_record
from clinic.scheduling.booking import can_be_undone
from clinic.scheduling.booking.notes import words_version
from clinic.scheduling.booking.waiver import can_be_waived
from clinic.scheduling.timeline import Event, timeline


@dataclass(frozen=True)
class Flag:
    """Something to know before the patient stands at the desk: a colour, a word, and what is behind it."""

    colour: str
    word: str
    more: str = ""


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
    def wants_follow_up(self) -> bool:
        return self.row.status == AppointmentStatus.COMPLETED and self.user.has_perm(BOOK)

    @property
    def words_version(self) -> str:
        return words_version(self.row)

    @cached_property
    def purchase(self) -> PurchaseCard | None:
        if self.row.package_purchase is None:
            return None
        return card_of(self.row.package_purchase, today=local_day(self.row.organisation, self.at))

    @cached_property
    def charge(self) -> Charge | None:
        return charge_of(self.row)

    @cached_property
    def record(self) -> NoShowRecord:
        return no_show_record(self.row.patient, at=self.at)

    @cached_property
    def events(self) -> list[Event]:
        return timeline(self.row)

    @cached_property
    def flags(self) -> list[Flag]:
        return list(self._flags())

    def _flags(self) -> Iterator[Flag]:
        row = self.row
        if row.kind == AppointmentKind.EMERGENCY:
            yield Flag("red", _("Emergency"))
        if row.overbook_reason:
            yield Flag("orange", _("Overbooked"), row.overbook_reason)
        if self.record.must_confirm(row):
            yield Flag("violet", _("Must confirm"), missed_words(self.record))
        elif self.record.count:
            colour = "red" if self.record.consequence else "grey"
            yield Flag(colour, missed_words(self.record), consequence(self.record))
        if owed := owed_by([row.patient]).get(row.patient_id):
            yield Flag("amber", _("Owes %(amount)s") % {"amount": amount_text(row, owed)})


def missed_words(record: NoShowRecord) -> str:
    return ngettext(
        "%(count)d no-show in %(days)d days", "%(count)d no-shows in %(days)d days", record.count
    ) % {"count": record.count, "days": record.days}  # fmt: skip


def consequence(record: NoShowRecord) -> str:
    """What the policy makes of so many no-shows; empty while it makes nothing of them."""
    return str(record.consequence.label) if record.consequence else ""
