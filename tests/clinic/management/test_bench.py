"""What `manage.py bench` measures is the same thing twice: it must find the same answers before it times them."""

from datetime import timedelta
from io import StringIO
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from clinic.management.bench import bookings, lists, people, slots
from clinic.management.bench.diary import FIRST_DAY, NOW, make_diary
from clinic.management.bench.report import Row, as_dicts, as_table
from clinic.models import Appointment, Patient


@pytest.mark.django_db
def test_slot_search_finds_what_the_raw_sweep_finds():
    diary = make_diary(providers=4, clinics=2, share=0.5)
    last_day = FIRST_DAY + timedelta(days=60)

    found = slots.search(diary, diary.providers, last_day)

    raw = slots.sweep(diary.service, diary.providers, last_day)
    assert sorted((slot.starts_at.timestamp(), slot.provider.pk) for slot in found) == raw
    assert len(raw) > 1000


@pytest.mark.django_db
def test_bookings_of_the_bench_book_nine_in_ten_and_never_twice():
    diary = make_diary(providers=3, clinics=1, share=0)

    for wanted in list(bookings.clashing(diary))[:20]:
        bookings.guarded(diary, wanted)

    assert Appointment.objects.count() == 18
    assert bookings.double_bookings() == 0


@pytest.mark.django_db(transaction=True)
def test_rules_against_double_booking_are_gone_for_a_while_and_come_back():
    diary = make_diary(providers=1, clinics=1, share=0)
    twice = [bookings.Try(0, patient.pk, NOW + timedelta(days=1)) for patient in Patient.objects.all()[:2]]

    with bookings.without_guards():
        for wanted in twice:
            bookings.bare(diary, wanted)
        assert bookings.double_bookings() == 1

    bookings.bare(diary, twice[0])
    with pytest.raises(IntegrityError):
        bookings.bare(diary, twice[1])


@pytest.mark.django_db
def test_lists_of_the_bench_show_the_rows_of_one_organisation_in_two_queries():
    small = make_diary("small", providers=15, clinics=1, share=0.05)
    make_diary("large", providers=2, clinics=1, share=0.1)
    client = lists.signed_in(small)

    for ask in lists.QUESTIONS.values():
        address = f"/admin/clinic/appointment/?{urlencode(ask(small))}"

        assert lists.asked_for(client, address).queries == 2
        shown = client.get(address).context["cl"].result_list
        assert {row.organisation for row in shown} <= {small.organisation}


@pytest.mark.django_db
def test_people_are_read_as_text_and_an_impossible_age_is_unknown(tmp_path):
    file = tmp_path / "appointments.csv"
    file.write_text(
        "PatientId,Gender,Age,Neighbourhood\n"
        "53761528476E-5,F,62,ANDORINHAS\n"
        "53761528476E-5,F,62,CENTRO\n"
        "1,M,-1,SANTA CECÍLIA\n",
        encoding="utf-8",
    )

    found = list(people.read(file, most=10))

    assert [(person.file_number, person.place) for person in found] == [
        ("53761528476E-5", "ANDORINHAS"),
        ("1", "SANTA CECÍLIA"),
    ]
    assert [person.born_on and person.born_on.year for person in found] == [1954, None]


@pytest.mark.django_db
def test_people_are_registered_planned_and_booked(tmp_path):
    file = tmp_path / "appointments.csv"
    lines = [f"{number},F,30,PLACE {number % 2}" for number in range(4)]
    file.write_text("\n".join(["PatientId,Gender,Age,Neighbourhood", *lines]), encoding="utf-8")

    rows = list(people.rows(scale="small", people=file))

    booked = rows[-1]
    assert (booked.ours, booked.beside, booked.met) == (40, 40, True)
    assert Appointment.objects.count() == 40


def test_a_row_shows_its_ratio_and_whether_the_target_is_met():
    row = Row("slots", "1 × 1", "sqlite", "ms", 3.0, 2.0, "raw sweep", "≤ 2", met=True)

    assert as_dicts([row])[0]["ratio"] == 1.5
    assert as_table([row]).splitlines()[-1] == "| slots: 1 × 1 | sqlite | 3 ms | 2 ms | 1.5 | raw sweep | ≤ 2 | ✓ |"


def test_what_cannot_be_divided_is_a_dash():
    row = Row("book", "1 client", "sqlite", "doubles", 0, 0, "create()")

    assert (
        as_table([row]).splitlines()[-1] == "| book: 1 client | sqlite | 0 doubles | 0 doubles | – | create() |  |  |"
    )


def test_bench_of_people_without_their_file_says_what_to_give():
    with pytest.raises(CommandError, match="--people FILE"):
        call_command("bench", "--part", "people", stdout=StringIO())
