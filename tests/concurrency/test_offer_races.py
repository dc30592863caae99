"""Fifty who wait accept one offer at once, and offers run out while they are accepted: one has it, nobody loses."""

from datetime import datetime, timedelta

import pytest

from clinic.enums import HeldSlotStatus, OfferAnswer, WaitlistStatus
from clinic.models import Appointment, HeldSlot, Offer, Policy, WaitlistEntry
from clinic.waitlist.services import expire_offers, join, offer_slot
from tests.concurrency.race import race, tally
from tests.factories import BEFORE, MONDAY, NINE

pytestmark = pytest.mark.concurrency

AWAKE = BEFORE + timedelta(hours=9)  # noon in the clinic: in the quiet hours nobody would be asked next
UNTIL = AWAKE + timedelta(minutes=30)
JUST_BEFORE, JUST_AFTER = UNTIL - timedelta(seconds=1), UNTIL + timedelta(seconds=1)
ROUNDS = 5


class Line:
    """Patients who wait, and Monday's nine o'clock offered to as many of them as `asked`."""

    def __init__(self, desk, *, waiting: int, asked: int):
        self.desk = desk
        Policy.objects.filter(organisation=desk.organisation).update(offers_at_once=asked)
        for patient in desk.patients(waiting):
            join(patient, desk.service, by=desk.user, first_on=MONDAY, last_on=MONDAY, at=AWAKE)
        self.slot = self.offer(NINE)

    def offer(self, starts_at: datetime) -> HeldSlot:
        desk = self.desk
        return offer_slot(desk.service, desk.providers[0], desk.clinic, starts_at, by=desk.user, at=AWAKE)

    def answers(self, at: datetime) -> list[dict]:
        by = self.desk.user.pk
        return [{"offer": offer.pk, "by": by, "at": at.isoformat()} for offer in self.slot.offers.order_by("pk")]


def answers_given() -> dict[str, int]:
    return {answer: n for answer in OfferAnswer.values if (n := Offer.objects.filter(answer=answer).count())}


def test_fifty_who_accept_at_once_are_one_booked_and_forty_nine_who_keep_their_place(clinic):
    line = Line(clinic(), waiting=50, asked=50)
    places = dict(WaitlistEntry.objects.values_list("pk", "joined_at"))

    outcomes = race("accept", line.answers(JUST_BEFORE))

    assert tally(outcomes) == {"won": 1, "OfferTaken": 49}
    winner = Appointment.objects.get()
    assert winner.starts_at == NINE
    assert answers_given() == {OfferAnswer.ACCEPTED: 1, OfferAnswer.MISSED: 49}
    assert WaitlistEntry.objects.get(status=WaitlistStatus.BOOKED).appointment == winner
    waiting = WaitlistEntry.objects.filter(status=WaitlistStatus.WAITING)
    assert waiting.count() == 49
    assert all(places[entry.pk] == entry.joined_at for entry in waiting)
    assert not Appointment.holds.exists()


def test_without_locks_several_of_them_are_told_yes(clinic, unconstrained):
    """The control: the race is a race."""
    line = Line(clinic(), waiting=50, asked=50)
    entries = [{"offer": answer["offer"], "by": answer["by"]} for answer in line.answers(JUST_BEFORE)]

    with unconstrained("provider_is_never_double_booked"):
        for _round in range(ROUNDS):  # a busy machine may run them one after the other, and then the first wins alone
            HeldSlot.objects.update(status=HeldSlotStatus.OPEN, appointment=None)
            Appointment.objects.all().delete()
            race("look_and_accept", entries)
            if (booked := Appointment.objects.count()) > 1:
                break
        HeldSlot.objects.update(status=HeldSlotStatus.EXPIRED, appointment=None, hold=None)
        Appointment.holds.all().delete()

    assert booked > 1


def test_one_patient_who_taps_twenty_times_is_booked_once(clinic):
    line = Line(clinic(), waiting=1, asked=1)

    outcomes = race("accept", line.answers(JUST_BEFORE) * 20)

    assert tally(outcomes) == {"won": 20}
    assert {outcome.result for outcome in outcomes} == {Appointment.objects.get().pk}


def test_an_offer_that_runs_out_while_it_is_accepted_is_either_booked_or_handed_on(clinic):
    desk = clinic()
    line, seen = Line(desk, waiting=6, asked=3), set()
    for round_ in range(6):
        clock = [{"at": JUST_AFTER.isoformat()}] * 3

        outcomes = race("accept_or_expire", [*line.answers(JUST_BEFORE), *clock])

        line.slot.refresh_from_db()
        booked, held = Appointment.objects.filter(starts_at=line.slot.starts_at), Appointment.holds.all()
        assert booked.count() + held.count() == 1
        open_offers = line.slot.offers.filter(answer=OfferAnswer.OPEN).count()
        if booked.exists():
            assert (line.slot.status, line.slot.appointment, open_offers) == (HeldSlotStatus.TAKEN, booked.get(), 0)
        else:
            assert (line.slot.status, open_offers) == (HeldSlotStatus.OPEN, 3)
        assert set(tally(outcomes)) <= {"won", "OfferTaken", "OfferOver"}
        seen.add(booked.exists())
        if len(seen) == 2:
            break
        expire_offers(at=AWAKE + timedelta(days=1))
        Offer.objects.all().delete()
        WaitlistEntry.objects.update(status=WaitlistStatus.WAITING, appointment=None, closed_at=None)
        line.slot = line.offer(NINE + timedelta(minutes=30) * (round_ + 1))


def test_desks_that_want_the_held_time_wait_until_it_has_run_out(clinic):
    desk = clinic()
    Line(desk, waiting=3, asked=3)

    outcomes = race("book", [desk.entry(patient) for patient in desk.patients(10)])

    assert tally(outcomes) == {"SlotTaken": 10}
    assert Appointment.holds.count() == 1
