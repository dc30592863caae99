"""What the clock does: offers run out and go to the next in line, entries end, freed times are offered."""

from datetime import time, timedelta

import pytest

from clinic.enums import HeldSlotStatus, MessageStatus, WaitlistStatus
from clinic.models import Appointment, HeldSlot, Message, Offer, WaitlistEntry
from clinic.scheduling import booking
from clinic.tasks import move_offers_on
from clinic.waitlist.selectors import conversion
from clinic.waitlist.services import accept, ending, expire_offers, offer_released, open_planned, releasing
from tests.clinic.scheduling.conftest import monday
from tests.clinic.waitlist.conftest import LATER, asked, offer_to
from tests.factories import BEFORE, NINE

IN_FOUR_MINUTES = BEFORE + timedelta(minutes=4)
DAYLIGHT = BEFORE + timedelta(hours=8)  # eleven in the morning in Riyadh


def test_an_offer_that_runs_out_goes_to_the_next_in_line(desk):
    desk.policy(offers_at_once=1)
    desk.line("Amal", "Badr")
    slot = desk.offer()

    assert expire_offers(at=LATER) == 1

    slot.refresh_from_db()
    assert asked(slot) == {"Amal": "expired", "Badr": "open"}
    assert (slot.status, slot.held_until) == (HeldSlotStatus.OPEN, LATER + timedelta(minutes=30))
    assert "09:00" not in desk.times(at=LATER)


def test_a_message_that_has_not_left_when_its_offer_runs_out_is_called_off(desk):
    desk.policy(offers_at_once=1)
    desk.line("Amal", "Badr")
    desk.offer()

    expire_offers(at=LATER)

    statuses = dict(Message.objects.values_list("patient__name_en", "status"))
    assert statuses == {"Amal": MessageStatus.CANCELLED, "Badr": MessageStatus.QUEUED}


def test_a_time_that_nobody_else_wants_is_free_again(desk):
    desk.waits()
    slot = desk.offer()

    expire_offers(at=LATER)

    slot.refresh_from_db()
    assert (slot.status, slot.hold) == (HeldSlotStatus.EXPIRED, None)
    assert not Appointment.holds.exists()
    assert WaitlistEntry.objects.get().status == WaitlistStatus.WAITING


def test_ending_offers_twice_ends_them_once(desk):
    desk.policy(offers_at_once=1)
    desk.line("Amal", "Badr", "Dina")
    desk.offer()

    assert (expire_offers(at=LATER), expire_offers(at=LATER)) == (1, 0)

    assert Offer.objects.count() == 2


def test_an_offer_that_has_not_run_out_stays(desk):
    desk.waits()
    slot = desk.offer()

    assert expire_offers(at=IN_FOUR_MINUTES) == 0

    assert asked(slot) == {"Omar": "open"}


def test_a_time_that_was_booked_after_the_hold_ran_out_is_offered_to_nobody_else(desk):
    desk.policy(offers_at_once=1)
    desk.line("Amal", "Badr")
    slot = desk.offer()
    booked = desk.book(at=LATER)

    expire_offers(at=LATER)

    slot.refresh_from_db()
    assert slot.status == HeldSlotStatus.EXPIRED
    assert asked(slot) == {"Amal": "expired"}
    assert list(Appointment.objects.all()) == [booked]


def test_an_accepted_offer_does_not_run_out(desk):
    desk.waits()
    slot = desk.offer()
    accept(slot.offers.get(), by=desk.user, at=IN_FOUR_MINUTES)

    assert expire_offers(at=LATER) == 0

    assert asked(slot) == {"Omar": "accepted"}


def test_entries_end_after_their_last_day(desk):
    entry = desk.waits()

    assert expire_offers(at=NINE + timedelta(hours=14)) == 0  # still Monday in Riyadh
    assert expire_offers(at=NINE + timedelta(hours=15)) == 1

    entry.refresh_from_db()
    assert (entry.status, entry.closed_at) == (WaitlistStatus.EXPIRED, NINE + timedelta(hours=15))


@pytest.fixture
def automatic(desk):
    desk.policy(offers_released_times=True)


def cancel_at(desk, hour, at=DAYLIGHT):
    return booking.cancel(desk.book(monday(hour)), by=desk.user, at=at)


def plan(desk, *hours):
    for hour in hours:
        cancel_at(desk, hour)
    HeldSlot.objects.update(opens_at=DAYLIGHT)


def test_a_cancellation_plans_an_offer_some_minutes_later(desk, automatic, time_machine):
    time_machine.move_to(DAYLIGHT, tick=False)
    desk.waits()

    cancelled = cancel_at(desk, 9)

    slot = HeldSlot.objects.get()
    assert (slot.status, slot.opens_at) == (HeldSlotStatus.PLANNED, DAYLIGHT + timedelta(minutes=3))
    assert (slot.released, slot.starts_at, slot.hold) == (cancelled, NINE, None)
    assert desk.why_not(at=DAYLIGHT) == []


def test_a_move_plans_an_offer_of_the_time_it_has_freed(desk, automatic):
    desk.waits()

    booking.move(desk.book(), starts_at=monday(10), by=desk.user, at=BEFORE)

    assert HeldSlot.objects.get().starts_at == NINE


def test_nothing_is_planned_unless_the_policy_wishes_it(desk):
    desk.waits()

    cancel_at(desk, 9)

    assert not HeldSlot.objects.exists()


def test_nothing_is_planned_while_nobody_waits_for_the_service(desk, automatic):
    cancel_at(desk, 9)

    assert not HeldSlot.objects.exists()


@pytest.fixture
def night(desk):
    """Three at night in Riyadh, where nobody is written to before eight."""
    desk.policy(quiet_from=time(21), quiet_until=time(8))


def test_a_planned_offer_waits_for_the_end_of_the_quiet_hours(desk, automatic, night, time_machine):
    time_machine.move_to(BEFORE, tick=False)
    desk.waits()

    cancel_at(desk, 9, at=BEFORE)

    assert HeldSlot.objects.get().opens_at.astimezone(desk.clinic.zone).time() == time(8)


def test_an_offer_that_runs_out_at_night_is_handed_on_in_the_morning(desk, night):
    desk.policy(offers_at_once=1)
    desk.line("Amal", "Badr")
    slot = desk.offer()

    expire_offers(at=LATER)

    slot.refresh_from_db()
    again = HeldSlot.objects.get(status=HeldSlotStatus.PLANNED)
    assert (slot.status, asked(slot)) == (HeldSlotStatus.EXPIRED, {"Amal": "expired"})
    assert again.opens_at.astimezone(desk.clinic.zone).time() == time(8)
    assert "09:00" in desk.times(at=LATER)

    assert open_planned(at=again.opens_at) == 1


def test_a_planned_offer_is_opened_when_it_is_due(desk, automatic):
    desk.waits()
    plan(desk, 9)

    assert open_planned(at=DAYLIGHT) == 1

    slot = HeldSlot.objects.get()
    assert (slot.status, asked(slot)) == (HeldSlotStatus.OPEN, {"Omar": "open"})
    assert open_planned(at=DAYLIGHT) == 0


def test_a_planned_offer_is_forgotten_when_the_cancellation_is_undone(desk, automatic):
    desk.waits()
    appointment = cancel_at(desk, 9)
    booking.undo_status(appointment, by=desk.user, at=DAYLIGHT)
    HeldSlot.objects.update(opens_at=DAYLIGHT)

    assert open_planned(at=DAYLIGHT) == 0

    assert not HeldSlot.objects.exists()
    assert Appointment.objects.get().status == "scheduled"


def test_many_freed_times_are_matched_as_one_assignment(desk, automatic):
    desk.policy(offers_at_once=1)
    desk.waits("Any time", at=BEFORE - timedelta(days=1))
    desk.waits("Nine only", latest=time(9, 30))
    plan(desk, 9, 10)

    assert open_planned(at=DAYLIGHT) == 2

    by_time = {slot.starts_at: list(asked(slot)) for slot in HeldSlot.objects.all()}
    assert by_time == {monday(9): ["Nine only"], monday(10): ["Any time"]}


def test_the_task_does_both_and_may_run_twice(desk, automatic, time_machine):
    time_machine.move_to(DAYLIGHT + timedelta(hours=1), tick=False)
    desk.line("Amal")
    plan(desk, 9)

    move_offers_on()
    move_offers_on()

    assert [asked(slot) for slot in HeldSlot.objects.all()] == [{"Amal": "open"}]


def test_the_conversion_counts_offers_and_times(desk):
    desk.line("Amal", "Badr")
    slot = desk.offer()
    accept(offer_to(slot, "Amal"), by=desk.user, at=IN_FOUR_MINUTES)
    desk.offer(monday(10), at=IN_FOUR_MINUTES)
    expire_offers(at=LATER + timedelta(minutes=5))

    counts = conversion(desk.organisation, since=BEFORE)

    assert (counts.offered, counts.accepted, counts.times, counts.filled) == (3, 1, 2, 1)
    assert (counts.rate, counts.within) == (0.5, timedelta(minutes=4))


def test_the_conversion_of_nothing_has_no_rate(desk):
    counts = conversion(desk.organisation, since=BEFORE)

    assert (counts.offered, counts.rate, counts.within) == (0, None, None)


def test_a_time_that_cannot_be_handed_on_stops_no_other(desk, monkeypatch, caplog):
    desk.policy(offers_at_once=1)
    desk.line("Amal", "Badr")
    broken, sound = desk.offer(), desk.offer(monday(10))
    work = ending.hand_on

    def failing(slot, **options):
        if slot == broken:
            raise RuntimeError("broken")
        work(slot, **options)

    monkeypatch.setattr(ending, "hand_on", failing)

    assert expire_offers(at=LATER) == 1

    assert asked(broken) == {"Amal": "open"}
    assert asked(sound)["Badr"] == "expired"
    assert "broken" in caplog.text


def test_a_freed_time_that_cannot_be_offered_stops_no_other(desk, automatic, monkeypatch):
    desk.policy(offers_at_once=1)
    desk.line("Amal", "Badr")
    plan(desk, 9, 10)
    work = releasing.open_round

    def failing(slot, *args, **options):
        if slot.starts_at == NINE:
            raise RuntimeError("broken")
        work(slot, *args, **options)

    monkeypatch.setattr(releasing, "open_round", failing)

    assert open_planned(at=DAYLIGHT) == 1

    statuses = HeldSlot.objects.order_by("starts_at").values_list("status", flat=True)
    assert list(statuses) == [HeldSlotStatus.PLANNED, HeldSlotStatus.OPEN]


def test_a_planned_time_that_somebody_offers_by_hand_meanwhile_is_left_alone(desk, automatic, monkeypatch):
    desk.line("Amal", "Badr")
    plan(desk, 9)
    monkeypatch.setattr(releasing, "lock", lambda **_rows: HeldSlot.objects.all().delete())

    assert open_planned(at=DAYLIGHT) == 0


def test_a_freed_time_is_not_offered_to_who_has_given_it_up(desk, automatic):
    desk.waits(patient=desk.patient)
    plan(desk, 9)

    assert open_planned(at=DAYLIGHT) == 0


def test_a_freed_time_that_runs_out_is_not_offered_to_who_has_given_it_up(desk):
    desk.policy(offers_at_once=1)
    desk.waits("Amal")
    desk.waits(patient=desk.patient)
    slot = offer_released(cancel_at(desk, 9, at=BEFORE), by=desk.user, at=BEFORE)

    expire_offers(at=LATER)

    slot.refresh_from_db()
    assert (slot.status, asked(slot)) == (HeldSlotStatus.EXPIRED, {"Amal": "expired"})
