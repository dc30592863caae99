"""What is tried again, what is not, and what a person hears when others stay in the way."""

import pytest
from django.db import OperationalError, connections, transaction

from clinic.enums import RefusalCode
from clinic.errors import Crowded
from clinic.models import Appointment, Message, Patient
from clinic.retries import ATTEMPTS, retried
from tests.clinic.scheduling.conftest import Desk
from tests.factories import NINE


class Service:
    """Fails so often with this error before it succeeds."""

    def __init__(self, error: str, failures: int):
        self.error, self.failures, self.calls = error, failures, 0

    def __call__(self):
        self.calls += 1
        if self.calls <= self.failures:
            raise OperationalError(self.error)
        return "done"


@pytest.mark.django_db(transaction=True)
def test_service_that_waited_too_long_behind_other_writers_is_tried_again():
    service = Service("database is locked", failures=ATTEMPTS - 1)

    assert retried(service.__call__)() == "done"


@pytest.mark.django_db(transaction=True)
def test_service_that_others_stay_in_the_way_of_is_refused_politely():
    service = Service("database is locked", failures=ATTEMPTS)

    with pytest.raises(Crowded) as refused:
        retried(service.__call__)()

    assert service.calls == ATTEMPTS
    assert [reason.code for reason in refused.value.reasons] == [RefusalCode.CROWDED]
    assert str(refused.value) == "Too many people are writing at once. Nothing was saved. Try again."


@pytest.mark.django_db(transaction=True)
def test_any_other_trouble_of_the_database_is_not_tried_again():
    service = Service("disk I/O error", failures=1)

    with pytest.raises(OperationalError):
        retried(service.__call__)()

    assert service.calls == 1


@pytest.mark.django_db(transaction=True)
def test_service_inside_another_transaction_leaves_it_to_that_one():
    service = Service("database is locked", failures=1)

    with pytest.raises(OperationalError), transaction.atomic():
        retried(service.__call__)()

    assert service.calls == 1


@pytest.fixture
def impatient(transactional_db):
    """Waits for a tenth of a second at most, while somebody else holds every patient."""
    desk, mine = Desk(), connections["default"]
    somebody = connections.create_connection("default")
    waits = "SET lock_timeout = '100ms'" if mine.vendor == "postgresql" else "PRAGMA busy_timeout = 100"
    with mine.cursor() as cursor:
        cursor.execute(waits)
    somebody.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with somebody.cursor() as cursor:
        cursor.execute("UPDATE clinic_patient SET name_en = 'Writing'")
        if mine.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(1, %s)", [desk.provider.pk])
    yield desk
    somebody.rollback()
    somebody.close()
    mine.close()  # the next test waits as long as usual


def test_booking_behind_somebody_who_never_ends_is_refused_politely(impatient):
    with pytest.raises(Crowded):
        impatient.book(NINE)

    assert not Appointment.objects.exists()
    assert not Message.objects.exists()
    assert not Patient.objects.filter(name_en="Writing").exists()
