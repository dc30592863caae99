"""People who press "Remind all" and the clock that tells by itself, all at once: each last day is told once."""

import os
from datetime import date, datetime, timedelta

import pytest

from clinic.enums import MessageKind, MessageStatus
from clinic.models import Message, Operation, PackagePurchase, Policy
from clinic.packages.services import remind_expiring, remind_expiring_due
from tests.concurrency.race import race, tally
from tests.factories import RIYADH

pytestmark = pytest.mark.concurrency

PACKAGES = int(os.environ.get("EXPIRING_RACE", "20"))
AT = datetime(2030, 1, 7, 8, tzinfo=RIYADH)
TOLD = Message.objects.filter(kind=MessageKind.PACKAGE_EXPIRING)


@pytest.fixture
def desk(clinic):
    """Packages that end on 22 January, of which the policy tells a fortnight before: tomorrow."""
    desk = clinic()
    Policy.objects.filter(organisation=desk.organisation).update(expiring_days=14)
    for patient in desk.patients(PACKAGES):
        desk.purchase(patient, 5)
    PackagePurchase.objects.update(expires_on=date(2030, 1, 22))
    remind_expiring_due(at=AT)
    return desk


def told_of() -> list[int]:
    return sorted(TOLD.values_list("purchase", flat=True))


def test_three_people_and_two_workers_at_once_tell_every_patient_once(desk):
    tomorrow = (AT + timedelta(days=1)).isoformat()

    outcomes = race("expiring_racers.remind", [{"at": tomorrow, "by": desk.user.pk}] * 3 + [{"at": tomorrow}] * 2)

    counts = tally(outcomes)
    assert set(counts) <= {"won", "PackageRefused"}
    assert counts["won"] - Operation.objects.count() == 2  # the workers, of whom nobody is refused
    assert sum(outcome.result or 0 for outcome in outcomes) == PACKAGES
    assert told_of() == sorted(PackagePurchase.objects.values_list("pk", flat=True))


def test_what_was_given_up_is_written_again_once_though_others_send_it_again_by_hand(desk):
    remind_expiring(by=desk.user, at=AT)
    TOLD.update(status=MessageStatus.FAILED)
    entry, lost = {"at": AT.isoformat(), "by": desk.user.pk}, list(TOLD.values_list("pk", flat=True))

    outcomes = race(
        "expiring_racers.remind_or_resend", [{**entry, "messages": some} for some in ([], *([pk] for pk in lost[:4]))]
    )

    assert set(tally(outcomes)) <= {"won", "WrongStatus"}
    assert sum(outcome.result or 0 for outcome in outcomes) == PACKAGES
    assert sorted(TOLD.filter(status=MessageStatus.QUEUED).values_list("resend_of", flat=True)) == sorted(lost)
