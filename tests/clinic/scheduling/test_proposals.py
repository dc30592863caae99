"""Five times to move an appointment to: each is free, and each keeps something of the time it has."""

from datetime import date, datetime, time, timedelta

import pytest

from clinic.enums import ProposalReason as Why
from clinic.packages.services import assign
from clinic.scheduling import booking
from clinic.scheduling.proposals import proposals
from tests.factories import (
    BEFORE,
    NINE,
    RIYADH,
    make_appointment,
    make_clinic,
    make_hours,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)

WEEK = timedelta(days=7)


@pytest.fixture
def olaya(db):
    return make_clinic(make_organisation(), "Olaya")


@pytest.fixture
def sara(olaya):
    provider = make_provider(olaya, name="Sara")
    make_hours(provider, olaya, start=time(9), end=time(12))
    return provider


@pytest.fixture
def lama(olaya):
    provider = make_provider(olaya, name="Lama")
    make_week(provider, olaya, start=time(9), end=time(10))
    return provider


@pytest.fixture
def reem(olaya):
    """In another clinic."""
    rawdah = make_clinic(olaya.organisation, "Rawdah")
    provider = make_provider(rawdah, name="Reem")
    make_hours(provider, rawdah, start=time(11), end=time(12))
    return provider


@pytest.fixture
def appointment(olaya, sara, lama, reem):
    service = make_service(sara, lama, reem)
    return make_appointment(make_patient(olaya.organisation), service, sara, olaya, NINE)


def found(appointment, **kwargs):
    return {
        (proposal.slot.starts_at, proposal.slot.provider.name_en): proposal.reasons
        for proposal in proposals(appointment, **{"at": BEFORE, **kwargs})
    }


def test_each_proposal_keeps_something_of_the_time_it_has(appointment):
    assert found(appointment) == {
        (NINE + timedelta(minutes=30), "Sara"): [Why.SAME_PROVIDER],
        (NINE, "Lama"): [Why.SAME_TIME],
        (NINE + WEEK, "Sara"): [Why.LATER_WEEK],
        (datetime(2030, 1, 1, 9, tzinfo=RIYADH), "Lama"): [Why.FIRST_FREE],
        (NINE + timedelta(hours=2), "Reem"): [Why.OTHER_CLINIC],
    }


def test_one_time_with_two_merits_comes_once_and_leaves_room_for_another(appointment, lama):
    lama.workinghours.all().delete()

    late_on_monday = NINE - timedelta(minutes=30)
    answer = found(appointment, at=late_on_monday)

    assert answer[NINE + timedelta(minutes=30), "Sara"] == [Why.SAME_PROVIDER, Why.FIRST_FREE]
    assert [Why.NEAR] in answer.values()
    assert len(answer) == 5


def test_proposals_stand_in_order_of_time(appointment):
    times = [proposal.slot.starts_at for proposal in proposals(appointment, at=BEFORE)]

    assert times == sorted(times)
    assert times[0] == datetime(2030, 1, 1, 9, tzinfo=RIYADH)


def test_nearest_time_in_another_clinic_is_the_nearest_with_whomever(appointment, sara, reem):
    rawdah = reem.clinics.get()
    sara.clinics.add(rawdah)
    make_hours(sara, rawdah, weekday=2, start=time(9), end=time(10))

    (elsewhere,) = [who for who, reasons in found(appointment).items() if Why.OTHER_CLINIC in reasons]

    assert elsewhere == (NINE + timedelta(hours=2), "Reem")


def test_every_proposal_can_be_taken(appointment, olaya):
    desk = make_user(olaya.organisation)

    for proposal in proposals(appointment, at=BEFORE):
        slot = proposal.slot
        booking.move(
            appointment, starts_at=slot.starts_at, provider=slot.provider, clinic=slot.clinic, by=desk, at=BEFORE
        )
        appointment.refresh_from_db()

    assert appointment.moves == 5


def test_time_that_overlaps_its_own_is_free_for_it(appointment, sara, olaya):
    sara.workinghours.update(slot_minutes=10)

    assert (NINE + timedelta(minutes=10), "Sara") in found(appointment)


def test_patient_is_never_in_two_places(appointment, reem):
    elsewhere = make_provider(*reem.clinics.all(), name="Elsewhere")
    make_appointment(
        appointment.patient, appointment.service, elsewhere, reem.clinics.get(), NINE + timedelta(minutes=30)
    )

    assert (NINE + timedelta(minutes=30), "Sara") not in found(appointment)


def test_nothing_after_the_package_expires(appointment, olaya):
    package = make_package((appointment.service, 4), validity_days=7)
    purchase = assign(package, appointment.patient, by=make_user(olaya.organisation), on=date(2030, 1, 1))
    appointment.package_purchase, appointment.session_number = purchase, 1

    assert max(starts_at for starts_at, _who in found(appointment)) < NINE + timedelta(days=2)


def test_nothing_in_the_past(appointment):
    at = NINE + timedelta(hours=1, minutes=10)

    assert min(starts_at for starts_at, _who in found(appointment, at=at)) >= at


def test_same_wall_clock_time_across_a_change_of_clocks(olaya, appointment, sara):
    olaya.time_zone = "Europe/Berlin"
    olaya.record("time_zone", by=None)
    before_the_change = datetime(2030, 3, 25, 9, tzinfo=olaya.zone)
    appointment = make_appointment(
        make_patient(olaya.organisation), appointment.service, sara, olaya, before_the_change
    )

    answer = found(appointment, at=before_the_change - timedelta(days=1))

    assert answer[datetime(2030, 4, 1, 9, tzinfo=olaya.zone), "Sara"] == [Why.LATER_WEEK]


def test_number_of_queries_is_fixed(appointment, olaya, django_assert_num_queries):
    for name in ("Hala", "Nada"):
        provider = make_provider(olaya, name=name)
        appointment.service.providers.add(provider)
        make_week(provider, olaya)

    with django_assert_num_queries(8):
        proposals(appointment, at=BEFORE)
