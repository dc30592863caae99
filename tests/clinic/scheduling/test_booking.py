"""What a booking writes when it goes well, and that nothing is written when it does not."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from clinic.enums import AppointmentKind, AppointmentStatus, MessageKind, RefusalCode, WorkflowType
from clinic.errors import BookingRefused, SlotTaken
from clinic.models import Clinic, Message, PackagePurchase, Patient, Provider, Room, Service
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from tests.clinic.scheduling.conftest import codes, monday
from tests.factories import (
    BEFORE,
    make_hours,
    make_package,
    make_patient,
    make_provider,
    make_room,
    make_service,
    make_user,
    make_week,
)

# Book


def test_a_booking_takes_the_time_of_the_provider_and_the_patient(desk):
    desk.lengths(before=5, treatment=30, after=10)

    appointment = desk.book(monday(9), reason="First visit")

    appointment.refresh_from_db()
    assert (appointment.provider, appointment.clinic, appointment.patient) == (desk.provider, desk.clinic, desk.patient)
    assert (appointment.starts_at, appointment.ends_at) == (monday(9), monday(9, 30))
    assert (appointment.busy_from, appointment.busy_until) == (monday(8, 55), monday(9, 40))
    assert (appointment.status, appointment.kind) == (AppointmentStatus.SCHEDULED, AppointmentKind.THERAPY_SESSION)
    assert (appointment.booked_by, appointment.booked_at) == (desk.user, BEFORE)
    assert (appointment.organisation, appointment.reason) == (desk.organisation, "First visit")
    assert (appointment.package_purchase, appointment.session_number, appointment.lane) == (None, None, 0)


def test_a_booking_leaves_a_history_row_with_the_actor(desk):
    appointment = desk.book(reason="First visit")

    (row,) = appointment.history.all()
    assert (row.history_type, row.history_user, row.starts_at) == ("+", desk.user, monday(9))


def test_a_booking_queues_one_message(desk):
    appointment = desk.book()

    message = Message.objects.get()
    assert (message.kind, message.appointment, message.patient) == (MessageKind.BOOKED, appointment, desk.patient)


def test_a_consultation_is_booked_as_one(desk):
    desk.change(desk.service, workflow_type=WorkflowType.GOPD_CONSULT)

    assert desk.book().kind == AppointmentKind.CONSULTATION
    assert desk.book(monday(10), kind=AppointmentKind.XRAY_REVIEW).kind == AppointmentKind.XRAY_REVIEW


def test_a_follow_up_is_booked_as_one_and_names_what_it_follows(desk):
    first = desk.book(monday(9))

    second = desk.book(monday(10), follow_up_of=first)

    assert (second.follow_up_of, second.kind) == (first, AppointmentKind.FOLLOW_UP)


def test_a_follow_up_of_another_patients_appointment_is_refused(desk, nothing_written):
    first = desk.book(monday(9), patient=make_patient(desk.organisation))
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(monday(10), follow_up_of=first)

    assert codes(refused) == [RefusalCode.WRONG_PATIENT]


def test_a_booking_takes_the_lowest_free_lane(desk):
    desk.change(desk.hours, capacity=3)
    desk.appointment(lane=1)

    lanes = [desk.book(patient=make_patient(desk.organisation)).lane for _ in range(2)]

    assert lanes == [0, 2]


def test_a_booking_takes_the_first_free_place_of_a_room(desk):
    desk.change(desk.hours, capacity=3)
    first = make_room(desk.clinic, desk.service, code="1", capacity=2)
    second = make_room(desk.clinic, desk.service, code="2")

    seats = [desk.book(patient=make_patient(desk.organisation)) for _ in range(3)]

    assert [(seat.room, seat.room_place) for seat in seats] == [(first, 0), (first, 1), (second, 0)]


def test_a_room_can_be_asked_for(desk):
    make_room(desk.clinic, desk.service, code="1")
    second = make_room(desk.clinic, desk.service, code="2")

    assert desk.book(room=second).room == second


def test_a_time_can_be_given_in_any_zone(desk):
    appointment = desk.book(monday(9).astimezone(UTC))

    assert appointment.starts_at == monday(9)


# Sessions of a package


def test_a_booking_on_a_package_reserves_the_next_session(desk):
    purchase = desk.purchase(sessions=3)

    numbers = [desk.book(start, purchase=purchase).session_number for start in (monday(11), monday(9))]

    balance = balance_of(purchase)
    assert numbers == [1, 2]
    assert (balance.used, balance.reserved, balance.free) == (0, 2, 1)


def test_the_number_of_a_cancelled_session_is_given_again(desk):
    purchase = desk.purchase(sessions=3)
    first = desk.book(monday(9), purchase=purchase)
    desk.book(monday(10), purchase=purchase)
    booking.cancel(first, by=desk.user, at=BEFORE)

    assert desk.book(monday(11), purchase=purchase).session_number == 1


def test_no_more_sessions_can_be_booked_than_were_bought(desk, nothing_written):
    purchase = desk.purchase(sessions=1)
    desk.book(monday(9), purchase=purchase)
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(monday(10), purchase=purchase)

    assert codes(refused) == [RefusalCode.NO_SESSION_LEFT]


def test_the_package_of_another_patient_is_refused_and_not_described(desk, nothing_written):
    purchase = desk.purchase(patient=make_patient(desk.organisation, name="Omar"))
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(purchase=purchase)

    assert codes(refused) == [RefusalCode.WRONG_PATIENT]
    assert "Omar" not in str(refused.value)
    assert "sessions" not in str(refused.value)


def test_a_package_without_the_service_is_refused(desk, nothing_written):
    other = make_service(desk.provider, name="Assessment")
    purchase = desk.purchase()
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(service=other, purchase=purchase)

    assert codes(refused) == [RefusalCode.NOT_OFFERED]


def test_a_service_that_is_not_offered_is_refused_with_a_package_too(desk, nothing_written):
    purchase = desk.purchase()
    other = make_provider(desk.clinic, name="Mona")
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(provider=other, purchase=purchase)

    assert codes(refused) == [RefusalCode.NOT_OFFERED]


LAST_DAY = date(2030, 3, 31)


@pytest.fixture
def expiring(desk):
    """A purchase whose last day is 31 March, and a provider who works round the clock."""
    desk.change(desk.hours, active=False)
    make_week(desk.provider, desk.clinic, start=time(0), end=time(23, 59))
    return desk.purchase(on=LAST_DAY - timedelta(days=90), days=90)


@pytest.mark.parametrize("zone", ["Asia/Riyadh", "Pacific/Kiritimati", "Pacific/Honolulu"])
def test_a_session_late_on_the_last_day_is_within_the_package(desk, expiring, zone):
    desk.change(desk.clinic, time_zone=zone)
    starts_at = datetime(2030, 3, 31, 23, tzinfo=desk.clinic.zone)

    assert desk.book(starts_at.astimezone(UTC), purchase=expiring).session_number == 1


@pytest.mark.parametrize("zone", ["Asia/Riyadh", "Pacific/Kiritimati", "Pacific/Honolulu"])
def test_a_session_early_on_the_day_after_is_not(desk, expiring, zone, nothing_written):
    desk.change(desk.clinic, time_zone=zone)
    starts_at = datetime(2030, 4, 1, 0, 30, tzinfo=desk.clinic.zone)
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(starts_at.astimezone(UTC), purchase=expiring)

    assert codes(refused) == [RefusalCode.EXPIRY]


# Refusals


@pytest.mark.parametrize(
    ("taken_by", "code"),
    [("provider", RefusalCode.BOOKED), ("buffer", RefusalCode.BUFFER), ("patient", RefusalCode.PATIENT_BUSY),
     ("room", RefusalCode.ROOM)],
)  # fmt: skip
def test_a_time_that_is_taken_is_refused_with_the_nearest_three(desk, nothing_written, taken_by, code):
    other = make_provider(desk.clinic)
    match taken_by:
        case "provider":
            desk.appointment(monday(10))
        case "buffer":
            desk.lengths(after=15)
            desk.appointment(monday(10, 30))
        case "patient":
            desk.appointment(monday(10), provider=other, patient=desk.patient)
        case "room":
            desk.appointment(monday(10), provider=other, room=make_room(desk.clinic, desk.service))
    nothing_written()

    with pytest.raises(SlotTaken) as refused:
        desk.book(monday(10))

    nearest = [slot.starts_at for slot in refused.value.nearest]
    assert codes(refused) == [code, code]
    assert nearest == sorted(nearest)
    assert nearest == [monday(9), monday(9, 30), monday(11, 30) if taken_by == "buffer" else monday(10, 30)]
    assert "This time is not free. Free instead: " in str(refused.value)


def test_the_nearest_slots_are_free_for_the_patient_and_name_other_providers(desk):
    mona = make_provider(desk.clinic, name="Mona")
    desk.service.providers.add(mona)
    make_hours(mona, desk.clinic, start=time(10), end=time(11))
    desk.appointment(monday(10))
    desk.appointment(monday(10, 30), patient=desk.patient, provider=make_provider(desk.clinic))

    with pytest.raises(SlotTaken) as refused:
        desk.book(monday(10))

    assert [(slot.starts_at, slot.provider) for slot in refused.value.nearest] == [
        (monday(9), desk.provider), (monday(9, 30), desk.provider), (monday(10), mona),
    ]  # fmt: skip


def test_with_nothing_free_for_a_fortnight_the_hint_says_so(desk):
    desk.change(desk.hours, end=time(9, 30), valid_until=date(2030, 1, 7))
    desk.appointment(monday(9))

    with pytest.raises(SlotTaken) as refused:
        desk.book(monday(9))

    assert refused.value.nearest == []
    assert "Choose another day." in str(refused.value)


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [(monday(8), RefusalCode.WORKING_HOURS), (monday(9, 10), RefusalCode.GRID)],
    ids=["outside the hours", "off the grid"],
)
def test_a_time_against_the_rules_is_refused_without_alternatives(desk, nothing_written, starts_at, code):
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(starts_at)

    assert codes(refused) == [code]
    assert not isinstance(refused.value, SlotTaken)


def test_every_reason_is_collected(desk, nothing_written):
    purchase = desk.purchase(sessions=1)
    desk.book(monday(10), purchase=purchase)
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(monday(10), purchase=purchase)

    assert codes(refused) == [RefusalCode.BOOKED, RefusalCode.PATIENT_BUSY, RefusalCode.NO_SESSION_LEFT]


def test_a_room_that_does_not_serve_the_service_is_refused(desk, nothing_written):
    make_room(desk.clinic, desk.service)
    other = make_room(desk.clinic, name="Gym")
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(room=other)

    assert codes(refused)[-1] == RefusalCode.ROOM
    assert "Gym is taken, or does not serve Speech therapy." in str(refused.value)


@pytest.mark.parametrize(
    ("name", "model"),
    [("patient", Patient), ("provider", Provider), ("clinic", Clinic), ("service", Service), ("room", Room)],
)
def test_a_row_of_another_organisation_is_not_there(desk, nothing_written, stranger, name, model):
    nothing_written()

    with pytest.raises(model.DoesNotExist):
        desk.book(**{name: stranger[name]})


def test_a_purchase_of_another_organisation_is_not_there(desk, nothing_written, stranger):
    purchase = desk.purchase()
    PackagePurchase.objects.filter(pk=purchase.pk).update(
        organisation=stranger["patient"].organisation,
        patient=stranger["patient"],
        package=make_package((stranger["service"], 5)),
    )
    purchase.refresh_from_db()
    nothing_written()

    with pytest.raises(PackagePurchase.DoesNotExist):
        desk.book(purchase=purchase)


def test_somebody_without_an_organisation_books_nothing(desk, nothing_written):
    nothing_written()

    with pytest.raises(Patient.DoesNotExist):
        desk.book(by=make_user(None))


def test_a_time_without_a_zone_is_an_error(desk, nothing_written):
    nothing_written()

    with pytest.raises(ValueError, match="time zone"):
        desk.book(datetime(2030, 1, 7, 9))  # noqa: DTZ001 (the naive moment is the point)


def test_a_booking_asks_two_questions_and_writes_three_rows(desk, django_assert_num_queries):
    locks, questions, rows, savepoint = int(connection.vendor == "postgresql"), 2, 3, 2

    with django_assert_num_queries(locks + questions + rows + savepoint):
        desk.book(monday(10))
