"""What is asked about many patients at once reads none of their long pasts row by row."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Appointment
from clinic.scheduling.attendance import no_show_record
from clinic.scheduling.selectors import is_first_visit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL chooses by what the tables hold"),
]


def test_a_first_visit_is_told_by_one_look_at_what_was_held():
    plan = Appointment.objects.annotate(is_first=is_first_visit()).explain()

    assert "USING INDEX visit_of_patient (patient_id=? AND starts_at<?)" in plan


def test_no_shows_are_counted_without_the_appointments_that_were_held(ours):
    with CaptureQueriesContext(connection) as asked:
        no_show_record(ours.patient)

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + asked[0]["sql"])
        plan = " ".join(step for *_numbers, step in cursor.fetchall())
    assert "USING INDEX no_show_of_patient (patient_id=? AND starts_at<?)" in plan
