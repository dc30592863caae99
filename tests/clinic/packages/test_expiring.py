"""Packages that run out: who is counted, in which order, and who is reminded once."""

from datetime import date, timedelta

import pytest
from django.db import connection

from clinic.enums import Language, MessageKind, MessageStatus, OperationKind
from clinic.errors import ChangedMeanwhile, PackageRefused
from clinic.models import Message, Operation, Organisation, PackagePurchase
from clinic.packages.expiring import expiring, reminders_for
from clinic.packages.services import assign, extend, remind_expiring, remind_expiring_due
from tests.clinic.packages.conftest import AT
from tests.factories import (
    MONDAY,
    in_status,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

RECOUNT = """
SELECT COUNT(*) FROM clinic_packagepurchase p
 WHERE p.organisation_id = %s AND p.status = 'active' AND p.expires_on BETWEEN '2030-01-07' AND '2030-02-06'
   AND p.total_sessions - p.sessions_used > (
       SELECT COUNT(*) FROM clinic_appointment a WHERE a.package_purchase_id = p.id AND NOT a.session_used
          AND a.status IN ('scheduled', 'rescheduled', 'confirmed', 'arrived', 'in_progress'))
"""


def sell(counter, name, sessions=10, *, days=20, **patient) -> PackagePurchase:
    """Bought on 1 January by somebody new; it ends `days` days after the Monday of the tests."""
    person = make_patient(counter.organisation, name, **{"language": Language.ENGLISH, **patient})
    package = make_package((counter.speech, sessions), validity_days=90)
    purchase = assign(package, person, by=counter.user, on=date(2030, 1, 1))
    PackagePurchase.objects.filter(pk=purchase.pk).update(expires_on=MONDAY + timedelta(days=days))
    return PackagePurchase.objects.get(pk=purchase.pk)


def names(counter) -> list[str]:
    return [str(row.patient) for row in expiring(counter.organisation, today=MONDAY)]


def test_expiring_counts_today_and_the_thirtieth_day_but_no_other(counter):
    for name, days in {"yesterday": -1, "today": 0, "thirtieth": 30, "next": 31}.items():
        sell(counter, name, days=days)

    assert names(counter) == ["today", "thirtieth"]


def test_expiring_leaves_out_what_is_booked_used_or_not_active(counter):
    sell(counter, "free")
    booked, held, frozen = sell(counter, "booked", 1), sell(counter, "held", 1), sell(counter, "frozen")
    counter.book(0, purchase=booked, patient=booked.patient)
    counter.hold(*counter.book(1, purchase=held, patient=held.patient))
    PackagePurchase.objects.filter(pk=frozen.pk).update(**in_status("frozen"))

    assert names(counter) == ["free"]


def test_expiring_comes_by_the_value_left(counter):
    small, large = sell(counter, "small"), sell(counter, "large")
    PackagePurchase.objects.filter(pk=small.pk).update(price=999)
    for purchase in (small, large):
        counter.book(purchase.pk % 5, purchase=purchase, patient=purchase.patient)

    rows = list(expiring(counter.organisation, today=MONDAY))

    assert [(str(row.patient), round(row.value, 2)) for row in rows] == [("large", 1080.0), ("small", 899.1)]


def test_expiring_is_what_the_tables_say_and_only_ours(counter):
    cedar = make_organisation("Cedar")
    service = make_service(make_provider(organisation=cedar), clinics=[])
    theirs = assign(make_package((service, 5)), make_patient(cedar), by=make_user(cedar), on=date(2030, 1, 1))
    PackagePurchase.objects.filter(pk=theirs.pk).update(expires_on=MONDAY)
    for number in range(5):
        sell(counter, f"P{number}", days=number * 9)

    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, [counter.organisation.pk])
        (recount,) = cursor.fetchone()

    assert (expiring(counter.organisation, today=MONDAY).count(), recount) == (4, 4)


def test_reminding_queues_one_message_for_each_who_can_be_reached(counter):
    sell(counter, "Reem", 3)
    sell(counter, "Nobody", phone="")
    sell(counter, "Quiet", accepts_messages=False)

    operation = remind_expiring(by=counter.user, reason="Month's end", at=AT)

    message = Message.objects.get(kind=MessageKind.PACKAGE_EXPIRING)
    assert (operation.kind, operation.reason) == (OperationKind.REMIND, "Month's end")
    assert (str(message.patient), message.operation, message.status) == ("Reem", operation, MessageStatus.QUEUED)
    assert message.body == (
        "Hello Reem, 3 sessions of yours at Noor Group are not booked yet. "
        "The last day to use them is Sunday 27 January 2030."
    )
    assert message.due_at == AT + timedelta(minutes=3)


def test_reminder_tells_nothing_of_the_treatment(counter):
    sell(counter, "Reem")
    sell(counter, "Hind", name_ar="هند", language=Language.ARABIC)

    remind_expiring(by=counter.user, at=AT)

    texts = " ".join(Message.objects.filter(kind=MessageKind.PACKAGE_EXPIRING).values_list("body", flat=True))
    assert "هند" in texts
    assert "Speech" not in texts
    assert "10 sessions" in texts


def test_reminders_say_who_cannot_be_reached_and_why(counter):
    sell(counter, "Reem")
    sell(counter, "Nobody", phone="")
    sell(counter, "Quiet", accepts_messages=False)

    reminders = reminders_for(counter.organisation, at=AT)

    assert [str(one.purchase.patient) for one in reminders.possible] == ["Reem"]
    assert {str(one.purchase.patient): one.destination.obstacle for one in reminders.unreachable} == {
        "Nobody": "The patient has neither a valid phone number nor an e-mail address.",
        "Quiet": "The patient does not want messages.",
    }


def test_a_last_day_is_told_once_and_a_new_one_again(counter):
    purchase = sell(counter, "Reem")
    remind_expiring(by=counter.user, at=AT)

    with pytest.raises(PackageRefused, match="has been reminded already"):
        remind_expiring(by=counter.user, at=AT)
    extend(purchase, days=3, by=counter.user, at=AT)
    remind_expiring(by=counter.user, at=AT)

    assert Message.objects.filter(kind=MessageKind.PACKAGE_EXPIRING).count() == 2
    assert Operation.objects.filter(kind=OperationKind.REMIND).count() == 2


def test_reminding_refuses_a_form_that_saw_others(counter, nothing_written):
    sell(counter, "Reem")
    seen = reminders_for(counter.organisation, at=AT).stamp
    sell(counter, "Late")
    nothing_written()

    with pytest.raises(ChangedMeanwhile, match="2 patients would be written to now"):
        remind_expiring(by=counter.user, at=AT, seen=seen)


@pytest.mark.parametrize("number", [1, 3])
def test_reminding_asks_as_much_for_many_as_for_one(counter, django_assert_num_queries, number):
    for count in range(number):
        sell(counter, f"P{count}")

    with django_assert_num_queries(3):
        reminders_for(counter.organisation, at=AT)


@pytest.mark.parametrize("status", ["cancelled", "failed", "expired", "skipped"])
def test_what_never_arrived_is_written_again_beside_it(counter, status):
    sell(counter, "Reem")
    first = remind_expiring(by=counter.user, at=AT)
    lost = first.messages.get()
    Message.objects.filter(pk=lost.pk).update(status=status)

    second = remind_expiring(by=counter.user, at=AT)

    again = second.messages.get()
    assert (again.resend_of, again.status, again.dedupe_key) == (lost, "queued", f"{lost.dedupe_key}:again-1")
    lost.refresh_from_db()
    assert (lost.status, lost.operation) == (status, first)
    with pytest.raises(PackageRefused, match="has been reminded already"):
        remind_expiring(by=counter.user, at=AT)


def test_what_is_being_sent_is_not_written_again(counter):
    sell(counter, "Reem")
    message = remind_expiring(by=counter.user, at=AT).messages.get()
    Message.objects.filter(pk=message.pk).update(status="sending", leased_until=AT)

    with pytest.raises(PackageRefused, match="has been reminded already"):
        remind_expiring(by=counter.user, at=AT)


DAY = timedelta(days=1)


def told() -> list[str]:
    return sorted(str(row.patient) for row in Message.objects.filter(kind=MessageKind.PACKAGE_EXPIRING))


def test_each_is_told_by_itself_when_the_last_day_is_two_weeks_away(counter):
    sell(counter, "Reem", days=20)
    sell(counter, "Later", days=40)
    remind_expiring_due(at=AT)

    assert remind_expiring_due(at=AT + 5 * DAY) == 0
    assert remind_expiring_due(at=AT + 6 * DAY) == 1
    assert remind_expiring_due(at=AT + 7 * DAY) == 0

    message = Message.objects.get(kind=MessageKind.PACKAGE_EXPIRING)
    assert (str(message.patient), message.operation, message.due_at) == ("Reem", None, AT + 6 * DAY)
    assert message.purchase.expires_on == MONDAY + 20 * DAY


def test_a_policy_that_begins_to_tell_does_not_tell_of_the_past(counter):
    sell(counter, "Past", days=10)
    sell(counter, "Next", days=15)

    remind_expiring_due(at=AT)
    remind_expiring_due(at=AT + DAY)

    assert told() == ["Next"]


def test_a_worker_that_slept_tells_of_every_day_it_missed_but_not_of_what_has_expired(counter):
    for days in (15, 16, 17):
        sell(counter, f"P{days}", days=days)
    remind_expiring_due(at=AT)

    remind_expiring_due(at=AT + 16 * DAY)

    assert told() == ["P16", "P17"]


def test_nobody_is_told_by_itself_where_the_policy_says_never(counter):
    counter.organisation.policy.expiring_days = 0
    counter.organisation.policy.save()
    sell(counter, "Reem", days=15)

    remind_expiring_due(at=AT)
    remind_expiring_due(at=AT + 3 * DAY)

    assert told() == []


def test_who_was_told_by_hand_is_not_told_again(counter):
    sell(counter, "Reem", days=15)
    remind_expiring_due(at=AT)
    remind_expiring(by=counter.user, at=AT)

    assert remind_expiring_due(at=AT + DAY) == 0


def test_who_has_booked_every_session_is_not_told(counter):
    purchase = sell(counter, "Reem", 1, days=15)
    remind_expiring_due(at=AT)
    counter.book(0, purchase=purchase, patient=purchase.patient)

    assert remind_expiring_due(at=AT + DAY) == 0


def test_told_by_itself_costs_the_same_queries_for_many(counter, django_assert_num_queries):
    for number in range(3):
        sell(counter, f"P{number}", days=15 + number)
    remind_expiring_due(at=AT)

    with django_assert_num_queries(12):
        remind_expiring_due(at=AT + DAY)
    with django_assert_num_queries(12):
        remind_expiring_due(at=AT + 3 * DAY)


def test_an_organisation_that_fails_stops_no_other_from_telling(counter):
    other = make_organisation()
    sell(counter, "Reem", days=15)
    remind_expiring_due(at=AT)
    Organisation.objects.filter(pk=other.pk).update(time_zone="Nowhere")

    assert remind_expiring_due(at=AT + DAY) == 1

    assert told() == ["Reem"]
