"""A plan waits in a form or a job as plain values; what comes back is the same plan, or is refused."""

import json
from datetime import date, time

import pytest

from clinic.errors import PlanRefused
from clinic.models import Appointment
from clinic.scheduling.planning.packing import pack, pack_request, unpack, unpack_request
from tests.clinic.scheduling.planning.conftest import PlanningDesk
from tests.factories import make_patient, make_room, make_service, make_user


def through_json(value):
    return json.loads(json.dumps(value))


@pytest.fixture
def planned(desk):
    omar = desk.provider("Omar")
    make_room(desk.olaya, desk.speech, capacity=2)
    purchases = [desk.sell(4), desk.sell(2, patient=make_patient(desk.organisation, name="Amal"))]
    return desk.plan(
        purchases, providers=[desk.sara, omar], clinics=[desk.olaya], weekdays=frozenset({1, 3}), earliest=time(9, 30),
        latest=time(11), closed_days=frozenset({date(2030, 1, 9)}), sessions_per_week=2, min_gap_days=2,
        keep_time=False,
    )  # fmt: skip


def test_plan_comes_back_as_it_was(desk, planned):
    again = unpack(through_json(pack(planned)), by=desk.user)

    assert (again.request, again.placed, again.certificate) == (planned.request, planned.placed, planned.certificate)
    assert [(s.starts_at.tzinfo, s.place) for s in again.placed] == [
        (s.starts_at.tzinfo, s.place) for s in planned.placed
    ]


def test_plan_that_came_back_books_the_same_sessions(desk, planned):
    booked = desk.apply(unpack(through_json(pack(planned)), by=desk.user))

    assert [(row.starts_at, row.session_number) for row in booked] == [
        (s.starts_at, s.session_number) for s in planned.placed
    ]
    assert len(booked) == 6


def test_question_about_anybody_anywhere_comes_back_as_it_was(desk):
    request = desk.plan(desk.sell(1)).request

    assert (request.providers, request.clinics) == (None, None)
    assert unpack_request(through_json(pack_request(request)), by=desk.user) == request


def test_plan_of_another_organisation_is_refused(desk, planned):
    packed = through_json(pack(planned))

    for stranger in (PlanningDesk().user, make_user(None)):
        with pytest.raises(PlanRefused, match="no longer there"):
            unpack(packed, by=stranger)
        with pytest.raises(PlanRefused, match="no longer there"):
            unpack_request(packed["request"], by=stranger)


@pytest.mark.parametrize(
    ("column", "row_of"),
    [
        (0, lambda other: other.sell(1)),
        (1, lambda other: other.sell(1).items.get()),
        (2, lambda other: other.sara),
        (3, lambda other: other.olaya),
    ],
    ids=["purchase", "item", "provider", "clinic"],
)
def test_session_with_a_row_of_another_organisation_is_refused(desk, planned, column, row_of):
    packed = through_json(pack(planned))
    packed["sessions"][0][column] = row_of(PlanningDesk()).pk

    with pytest.raises(PlanRefused):
        unpack(packed, by=desk.user)


@pytest.mark.parametrize("name", ["purchases", "providers", "clinics"])
def test_question_with_a_row_of_another_organisation_is_refused(desk, planned, name):
    other = PlanningDesk()
    packed = through_json(pack(planned))
    packed["request"][name][0] = {"purchases": other.sell(1), "providers": other.sara, "clinics": other.olaya}[name].pk

    with pytest.raises(PlanRefused):
        unpack(packed, by=desk.user)


def test_session_on_a_purchase_of_another_patient_that_the_plan_does_not_name_is_refused(desk, planned):
    packed = through_json(pack(planned))
    packed["sessions"][0][0] = desk.sell(1, patient=make_patient(desk.organisation)).pk

    with pytest.raises(PlanRefused, match="not a plan"):
        unpack(packed, by=desk.user)


def test_session_with_the_item_of_another_purchase_is_refused_when_it_is_booked(desk, planned):
    massage = make_service(desk.sara, name="Massage")
    packed = through_json(pack(planned))
    packed["sessions"][0][1] = desk.sell((massage, 1)).items.get().pk

    with pytest.raises(PlanRefused):
        desk.apply(unpack(packed, by=desk.user))
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize(
    "nonsense",
    [
        {"request": 3},
        {"sessions": [[1, 2]]},
        {"sessions": [["x", None, {}, [], "soon", "later", 1, 0, None]]},
        {"sessions": None},
        {"certificate": [1]},
    ],
)
def test_values_that_no_plan_packs_to_are_refused(desk, planned, nonsense):
    packed = through_json(pack(planned)) | nonsense

    with pytest.raises(PlanRefused):
        unpack(packed, by=desk.user)
