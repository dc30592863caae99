"""What a plan proposes: the right sessions with the right people, and the world as it is respected."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from clinic.models import Patient, WorkingHours
from clinic.scheduling import booking
from clinic.scheduling.planning import plan
from tests.clinic.scheduling.planning.conftest import day, days_of, told
from tests.factories import (
    BEFORE,
    MONDAY,
    RIYADH,
    make_busy_time,
    make_clinic,
    make_closure,
    make_hours,
    make_leave,
    make_patient,
    make_provider,
    make_room,
    make_service,
    make_week,
)


def test_plan_with_room_for_all_places_each_session_on_a_day_of_its_own(desk):
    planned = desk.plan(desk.sell(4))

    assert told(planned) == ["Mon 07 09:00 Sara", "Mon 14 09:00 Sara", "Mon 21 09:00 Sara", "Mon 28 09:00 Sara"]
    assert [s.session_number for s in planned.placed] == [1, 2, 3, 4]
    assert (planned.is_complete, planned.unplaced, planned.ways_out) == (True, (), ())
    assert (planned.certificate.bound, planned.certificate.optimal) == (4, True)


def test_plan_takes_sessions_from_the_clinics_and_providers_that_deliver(desk):
    malaz = make_clinic(desk.organisation, "Malaz")
    assessment = make_service(make_provider(malaz, name="Noura"), name="Assessment", minutes=60)
    noura = assessment.providers.get()
    make_hours(noura, malaz, weekday=2)
    desk.provider("Omar", clinic=malaz)

    planned = desk.plan(desk.sell((desk.speech, 20), (assessment, 2)))

    assert {(str(s.item.service), str(s.provider), str(s.clinic)) for s in planned.placed} == {
        ("Speech therapy", "Sara", "Olaya"),
        ("Assessment", "Noura", "Malaz"),
    }
    assert len(planned.placed) == 22
    assert {s.ends_at - s.starts_at for s in planned.placed if s.provider == noura} == {timedelta(hours=1)}


def test_plan_names_only_the_providers_and_clinics_that_were_chosen(desk):
    malaz = make_clinic(desk.organisation, "Malaz")
    omar, _lina = desk.provider("Omar", clinic=malaz), desk.provider("Lina", clinic=malaz)
    make_week(omar, desk.olaya, start=time(13), end=time(15))
    omar.clinics.add(desk.olaya)

    planned = desk.plan(desk.sell(3), providers=[omar], clinics=[malaz])

    assert {(s.provider, s.clinic) for s in planned.placed} == {(omar, malaz)}
    assert len(planned.placed) == 3


def test_plan_with_several_providers_needs_as_few_as_can_be(desk):
    desk.provider("Omar")
    desk.fill(*(day(number, hour, minute) for number in (7, 8) for hour in (9, 10, 11) for minute in (0, 30)))

    planned = desk.plan(desk.sell(2), last_day=date(2030, 1, 9))

    assert {str(s.provider) for s in planned.placed} == {"Omar"}
    assert planned.certificate.provider_changes == 0


def test_plan_leaves_leave_and_closures_alone(desk):
    make_leave(desk.sara, day(7, 0), day(9, 0))
    make_closure(desk.organisation, date(2030, 1, 10))

    planned = desk.plan(desk.sell(7), last_day=date(2030, 1, 13))

    assert days_of(planned) == [2, 4, 5, 6]
    assert planned.certificate.bound == 4


def test_plan_leaves_time_alone_that_is_busy_elsewhere(desk):
    make_busy_time(desk.sara, day(7), day(8, 9, 30))
    make_busy_time(desk.sara, day(9, 0), day(10, 0), calendar="Paused", active=False)
    make_busy_time(desk.provider("Omar"), day(9, 0), day(10, 0))

    planned = desk.plan(desk.sell(4), last_day=date(2030, 1, 9), providers=[desk.sara])

    assert told(planned) == ["Tue 08 09:30 Sara", "Wed 09 09:00 Sara"]
    assert planned.certificate.bound == 2


def test_plan_leaves_the_patients_other_appointments_alone(desk):
    other = make_service(desk.provider("Omar"), name="Physiotherapy", minutes=150)
    desk.book(day(7), service=other, provider=other.providers.get())

    planned = desk.plan(desk.sell(1), last_day=MONDAY)

    assert told(planned) == ["Mon 07 11:30 Sara"]


def test_plan_numbers_sessions_after_those_that_stand_and_fills_the_gap_of_a_cancelled_one(desk):
    purchase = desk.sell(5)
    desk.book(day(7), purchase=purchase)
    second = desk.book(day(8), purchase=purchase)
    desk.book(day(9), purchase=purchase)
    booking.cancel(second, by=desk.user, at=BEFORE)

    planned = desk.plan(purchase, last_day=date(2030, 1, 13))

    assert [s.session_number for s in planned.placed] == [2, 4, 5]
    assert not {0, 2} & set(days_of(planned))


def test_plan_continues_the_weekday_and_time_of_the_sessions_that_stand(desk):
    purchase = desk.sell(4)
    desk.book(day(8, 10, 30), purchase=purchase)

    planned = desk.plan(purchase)

    assert told(planned) == ["Tue 15 10:30 Sara", "Tue 22 10:30 Sara", "Tue 29 10:30 Sara"]


def test_plan_of_a_purchase_without_free_sessions_is_complete_and_empty(desk):
    purchase = desk.sell(1)
    desk.book(day(7), purchase=purchase)

    planned = desk.plan(purchase)

    assert (planned.placed, planned.unplaced, planned.is_complete) == ((), (), True)


def test_plan_puts_two_patients_in_one_room_for_two_and_a_third_elsewhere(desk):
    make_room(desk.olaya, desk.speech, capacity=2)
    desk.provider("Omar"), desk.provider("Lina")
    purchases = [desk.sell(1, patient=make_patient(desk.organisation, name=name)) for name in "abc"]

    planned = desk.plan(purchases, last_day=MONDAY, latest=time(10))

    assert [f"{s.starts_at:%H:%M}" for s in planned.placed] == ["09:00", "09:00", "09:30"]
    assert len({(s.place, s.starts_at) for s in planned.placed}) == 3


def test_plan_seats_patients_side_by_side_as_the_hours_and_the_service_allow(desk):
    WorkingHours.objects.update(capacity=3)
    alone = make_service(desk.sara, name="Alone", capacity=1)
    purchases = [desk.sell((alone, 1), patient=make_patient(desk.organisation, name="Noura"))]
    purchases += [desk.sell(1, patient=make_patient(desk.organisation, name=name)) for name in "abcd"]

    planned = desk.plan(purchases, last_day=MONDAY, latest=time(10))

    at_nine, later = ([s for s in planned.placed if s.starts_at == day(7, 9, m)] for m in (0, 30))
    assert sorted([len(at_nine), len(later)]) == [1, 3]
    assert planned.certificate.bound == 4


def test_plan_of_two_purchases_of_one_patient_never_has_the_patient_in_two_places(desk):
    massage = make_service(desk.provider("Omar"), name="Massage", minutes=60)

    purchases = [desk.sell(7), desk.sell((massage, 7))]

    planned = desk.plan(purchases, last_day=date(2030, 1, 13), latest=time(10, 30), sessions_per_day=2)

    spans = sorted((s.starts_at, s.ends_at) for s in planned.placed)
    assert len(spans) == 14
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_plan_of_several_purchases_gives_scarce_time_to_as_many_sessions_as_fit(desk):
    purchases = [desk.sell(6, patient=make_patient(desk.organisation, name=name)) for name in "abc"]

    planned = desk.plan(purchases, last_day=date(2030, 1, 8))

    assert len(planned.placed) == 6
    assert len({s.starts_at for s in planned.placed}) == 6
    assert sum(left.sessions for left in planned.unplaced) == 12


@pytest.mark.parametrize("zone", ["Asia/Riyadh", "America/Los_Angeles", "Asia/Tokyo"])
def test_plan_holds_the_last_session_on_the_day_of_expiry_on_the_clinics_own_calendar(desk, zone):
    clinic = make_clinic(desk.organisation, "Far", time_zone=zone)
    desk.provider("Omar", clinic=clinic, start=time(0), end=time(23, 30))
    purchase = desk.sell(6, days=2)

    planned = desk.plan(purchase, clinics=[clinic])

    assert purchase.expires_on == date(2030, 1, 9)
    assert [s.starts_at.date().day for s in planned.placed] == [7, 8, 9]


def test_plan_of_two_purchases_ends_each_on_its_own_last_day(desk):
    short, long = desk.sell(9, days=2), desk.sell(9, days=5, patient=make_patient(desk.organisation))

    planned = desk.plan([short, long])

    assert sorted({s.starts_at.day for s in planned.placed if s.purchase == short}) == [7, 8, 9]
    assert sorted({s.starts_at.day for s in planned.placed if s.purchase == long}) == [7, 8, 9, 10, 11, 12]


def test_plan_costs_the_same_number_of_queries_for_one_and_for_three(desk, django_assert_num_queries):
    others = [desk.provider(name) for name in ("Omar", "Lina")]
    purchases = [desk.sell(2, patient=make_patient(desk.organisation, name=name)) for name in "abc"]
    make_room(desk.olaya, desk.speech, capacity=9)

    with django_assert_num_queries(6):
        desk.plan(purchases[0], providers=[desk.sara])
    with django_assert_num_queries(6):
        desk.plan(purchases, providers=[desk.sara, *others])


def test_equal_question_gets_the_equal_plan_in_whatever_order_the_rows_are_given(desk):
    others = [desk.provider(name) for name in ("Omar", "Lina")]
    names = ["Huda", "Amal", "Badr", "Dana"]
    purchases = [desk.sell(5, patient=make_patient(desk.organisation, name=name)) for name in names]
    providers = [desk.sara, *others]

    first = desk.plan(purchases, providers=providers, last_day=date(2030, 1, 9))
    again = desk.plan(purchases, providers=providers, last_day=date(2030, 1, 9))
    turned = desk.plan(purchases[::-1], providers=providers[::-1], last_day=date(2030, 1, 9))

    assert first.placed == again.placed == turned.placed
    assert len(first.placed) == 12


def test_purchase_named_twice_is_planned_once(desk):
    purchase = desk.sell(3)

    assert desk.plan([purchase, purchase]).placed == desk.plan(purchase).placed


def test_plan_writes_nothing(desk):
    purchase, patients = desk.sell(3), Patient.objects.count()

    desk.plan(purchase)

    assert purchase.appointments.count() == 0
    assert Patient.objects.count() == patients


def test_plan_starts_after_the_minimum_notice(desk):
    policy = desk.organisation.policy
    policy.minimum_notice = timedelta(hours=26)
    policy.save()

    planned = plan(
        desk.sell(1), providers=None, first_day=MONDAY, last_day=date(2030, 1, 9),
        at=datetime(2030, 1, 7, 8, 30, tzinfo=RIYADH),
    )  # fmt: skip

    assert told(planned) == ["Tue 08 10:30 Sara"]
