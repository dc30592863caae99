"""Patients are registered and their files kept."""

from datetime import date

import pytest

from clinic.errors import InvalidEntry
from clinic.models import FileNumber, Organisation, Patient
from clinic.people.services import register, update
from tests.factories import make_organisation, make_patient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def sara(organisation):
    return make_user(organisation, "sara")


def test_register_opens_a_file_in_the_actors_organisation(organisation, sara):
    patient = register(
        by=sara, name_en="Huda", file_number="A-1", phone="+966501234567", born_on=date(2019, 5, 4), sex="female",
        email="huda@example.org", language="en", preferred_channel="email", accepts_messages=False, notes="Twins.",
    )  # fmt: skip

    patient = Patient.objects.get(pk=patient.pk)
    assert (patient.organisation, patient.name_en, patient.file_number) == (organisation, "Huda", "A-1")
    assert (patient.born_on, patient.sex, patient.email) == (date(2019, 5, 4), "female", "huda@example.org")
    assert (patient.language, patient.preferred_channel, patient.accepts_messages) == ("en", "email", False)
    assert (patient.phone.as_e164, patient.notes, patient.active) == ("+966501234567", "Twins.", True)
    assert (patient.history.get().history_user, patient.history.get().history_type) == (sara, "+")


@pytest.mark.parametrize("number", ["53761528476E-5", "5.37615E+10", "007", "١٢٣"])
def test_register_keeps_names_and_file_numbers_as_they_are_given(sara, number):
    patient = register(by=sara, name_en="  José de la Ñuez ", name_ar="أحمد  العتيبي\n", file_number=f" {number} ")

    patient.refresh_from_db()
    assert (patient.name_en, patient.name_ar, patient.file_number) == ("José de la Ñuez", "أحمد  العتيبي", number)


def test_register_gives_out_numbers_one_by_one(sara):
    numbers = [register(by=sara, name_en="Huda").file_number for _ in range(3)]

    assert numbers == ["1", "2", "3"]
    assert FileNumber.objects.get().last == 3


def test_register_passes_over_numbers_that_are_taken(organisation, sara):
    FileNumber.objects.create(organisation=organisation, last=10)
    Patient.objects.bulk_create(
        Patient(organisation=organisation, name_en="Old", file_number=str(n)) for n in range(11, 411)
    )

    assert register(by=sara, name_en="Huda").file_number == "411"
    assert FileNumber.objects.get().last == 411


def test_register_counts_each_organisation_by_itself(sara):
    register(by=sara, name_en="Huda")
    other = make_user(make_organisation("Other"))

    assert register(by=other, name_en="Noura").file_number == "1"


@pytest.mark.parametrize(
    "phone", ["0501234567", "050 123 4567", "+966501234567", "00966501234567", "٠٥٠١٢٣٤٥٦٧", " 050-123-4567 "]
)
def test_register_keeps_a_phone_as_dialled_from_anywhere(sara, phone):
    patient = register(by=sara, name_en="Huda", phone=phone)

    patient.refresh_from_db()
    assert patient.phone.as_e164 == "+966501234567"


def test_register_reads_a_phone_as_dialled_in_the_organisations_country():
    egypt = make_user(make_organisation(country="EG"))

    assert register(by=egypt, name_en="Huda", phone="0100 123 4567").phone.as_e164 == "+201001234567"


@pytest.mark.parametrize(
    ("entered", "field", "sentence"),
    [
        (
            {"phone": "050123"},
            "phone",
            "“050123” is not a phone number. Write it like 051 234 5678 or +966 51 234 5678.",
        ),
        ({"phone": "call Ali"}, "phone", "“call Ali” is not a phone number."),
        ({"name_en": "   "}, "name_en", "This field cannot be blank."),
        ({"name_en": "x" * 121}, "name_en", "Ensure this value has at most 120 characters (it has 121)."),
        ({"email": "huda@"}, "email", "Enter a valid email address."),
        ({"sex": "f"}, "sex", "Value 'f' is not a valid choice."),
        ({"language": "fr"}, "language", "Value 'fr' is not a valid choice."),
        ({"preferred_channel": "fax"}, "preferred_channel", "Value 'fax' is not a valid choice."),
        ({"file_number": "A-1"}, "file_number", "Another patient has the file number A-1."),
        ({"name_en": "Hu\x00da"}, "name_en", "Null characters are not allowed."),
    ],
)
def test_register_refuses_at_the_field_and_writes_nothing(organisation, sara, entered, field, sentence):
    make_patient(organisation, name="Other", file_number="A-1")

    with pytest.raises(InvalidEntry) as refused:
        register(**{"by": sara, "name_en": "Huda", "file_number": "A-2", **entered})

    assert refused.value.field == field
    assert str(refused.value).startswith(sentence)
    assert Patient.objects.count() == 1


def test_register_without_a_known_country_asks_for_the_country_code():
    nowhere = make_user(make_organisation(country="ZZ"))

    with pytest.raises(InvalidEntry, match="Write it with its country code"):
        register(by=nowhere, name_en="Huda", phone="123")


def test_register_gives_no_number_away_when_it_refuses(sara):
    with pytest.raises(InvalidEntry):
        register(by=sara, name_en="")

    assert not FileNumber.objects.exists()


def test_register_allows_the_same_file_number_elsewhere(organisation, sara):
    make_patient(make_organisation("Other"), file_number="A-1")

    assert register(by=sara, name_en="Huda", file_number="A-1").organisation == organisation


def test_register_needs_somebody_of_an_organisation():
    with pytest.raises(Organisation.DoesNotExist):
        register(by=make_user(None), name_en="Huda")

    assert not Patient.objects.exists()


def test_update_changes_what_is_given_and_keeps_who_and_why(organisation, sara):
    patient = make_patient(organisation, name="Huda", phone="+966501234567")

    update(patient, by=sara, reason="Called", phone="0507654321", name_ar="هدى")

    patient.refresh_from_db()
    assert (patient.name_en, patient.name_ar, patient.phone.as_e164) == ("Huda", "هدى", "+966507654321")
    assert "966507654321" in patient.search_text
    row = patient.history.first()
    assert (row.history_user, row.history_change_reason, row.name_ar) == (sara, "Called", "هدى")


def test_update_of_nothing_writes_no_history(organisation, sara):
    patient = make_patient(organisation, name="Huda", phone="+966501234567")

    update(patient, by=sara, name_en="Huda ", phone="050 123 4567")

    assert patient.history.count() == 1


def test_update_keeps_what_another_desk_changed_meanwhile(organisation, sara):
    stale = make_patient(organisation, name="Huda")
    update(Patient.objects.get(), by=sara, notes="Allergic to nuts")

    update(stale, by=sara, name_en="Huda Al Saud")

    stale.refresh_from_db()
    assert (stale.name_en, stale.notes) == ("Huda Al Saud", "Allergic to nuts")


@pytest.mark.parametrize(
    ("entered", "field"),
    [({"phone": "12"}, "phone"), ({"name_en": ""}, "name_en"), ({"file_number": "A-1"}, "file_number")],
)
def test_update_refuses_at_the_field_and_writes_nothing(organisation, sara, entered, field):
    make_patient(organisation, name="Other", file_number="A-1")
    patient = make_patient(organisation, name="Huda", file_number="A-2")

    with pytest.raises(InvalidEntry) as refused:
        update(patient, by=sara, notes="New", **entered)

    assert refused.value.field == field
    patient.refresh_from_db()
    assert (patient.name_en, patient.file_number, patient.notes) == ("Huda", "A-2", "")
    assert patient.history.count() == 1


def test_update_does_not_see_another_organisations_patient(sara):
    stranger = make_patient(make_organisation("Other"))

    with pytest.raises(Patient.DoesNotExist):
        update(stranger, by=sara, name_en="Mine")

    stranger.refresh_from_db()
    assert stranger.name_en == "Huda"


def test_update_moves_no_patient_to_another_organisation(organisation, sara):
    with pytest.raises(TypeError, match="organisation"):
        update(make_patient(organisation), by=sara, organisation=make_organisation("Other"))
