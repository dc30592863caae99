"""Choosing another time by the link: what the engine has free, as long as the policy allows it."""

from datetime import date, time, timedelta

import pytest

from clinic.enums import AppointmentStatus, MessageKind, NoShowConsequence, Weekday
from clinic.models import Message
from clinic.scheduling import booking
from tests.clinic.portal.conftest import DAY_BEFORE, LATE, everything
from tests.clinic.scheduling.conftest import monday
from tests.factories import NINE, make_clinic, make_hours, make_provider

pytestmark = pytest.mark.any_engine

S = AppointmentStatus
TEN, NEXT_WEEK = monday(10), NINE + timedelta(days=7)


@pytest.fixture
def lina(desk):
    """She treats the same at the same clinic, on Tuesdays from nine to ten."""
    lina = make_provider(desk.clinic, name="Lina")
    desk.service.providers.add(lina)
    make_hours(lina, desk.clinic, weekday=Weekday.TUESDAY, start=time(9), end=time(10))
    return lina


def moments(shown) -> list[str]:
    """The starts that a page offers."""
    return [piece.split("&")[0] for piece in shown.split("?start=")[1:]]


def stamp(*moments_) -> list[str]:
    return [str(int(moment.timestamp())) for moment in moments_]


def test_free_times_of_the_same_provider_come_before_those_of_others(desk, lina):
    shown = desk.opened("appointment_move")

    same, others = shown.split("With others")
    assert "With Sara" in same
    assert moments(same) == stamp(*(monday(9, 30) + n * timedelta(minutes=30) for n in range(5)))
    assert "Lina" in others
    assert moments(others) == stamp(NINE + timedelta(days=1), NINE + timedelta(days=1, minutes=30))


def test_every_time_that_is_shown_can_be_had(desk, lina):
    same, others = map(moments, desk.opened("appointment_move").split("With others"))
    offered = [(start, desk.provider) for start in same] + [(start, lina) for start in others]

    for start, provider in offered:
        sequence = desk.now().calendar_sequence
        desk.tapped("appointment_move", start=start, sequence=sequence, **{"with": provider.code})
        assert stamp(desk.now().starts_at) == [start]
    assert len(offered) == 7


def test_time_is_asked_about_before_it_is_taken(desk):
    before = everything()

    shown = desk.opened("appointment_move", start=stamp(TEN)[0], **{"with": desk.provider.code})

    assert "Move the appointment here?" in shown
    assert "10:00 AM" in shown
    assert "You give up Monday 7 January, 9:00 AM." in shown
    assert everything() == before


def test_moving_keeps_the_appointment_and_tells_the_patient(desk, lina):
    link = desk.path()

    shown = desk.moved(NINE + timedelta(days=1), lina)

    row = desk.now()
    assert "your appointment has a new time" in shown
    assert (row.starts_at, row.provider, row.status) == (NINE + timedelta(days=1), lina, S.RESCHEDULED)
    assert (row.public_id, desk.path()) == (desk.booked.public_id, link)
    assert Message.objects.filter(kind=MessageKind.MOVED).count() == 1
    last = row.history.first()
    assert (str(last.history_user), last.history_change_reason) == ("By itself or by link", "By the patient, by link")


def test_moving_twice_is_moving_once(desk):
    first, second = desk.moved(TEN), desk.moved(TEN)

    assert first == second
    assert desk.now().moves == 1


def test_second_tap_is_no_refusal_when_the_new_time_is_soon(desk, when):
    make_hours(desk.provider, desk.clinic, weekday=Weekday.TUESDAY)
    desk.moved(NINE + timedelta(days=1))
    when(TEN - timedelta(hours=23))
    booked = desk.booked = desk.now()

    desk.moved(TEN, sequence=booked.calendar_sequence, cost="0:0.00")
    shown = desk.moved(TEN, sequence=booked.calendar_sequence, cost="0:0.00")

    assert "your appointment has a new time" in shown
    assert desk.now().moves == 2


def test_taken_time_is_answered_with_the_nearest(desk, omar):
    desk.book(TEN, patient=omar)
    before = everything()

    shown = desk.moved(TEN, status=409)

    nearest = shown.split("Free near that time")[1].split("</ul>")[0]
    assert "This time is not free any more. Your appointment has not changed." in shown
    assert moments(nearest) == stamp(monday(9, 30), monday(10, 30), monday(11))
    assert "Omar" not in shown
    assert everything()[2:-1] == before[2:-1]
    assert desk.now().starts_at == NINE


@pytest.mark.parametrize(
    "starts_at", [monday(12), monday(10, 10), monday(9) - timedelta(days=7)], ids=["closed", "no start", "past"]
)
def test_time_that_nobody_offers_is_refused_in_words_for_patients(desk, starts_at):
    shown = desk.moved(starts_at, status=409)

    assert "This time cannot be had here. Your appointment has not changed." in shown
    assert "Choose another provider" not in shown
    assert desk.now().starts_at == NINE


def test_frozen_package_leads_to_the_telephone(desk):
    purchase = desk.purchase()
    desk.booked = desk.book(monday(11), purchase=purchase)
    type(purchase).objects.filter(pk=purchase.pk).update(status="frozen", frozen_on=date(2030, 1, 1))

    shown = desk.moved(TEN, status=409)

    assert "Choose another one, or call us." in shown
    assert "package" not in shown.lower()
    assert desk.now().starts_at == monday(11)


def test_form_for_another_time_moves_nothing(desk):
    booking.move(desk.booked, starts_at=TEN, by=desk.user)

    shown = desk.moved(monday(11), status=409)

    assert "has changed since you opened this page" in shown
    assert desk.now().starts_at == TEN


def test_late_the_page_says_until_when_it_was_possible_and_moves_nothing(desk, when):
    when(DAY_BEFORE)
    assert moments(desk.opened("appointment_move"))
    when(LATE)

    assert "It is too late to choose another time here." in desk.opened()
    assert "Another time</a>" not in desk.opened()
    for shown in (desk.opened("appointment_move"), desk.moved(TEN, status=409)):
        assert "Here this was possible until Sunday 6 January, 9:00 AM. Please call us." in shown
        assert not moments(shown)
    assert "Move the appointment here?" not in desk.opened(
        "appointment_move", start=stamp(TEN)[0], **{"with": desk.provider.code}
    )
    assert desk.now().starts_at == NINE


def test_patient_who_may_not_book_online_calls(desk):
    desk.policy(no_show_consequence=NoShowConsequence.NO_SELF_BOOKING, no_show_limit=1)
    desk.appointment(monday(9) - timedelta(days=7), patient=desk.patient, status=S.NO_SHOW)

    assert "For another time, please call us." in desk.opened()
    for shown in (desk.opened("appointment_move"), desk.moved(TEN, status=409)):
        assert "Please call us for another time." in shown
        assert not moments(shown)
    assert desk.now().starts_at == NINE


def test_notice_and_horizon_of_the_policy_hold(desk, when):
    desk.policy(cancellation_window=timedelta(0), minimum_notice=timedelta(hours=2))
    when(monday(8))
    assert moments(desk.opened("appointment_move")) == stamp(monday(10), monday(10, 30), monday(11), monday(11, 30))

    desk.policy(booking_horizon_days=6)
    shown = desk.opened("appointment_move", **{"from": "2030-01-20"})

    assert "Later days" not in shown
    assert not [start for start in moments(shown) if int(start) >= NEXT_WEEK.timestamp()]


def test_package_ends_the_search_with_its_last_day(desk):
    desk.booked = desk.book(monday(11), purchase=desk.purchase(days=8))

    shown = desk.opened("appointment_move", **{"from": "2030-01-14"})

    assert not moments(shown) or max(moments(shown)) < stamp(NEXT_WEEK)[0]
    assert "Later days" not in shown


def test_days_are_turned_a_week_at_a_time(desk):
    shown = desk.opened("appointment_move")
    assert "?from=2030-01-12" in shown
    assert "?from=2030-01-01" in shown

    shown = desk.opened("appointment_move", **{"from": "2030-01-12"})

    assert moments(shown)[0] == stamp(NEXT_WEEK)[0]


def test_days_without_a_free_time_lead_to_the_next_that_has_one(desk):
    shown = desk.opened("appointment_move", **{"from": "2030-01-08"})
    assert moments(shown) == stamp(*(NEXT_WEEK + n * timedelta(minutes=30) for n in range(6)))

    desk.change(desk.hours, every_n_weeks=4, valid_from=date(2030, 1, 7))
    shown = desk.opened("appointment_move", **{"from": "2030-01-08"})

    assert "From 8 January to 14 January nothing is free." in shown
    assert '<a href="?from=2030-02-04">Show Monday 4 February</a>' in shown


@pytest.mark.parametrize("day", ["", "x", "0001-01-01", "9999-12-31"])
def test_senseless_day_shows_days_that_can_be_booked(desk, day):
    assert "Choose another time" in desk.opened("appointment_move", **{"from": day})


@pytest.mark.parametrize("start", ["", "x", "-99999999999999", "253402300799", "9" * 30])
def test_senseless_time_is_not_there(desk, start):
    values = {"start": start, "with": desk.provider.code, "sequence": 0}
    nobody = {"start": stamp(TEN)[0], "with": "\0", "sequence": 0}

    assert desk.phone.get(desk.path("appointment_move"), nobody).status_code == 404
    assert desk.phone.get(desk.path("appointment_move"), values).status_code == 404
    assert desk.phone.post(desk.path("appointment_move"), values).status_code == 404
    assert desk.now().starts_at == NINE


def test_nobody_is_moved_to_who_does_not_give_the_service_here(desk, stranger):
    idle, elsewhere = make_provider(desk.clinic, name="Idle"), make_clinic(desk.organisation, "Malaz")
    away = make_provider(elsewhere, name="Away")
    desk.service.providers.add(away)

    for provider in (idle, away, stranger["provider"]):
        desk.moved(TEN, provider, status=404)
    assert desk.now().starts_at == NINE


@pytest.mark.parametrize("n", [1, 3])
def test_list_costs_as_many_queries_for_many_providers(desk, lina, django_assert_num_queries, n):
    for number in range(n):
        other = make_provider(desk.clinic, name=f"Other {number}")
        desk.service.providers.add(other)
        make_hours(other, desk.clinic)

    with django_assert_num_queries(6):
        desk.opened("appointment_move")
