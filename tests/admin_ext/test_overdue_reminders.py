"""The page of reminders that would have gone out already: a look, then a decision."""

from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from admin_ext.roles import ADMINISTRATOR
from clinic.enums import MessageKind
from clinic.models import Message, Operation, Sweep
from tests.factories import NINE, make_appointment, make_patient


@pytest.fixture(autouse=True)
def afternoon_before():
    """Less than a day before the appointments of the world; no rule has ever been swept."""
    with time_machine.travel(NINE - timedelta(hours=18), tick=False):
        yield


@pytest.fixture
def client(ours, sign_in):
    Sweep.objects.all().delete()
    return sign_in(ours.organisation, ADMINISTRATOR)


def address():
    return reverse("admin:overdue_reminders")


def reminders():
    return Message.objects.filter(kind=MessageKind.REMINDER)


def test_the_policy_says_how_many_would_have_been_reminded(client, ours, theirs):
    page = client.get(reverse("admin:clinic_policy_change", args=[ours.policy.pk])).content.decode()
    answer = client.get(address(), headers={"HX-Request": "true"}).content.decode()

    assert f'hx-get="{address()}"' in page
    assert "1 appointment until" in answer
    assert "<html" not in answer


def test_a_policy_without_overdue_reminders_says_nothing(client, ours):
    ours.policy.reminder_minutes = {}
    ours.policy.save()

    assert client.get(address(), headers={"HX-Request": "true"}).content.decode().strip() == ""
    assert "Nobody is left who would have been reminded already." in client.get(address()).content.decode()


def test_looking_at_them_sends_nothing_and_shows_what_they_would_read(client, ours, theirs):
    page = client.get(address()).content.decode()

    assert str(ours.patient) in page
    assert str(theirs.patient) not in page
    assert "a reminder of your appointment on Monday 7 January at 9:30 AM" in page
    assert "تذكير بموعدك" in page
    assert not reminders().exists()


def test_asking_for_it_reminds_ours_alone_and_shows_the_operation(client, ours, theirs):
    answer = client.post(address(), {"seen": client.get(address()).context["overdue"].stamp})

    message = reminders().get()
    assert (message.appointment, message.operation.by) == (ours.appointment, client.user)
    assert answer.url == reverse("admin:operation", args=[message.operation.public_id])


def test_sent_twice_it_reminds_once(client, ours):
    values = {"seen": client.get(address()).context["overdue"].stamp}
    client.post(address(), values)

    answer = client.post(address(), values)

    assert "Nobody is left who would have been reminded already." in answer.content.decode()
    assert (reminders().count(), Operation.objects.filter(kind="remind").count()) == (1, 1)


def test_in_the_quiet_hours_the_page_says_when_they_leave_and_whom_to_call(client, ours):
    ours.policy.quiet_from, ours.policy.quiet_until = time(14, 0), time(8, 30)
    ours.policy.save()
    late = make_patient(ours.organisation, name="Late")
    make_appointment(late, ours.service, ours.provider, ours.clinic, starts_at=NINE - timedelta(hours=16))

    page = client.get(address())
    done = client.post(address(), {"seen": page.context["overdue"].stamp}, follow=True)

    assert "1 reminder leaves on Mon 7 Jan at 08:30, after the quiet hours." in as_read(page)
    assert "A message would come too late: call them" in page.content.decode()
    assert page.content.decode().count(late.phone.as_international) == 1
    assert "1 reminder leaves on Mon 7 Jan at 08:30, after the quiet hours." in as_read(done)


def test_when_nobody_is_left_there_is_a_way_back(client, ours):
    ours.policy.reminder_minutes = {}
    ours.policy.save()

    assert "Back to the policy" in client.get(address()).content.decode()


def as_read(page):
    """Without the marks that turn the direction of a time."""
    return page.content.decode().replace("\u2066", "").replace("\u2069", "")


def test_of_many_to_be_called_the_soonest_are_listed_and_the_rest_are_counted(client, ours):
    for lane in range(23):
        patient = make_patient(ours.organisation, name=f"P{lane}", accepts_messages=False)
        make_appointment(patient, ours.service, ours.provider, ours.clinic, lane=lane + 1)

    page = client.get(address()).content.decode()

    unreachable = page.split("Cannot be reached: call them")[1]
    assert unreachable.count('class="line"') == 20
    assert "And 3 later ones." in unreachable


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_for_one_as_for_three(client, ours, django_assert_num_queries, number):
    for lane in range(1, number):
        patient = make_patient(ours.organisation, name=f"P{lane}")
        make_appointment(patient, ours.service, ours.provider, ours.clinic, lane=lane)

    with django_assert_num_queries(12):
        page = client.get(address())

    assert page.content.decode().count('class="line"') == number
