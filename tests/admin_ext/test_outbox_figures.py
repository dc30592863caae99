"""How messages arrive, and who is told what: the two pages for who answers for the rules."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from admin_ext.roles import MANAGER
from clinic.enums import Channel, MessageKind, MessageStatus
from clinic.models import Message
from tests.admin_ext.world import fill
from tests.factories import BEFORE, SENT


@pytest.fixture
def manager(a_week_before, ours, sign_in):
    return sign_in(ours.organisation, MANAGER)


def figures(client, **query):
    return client.get(reverse("admin:message_delivery"), query)


def rules(client) -> list[tuple]:
    return [(rule.kind, rule.when, rule.channel, rule.is_on) for rule in client.get(address()).context["rules"]]


def address() -> str:
    return reverse("admin:message_rules")


def test_figures_of_the_period_in_the_address(manager, ours):
    Message.objects.filter(pk=ours.message.pk).update(**SENT, delivered_at=BEFORE)
    old = fill(ours.organisation, "Second").message
    Message.objects.filter(pk=old.pk).update(queued_at=BEFORE - timedelta(days=20), status=MessageStatus.FAILED)

    week, month = figures(manager), figures(manager, **{"from": "2029-12-01", "to": "2030-01-01"})

    assert [(row.one.sent, row.one.delivered, row.one.failed) for row in week.context["rows"]] == [(1, 1, 0)]
    assert [(row.one.sent, row.one.failed) for row in month.context["rows"]] == [(1, 1)]
    assert [row.bar for row in month.context["rows"]] == [[("sent", 50.0), ("failed", 50.0)]]
    assert month.context["totals"]["written"] == 2
    assert "0 seconds" in week.content.decode()


def test_channel_without_receipts_counts_no_arrivals(manager, ours):
    mail = fill(ours.organisation, "Second").message
    Message.objects.filter(pk=ours.message.pk).update(**SENT, delivered_at=BEFORE, channel=Channel.SMS)
    Message.objects.filter(pk=mail.pk).update(**SENT, channel=Channel.EMAIL)

    answer = figures(manager)

    assert {row.one.channel: row.has_receipts for row in answer.context["rows"]} == {"sms": True, "email": False}
    assert answer.content.decode().count("No receipt has come.</span>") == 1


def test_number_of_failures_leads_to_those_of_the_period(manager, ours):
    late = fill(ours.organisation, "Second").message
    Message.objects.filter(pk=ours.message.pk).update(status=MessageStatus.FAILED)
    Message.objects.filter(pk=late.pk).update(status=MessageStatus.FAILED, queued_at=BEFORE - timedelta(days=20))

    link = re.search(r'href="([^"]+queued_at_from[^"]+)"', figures(manager).content.decode())[1]

    assert list(manager.get(unescape(link)).context["cl"].result_list) == [ours.message]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ({"from": "2030-01-01", "to": "2029-01-01"}, "2028-12-26"),
        ({"from": "nonsense"}, "2029-12-26"),
        ({"from": "2030-02-30"}, "2029-12-26"),
        ({"from": "0001-01-01"}, "2029-12-26"),
        ({}, "2029-12-26"),
    ],
)
def test_period_that_makes_no_sense_is_the_last_seven_days(manager, asked, first):
    assert figures(manager, **asked).context["period"].first.isoformat() == first


@pytest.mark.parametrize(
    ("first", "words"),
    [("2029-12-31", "The first day came after the last"), ("2028-11-01", "That was more than a year")],
)
def test_period_that_is_not_shown_says_why(manager, first, words):
    assert words in figures(manager, **{"from": first, "to": "2029-12-30"}).content.decode()
    assert words not in figures(manager, **{"from": "2029-12-01", "to": "2029-12-30"}).content.decode()


def test_days_without_messages_say_so(manager):
    page = figures(manager, **{"from": "2029-01-01", "to": "2029-01-02"}).content.decode()

    assert "No message was written in these days." in page


def test_figures_never_count_theirs(manager, theirs):
    assert figures(manager).context["totals"]["written"] == 1


@pytest.mark.parametrize("n", [1, 3])
def test_figures_cost_the_same_for_any_number_of_kinds(manager, ours, n, django_assert_num_queries):
    for kind in (MessageKind.MOVED, MessageKind.CANCELLED, MessageKind.RECEIPT)[:n]:
        message = fill(ours.organisation, kind.value).message
        Message.objects.filter(pk=message.pk).update(kind=kind)

    with django_assert_num_queries(7):
        answer = figures(manager)

    assert len(answer.context["rows"]) == n + 1


def test_every_kind_has_a_rule_and_reminders_one_for_each_channel(manager, ours):
    found = rules(manager)

    assert {kind for kind, *_ in found} == set(MessageKind)
    assert [rule[1:] for rule in found if rule[0] == MessageKind.REMINDER] == [
        ("2 hours before the appointment.", "SMS", True),
        ("24 hours before the appointment.", "E-mail", True),
    ]


def test_rules_that_the_policy_turns_off_are_off(manager, ours):
    ours.policy.reminder_minutes, ours.policy.follows_up_no_shows, ours.policy.expiring_days = {}, False, 0
    ours.policy.save()

    off = [kind for kind, _when, _channel, is_on in rules(manager) if not is_on]

    assert off == [MessageKind.REMINDER, MessageKind.NO_SHOW, MessageKind.PACKAGE_EXPIRING]


def test_rules_say_when_nothing_is_sent_and_lead_to_the_policy(manager, ours):
    page = manager.get(address()).content.decode()

    assert "21:00" in page
    assert "a reminder that falls into these hours leaves after them, or before them" in page
    assert reverse("admin:clinic_policy_change", args=[ours.policy.pk]) in page
