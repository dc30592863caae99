"""Who was refused what: one row and one line, after the rollback, however many services had a part in it."""

import logging

import pytest
from django.db import IntegrityError, transaction

from clinic.attempts import at_door, only_tried, watched
from clinic.enums import RefusalCode
from clinic.errors import ConsultationRefused, Refusal
from clinic.models import Consultation, Patient, RefusedAttempt
from tests.factories import NINE


@watched
@transaction.atomic
def rename_and_refuse(row, *, by, at=None):
    Patient.objects.filter(pk=row.patient_id).update(name_en="Half done")
    raise ConsultationRefused(Refusal(RefusalCode.UNPAID, "Not paid.", "Ask the cashier."))


@watched
@transaction.atomic
def call_another(row, *, by, at=None):
    rename_and_refuse(row, by=by, at=at)


@watched
@transaction.atomic
def overwrite(row, *, by):
    Consultation.objects.filter(pk=row.pk).update(findings="Overwritten")


@pytest.fixture
def attempts(ours):
    """Those that are written from now on, oldest first."""
    seen = set(RefusedAttempt.objects.values_list("pk", flat=True))
    return lambda: list(RefusedAttempt.objects.exclude(pk__in=seen).order_by("pk"))


@pytest.mark.parametrize("service", [rename_and_refuse, call_another])
def test_a_refusal_is_written_once_and_what_was_done_is_not(ours, attempts, service, caplog):
    with caplog.at_level(logging.WARNING, "clinic.attempts"), pytest.raises(ConsultationRefused):
        service(ours.consultation, by=ours.by, at=NINE)

    (row,) = attempts()
    assert (row.by, row.at, row.door, row.organisation) == (ours.by, NINE, "service", ours.organisation)
    assert (row.target, row.code) == (f"consultation {ours.consultation.pk}", "unpaid")
    assert row.message == "Not paid. Ask the cashier."
    assert len(caplog.messages) == 1
    assert Patient.objects.get(pk=ours.patient.pk).name_en == "Huda"


def test_a_row_that_is_passed_by_its_name_is_named_too(ours, attempts):
    with pytest.raises(ConsultationRefused):
        rename_and_refuse(row=ours.consultation, by=ours.by, at=NINE)

    assert [row.target for row in attempts()] == [f"consultation {ours.consultation.pk}"]


def test_what_is_only_tried_is_no_attempt(ours, attempts, caplog):
    with caplog.at_level(logging.WARNING, "clinic.attempts"), at_door(by=ours.by, target="/admin/"), only_tried():
        with pytest.raises(ConsultationRefused):
            rename_and_refuse(ours.consultation, by=ours.by, at=NINE)
        with pytest.raises(IntegrityError):
            overwrite(ours.closed_consultation, by=ours.by)

    assert (attempts(), caplog.messages) == ([], [])


def test_a_guard_of_the_table_is_named(ours, attempts):
    with pytest.raises(IntegrityError):
        overwrite(ours.closed_consultation, by=ours.by)

    assert [row.code for row in attempts()] == ["closed_consultation_is_final"]


def test_an_attempt_outlives_the_rollback_of_the_request(ours, attempts):
    with at_door(by=ours.by, target="/admin/") as door:
        door.name = "consultation_step POST"
        with pytest.raises(ConsultationRefused), transaction.atomic():
            rename_and_refuse(ours.consultation, by=ours.by, at=NINE)

    assert [(row.door, row.code) for row in attempts()] == [("consultation_step POST", "unpaid")]


def test_a_write_past_every_service_is_noted_at_its_door(ours, attempts):
    with at_door(by=ours.by, target="/admin/clinic/consultation/1/change/") as door:
        door.name = "clinic_consultation_change POST"
        with pytest.raises(IntegrityError), transaction.atomic():
            Consultation.objects.filter(pk=ours.closed_consultation.pk).update(findings="Overwritten")

    (row,) = attempts()
    assert (row.door, row.code) == ("clinic_consultation_change POST", "closed_consultation_is_final")
    assert row.target == "/admin/clinic/consultation/1/change/"
