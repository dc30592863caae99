"""What may happen at a desk when a provider is away or the clinic closes."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from clinic.enums import RebookingItemStatus, RebookingStatus
from clinic.models import Closure, Leave, Rebooking, RebookingItem
from clinic.rota import services as rota
from clinic.scheduling.planning import plan_rebooking
from clinic.scheduling.rebooking.settling import Choice, approve, keep
from tests.clinic.scheduling.stateful.choices import NINE, some, starts, two

UNDECIDED = RebookingItem.objects.filter(status=RebookingItemStatus.OPEN)


class AbsenceRules:
    """A mixin of a Desk."""

    @rule(provider=two, starts_at=starts, hours=st.sampled_from([1, 1, 2, 24]), approved=st.booleans())
    def go_on_leave(self, provider, starts_at, hours, approved):
        with self.refused_or_done():
            leave = rota.ask_leave(
                self.world.providers[provider], starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours),
                by=self.world.chief,
            )  # fmt: skip
            rota.decide_leave(leave, by=self.world.chief, approve=approved, at=self.at)

    @rule(number=some)
    def come_back(self, number):
        for leave in self.one_of_all(Leave.objects.all(), number):
            with self.refused_or_done():
                rota.withdraw_leave(leave, by=self.world.chief, at=self.at)

    @rule(week=st.integers(1, 3))
    def close(self, week):
        day = (NINE + timedelta(weeks=week)).date()
        closure = Closure(organisation=self.world.organisation, first_on=day, last_on=day, name_en="Holiday")
        closure.record(by=self.world.chief, at=self.at)

    @rule(number=some)
    def open_again(self, number):
        for closure in self.one_of_all(Closure.objects.all(), number):
            closure.delete()

    @rule(number=some)
    def keep_as_it_is(self, number):
        for item in self.one_of_all(UNDECIDED, number):
            with self.refused_or_done():
                keep(item, by=self.world.chief, reason="Nora will be there", at=self.at)

    @rule(number=some)
    def approve_what_is_proposed(self, number):
        for batch in self.one_of_all(Rebooking.objects.filter(status=RebookingStatus.OPEN), number):
            items = {item.appointment_id: item for item in UNDECIDED.filter(rebooking=batch)}
            spots = [(found.appointment.pk, found.proposed) for found in plan_rebooking(batch, at=self.at).placed]
            choices = [
                Choice(items[row], spot.starts_at, spot.provider, spot.clinic) for row, spot in spots if row in items
            ]
            with self.refused_or_done():
                approve(batch, choices, by=self.world.desk, at=self.at)
