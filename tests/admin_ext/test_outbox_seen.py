"""Messages where they matter: the first page when the sender is dead, and the stories of appointments and patients."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override

from admin_ext.roles import ADMINISTRATOR, CASHIER, FRONT_DESK, PROVIDER
from clinic.enums import Channel
from clinic.heartbeats import SENDER, beat
from clinic.messaging.sending.gateway_troubles import note_failure
from clinic.models import Message, User
from tests.admin_ext.world import fill
from tests.factories import BEFORE, NINE, SENT

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def client(a_week_before, ours, sign_in):
    return sign_in(ours.organisation, FRONT_DESK)


def cards(client):
    return client.get(reverse("admin:index")).context["cards"]


def alarm(client):
    return client.get(reverse("admin:index")).context["board"].alarm


def sender_card(client):
    return next(card for card in cards(client) if card.title == "Messages")


def test_dead_worker_stands_first_and_red_with_what_to_do(client):
    beat(SENDER, at=BEFORE - 3 * MINUTE)

    card = alarm(client)

    assert (card.title, card.tone) == ("Messages", "broken")
    assert "nothing is sent. Tell the administrator." in card.lines[0].what
    assert "Messages" not in [card.title for card in cards(client)]


def test_board_brings_the_card_when_the_worker_dies_and_takes_it_away_when_it_lives(client):
    beat(SENDER, at=BEFORE)
    first = client.get(reverse("admin:index")).context["board"]
    assert first.alarm is None

    beat(SENDER, at=BEFORE - 3 * MINUTE)
    dead = poll(client, first)
    beat(SENDER, at=BEFORE)
    well = poll(client, dead.context["board"])

    assert "nothing is sent" in dead.content.decode()
    assert "nothing is sent" not in well.content.decode()


def poll(client, board):
    return client.get(f"{board.address}&version={board.version}", headers={"HX-Request": "true"})


@pytest.mark.parametrize(
    ("role", "words"), [(FRONT_DESK, "Tell the administrator."), (ADMINISTRATOR, "Have it started.")]
)
def test_who_cannot_start_the_worker_is_told_whom_to_ask(ours, sign_in, a_week_before, role, words):
    (line,) = alarm(sign_in(ours.organisation, role)).lines

    assert line.what == f"The background worker has never run: nothing is sent. {words}"


def test_worker_that_has_never_run_is_as_good_as_dead(client):
    assert "has never run" in alarm(client).lines[0].what


def test_worker_that_lives_is_not_red(client, ours):
    beat(SENDER, at=BEFORE - MINUTE)
    Message.objects.filter(pk=ours.message.pk).update(due_at=BEFORE + MINUTE)

    card = sender_card(client)

    assert card.tone == ""
    assert [(line.what, line.end) for line in card.lines] == [("1 message waits", "")]


def test_message_that_is_long_due_is_red_although_the_worker_lives(client, ours):
    beat(SENDER, at=BEFORE)
    Message.objects.filter(pk=ours.message.pk).update(due_at=BEFORE - 20 * MINUTE)

    card = alarm(client)

    assert card.tone == "broken"
    assert "The oldest message has been due for 20 minutes." in card.lines[0].what


def test_gateway_that_takes_nothing_is_red_and_named_although_the_worker_lives(client, ours):
    beat(SENDER, at=BEFORE)
    note_failure(Channel.WHATSAPP, at=BEFORE - 40 * MINUTE)
    note_failure(Channel.WHATSAPP, at=BEFORE)
    tried = {"channel": Channel.WHATSAPP, "attempts": 5, "error": "The gateway did not answer."}
    Message.objects.filter(pk=ours.message.pk).update(**tried, due_at=BEFORE + MINUTE)

    card = alarm(client)

    assert card.tone == "broken"
    sentence = "Every try to send by WhatsApp has failed for 40 minutes. Tell the administrator."
    assert [line.what for line in card.lines] == [sentence]


def test_empty_outbox_says_that_nothing_waits(client, ours):
    beat(SENDER, at=BEFORE)
    Message.objects.filter(pk=ours.message.pk).update(**SENT)

    card = sender_card(client)

    assert (card.lines, card.tone) == ([], "")
    assert card.empty == "Nothing waits to be sent. The worker was last seen 0 seconds ago."


def test_messages_that_failed_today_are_on_the_card(client, ours):
    beat(SENDER, at=BEFORE)
    Message.objects.filter(pk=ours.message.pk).update(status="failed")

    assert [line.what for line in sender_card(client).lines] == ["1 message failed today"]


def test_messages_that_came_too_late_today_are_on_the_card(client, ours):
    beat(SENDER, at=BEFORE)
    late = {"status": "expired", "due_at": BEFORE - 30 * HOUR}
    Message.objects.filter(pk=ours.message.pk).update(**late, expires_at=BEFORE)
    old = fill(ours.organisation, "Second").message
    Message.objects.filter(pk=old.pk).update(**late, expires_at=BEFORE - 24 * HOUR)

    assert [line.what for line in sender_card(client).lines] == ["1 message came too late today"]


def test_who_sends_nothing_again_has_no_such_card(ours, sign_in, a_week_before):
    context = sign_in(ours.organisation, CASHIER).get(reverse("admin:index")).context

    assert context["board"].alarm is None
    titles = [card.title for card in context["cards"]]
    assert titles
    assert "Messages" not in titles


def test_story_of_an_appointment_leads_to_its_messages_and_shows_reminders_to_come(client, ours):
    Message.objects.filter(pk=ours.message.pk).update(**SENT, delivered_at=BEFORE)
    type(ours.appointment).objects.filter(pk=ours.appointment.pk).update(booked_at=BEFORE - HOUR)

    answer = client.get(reverse("admin:appointment", args=[ours.appointment.pk]))

    page = answer.content.decode()
    assert reverse("admin:message", args=[ours.message.pk]) in page
    assert "done_all" in page
    reminders = answer.context["card"].reminders
    assert [one.channel for one in reminders] == ["email", "sms"]
    assert reminders[0].leaves_at == NINE - 24 * HOUR
    assert "still to come" in page


def test_patients_page_shows_messages_with_what_failed_and_reminders_to_come(client, ours):
    Message.objects.filter(pk=ours.message.pk).update(status="failed", error="Number not reachable")

    page = client.get(reverse("admin:patient", args=[ours.patient.pk])).content.decode()

    assert "Number not reachable" in page
    assert reverse("admin:message", args=[ours.message.pk]) in page
    assert "still to come" in page


def test_provider_sees_no_reminders_to_come(ours, sign_in, a_week_before):
    client = sign_in(ours.organisation, PROVIDER)

    for page, row in (("appointment", ours.appointment), ("patient", ours.patient)):
        assert "still to come" not in client.get(reverse(f"admin:{page}", args=[row.pk])).content.decode()


def test_why_a_message_did_not_leave_is_said_in_the_readers_language_wherever_it_stands(client, ours):
    sentence = "The appointment is cancelled."
    Message.objects.filter(pk=ours.message.pk).update(status="skipped", error=sentence)
    pages = [
        reverse("admin:clinic_message_changelist"),
        reverse("admin:message", args=[ours.message.pk]),
        reverse("admin:patient", args=[ours.patient.pk]),
        reverse("admin:appointment", args=[ours.appointment.pk]),
    ]

    User.objects.filter(pk=client.user.pk).update(language="ar")

    shown = [client.get(page).content.decode() for page in pages]

    with override("ar"):
        assert all(gettext(sentence) in page and sentence not in page for page in shown)
