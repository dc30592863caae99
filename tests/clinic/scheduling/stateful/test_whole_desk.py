"""A desk on which plans change in any order, many rows at a time: the audit finds nothing after any step.

DESK_EXAMPLES says how many days at the desk are tried.
"""

from datetime import timedelta

from hypothesis import settings
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test

from clinic.scheduling import booking
from clinic.waitlist import services as waitlist
from tests.clinic.scheduling import desk_rules
from tests.clinic.scheduling.stateful.absences import AbsenceRules
from tests.clinic.scheduling.stateful.audited import broken_now
from tests.clinic.scheduling.stateful.choices import NINE
from tests.clinic.scheduling.stateful.packages import PackageRules
from tests.clinic.scheduling.stateful.series import SeriesRules
from tests.clinic.scheduling.stateful.undoing import UndoRules
from tests.clinic.scheduling.stateful.waiting import FIRST_ON, LAST_ON, WaitingRules
from tests.clinic.scheduling.test_desk_stateful import EXAMPLES, STEPS, Desk, World


class WholeDesk(SeriesRules, PackageRules, AbsenceRules, WaitingRules, UndoRules, Desk):
    @initialize()
    def open(self):
        """A day on which there is something to change: a series on a package, and two patients who wait."""
        super().open()
        world = self.world
        huda, omar, lina = world.patients
        for patient, purchase, hour in ((huda, world.purchases[1], 2), (lina, None, 1)):
            booking.book_series(
                rule="FREQ=WEEKLY;COUNT=3", patient=patient, service=world.service, provider=world.providers[0],
                clinic=world.clinic, starts_at=NINE + timedelta(hours=hour), purchase=purchase, by=world.desk,
                at=self.at,
            )  # fmt: skip
        for patient in (huda, omar):
            waitlist.join(patient, world.service, first_on=FIRST_ON, last_on=LAST_ON, by=world.desk, at=self.at)

    def one_of_all(self, rows, number) -> list:
        """One of the rows as a list of it, or nothing where there are none."""
        found = list(rows.order_by("pk"))
        return [found[number % len(found)]] if found else []

    def one_of(self, rows, number):
        return rows[number % len(rows)]

    def check_deed(self):
        """The audit looks once, after the whole step."""

    @invariant()
    def everything_adds_up(self):
        if hasattr(self, "day"):
            assert broken_now(self.at) == []
            desk_rules.check_appointments(self.at, self.world.limits)


def test_whatever_changes_at_the_desk_the_audit_finds_nothing(db):
    desk = type("OwnDesk", (WholeDesk,), {"world": World()})

    run_state_machine_as_test(desk, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS))
