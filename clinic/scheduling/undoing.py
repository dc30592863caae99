"""Undo whatever an operation did, as far as the world allows: through the same rules and the same constraints.

What it booked is called off. What it changed is taken back, the last change first: an appointment gets the time and
the status that it had, a purchase what it was. What is no longer possible is kept, and the reason with it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.attempts import only_tried
from clinic.enums import CANCELLED_STATUSES, MOVABLE_STATUSES, AppointmentStatus, ChangeKind, MessageKind, RefusalCode
from clinic.errors import ClinicError, Refusal, WrongStatus
from clinic.messaging.reminders.writing import remind_again
from clinic.messaging.services import cancel_for, known_times, owed_times, who_hears_of
from clinic.models import Appointment, Change, Operation, PackagePurchase, User
from clinic.packages import services as packages
from clinic.retries import retried
from clinic.scheduling.booking.calling_off import call_off
from clinic.scheduling.booking.reasons import checked
from clinic.scheduling.booking.returning import Return, returns_of, sorted_out, take_back
from clinic.scheduling.booking.telling import by_patient, tell
from clinic.scheduling.booking.together import lock_everybody, reread_all
from clinic.scheduling.signals import operation_undone
from clinic.tenancy import own

LOADED = ("patient", "provider", "clinic", "service", "package_purchase__package")
LONGEST_REASON = Change._meta.get_field("kept_because").max_length
BATCH = 200


@dataclass(frozen=True)
class Prospect:
    """One row of an operation and whether it can still be undone: `kept_because` is empty when it can.

    `change` is None for an appointment that the operation booked. Where such a one has been cancelled since, it is
    `gone`: nothing is left to undo.
    """

    row: Appointment | PackagePurchase
    change: Change | None = None
    kept_because: str = ""
    gone: bool = False

    @property
    def is_possible(self) -> bool:
        return not self.kept_because and not self.gone


@dataclass(frozen=True)
class Undone:
    """What an undo did: the rows that are as before the operation, and those for which it was too late, and why."""

    done: list[Appointment | PackagePurchase]
    kept: list[Prospect]


@dataclass(frozen=True)
class Contents:
    """What an operation did: what it booked, in order of time, and its changes, in the order of its doing."""

    booked: list[Appointment]
    changes: list[Change]

    @property
    def appointments(self) -> list[Appointment]:
        return [*self.booked, *(change.appointment for change in self.changes if change.appointment)]

    @property
    def purchases(self) -> list[PackagePurchase]:
        return [change.purchase for change in self.changes if change.purchase]

    def last_first(self) -> Iterator[list[Change]]:
        """The changes from the last to the first; those of appointments together, for they may have changed places."""
        for _of_appointments, run in groupby(reversed(self.changes), key=lambda change: bool(change.appointment)):
            yield list(run)


def contents(operation: Operation) -> Contents:
    """What the operation did, rows loaded; two queries."""
    changes = operation.changes.select_related(*(f"appointment__{name}" for name in LOADED), "purchase__package")
    booked = operation.appointments.select_related(*LOADED)
    return Contents(list(booked.order_by("starts_at", "pk")), list(changes.order_by("pk")))


@retried
@transaction.atomic
def undo(operation: Operation, *, by: User, at: datetime | None = None, reason: str = "") -> Undone:
    """Take back what the operation did, as far as that is still possible, once.

    A patient who has heard of it hears in one message what is true again, and in one what is cancelled; so does one
    whose booking was never told because of it. The others hear nothing. Why a row was kept is written to its change,
    or to the operation for what it had booked.
    Raises WrongStatus the second time, and when nothing of it can be undone.
    """
    own(by, operation)
    reason = checked(reason)
    seen = contents(operation)
    ways = returns_of(change for change in seen.changes if change.appointment)
    lock_everybody(seen.appointments, [way.place for way in ways if way.was])
    reread_all(seen.appointments, seen.purchases)
    operation = Operation.objects.select_for_update(no_key=True).get(pk=operation.pk)
    if operation.undone_at:
        raise WrongStatus(Refusal(RefusalCode.STATUS, _("This has already been undone.")))
    undoing = Undoing(operation, by, at or timezone.now(), reason or usual_reason(operation))
    undoing.run()
    found = undoing.found
    return Undone([one.row for one in found if one.is_possible], [one for one in found if one.kept_because])


def usual_reason(operation: Operation) -> str:
    """The reason of whoever gives none."""
    return _("Undone: %(what)s") % {"what": operation.get_kind_display()}


def prospects(operation: Operation, *, by: User | None = None, at: datetime | None = None) -> list[Prospect]:
    """What an undo by this user would do to each row: what the operation booked, then what it changed, the last first.

    Nothing is written: where purchases were changed, their ways back are tried and given up again. As many queries
    for many appointments as for one.
    """
    trial = Undoing(operation, by or operation.by, at or timezone.now(), usual_reason(operation), for_good=False)
    if not operation.changes.filter(purchase__isnull=False).exists():
        return trial.found_out()
    with only_tried(), transaction.atomic():
        found = trial.found_out()
        transaction.set_rollback(True)
    return found


@dataclass
class Undoing:
    """One undo under way, or only tried where it is not `for_good`; what has been found out so far of each row."""

    operation: Operation
    by: User
    at: datetime
    reason: str
    for_good: bool = True
    found: list[Prospect] = field(default_factory=list)
    called_off: list[Appointment] = field(default_factory=list)
    back: list[Return] = field(default_factory=list)

    def found_out(self) -> list[Prospect]:
        done = contents(self.operation)
        self._call_off(done.booked)
        for run in done.last_first():
            if run[0].appointment:
                self._take_appointments_back(run)
            else:
                self._take_purchases_back(run)
        return self.found

    def run(self) -> None:
        """Undo what is possible, write down what is not, tell whom it concerns."""
        found = self.found_out()
        if not any(one.is_possible for one in found):
            raise WrongStatus(*nothing_left(found))
        self._note()
        self._tell()
        operation_undone.send(Operation, operation=self.operation, by=self.by, at=self.at)

    def _call_off(self, booked: Sequence[Appointment]) -> None:
        self.found += [booked_prospect(row, at=self.at) for row in booked]
        self.called_off = [one.row for one in self.found if one.is_possible]
        if self.for_good and self.called_off:
            call_off(self.called_off, by=self.by, at=self.at, reason=self.reason)

    def _take_appointments_back(self, changes: Sequence[Change]) -> None:
        with_purchases_as_now([change.appointment for change in changes])
        ways = returns_of(changes)
        leaving = () if self.for_good else self.called_off
        sorted_ways = sorted_out(ways, by=self.by, at=self.at, leaving=leaving)
        kept = sorted_ways.kept
        self.found += [Prospect(way.row, way.change, kept.get(way.change.pk, "")) for way in ways]
        if self.for_good:
            take_back(sorted_ways, by=self.by, at=self.at, reason=self.reason)
            self.back += sorted_ways.able

    def _take_purchases_back(self, changes: Sequence[Change]) -> None:
        for change in changes:
            why = ""
            try:
                packages.take_change_back(change, by=self.by, at=self.at, reason=self.reason)
            except ClinicError as refused:
                why = " ".join(str(reason.message) for reason in refused.reasons)
            self.found.append(Prospect(change.purchase, change, why))

    def _note(self) -> None:
        """Write down what was undone, and why the rest was not."""
        changes = [one.change for one in self.found if one.change]
        for one in self.found:
            if one.change:
                one.change.undone_at = self.at if one.is_possible else None
                one.change.kept_because = one.kept_because[:LONGEST_REASON]
        Change.objects.bulk_update(changes, ["undone_at", "kept_because"], batch_size=BATCH)
        kept = {one.row.pk: one.kept_because for one in self.found if one.kept_because and not one.change}
        self.operation.rows = {**self.operation.rows, **({"kept": kept} if kept else {})}
        self.operation.undone_at, self.operation.undone_by = self.at, self.by
        self.operation.save(update_fields=["rows", "undone_at", "undone_by"])

    def _tell(self) -> None:
        asked = {"by": self.by, "operation": self.operation, "at": self.at}
        known = known_times(self.called_off)
        tell(MessageKind.PLAN_UNDONE, [row for row in self.called_off if row.pk in known], **asked)
        rows = [way.row for way in self.back]
        cancel_for(*rows, by=self.by, at=self.at)
        owed, hears = owed_times(rows, besides=self.operation), who_hears_of(self.operation)
        moved = {way.row.pk for way in self.back if way.change.kind == ChangeKind.MOVED}
        news = [row for row in rows if row.patient_id in hears or row.pk in owed]
        remind_again(*(row for row in rows if row not in news), since=self.operation.at, at=self.at)
        for _first, sessions in by_patient(news):
            only_moved = moved.issuperset(row.pk for row in sessions) and sessions[0].patient_id in hears
            tell(MessageKind.SESSIONS_MOVED if only_moved else MessageKind.PLANNED, sessions, **asked)


def booked_prospect(row: Appointment, *, at: datetime) -> Prospect:
    """Whether an appointment that an operation booked can still be called off."""
    if row.status in CANCELLED_STATUSES:
        return Prospect(row, gone=True)
    if row.status not in MOVABLE_STATUSES:
        status = AppointmentStatus(row.status).label
        return Prospect(row, kept_because=_("It has changed since: %(status)s.") % {"status": status})
    return Prospect(row, kept_because="" if row.starts_at > at else _("Its time has come."))


def nothing_left(found: Iterable[Prospect]) -> list[Refusal]:
    """Why nothing can be undone, each reason once."""
    reasons = dict.fromkeys(one.kept_because for one in found if one.kept_because)
    message = _("Nothing of this can be undone any more.")
    return [Refusal(RefusalCode.STATUS, message), *(Refusal(RefusalCode.STATUS, reason) for reason in reasons)]


def with_purchases_as_now(rows: Iterable[Appointment]) -> None:
    """Give the rows their purchases as they stand, which may have been taken back a moment ago."""
    rows = [row for row in rows if row.package_purchase_id]
    purchases = PackagePurchase.objects.select_related("package").in_bulk({row.package_purchase_id for row in rows})
    for row in rows:
        row.package_purchase = purchases[row.package_purchase_id]
