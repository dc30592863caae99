"""What is tried again, what is not, and what a person hears in the end."""

import pytest
from django.db import OperationalError, transaction

from clinic.enums import RefusalCode
from clinic.errors import Crowded
from clinic.retries import ATTEMPTS, retried


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
