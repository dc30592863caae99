"""A free time is held and offered to the best of those who wait; the first to accept has it."""

from datetime import timedelta

import pytest

from clinic.enums import HeldSlotStatus, MessageKind, MessageStatus, OfferAnswer, RefusalCode, WaitlistStatus
from clinic.errors import BookingRefused, OfferOver, OfferRefused, OfferTaken
from clinic.models import Appointment, HeldSlot, Message, Offer, WaitlistEntry
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from clinic.waitlist import services
from tests.clinic.scheduling.conftest import codes, monday
from tests.clinic.waitlist.conftest import LATER, asked, offer_to
from tests.factories import BEFORE, NINE, make_room, make_user

SOON = BEFORE + timedelta(minutes=5)


def test_a_free_time_is_offered_to_as_many_as_the_policy_says(desk):
    desk.line("Amal", "Badr", "Dina", "Eman")

    slot = desk.offer()

    assert asked(slot) == dict.fromkeys(["Amal", "Badr", "Dina"], OfferAnswer.OPEN)
    assert (slot.status, slot.held_until, slot.offered_by) == ("open", BEFORE + timedelta(minutes=30), desk.user)


def test_an_offered_time_is_taken_for_everybody_else(desk):
    desk.waits()

    desk.offer()

    assert "09:00" not in desk.times()
    with pytest.raises(BookingRefused) as refused:
        desk.book()
    assert RefusalCode.BOOKED in codes(refused)


def test_each_of_those_asked_gets_one_message_with_a_link_of_their_own(desk):
    desk.line("Amal", "Badr")

    desk.offer()

    bodies = list(Message.objects.filter(kind=MessageKind.WAITLIST_OFFER).values_list("body", flat=True))
    assert len({body.split("/o/")[1] for body in bodies}) == 2
    assert all("Speech" not in body and "Sara" not in body for body in bodies)


def test_an_offer_is_never_held_beyond_the_moment_at_which_it_can_be_booked(desk):
    desk.policy(minimum_notice=timedelta(hours=1))
    desk.waits()

    slot = desk.offer(at=NINE - timedelta(minutes=70))

    assert slot.held_until == NINE - timedelta(hours=1)


def test_offering_a_time_that_is_booked_is_refused(desk, nothing_written):
    desk.book()
    desk.waits()
    nothing_written()

    with pytest.raises(OfferRefused) as refused:
        desk.offer()

    assert codes(refused) == [RefusalCode.BOOKED]
    assert not HeldSlot.objects.exists()


def test_offering_a_time_twice_is_refused_with_the_moment_when_it_ends(desk):
    desk.line("Amal", "Badr", "Dina", "Eman")
    desk.offer()

    with pytest.raises(OfferRefused, match="kept for the waiting list until 03:30"):
        desk.offer()


def test_offering_a_time_that_fits_nobody_is_refused(desk):
    desk.waits(weekdays=[5])

    with pytest.raises(OfferRefused, match="Nobody on the waiting list fits this time"):
        desk.offer()


def test_who_has_an_offer_to_answer_is_not_asked_for_another(desk):
    desk.line("Amal", "Badr")
    desk.policy(offers_at_once=1)
    desk.offer()

    assert asked(desk.offer(monday(10))) == {"Badr": OfferAnswer.OPEN}


def test_the_time_of_a_cancellation_is_offered(desk):
    appointment = desk.book()
    desk.line("Amal")
    cancelled = booking.cancel(appointment, by=desk.user, at=BEFORE)

    slot = services.offer_released(cancelled, by=desk.user, at=BEFORE)

    assert (slot.starts_at, slot.released) == (NINE, appointment)


def test_accepting_books_the_time_and_ends_the_wait(desk):
    desk.line("Amal", "Badr")
    slot = desk.offer()

    appointment = services.accept(offer_to(slot, "Amal"), by=desk.user, at=SOON)

    entry = WaitlistEntry.objects.get(patient__name_en="Amal")
    assert (appointment.starts_at, appointment.patient, appointment.status) == (NINE, entry.patient, "scheduled")
    assert (entry.status, entry.appointment, entry.closed_at) == (WaitlistStatus.BOOKED, appointment, SOON)
    slot.refresh_from_db()
    assert (slot.status, slot.appointment, slot.hold) == (HeldSlotStatus.TAKEN, appointment, None)
    assert asked(slot) == {"Amal": OfferAnswer.ACCEPTED, "Badr": OfferAnswer.MISSED}
    assert not Appointment.holds.exists()


def test_who_comes_second_keeps_the_place_in_the_list(desk):
    desk.line("Amal", "Badr")
    slot = desk.offer()
    services.accept(offer_to(slot, "Amal"), by=desk.user, at=SOON)

    with pytest.raises(OfferTaken, match="Somebody else has just taken this time"):
        services.accept(offer_to(slot, "Badr"), by=desk.user, at=SOON)

    entry = WaitlistEntry.objects.get(patient__name_en="Badr")
    assert (entry.status, entry.joined_at) == (WaitlistStatus.WAITING, BEFORE - timedelta(minutes=59))
    assert desk.matches(monday(10)) == ["Badr"]


def test_accepting_twice_is_one_appointment(desk):
    desk.waits()
    offer = desk.offer().offers.get()

    first = services.accept(offer, by=desk.user, at=SOON)
    again = services.accept(offer, by=desk.user, at=SOON)

    assert first == again == Appointment.objects.get()


def test_accepting_uses_the_package_that_the_patient_waits_with(desk):
    purchase = desk.purchase()
    desk.waits(patient=desk.patient, purchase=purchase)

    appointment = services.accept(desk.offer().offers.get(), by=desk.user, at=SOON)

    assert (appointment.package_purchase, appointment.session_number) == (purchase, 1)
    assert balance_of(purchase).reserved == 1


def test_accepting_takes_the_room_that_was_held(desk):
    rooms = make_room(desk.clinic, desk.service), make_room(desk.clinic, desk.service, name="Room 2")
    desk.waits()
    slot = desk.offer()
    desk.appointment(monday(10), room=rooms[0])

    appointment = services.accept(slot.offers.get(), by=desk.user, at=SOON)

    assert appointment.room == slot.room


def test_accepting_what_has_run_out_is_refused_with_the_moment(desk, nothing_written):
    desk.waits()
    offer = desk.offer().offers.get()
    nothing_written()

    with pytest.raises(OfferOver, match="This offer could be answered until"):
        services.accept(offer, by=desk.user, at=LATER)

    assert WaitlistEntry.objects.get().status == WaitlistStatus.WAITING


def test_accepting_what_the_package_does_not_allow_any_more_changes_nothing(desk):
    purchase = desk.purchase(sessions=1)
    desk.waits(patient=desk.patient, purchase=purchase)
    slot = desk.offer()
    desk.book(monday(11), purchase=purchase)

    with pytest.raises(BookingRefused) as refused:
        services.accept(slot.offers.get(), by=desk.user, at=SOON)

    assert codes(refused) == [RefusalCode.NO_SESSION_LEFT]
    slot.refresh_from_db()
    assert (slot.status, slot.hold) == (HeldSlotStatus.OPEN, Appointment.holds.get())
    assert asked(slot) == {"Huda": OfferAnswer.OPEN}


def test_who_has_a_time_needs_no_other_and_the_clock_hands_it_on(desk):
    (amal,) = desk.line("Amal")
    nine, ten = (desk.offer(monday(hour), entries=[amal]) for hour in (9, 10))
    services.accept(nine.offers.get(), by=desk.user, at=SOON)
    assert asked(ten) == {"Amal": "withdrawn"}

    assert services.expire_offers(at=SOON) == 1

    ten.refresh_from_db()
    assert (ten.status, ten.hold) == (HeldSlotStatus.EXPIRED, None)


def test_a_time_is_not_offered_to_who_waits_no_longer(desk):
    entry = services.withdraw(desk.waits(), by=desk.user, at=BEFORE)

    with pytest.raises(OfferRefused):
        desk.offer(entries=[entry])


def test_the_messages_of_who_came_too_late_are_called_off_unless_sent(desk):
    desk.line("Amal", "Badr")
    slot = desk.offer()

    services.accept(offer_to(slot, "Amal"), by=desk.user, at=SOON)

    offers = Message.objects.filter(kind=MessageKind.WAITLIST_OFFER)
    assert offers.get(patient__name_en="Badr").status == MessageStatus.CANCELLED


def test_declining_keeps_the_place_and_leaves_the_others_the_time(desk):
    desk.line("Amal", "Badr", "Dina", "Eman")
    slot = desk.offer()

    services.decline(offer_to(slot, "Amal"), by=desk.user, at=SOON)

    assert asked(slot) == {"Amal": "declined", "Badr": "open", "Dina": "open"}
    assert WaitlistEntry.objects.filter(status=WaitlistStatus.WAITING).count() == 4


def test_the_next_in_line_are_asked_when_everybody_has_declined(desk):
    desk.policy(offers_at_once=1)
    desk.line("Amal", "Badr")
    slot = desk.offer()

    services.decline(offer_to(slot, "Amal"), by=desk.user, at=SOON)

    slot.refresh_from_db()
    assert asked(slot) == {"Amal": "declined", "Badr": "open"}
    assert slot.held_until == SOON + timedelta(minutes=30)
    assert Appointment.holds.get().held_until == slot.held_until


def test_the_time_is_free_when_the_last_one_declines(desk):
    desk.line("Amal")
    slot = desk.offer()

    services.decline(slot.offers.get(), by=desk.user, at=SOON)

    slot.refresh_from_db()
    assert (slot.status, slot.hold) == (HeldSlotStatus.EXPIRED, None)
    assert desk.why_not(at=SOON) == []


def test_who_has_declined_a_time_is_not_asked_for_it_again(desk):
    desk.line("Amal")
    services.decline(desk.offer().offers.get(), by=desk.user, at=SOON)

    assert desk.matches() == []
    assert desk.matches(monday(10)) == ["Amal"]


def test_declining_twice_is_one_answer(desk):
    desk.line("Amal", "Badr")
    offer = offer_to(desk.offer(), "Amal")

    services.decline(offer, by=desk.user, at=SOON)
    services.decline(offer, by=desk.user, at=LATER)

    assert Offer.objects.get(pk=offer.pk).answered_at == SOON


def test_withdrawing_an_offer_frees_the_time_and_keeps_every_place(desk):
    desk.line("Amal", "Badr")
    slot = desk.offer()

    services.withdraw_offer(slot, by=desk.user, at=SOON)

    slot.refresh_from_db()
    assert (slot.status, slot.hold) == (HeldSlotStatus.WITHDRAWN, None)
    assert asked(slot) == {"Amal": "withdrawn", "Badr": "withdrawn"}
    assert desk.why_not(at=SOON) == []
    assert set(Message.objects.filter(kind=MessageKind.WAITLIST_OFFER).values_list("status", flat=True)) == {
        "cancelled"
    }


def test_accepting_a_withdrawn_offer_is_refused(desk):
    desk.waits()
    slot = desk.offer()
    services.withdraw_offer(slot, by=desk.user, at=SOON)

    with pytest.raises(OfferOver, match="This offer has been withdrawn"):
        services.accept(slot.offers.get(), by=desk.user, at=SOON)


def test_withdrawing_an_offer_that_has_been_taken_is_refused(desk):
    desk.waits()
    slot = desk.offer()
    services.accept(slot.offers.get(), by=desk.user, at=SOON)

    with pytest.raises(OfferOver, match="This offer is over: Taken"):
        services.withdraw_offer(slot, by=desk.user, at=SOON)


def test_undoing_a_cancellation_says_that_the_time_is_kept_for_the_waiting_list(desk):
    appointment = booking.cancel(desk.book(), by=desk.user, at=BEFORE)
    desk.line("Amal")
    slot = services.offer_released(appointment, by=desk.user, at=BEFORE)

    with pytest.raises(BookingRefused, match="kept for the waiting list until 03:30") as refused:
        booking.undo_status(appointment, by=desk.user, at=SOON)

    assert "withdraw the offer" in str(refused.value)
    services.withdraw_offer(slot, by=desk.user, at=SOON)
    assert booking.undo_status(appointment, by=desk.user, at=SOON).starts_at == NINE


def test_withdrawing_an_entry_withdraws_its_offer_and_asks_the_next(desk):
    desk.policy(offers_at_once=1)
    first, _second = desk.line("Amal", "Badr")
    slot = desk.offer()

    services.withdraw(first, by=desk.user, at=SOON)

    assert asked(slot) == {"Amal": "withdrawn", "Badr": "open"}


def test_an_offer_of_another_organisation_is_not_there(desk):
    desk.waits()
    slot = desk.offer()
    stranger = make_user(type(desk)().organisation)

    with pytest.raises(Offer.DoesNotExist):
        services.accept(slot.offers.get(), by=stranger, at=SOON)
    with pytest.raises(HeldSlot.DoesNotExist):
        services.withdraw_offer(slot, by=stranger, at=SOON)
