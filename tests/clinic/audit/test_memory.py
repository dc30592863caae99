"""The tables may be as large as they like: a look fetches what it names, and one question asks of a table once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.audit.invariant import Invariant
from clinic.audit.look import invariants, look, rows_of
from clinic.models import Appointment, Patient
from tests.factories import BEFORE, make_patient


@pytest.fixture
def crowd(ours, theirs):
    for world in (ours, theirs):
        for number in range(30):
            make_patient(world.organisation, f"Patient {number}")
    return ours, theirs


EVERY_PATIENT = Invariant(
    name="patient_is_broken", rule="", says="", remedy="", model=Patient,
    question="SELECT id AS key, organisation_id AS organisation FROM clinic_patient",
)  # fmt: skip


def test_a_look_fetches_no_more_rows_than_it_names(crowd):
    ours, _theirs = crowd

    fetched = list(EVERY_PATIENT.broken(at=BEFORE, most=5))

    assert len(fetched) == 10
    assert {row["broken"] for row in fetched} == {32}
    assert [row["key"] for row in fetched[:2]] == [ours.patient.pk, ours.second_patient.pk]


def test_a_finding_counts_all_and_names_the_first(crowd):
    ours, theirs = crowd

    (finding,) = look([EVERY_PATIENT], at=BEFORE, most=5)

    assert finding.count == 64
    assert finding.checked == {ours.organisation.pk: 32, theirs.organisation.pk: 32}
    assert {owner: (broken.count, len(broken.rows)) for owner, broken in finding.broken.items()} == {
        ours.organisation.pk: (32, 5), theirs.organisation.pk: (32, 5),
    }  # fmt: skip


def test_every_question_is_asked_once_and_every_table_counted_once(ours):
    asked = invariants()
    tables = {one.model for one in asked}

    with CaptureQueriesContext(connection) as captured:
        findings = list(look(asked, at=BEFORE))

    guards = sum(one.name.endswith("_guards") for one in asked)
    assert len(findings) == len(asked)
    assert len(captured) == len(asked) - guards + 2 * guards + len(tables)


def test_held_times_are_among_the_rows(ours):
    assert rows_of(Appointment) == {ours.organisation.pk: 2}
