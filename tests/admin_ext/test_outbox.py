"""The outbox on the screens: its list, the page of one message, sending again and calling off."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from admin_ext.roles import ADMINISTRATOR, CASHIER, FRONT_DESK
from clinic.enums import AppointmentStatus, Channel, MessageStatus
from clinic.heartbeats import SENDER, beat
from clinic.models import Message
from tests.admin_ext.world import fill
from tests.factories import BEFORE, NINE, SENT

LIST = "admin:clinic_message_changelist"
MINUTE = timedelta(minutes=1)
FAILED = {"status": MessageStatus.FAILED, "error": "Number not reachable", "attempts": 5}


@pytest.fixture
def client(a_week_before, ours, sign_in):
    return sign_in(ours.organisation, FRONT_DESK)


def change(message: Message, **fields) -> Message:
    Message.objects.filter(pk=message.pk).update(**fields)
    message.refresh_from_db()
    return message


def page_of(client, message) -> str:
    return client.get(reverse("admin:message", args=[message.pk])).content.decode()


def press(client, button, message, **headers):
    return client.post(
        reverse(f"admin:clinic_message_{button}", args=[message.pk]), {"_form_submitted": "on"}, headers=headers
    )


def test_list_says_on_top_what_waits_what_failed_and_how_long_the_oldest_has_been_due(client, ours):
    change(ours.message, due_at=BEFORE - 12 * MINUTE)
    change(fill(ours.organisation, "Second").message, **FAILED)
    leased = {"status": MessageStatus.SENDING, "leased_until": BEFORE}
    change(fill(ours.organisation, "Third").message, **leased)

    answer = client.get(reverse(LIST))

    standing = answer.context["standing"]
    assert (standing.waiting, standing.sending, standing.failed) == (1, 1, 1)
    page = answer.content.decode()
    assert "The oldest has been due for 12 minutes" in page
    assert "1 failed today" in page
    assert "?dead=yes" in page


def test_list_says_on_top_how_many_came_too_late(client, ours):
    change(ours.message, status=MessageStatus.EXPIRED, expires_at=BEFORE)

    answer = client.get(reverse(LIST))

    assert answer.context["standing"].expired == 1
    assert 'href="?status__exact=expired" >Too late <b>1</b>' in answer.content.decode()


def test_list_shows_why_a_message_failed_and_ticks_one_that_arrived(client, ours):
    change(ours.message, **SENT, delivered_at=BEFORE + MINUTE, error="")
    failed = change(fill(ours.organisation, "Second").message, **FAILED)

    shown = client.get(reverse(LIST), {"status__exact": "failed"})
    everything = client.get(reverse(LIST)).content.decode()

    assert list(shown.context["cl"].result_list) == [failed]
    assert "Number not reachable" in shown.content.decode()
    assert "done_all" not in shown.content.decode()
    assert everything.count("done_all") == 1


def test_page_of_a_failed_message_says_why_and_what_to_do(client, ours):
    ours.patient.preferred_channel = Channel.EMAIL
    ours.patient.save()
    message = change(ours.message, **FAILED)

    answer = client.get(reverse("admin:message", args=[message.pk]))

    assert [(step.state, step.word, step.note) for step in answer.context["steps"]] == [
        ("done", "Queued", ""),
        ("done", "Due", ""),
        ("stopped", "Failed", "5 attempts"),
    ]
    page = answer.content.decode()
    assert "Number not reachable" in page
    assert "Check the number or address with the patient" in page
    assert reverse("admin:clinic_message_resend", args=[message.pk]) in page
    assert reverse("admin:appointment", args=[ours.appointment.pk]) in page


def test_page_of_a_message_to_an_old_address_names_the_one_of_today(client, ours):
    message = change(ours.message, **FAILED, channel=Channel.SMS, address="+966509999999")

    assert "The file has another address by now" in page_of(client, message)


def test_page_of_a_skipped_message_says_what_the_file_lacks(client, ours):
    ours.patient.accepts_messages = False
    ours.patient.save()
    message = change(ours.message, status=MessageStatus.SKIPPED, error="Not wanted")

    page = page_of(client, message)

    assert "The patient does not want messages. Complete the file, or call." in page
    assert "5 attempts" not in page


@pytest.mark.parametrize(
    ("fields", "states"),
    [
        ({"due_at": BEFORE + MINUTE}, ["done", "ahead", "ahead", "ahead"]),
        ({"due_at": BEFORE - MINUTE}, ["done", "done", "now", "ahead"]),
        ({"status": MessageStatus.SENDING, "leased_until": BEFORE}, ["done", "done", "now", "ahead"]),
        (SENT, ["done", "done", "done", "ahead"]),
        ({**SENT, "delivered_at": BEFORE}, ["done", "done", "done", "done"]),
        ({"status": MessageStatus.SKIPPED}, ["done", "stopped"]),
        ({"status": MessageStatus.EXPIRED}, ["done", "done", "stopped"]),
        ({"status": MessageStatus.CANCELLED}, ["done", "done", "called-off"]),
    ],
    ids=["waits", "due", "leased", "sent", "delivered", "skipped", "too late", "called off"],
)
def test_way_of_a_message_ends_where_the_message_is(client, ours, fields, states):
    message = change(ours.message, **fields)

    answer = client.get(reverse("admin:message", args=[message.pk]))

    assert [step.state for step in answer.context["steps"]] == states


def test_message_that_is_due_says_of_a_dead_worker_what_the_first_page_says(client, ours):
    beat(SENDER, at=BEFORE - 3 * MINUTE)
    message = change(ours.message, due_at=BEFORE - MINUTE)

    assert "nothing is sent. Tell the administrator." in page_of(client, message)


def test_message_in_a_long_queue_asks_for_nothing_while_the_worker_lives(client, ours):
    beat(SENDER, at=BEFORE)
    message = change(ours.message, due_at=BEFORE - 10 * MINUTE)

    answer = client.get(reverse("admin:message", args=[message.pk]))

    assert answer.context["advice"] is None


def test_page_of_a_message_that_came_too_late_leads_to_the_phone_number(client, ours):
    message = change(ours.message, status=MessageStatus.EXPIRED)

    advice = client.get(reverse("admin:message", args=[message.pk])).context["advice"]

    assert "Call the patient" in advice.sentence
    assert advice.link == reverse("admin:patient", args=[ours.patient.pk])


def test_sms_shows_in_how_many_pieces_it_is_sent(client, ours):
    message = change(ours.message, channel=Channel.SMS, body="م" * 71)

    page = page_of(client, message)

    assert "2 SMS, 71 characters" in page
    assert 'class="bubble"' in page


def test_words_of_a_message_are_shown_as_text(client, ours):
    message = change(
        ours.message, subject="<b>Bold</b>", body="<script>alert(1)</script>\nSecond line", error="<i>x</i>"
    )

    page = page_of(client, message)

    assert "<b>Bold</b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>Second line" in page
    assert "<i>x</i>" not in page


def test_failed_message_is_sent_again_and_leads_back_to_where_that_was_asked(client, ours):
    ours.policy.quiet_until = time(2)
    ours.policy.save()
    message = change(ours.message, **FAILED)
    failed_ones = f"{reverse(LIST)}?status__exact=failed"

    answer = press(client, "resend", message, hx_request="true", hx_current_url=f"http://testserver{failed_ones}")

    again = Message.objects.get(resend_of=message)
    assert answer.headers["HX-Redirect"] == failed_ones
    assert (again.status, again.body, again.due_at) == (MessageStatus.QUEUED, message.body, BEFORE)
    assert "is sent again. It leaves within a minute." in client.get(failed_ones).content.decode()
    assert reverse("admin:message", args=[again.pk]) in page_of(client, message)
    assert reverse("admin:message", args=[message.pk]) in page_of(client, again)


def test_message_sent_again_in_quiet_hours_says_when_it_leaves(client, ours):
    message = change(ours.message, **FAILED)

    press(client, "resend", message)

    assert "It leaves at 08:00." in client.get(reverse(LIST)).content.decode()


def test_failure_that_was_sent_again_asks_for_nothing_until_that_is_called_off(client, ours):
    message = change(ours.message, **FAILED)
    assert asks_for_something(page_of(client, message))

    press(client, "resend", message)
    assert not asks_for_something(page_of(client, message))

    press(client, "call_off", message.resent_as.get())
    assert asks_for_something(page_of(client, message))


def asks_for_something(page: str) -> bool:
    return "warning-note" in page and "then send again; or call" in page and 'class="button-main"' in page


@pytest.mark.parametrize("status", [MessageStatus.CANCELLED, MessageStatus.EXPIRED, MessageStatus.SKIPPED])
def test_what_has_not_failed_may_be_sent_again_and_nobody_is_told_to(client, ours, status):
    page = page_of(client, change(ours.message, status=status))

    assert reverse("admin:clinic_message_resend", args=[ours.message.pk]) in page
    assert 'class="button-main"' not in page


def test_dead_letters_are_those_that_nobody_has_sent_again(client, ours):
    message = change(ours.message, **FAILED)
    dead = {"dead": "yes"}
    assert list(client.get(reverse(LIST), dead).context["cl"].result_list) == [message]

    press(client, "resend", message)

    answer = client.get(reverse(LIST), dead)
    assert list(answer.context["cl"].result_list) == []
    assert answer.context["standing"].failed == 0


def test_sending_again_what_failed_is_offered_where_anything_has(client, ours):
    address = reverse("admin:clinic_message_resend_failed")
    assert address not in client.get(reverse(LIST)).content.decode()

    change(ours.message, **FAILED)

    assert address in client.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize(
    ("query", "words"), [("", "as soon as an appointment is booked"), ("?dead=yes", "Nothing has to be sent again.")]
)
def test_empty_outbox_says_what_comes_there(client, ours, query, words):
    ours.message.delete()

    assert words in client.get(f"{reverse(LIST)}{query}").content.decode()


def test_failure_about_an_appointment_that_is_over_asks_for_nothing(client, ours):
    message = change(ours.message, **FAILED, expires_at=BEFORE)

    page = page_of(client, message)
    shown = client.get(reverse(LIST), {"dead": "yes"})

    assert "Nothing has to be done." in page
    assert "warning-note" not in page
    assert reverse("admin:clinic_message_resend", args=[message.pk]) not in page
    assert shown.context["standing"].failed == 0
    assert list(shown.context["cl"].result_list) == []


def test_message_of_a_cancelled_appointment_that_failed_asks_for_nothing(client, ours):
    message = change(ours.message, **FAILED)
    type(ours.appointment).objects.filter(pk=ours.appointment.pk).update(status=AppointmentStatus.CANCELLED_BY_CLINIC)

    assert "The appointment is cancelled. Nothing has to be done." in page_of(client, message)
    assert client.get(reverse(LIST)).context["standing"].failed == 0


def test_filter_that_is_not_understood_is_said_to_be_left_out(client, ours):
    answer = client.get(reverse(LIST), {"due_at_from_0": "99-99-9999"}, follow=True)

    assert "That filter could not be understood" in answer.content.decode()
    assert "could not be understood" not in client.get(reverse(LIST)).content.decode()


def test_everything_that_failed_is_sent_again_at_once_where_it_is_of_use(client, ours):
    change(ours.message, **FAILED)
    over = change(fill(ours.organisation, "Second").message, **FAILED, expires_at=BEFORE)

    client.post(reverse("admin:clinic_message_resend_failed"), {"_form_submitted": "on"})

    assert list(Message.objects.filter(resend_of__isnull=False).values_list("resend_of", flat=True)) == [
        ours.message.pk
    ]
    page = client.get(reverse(LIST)).content.decode()
    assert "1 message is sent again. 1 is of no use any more." in page
    assert over.resent_as.count() == 0


def test_dialog_never_leads_to_another_server(client, ours):
    message = change(ours.message, **FAILED)

    answer = press(client, "resend", message, hx_request="true", hx_current_url="https://elsewhere.example/x")

    assert answer.headers["HX-Redirect"] == reverse(LIST)


def test_message_about_an_appointment_that_is_over_is_refused_with_the_reason(client, ours):
    message = change(ours.message, **FAILED)
    type(ours.appointment).objects.filter(pk=ours.appointment.pk).update(
        starts_at=BEFORE - timedelta(hours=1), ends_at=BEFORE, busy_from=BEFORE - timedelta(hours=1), busy_until=BEFORE
    )

    press(client, "resend", message)

    assert "is over. Call the patient" in client.get(reverse(LIST)).content.decode()
    assert Message.objects.filter(patient=ours.patient).count() == 1


def test_waiting_message_is_called_off(client, ours):
    press(client, "call_off", ours.message)

    ours.message.refresh_from_db()
    assert (ours.message.status, ours.message.called_off_by) == (MessageStatus.CANCELLED, client.user)
    assert "is called off" in client.get(reverse(LIST)).content.decode()
    page = client.get(reverse("admin:message", args=[ours.message.pk])).content.decode()
    assert f"<dt>Called off by</dt><dd><bdi>{client.user}</bdi></dd>" in page


def test_message_called_off_on_purpose_is_no_trouble(client, ours):
    press(client, "call_off", ours.message)

    assert "warning-note" not in page_of(client, ours.message)
    assert 'class="trouble"' not in client.get(reverse(LIST)).content.decode()


def test_sent_message_is_not_called_off(client, ours):
    change(ours.message, **SENT)

    press(client, "call_off", ours.message)

    ours.message.refresh_from_db()
    assert ours.message.status == MessageStatus.SENT
    assert "has left already" in client.get(reverse(LIST)).content.decode()


def test_cashier_reads_messages_and_sends_none(ours, sign_in, a_week_before):
    client = sign_in(ours.organisation, CASHIER)
    message = change(ours.message, **FAILED)

    assert press(client, "resend", message).status_code == 403
    assert press(client, "call_off", message).status_code == 403
    page = page_of(client, message)
    assert reverse("admin:clinic_message_resend", args=[message.pk]) not in page
    assert "The front desk can send it again, or call." in page
    assert "then send again" not in page


def test_page_of_their_message_is_not_there(client, theirs):
    assert client.get(reverse("admin:message", args=[theirs.message.pk])).status_code == 404


def test_page_of_a_message_costs_the_same_however_often_it_was_sent_again(
    client, ours, sign_in, django_assert_max_num_queries
):
    client = sign_in(ours.organisation, ADMINISTRATOR)
    message = change(ours.message, **FAILED)
    for number in range(3):
        Message.objects.create(
            organisation=message.organisation, patient=message.patient, kind=message.kind, channel=message.channel,
            language=message.language, body="Hello", due_at=NINE, queued_at=NINE, resend_of=message,
            dedupe_key=f"again-{number}",
        )  # fmt: skip

    with django_assert_max_num_queries(9):
        assert page_of(client, message).count("Sent again as") == 3
