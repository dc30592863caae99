"""Taking a move back: as if it had not been made, unless the patient has heard of it."""

from datetime import time, timedelta

import pytest

from clinic.enums import AppointmentStatus as Status
from clinic.enums import Happening, MessageKind, MessageStatus
from clinic.errors import BookingRefused, ChangedMeanwhile, WrongStatus
from clinic.models import Message, PackagePurchase
from clinic.packages.services import assign
from clinic.scheduling import booking
from clinic.scheduling.timeline import timeline
from tests.factories import (
    BEFORE,
    NINE,
    SENT,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)

TEN = NINE + timedelta(hours=1)


@pytest.fixture
def clinic(db):
    return make_clinic(make_organisation())


@pytest.fixture
def desk(clinic):
    return make_user(clinic.organisation)


@pytest.fixture
def lama(clinic):
    provider = make_provider(clinic, name="Lama")
    make_week(provider, clinic, start=time(9), end=time(17))
    return provider


@pytest.fixture
def service(clinic, lama):
    sara = make_provider(clinic, name="Sara")
    make_week(sara, clinic, start=time(9), end=time(17))
    return make_service(sara, lama)


@pytest.fixture
def booked(service, clinic, desk):
    sara = service.providers.get(name_en="Sara")
    patient = make_patient(clinic.organisation)
    return booking.book(
        patient=patient, service=service, provider=sara, clinic=clinic, starts_at=NINE, by=desk, at=BEFORE
    )


def moved(appointment, desk, **kwargs):
    return booking.move(appointment, **{"starts_at": TEN, "by": desk, "at": BEFORE, **kwargs})


def back(appointment, desk, **kwargs):
    return booking.undo_move(appointment, by=desk, at=BEFORE + timedelta(minutes=1), **kwargs)


def waiting(kind):
    return Message.objects.filter(kind=kind, status=MessageStatus.QUEUED).count()


def test_everything_is_as_it_was(booked, desk, lama):
    booking.confirm(booked, by=desk, at=BEFORE)
    booked.refresh_from_db()
    was = booked.provider, booked.starts_at, booked.busy_until, booked.status, booked.confirmed_at, booked.moves

    row = back(moved(booked, desk, provider=lama), desk)

    row.refresh_from_db()
    assert (row.provider, row.starts_at, row.busy_until, row.status, row.confirmed_at, row.moves) == was
    assert row.calendar_sequence == 2


def test_nobody_hears_of_a_move_taken_back_in_time(booked, desk):
    Message.objects.update(**SENT)

    back(moved(booked, desk), desk)

    assert waiting(MessageKind.MOVED) == 0
    assert waiting(MessageKind.BOOKED) == 0


def test_who_has_heard_of_the_move_hears_that_it_is_taken_back(booked, desk):
    row = moved(booked, desk)
    Message.objects.update(**SENT)

    back(row, desk)

    assert waiting(MessageKind.MOVED) == 1


def test_who_has_heard_of_nothing_yet_hears_of_the_booking(booked, desk):
    back(moved(booked, desk), desk)

    assert waiting(MessageKind.MOVED) == 0
    assert waiting(MessageKind.BOOKED) == 1


def test_only_the_last_of_two_moves_is_taken_back(booked, desk):
    twice = moved(moved(booked, desk), desk, starts_at=NINE + timedelta(hours=2))

    row = back(twice, desk)

    assert (row.starts_at, row.moves, row.status) == (TEN, 1, Status.RESCHEDULED)


def test_old_time_taken_by_somebody_else_is_refused_and_nothing_changes(booked, desk, service, clinic):
    row = moved(booked, desk)
    sara = service.providers.get(name_en="Sara")
    booking.book(
        patient=make_patient(clinic.organisation, "Quick"), service=service, provider=sara, clinic=clinic,
        starts_at=NINE, by=desk, at=BEFORE,
    )  # fmt: skip

    with pytest.raises(BookingRefused):
        back(row, desk)

    row.refresh_from_db()
    assert (row.starts_at, row.moves) == (TEN, 1)


def test_old_time_after_the_last_day_of_the_package_is_refused(service, clinic, desk):
    patient = make_patient(clinic.organisation)
    purchase = assign(make_package((service, 1)), patient, by=desk, on=BEFORE.date())
    row = booking.book(
        patient=patient, service=service, provider=service.providers.get(name_en="Sara"), clinic=clinic,
        starts_at=NINE + timedelta(days=1), by=desk, purchase=purchase, at=BEFORE,
    )  # fmt: skip
    earlier = moved(row, desk, starts_at=NINE)
    PackagePurchase.objects.update(expires_on=NINE.date())

    with pytest.raises(BookingRefused, match="The last day of this package"):
        back(earlier, desk)

    earlier.refresh_from_db()
    assert earlier.starts_at == NINE


def test_move_of_somebody_else_since_is_not_taken_back(booked, desk):
    row = moved(booked, desk)
    moved(row, desk, starts_at=NINE + timedelta(hours=2))

    with pytest.raises(ChangedMeanwhile):
        back(row, desk, expected_sequence=1)


@pytest.mark.parametrize("step", ["confirm", "check_in"])
def test_move_that_the_patient_has_answered_is_not_taken_back(booked, desk, step):
    row = moved(booked, desk)
    getattr(booking, step)(row, by=desk, at=BEFORE)

    with pytest.raises(WrongStatus):
        back(row, desk)


def test_what_was_never_moved_cannot_be_taken_back(booked, desk):
    with pytest.raises(WrongStatus, match="There is no move of Huda to take back"):
        back(booked, desk)


def test_story_of_the_appointment_says_that_the_move_is_undone(booked, desk):
    booking.confirm(booked, by=desk, at=BEFORE)

    row = back(moved(booked, desk), desk)

    told = [event.what for event in timeline(row) if event.what != Happening.MESSAGE]
    assert told == [Happening.BOOKED, Happening.CONFIRMED, Happening.MOVED, Happening.UNDONE]
