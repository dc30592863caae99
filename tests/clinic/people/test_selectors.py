"""Patients are found by any part of a name, phone or file number."""

import pytest

from clinic.models import Patient
from clinic.people.selectors import possible_duplicates, search_patients
from tests.factories import make_organisation, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.mark.parametrize(
    "text",
    [
        "josé", "JOSE", "nunez jose", "núñ", "أحمد", "احمد", "العتيبى", "0501234567", "050 123 4567", "050-123-4567",
        "+966501234567", "00966501234567", "٠٥٠١٢٣٤٥٦٧", "4567", "53761528476e-5", "E-5", "jose 4567", "jo\x00sé",
    ],
)  # fmt: skip
def test_search_finds_a_patient_however_it_is_typed(organisation, text):
    make_patient(organisation, name="Someone Else", phone="+966559999999", file_number="11")
    jose = make_patient(organisation, name="José Núñez", name_ar="أحمد العتيبي", file_number="53761528476E-5")

    assert list(search_patients(organisation, text)) == [jose]


@pytest.mark.parametrize("text", ["", "  ", "jose huda", "99999", "%", "_"])
def test_search_finds_nobody_for_words_that_do_not_all_occur(organisation, text):
    make_patient(organisation, name="José")
    make_patient(organisation, name="Huda")

    assert list(search_patients(organisation, text)) == []


def test_search_finds_a_file_number_with_hyphens(organisation):
    patient = make_patient(organisation, file_number="2030-15")

    assert list(search_patients(organisation, "2030-15")) == [patient]


def test_search_puts_first_who_is_called_so_from_the_beginning(organisation):
    names = ["Sara Amal", "Amal Zaki", "Amal", "Jamal", "Kamal Amal"]
    for name in names:
        make_patient(organisation, name=name)

    found = [patient.name_en for patient in search_patients(organisation, "amal")]

    assert found == ["Amal", "Amal Zaki", "Kamal Amal", "Sara Amal", "Jamal"]


def test_search_puts_an_arabic_first_name_first(organisation):
    second = make_patient(organisation, name="A", name_ar="سارة أمل")
    first = make_patient(organisation, name="B", name_ar="أمل زكي")

    assert list(search_patients(organisation, "أمل")) == [first, second]


def test_search_stops_at_the_limit(organisation):
    for _ in range(4):
        make_patient(organisation)

    assert len(search_patients(organisation, "huda", limit=3)) == 3


def test_search_leaves_out_closed_files_and_other_organisations(organisation):
    make_patient(organisation, active=False)
    make_patient(make_organisation("Other"))

    assert list(search_patients(organisation, "huda")) == []
    assert list(search_patients(None, "huda")) == []


@pytest.mark.parametrize("number", [1, 3])
def test_search_asks_once(organisation, number, django_assert_num_queries):
    for _ in range(number):
        make_patient(organisation)

    with django_assert_num_queries(1):
        assert len(search_patients(organisation, "huda 050")) == number


def test_possible_duplicates_share_the_phone(organisation):
    mother = make_patient(organisation, name="Mother", phone="+966501234567")
    closed = make_patient(organisation, name="Closed", phone="+966501234567", active=False)
    make_patient(organisation, name="Other", phone="+966501234568")
    make_patient(make_organisation("Elsewhere"), phone="+966501234567")

    assert list(possible_duplicates(organisation, "050 123 4567")) == [closed, mother]


@pytest.mark.parametrize("phone", ["", "12", "call Ali"])
def test_possible_duplicates_are_none_without_a_phone(organisation, phone):
    make_patient(organisation, phone="")

    assert list(possible_duplicates(organisation, phone)) == []
    assert list(possible_duplicates(None, "0501234567")) == []


def test_search_text_follows_every_save(organisation):
    patient = make_patient(organisation, name="Huda")
    patient.name_en = "Noura"
    patient.record("name_en", "search_text", by=None)

    assert Patient.objects.get().search_text.startswith("noura")
