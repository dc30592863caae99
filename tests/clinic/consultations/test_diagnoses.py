"""The shipped list of diagnoses, and finding one in it."""

import csv

import pytest
from django.utils import translation

from clinic.consultations.diagnoses import LIST, Diagnosis, search, title_of
from clinic.consultations.words import CODE


def rows():
    with LIST.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_line_has_a_code_of_its_own_and_both_titles():
    codes = [row["code"] for row in rows()]

    assert len(codes) >= 250
    assert len(codes) == len(set(codes)) == len([code for code in codes if CODE.fullmatch(code)])
    assert codes == sorted(codes)
    assert all(row["en"].isascii() or "é" in row["en"] for row in rows())
    assert all("؀" <= row["ar"][0] <= "ۿ" for row in rows())


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("j45", ["J45.9"]),
        ("J45.9", ["J45.9"]),
        ("j459", ["J45.9"]),
        ("asth", ["J45.9"]),
        ("الربو", ["J45.9"]),
        ("ربو", ["J45.9"]),
        ("throat sore", ["J02.0", "J02.9"]),
        ("sore throat", ["J02.9", "J02.0"]),
        ("hypertension", ["I10"]),
        ("uti", ["N39.0"]),
        ("urticaria", ["L50.9"]),
        ("nothing of the kind", []),
        ("", []),
        ("  ", []),
    ],
)
def test_search_finds_codes_and_beginnings_of_words_in_both_languages_and_as_doctors_say(text, codes):
    assert [diagnosis.code for diagnosis in search(text)] == codes


def test_search_gives_no_more_than_asked_for():
    assert search("j", 3) == [
        Diagnosis("J00", "Common cold"),
        Diagnosis("J01.9", "Acute sinusitis"),
        Diagnosis("J02.0", "Streptococcal sore throat"),
    ]


def test_title_is_in_the_language_of_the_page():
    with translation.override("ar"):
        assert (title_of("J45.9"), search("asthma")) == ("الربو", [Diagnosis("J45.9", "الربو")])

    assert (title_of("J45.9"), title_of("Q99.9")) == ("Asthma", "")
