"""What a doctor may write: every vital sign within what a body can have, and a sentence where it is not."""

from decimal import Decimal

import pytest

from clinic.consultations.words import LONGEST_TEXT, cleaned
from clinic.errors import InvalidEntry
from clinic.models import Consultation
from clinic.models.consultations import POSSIBLE

NOBODY = Consultation()
FAR = "9" * 400


@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("temperature", "36.6", Decimal("36.6")),
        ("temperature", " ٣٦٫٦ ", Decimal("36.6")),
        ("temperature", "36,65", Decimal("36.7")),
        ("temperature", 25, Decimal("25.0")),
        ("temperature", "", None),
        ("pulse", "72", 72),
        ("pulse", "72.0", 72),
        ("pulse", None, None),
        ("weight", Decimal("71.25"), Decimal("71.3")),
        ("findings", "  as it was written \x00", "  as it was written "),
        ("plan", None, ""),
        ("diagnosis_codes", [" j45.9", "J45.9", "I10"], ["J45.9", "I10"]),
        ("diagnosis_codes", None, []),
    ],
)
def test_what_is_written_is_kept_as_the_table_has_it(name, written, kept):
    assert cleaned({name: written}, beside=NOBODY) == {name: kept}


@pytest.mark.parametrize(
    ("name", "written", "sentence"),
    [
        ("temperature", "366", "Temperature (°C): 366 is not possible, only 25 to 45. Is it in the right unit?"),
        ("temperature", "warm", "Temperature (°C): “warm” is not a number."),
        ("temperature", "NaN", "Temperature (°C): “NaN” is not a number."),
        (
            "pulse",
            "9" * 400,
            f"Pulse (per minute): {'9' * 20} is not possible, only 20 to 300. Is it in the right unit?",
        ),
        ("pulse", "72.5", "Pulse (per minute): a whole number, without decimals."),
        ("diagnosis_codes", ["asthma"], "“ASTHMA” is not an ICD-10 code. Write it like J06.9."),
        ("diagnosis_codes", [f"A{n}" for n in range(10, 23)], "More than 12 diagnoses. Leave the most important ones."),
        ("diagnosis_codes", {"J45.9": 1}, "“{'J45.9': 1}” is not an ICD-10 code. Write it like J06.9."),
        ("plan", "x" * (LONGEST_TEXT + 1), "Plan: longer than 20000 letters. Write it shorter."),
        ("status", "closed", "“status” is nothing that a doctor writes."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(name, written, sentence):
    with pytest.raises(InvalidEntry) as refused:
        cleaned({name: written}, beside=NOBODY)

    assert (refused.value.field, str(refused.value)) == (name, sentence)


@pytest.mark.parametrize("name", POSSIBLE)
def test_both_ends_of_a_vital_sign_are_possible_and_what_is_beyond_is_not(name):
    low, high = POSSIBLE[name]

    assert set(cleaned({name: low}, beside=NOBODY)) == set(cleaned({name: high}, beside=NOBODY)) == {name}
    for beyond in (low - 1, high + 1):
        with pytest.raises(InvalidEntry):
            cleaned({name: beyond}, beside=NOBODY)


def test_every_wrong_field_has_its_own_sentence():
    with pytest.raises(InvalidEntry) as refused:
        cleaned({"findings": "clear", "pulse": 1, "height": 17}, beside=NOBODY)

    assert {field: str(reason.message) for field, reason in refused.value.fields.items()} == {
        "pulse": "Pulse (per minute): 1 is not possible, only 20 to 300.",
        "height": "Height (cm): 17 is not possible, only 20 to 260.",
    }


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ({"systolic": 80, "diastolic": 120}, ["diastolic", "systolic"]),
        ({"systolic": 75, "diastolic": 130}, ["diastolic", "systolic"]),
        ({"diastolic": 120}, ["diastolic"]),
        ({"systolic": 70}, ["systolic"]),
        ({"systolic": 70, "temperature": 500}, ["temperature", "systolic"]),
    ],
)
def test_lower_pressure_above_the_upper_one_is_refused_where_it_was_written(words, fields):
    beside = Consultation(systolic=110, diastolic=75)

    with pytest.raises(InvalidEntry, match="wrong order") as refused:
        cleaned(words, beside=beside)

    assert list(refused.value.fields) == fields
