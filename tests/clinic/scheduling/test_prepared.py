import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.scheduling.prepared import as_argument, is_small, numbered
from clinic.scheduling.sql import ACTIVE, ask


def test_parameters_are_numbered_in_the_order_in_which_they_come():
    text, parameters = numbered("a = %(day)s AND b = ANY(%(people)s) AND c <= %(day)s")

    assert (text, parameters) == ("a = $1 AND b = ANY($2) AND c <= $1", ["day", "people"])


def test_list_is_written_as_an_array_and_anything_else_is_left_as_it_is():
    assert [as_argument(value) for value in ({7: "a", 9: "b"}, [], 5, None)] == ["{7, 9}", "{}", 5, None]


@pytest.mark.parametrize(("people", "small"), [(0, True), (10, True), (11, False)])
def test_question_is_small_up_to_ten_of_each(people, small):
    assert is_small({"organisation": 1, "providers": None, "clinics": [1], "patients": range(people)}) is small


@pytest.mark.postgres
def test_kept_plan_gives_the_same_rows_as_one_that_sees_the_numbers(desk):
    asked = {"organisation": desk.organisation.pk, "clinics": [desk.clinic.pk]}

    few = ask(ACTIVE, **asked, providers=[desk.provider.pk])
    many = ask(ACTIVE, **asked, providers=[desk.provider.pk, *range(-20, 0)])

    assert len(few) == 2
    assert sorted(few) == sorted(many)


@pytest.mark.postgres
def test_plan_is_made_once_for_a_connection_and_outlives_a_rollback(desk):
    with transaction.atomic():
        desk.why_not()
        transaction.set_rollback(True)

    with CaptureQueriesContext(connection) as captured:
        desk.why_not()

    assert [query["sql"].split()[0] for query in captured] == ["EXECUTE", "EXECUTE"]
