"""The words on an appointment: written with history, and never over somebody else's newer ones."""

import pytest

from clinic.errors import ChangedMeanwhile, ClinicError
from clinic.models import Appointment
from clinic.scheduling import booking
from clinic.scheduling.booking.notes import words_version, write_notes
from tests.clinic.scheduling.conftest import walk
from tests.factories import NINE, make_organisation, make_user


def test_words_are_written_with_who_and_when(desk):
    row = write_notes(desk.book(), by=desk.user, reason="Stammers", notes="Brings the brother")

    row.refresh_from_db()
    assert (row.reason, row.notes) == ("Stammers", "Brings the brother")
    assert row.history.first().history_user == desk.user


def test_same_words_again_leave_no_history(desk):
    row = write_notes(desk.book(), by=desk.user, reason="Stammers", notes="")

    write_notes(row, by=desk.user, reason="Stammers", notes="")

    assert row.history.count() == 2


def test_newer_words_of_somebody_else_are_not_overwritten(desk):
    row = desk.book()
    seen = words_version(row)
    nada = make_user(row.organisation, first_name="Nada")
    write_notes(row, by=nada, reason="", notes="Needs a ramp")
    booking.check_in(row, by=desk.user, at=NINE)

    with pytest.raises(ChangedMeanwhile, match="Nada has written other words on the appointment of"):
        write_notes(row, by=desk.user, reason="", notes="Parks behind", expected_version=seen)

    row.refresh_from_db()
    assert row.notes == "Needs a ramp"


def test_a_step_taken_meanwhile_is_no_reason_to_refuse(desk):
    row = desk.book()
    seen = words_version(row)
    booking.check_in(row, by=desk.user, at=NINE)

    assert write_notes(row, by=desk.user, reason="", notes="Still true", expected_version=seen).notes == "Still true"


@pytest.mark.parametrize("steps", [["check_in", "start"], ["check_in", "start", "complete"]])
def test_notes_of_a_session_that_has_begun_are_its_providers_alone(desk, steps):
    desk.change(desk.provider, user=make_user(desk.organisation, first_name="Sara"))
    row = walk(desk, desk.book(), *steps)
    write_notes(row, by=desk.provider.user, reason="", notes="Says R")

    with pytest.raises(ClinicError, match="its notes are the provider's own"):
        write_notes(row, by=desk.user, reason="", notes="Came late")

    row.refresh_from_db()
    assert row.notes == "Says R"


def test_appointment_of_another_organisation_is_as_if_it_were_not_there(desk):
    row, stranger = desk.book(), make_user(make_organisation("Others"))

    with pytest.raises(Appointment.DoesNotExist):
        write_notes(row, by=stranger, reason="", notes="Mine now")
