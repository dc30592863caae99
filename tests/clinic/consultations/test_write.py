"""Writing into a consultation: only its doctor, only while it is active, never over what somebody else wrote."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.consultations.services import write
from clinic.enums import ConsultationStatus, RefusalCode
from clinic.errors import ChangedMeanwhile, ConsultationRefused, InvalidEntry
from clinic.models import Consultation, RefusedAttempt
from tests.clinic.consultations.house import Outpatients
from tests.factories import NINE, make_consultation

MINUTE = timedelta(minutes=1)


@pytest.fixture
def active(house):
    return make_consultation(house.visit(), house.service(), house.sara.provider)


def stored(row) -> Consultation:
    return Consultation.objects.get(pk=row.pk)


def test_words_are_saved_with_a_new_version_and_a_history_row(house, active):
    written = write(
        active, {"findings": "Chest is clear", "pulse": "72"}, by=house.sara, expected_version=0, at=NINE + MINUTE
    )

    row, newest = stored(active), active.history.first()
    assert (written.version, row.version) == (1, 1)
    assert (row.findings, row.pulse, row.complaint) == ("Chest is clear", 72, "")
    assert (newest.findings, newest.version, newest.history_user) == ("Chest is clear", 1, house.sara)
    assert newest.history_date == NINE + MINUTE


def test_history_keeps_one_row_for_each_writer_and_five_minutes(house, active):
    versions = active.history.count()

    for number in range(60):
        at = NINE + number * timedelta(seconds=10)
        write(active, {"plan": f"Take {number}"}, by=house.sara, expected_version=number, at=at)

    rows = list(active.history.order_by("history_id").values_list("plan", "version", "history_date"))[versions:]
    assert rows == [("Take 29", 30, NINE), ("Take 59", 60, NINE + 5 * MINUTE)]
    assert stored(active).plan == "Take 59"


def test_stale_version_is_refused_with_who_wrote_and_nothing_is_lost(house, active):
    write(active, {"plan": "Rest"}, by=house.sara, expected_version=0, at=NINE)

    with pytest.raises(ChangedMeanwhile, match=r"sara has written other words .*\(7 Jan 2030, 09:00\)") as refused:
        write(active, {"plan": "Run", "findings": "Fit"}, by=house.sara, expected_version=0, at=NINE + MINUTE)

    assert [reason.code for reason in refused.value.reasons] == [RefusalCode.CHANGED]
    assert (stored(active).plan, stored(active).findings, stored(active).version) == ("Rest", "", 1)


def test_same_words_again_change_nothing_and_are_no_conflict(house, active):
    words = {"plan": "Rest", "temperature": "36.6"}
    write(active, words, by=house.sara, expected_version=0, at=NINE)
    versions = active.history.count()

    again = write(active, words, by=house.sara, expected_version=0, at=NINE + MINUTE)

    assert (again.version, again.temperature) == (1, Decimal("36.6"))
    assert active.history.count() == versions


def test_vital_sign_that_no_body_has_saves_nothing(house, active):
    with pytest.raises(InvalidEntry) as refused:
        write(active, {"plan": "Rest", "pulse": 7}, by=house.sara, expected_version=0)

    assert set(refused.value.fields) == {"pulse"}
    assert (stored(active).plan, stored(active).version) == ("", 0)


def test_who_writes_into_what_nobody_has_taken_has_taken_it(house):
    free = make_consultation(house.visit(), house.service())

    write(free, {"plan": "Rest"}, by=house.omar, expected_version=0, at=NINE)

    assert stored(free).doctor == house.omar.provider
    with pytest.raises(ConsultationRefused, match="Huda is the patient of Omar"):
        write(free, {"plan": "Run"}, by=house.sara, expected_version=1, at=NINE)


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("omar", "Huda is the patient of Sara. Take the next in the queue."),
        ("nora", "Huda is the patient of Sara. Take the next in the queue."),
        ("desk", "Only a doctor can do this. Log in as a doctor of the clinic."),
        ("chief", "Only a doctor can do this. Log in as a doctor of the clinic."),
    ],
)
def test_nobody_but_its_doctor_writes(house, active, who, sentence):
    with pytest.raises(ConsultationRefused) as refused:
        write(active, {"plan": "Rest"}, by=getattr(house, who), expected_version=0)

    assert str(refused.value) == sentence
    assert stored(active).plan == ""


def test_doctor_who_works_there_no_more_writes_nothing(house, active):
    provider = house.sara.provider
    provider.active = False
    provider.save()

    with pytest.raises(ConsultationRefused, match="Only a doctor"):
        write(active, {"plan": "Rest"}, by=house.sara, expected_version=0)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (ConsultationStatus.PENDING, "The consultation of Huda has not begun. Begin it from your queue."),
        (
            ConsultationStatus.CLOSED,
            "The consultation of Huda was closed on 7 Jan 2030, 09:00 and stays as it is. Write an addendum.",
        ),
    ],
)
def test_what_is_not_active_is_not_written(house, status, sentence):
    row = make_consultation(house.visit(), house.service(), house.sara.provider, status)

    with pytest.raises(ConsultationRefused) as refused:
        write(row, {"plan": "Rest"}, by=house.sara, expected_version=0)

    assert str(refused.value) == sentence
    assert stored(row).plan == ""


def test_row_of_another_organisation_is_not_there(house, active):
    stranger = Outpatients().sara

    with pytest.raises(Consultation.DoesNotExist):
        write(active, {"plan": "Rest"}, by=stranger, expected_version=0)


def test_refusal_is_noted_and_a_slip_of_the_pen_is_not(house, active):
    with pytest.raises(ConsultationRefused):
        write(active, {"plan": "Rest"}, by=house.omar, expected_version=0, at=NINE)
    with pytest.raises(InvalidEntry):
        write(active, {"pulse": 7}, by=house.sara, expected_version=0, at=NINE)
    write(active, {"plan": "Rest"}, by=house.sara, expected_version=0, at=NINE)
    with pytest.raises(ChangedMeanwhile):
        write(active, {"plan": "Run"}, by=house.sara, expected_version=0, at=NINE)

    attempt = RefusedAttempt.objects.get()
    assert (attempt.by, attempt.at, attempt.code) == (house.omar, NINE, RefusalCode.PERMISSION)
    assert (attempt.target, attempt.message) == (
        f"consultation {active.pk}", "Huda is the patient of Sara. Take the next in the queue.",
    )  # fmt: skip
