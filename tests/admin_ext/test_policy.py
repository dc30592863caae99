"""The policy's page: rules that an administrator understands, in words before they are saved."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from admin_ext.catalogue.policy_groups import GROUPS
from admin_ext.catalogue.policy_words import late_cancellations, messages, no_shows
from admin_ext.roles import ADMINISTRATOR
from clinic.enums import NoShowConsequence
from tests.admin_ext.forms import posted_values

STILL_GO = "Offers, receipts, and a move or cancellation that cannot wait for the morning still go."
ISOLATES = str.maketrans("", "", "\N{LEFT-TO-RIGHT ISOLATE}\N{POP DIRECTIONAL ISOLATE}")


@pytest.fixture
def policy(ours):
    return ours.policy


@pytest.fixture
def client(ours, sign_in):
    return sign_in(ours.organisation, ADMINISTRATOR)


def address(policy):
    return reverse("admin:clinic_policy_change", args=[policy.pk])


def changed(policy, **fields):
    for name, value in fields.items():
        setattr(policy, name, value)
    return policy


def read(sentences) -> list[str]:
    return [sentence.translate(ISOLATES) for sentence in sentences]


@pytest.mark.parametrize(
    ("session", "fee", "sentence"),
    [
        (True, "50.00", "loses the session of the package and owes 50.00 SAR."),
        (True, "0", "loses the session of the package and owes no fee."),
        (False, "50.00", "does not lose the session of the package, but owes 50.00 SAR."),
        (False, "0", "does not lose the session of the package and owes no fee."),
    ],
    ids=["both", "session", "fee", "nothing"],
)
def test_the_costs_are_told_in_a_sentence(policy, session, fee, sentence):
    changed(
        policy, late_cancellation_uses_session=session, late_cancellation_fee=Decimal(fee),
        no_show_uses_session=session, no_show_fee=Decimal(fee), cancellation_window=timedelta(hours=24),
    )  # fmt: skip

    late, missed = read(late_cancellations(policy)), read(no_shows(policy))

    assert late[0] == f"A patient who cancels less than 24 hours before the appointment {sentence}"
    assert missed[0] == f"A patient who does not come {sentence}"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"cancellation_window": timedelta(0)}, "who cancels when the appointment should have begun does not"),
        ({"cancellation_window": timedelta(minutes=90)}, "less than 1 hour 30 minutes before"),
        ({"minimum_notice": timedelta(0)}, "An appointment can be booked until the moment it begins."),
        ({"minimum_notice": timedelta(hours=2)}, "An appointment is booked at least 2 hours before it begins."),
        ({"booking_horizon_days": 30}, "It can be booked up to 30 days ahead."),
        ({"reminder_minutes": {}}, "No reminders go out."),
        (
            {"reminder_minutes": {"email": [2880, 1440], "sms": []}},
            "A reminder by E-mail goes out 48 hours and 24 hours before the appointment.",
        ),
        ({"expiring_days": 10}, "is told 10 days before the package runs out."),
        ({"expiring_days": 0}, "Nobody is told by itself that a package runs out."),
        ({"follows_up_no_shows": True}, "A quarter of an hour later the patient is written to"),
        ({"follows_up_no_shows": False}, "The patient is not written to."),
        ({"queues_before_payment": False}, "gets a place in the doctor's queue with the payment."),
        ({"queues_before_payment": True}, "waits in the doctor's queue at once, marked as not paid."),
        ({"no_show_limit": 1, "no_show_days": 30}, "After 1 no-show within 30 days the desk sees a warning"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_rule_has_its_sentence(policy, fields, sentence):
    policy.refresh_from_db()

    sentences = [one for group in GROUPS for one in read(group.words(changed(policy, **fields)))]

    assert [one for one in sentences if sentence in one]


@pytest.mark.parametrize("choice", NoShowConsequence)
def test_every_consequence_is_told_in_words_of_its_own(policy, choice):
    others = {no_shows(changed(policy, no_show_consequence=one))[1] for one in NoShowConsequence if one != choice}

    assert no_shows(changed(policy, no_show_consequence=choice))[1] not in others


def test_quiet_hours_are_told_or_that_there_are_none(policy):
    policy.refresh_from_db()
    assert [one for one in read(messages(policy)) if "Nothing is sent between 21:00 and 08:00, on the clock" in one]
    assert STILL_GO in read(messages(policy))

    policy.quiet_from = policy.quiet_until
    assert "Messages are sent at any hour of the day and night." in read(messages(policy))
    assert STILL_GO not in read(messages(policy))


def test_the_page_says_what_the_saved_rules_mean(client, policy):
    policy.late_cancellation_fee = Decimal("50.00")
    policy.save()

    shown = client.get(address(policy)).content.decode().translate(ISOLATES)

    assert "A patient who cancels less than 24 hours before the appointment does not lose the session" in shown
    assert "owes 50.00 SAR." in shown


def test_what_is_typed_is_told_before_it_is_saved(client, policy):
    values = {**posted_values(client.get(address(policy))), "no_show_fee": "75", "cancellation_window": "48"}

    answer = client.post(reverse("admin:policy_preview"), values).content.decode().translate(ISOLATES)

    assert "A patient who does not come loses the session of the package and owes 75.00 SAR." in answer
    assert "less than 48 hours before" in answer
    assert "once you save" in answer
    policy.refresh_from_db()
    assert (policy.no_show_fee, policy.cancellation_window) == (Decimal(0), timedelta(hours=24))
    assert policy.history.count() == 1


def test_what_is_saved_already_is_not_called_a_preview(client, policy):
    answer = client.post(reverse("admin:policy_preview"), posted_values(client.get(address(policy))))

    assert "once you save" not in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        ("no_show_fee", "-1", "greater than or equal to 0"),
        ("cancellation_window", "-1", "greater than or equal to 0"),
        ("cancellation_window", "400", "less than or equal to 336"),
        ("remind_by_sms", "soon", "is not a number of hours"),
        ("remind_by_sms", "0", "is not a number of hours"),
        ("remind_by_sms", "NaN", "is not a number of hours"),
        ("remind_by_sms", "1e999999999", "is not a number of hours"),
        ("remind_by_sms", "1, 2, 3, 4, 5, 6", "At most 5 reminders."),
        ("no_show_limit", "0", "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_is_told_at_once_and_not_saved(client, policy, field, typed, complaint):
    values = {**posted_values(client.get(address(policy))), field: typed}

    told = client.post(reverse("admin:policy_preview"), values).content.decode()
    answer = client.post(address(policy), values)

    assert complaint in told
    assert complaint in str(answer.context["adminform"].form.errors[field])
    assert answer.context["adminform"].form[field].value() == typed
    assert policy.history.count() == 1


def test_hours_and_reminders_are_saved_as_they_were_typed(client, policy):
    values = posted_values(client.get(address(policy)))
    assert (values["cancellation_window"], values["remind_by_email"], values["remind_by_sms"]) == ("24", "24", "2")

    typed = {
        "cancellation_window": "1.5",
        "remind_by_email": "2، 24,24",
        "remind_by_sms": "",
        "remind_by_whatsapp": "0.5",
    }
    client.post(address(policy), {**values, **typed})

    policy.refresh_from_db()
    assert policy.cancellation_window == timedelta(minutes=90)
    assert policy.reminder_minutes == {"email": [1440, 120], "whatsapp": [30]}


def test_the_rules_of_another_organisation_are_neither_told_nor_changed(client, policy, theirs):
    values = {**posted_values(client.get(address(policy))), "no_show_fee": "75"}

    assert client.post(address(theirs.policy), values).status_code in (302, 404)

    theirs.policy.refresh_from_db()
    assert theirs.policy.no_show_fee == 0
