"""What may happen at a desk to those who wait for a free time."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from clinic.models import HeldSlot, Offer, Policy, WaitlistEntry
from clinic.waitlist import services as waitlist
from tests.clinic.scheduling.stateful.choices import NINE, some, starts, three, two

FIRST_ON, LAST_ON = NINE.date(), (NINE + timedelta(weeks=2)).date()


class WaitingRules:
    """A mixin of a Desk."""

    @rule(patient=three)
    def join(self, patient):
        with self.refused_or_done():
            waitlist.join(
                self.world.patients[patient], self.world.service, first_on=FIRST_ON, last_on=LAST_ON,
                by=self.world.desk, at=self.at,
            )  # fmt: skip

    @rule(starts_at=starts, provider=two)
    def offer(self, starts_at, provider):
        world = self.world
        with self.refused_or_done():
            waitlist.offer_slot(
                world.service, world.providers[provider], world.clinic, starts_at, by=world.desk, at=self.at
            )

    @rule(number=some, answer=st.sampled_from(["accept", "accept", "decline"]))
    def answer(self, number, answer):
        for offer in self.one_of_all(Offer.objects.all(), number):
            with self.refused_or_done():
                getattr(waitlist, answer)(offer, by=self.world.desk, at=self.at)

    @rule(number=some)
    def stop_waiting(self, number):
        for entry in self.one_of_all(WaitlistEntry.objects.all(), number):
            with self.refused_or_done():
                waitlist.withdraw(entry, by=self.world.desk, at=self.at)

    @rule(number=some)
    def withdraw_an_offer(self, number):
        for slot in self.one_of_all(HeldSlot.objects.all(), number):
            with self.refused_or_done():
                waitlist.withdraw_offer(slot, by=self.world.desk, at=self.at)

    @rule()
    def let_released_times_be_offered(self):
        policy = Policy.objects.get()
        policy.offers_released_times = True
        policy.record("offers_released_times", by=self.world.chief, at=self.at)

    @rule(minutes=st.sampled_from([5, 31]))
    def let_the_clock_work(self, minutes):
        self.at += timedelta(minutes=minutes)
        waitlist.expire_offers(at=self.at)
        waitlist.open_planned(at=self.at)
