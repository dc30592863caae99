"""What a plan has booked: looked at, and undone."""

import re
from datetime import date

import pytest
from django.urls import reverse

from admin_ext.records import operation as operation_page
from admin_ext.roles import CASHIER
from clinic import jobs
from clinic.enums import AppointmentStatus, JobKind
from clinic.models import Job
from clinic.scheduling import booking
from clinic.scheduling.planning import apply, plan
from clinic.tasks import HANDLERS
from tests.admin_ext.schedule import operation_of, signed
from tests.factories import (
    MONDAY,
)

pytestmark = pytest.mark.usefixtures("a_week_before")


def test_result_shows_what_was_booked_and_what_is_told(desk):
    operation = operation_of(desk)

    page = desk.client.get(reverse("admin:operation", args=[operation.public_id])).text

    assert "4 sessions booked for <bdi>Huda</bdi>" in page
    for row in operation.appointments.all():
        assert f'href="{reverse("admin:appointment", args=[row.pk])}"' in page
    assert "1 message queued" in page
    assert page.count('class="line change') == 4
    assert "Take these 4 appointments back" in page
    assert "Nobody has been told yet." in page


def test_undo_cancels_everything_once(desk):
    operation = operation_of(desk)
    address = reverse("admin:undo_operation", args=[operation.public_id])

    first = desk.client.post(address, follow=True).text
    second = desk.client.post(address, follow=True).text

    assert not desk.booked()
    assert "4 appointments are cancelled." in first
    assert "already been undone" in second
    assert "Undo…" not in second


def test_heading_tells_that_the_booking_was_undone_and_what_comes_next(desk):
    operation = operation_of(desk)

    page = desk.client.post(reverse("admin:undo_operation", args=[operation.public_id]), follow=True).text

    assert heading(page) == "Booking of 4 sessions for <bdi>Huda</bdi>, undone"
    assert "sessions booked for" not in page
    assert desk.address() in page


def heading(page: str) -> str:
    return " ".join(re.search(r"<h2>(.*?)</h2>", page, re.DOTALL)[1].split())


def test_heading_counts_the_sessions_that_still_stand(desk):
    operation = operation_of(desk)
    address = reverse("admin:operation", args=[operation.public_id])
    headings = []
    for row in desk.booked():
        booking.cancel(row, by=desk.ours.user)
        headings.append(heading(desk.client.get(address).text))

    assert headings == [
        "3 of 4 sessions booked for <bdi>Huda</bdi> still stand",
        "2 of 4 sessions booked for <bdi>Huda</bdi> still stand",
        "1 of 4 sessions booked for <bdi>Huda</bdi> still stands",
        "Booking of 4 sessions for <bdi>Huda</bdi>, all cancelled since",
    ]


def test_page_tells_of_the_extension_and_of_its_end(desk):
    desk.book(signed(desk.ask(extend=7, last_day="2030-04-05", first_day="2030-04-02").text))
    public_id = desk.booked()[0].operation.public_id

    before = desk.client.get(reverse("admin:operation", args=[public_id])).text
    after = desk.client.post(reverse("admin:undo_operation", args=[public_id]), follow=True).text

    assert re.search(r"Last day: \S+ \d+ Apr.*<b>\S+ \d+ Apr", before)
    assert "Extended" in before
    assert "Not undone" not in after
    assert after.count('<small class="became">Undone</small>') == before.count('class="line change')


def test_undo_of_many_is_a_job_with_its_progress(desk, ours, monkeypatch):
    monkeypatch.setattr(operation_page, "AT_ONCE", 6)
    for_two = [desk.purchase, ours.purchase]
    booked = apply(plan(for_two, providers=None, first_day=MONDAY, last_day=date(2030, 2, 1)), by=ours.user)
    public_id = booked[0].operation.public_id

    answer = desk.client.post(reverse("admin:undo_operation", args=[public_id]))
    job = Job.objects.get(kind=JobKind.BULK_UNDO)
    meanwhile = desk.client.get(reverse("admin:operation", args=[public_id])).text
    jobs.run(job.pk, HANDLERS)
    poll = desk.client.get(answer.url, headers={"HX-Request": "true", "HX-Target": "job"})

    assert answer.url == reverse("admin:job", args=[job.public_id])
    assert answer.url in meanwhile
    assert "Undo…" not in meanwhile
    assert not desk.booked()
    assert poll.headers["HX-Redirect"] == reverse("admin:operation", args=[public_id])
    assert heading(desk.client.get(poll.headers["HX-Redirect"]).text) == "Booking of 7 sessions, undone"


def test_undo_says_what_it_could_not_undo(desk):
    operation = operation_of(desk)
    begun = desk.booked()[0]
    begun.status = AppointmentStatus.IN_PROGRESS
    begun.record("status", by=desk.ours.user)

    page = desk.client.post(reverse("admin:undo_operation", args=[operation.public_id]), follow=True).text

    assert desk.booked() == [begun]
    assert "3 appointments are cancelled." in page
    assert "1 could not be undone" in page


@pytest.mark.parametrize("page", ["operation", "undo_operation"])
def test_operation_of_another_organisation_is_not_found(desk, theirs, page):
    address = reverse(f"admin:{page}", args=[theirs.operation.public_id])
    answer = desk.client.get(address) if page == "operation" else desk.client.post(address)

    theirs.operation.refresh_from_db()
    assert answer.status_code == 404
    assert theirs.operation.undone_at is None


def test_undo_is_never_done_by_a_link_nor_by_who_may_only_look(desk, sign_in):
    operation = operation_of(desk)
    address = reverse("admin:undo_operation", args=[operation.public_id])

    assert desk.client.get(address).status_code == 405
    assert sign_in(desk.ours.organisation, CASHIER).post(address).status_code == 403
    assert len(desk.booked()) == 4


def test_the_reason_of_an_undo_is_cut_to_what_the_form_takes(desk):
    operation = operation_of(desk)

    sent = {"reason": "\0" + "a" * 300}
    desk.client.post(reverse("admin:undo_operation", args=[operation.public_id]), sent)

    operation.refresh_from_db()
    assert operation.undone_at
    assert {row.history.first().history_change_reason for row in operation.appointments.all()} == {"a" * 100}
