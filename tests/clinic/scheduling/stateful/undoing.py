"""Whatever has been done at a desk to many rows is undone, at once or later."""

from collections.abc import Callable

from django.db.models import Max, Sum
from hypothesis import strategies as st
from hypothesis.stateful import rule

from clinic.enums import Scope
from clinic.models import Appointment, Operation, PackagePurchase, SessionEntry
from clinic.scheduling import booking
from clinic.scheduling.undoing import undo
from tests.clinic.scheduling.stateful.choices import some, starts, three, two
from tests.clinic.scheduling.stateful.packages import DEEDS

RISES = {"calendar_sequence"}  # with every version that a calendar must hear of, the way back among them


class UndoRules:
    """A mixin of a Desk."""

    @rule(number=some)
    def undo_an_operation(self, number):
        for operation in self.one_of_all(Operation.objects.all(), number):
            with self.refused_or_done():
                undo(operation, by=self.world.chief, at=self.at, reason="Was wrong")

    @rule(number=some, deed=st.sampled_from(DEEDS), patient=three, days=st.integers(1, 20))
    def change_a_package_and_undo_it(self, number, deed, patient, days):
        for purchase in self.one_of_all(PackagePurchase.objects.all(), number):
            self.do_then_undo(lambda: self.change_package(purchase, deed, self.world.patients[patient], days))  # noqa: B023 (called at once)

    @rule(number=some, scope=st.sampled_from(Scope), starts_at=starts, provider=two, cancels=st.booleans())
    def change_a_series_and_undo_it(self, number, scope, starts_at, provider, cancels):
        named = {"scope": scope, "by": self.world.desk, "at": self.at}
        where = {"starts_at": starts_at, "provider": self.world.providers[provider]}
        for row in self.one_of_all(Appointment.objects.filter(series__isnull=False), number):
            if cancels:
                self.do_then_undo(lambda: booking.cancel_series(row, **named))  # noqa: B023 (called at once)
            else:
                self.do_then_undo(lambda: booking.move_series(row, **where, **named))  # noqa: B023 (called at once)

    def do_then_undo(self, deed: Callable[[], object]) -> None:
        """The same rows stand there as before; what was not possible has changed nothing anyway."""
        before, last = rows_now(), newest(Operation)
        with self.refused_or_done():
            deed()
        for operation in Operation.objects.filter(pk__gt=last):
            undone = undo(operation, by=self.world.chief, at=self.at)
            if not undone.kept:
                after = rows_now()
                assert {key: after[key] for key in before} == before


def newest(table) -> int:
    return table.objects.aggregate(n=Max("pk"))["n"] or 0


def rows_now() -> dict[tuple[str, int], dict]:
    """Every appointment and purchase by its key, the purchase with what its ledger comes to."""
    rows = {
        ("appointment", row["id"]): {name: value for name, value in row.items() if name not in RISES}
        for row in Appointment.objects.values()
    }
    sums = dict(SessionEntry.objects.order_by().values_list("purchase").annotate(n=Sum("sessions")))
    return rows | {
        ("purchase", row["id"]): {**row, "ledger": sums[row["id"]]} for row in PackagePurchase.objects.values()
    }
