"""Every kind of bulk action is told row by row, as it was and as it became, with what an undo can still do."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_ext.roles import FRONT_DESK, MANAGER
from clinic import operations
from clinic.enums import AppointmentStatus, OperationKind
from clinic.models import Appointment, Message, Operation
from clinic.packages import services as packages
from clinic.scheduling import booking
from clinic.scheduling.booking import NewTime
from tests.admin_ext.schedule import operation_of
from tests.admin_ext.toasts import toast_of
from tests.factories import SENT, make_clinic, make_patient, make_provider, make_week

pytestmark = pytest.mark.usefixtures("a_week_before")

HTMX = {"HX-Request": "true"}
HOUR = timedelta(hours=1)


@pytest.fixture
def rows(desk):
    """Four appointments of Huda, booked by a plan."""
    operation_of(desk)
    return desk.booked()


def moved(desk, rows, *, reason="Sara is ill", later=HOUR, **elsewhere) -> Operation:
    operation = operations.begin(OperationKind.REBOOKING, by=desk.ours.user, at=rows[0].booked_at, reason=reason)
    times = [NewTime(row, row.starts_at + later, **elsewhere) for row in rows]
    booking.move_all(times, by=desk.ours.user, operation=operation, reason=reason)
    return operation


def address(operation, name="operation") -> str:
    return reverse(f"admin:{name}", args=[operation.public_id])


def shown(desk, operation) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", desk.client.get(address(operation)).text).split())


def test_a_move_is_shown_from_where_to_where(desk, rows):
    row = rows[0]
    other = make_provider(desk.ours.clinic, name="Lina")
    desk.ours.service.providers.add(other)
    make_week(other, desk.ours.clinic)

    operation = moved(desk, [row], provider=other)

    text = shown(desk, operation)
    assert "Re-booking for Huda" in text
    assert "Sara is ill" in text
    assert re.search(r"7 Jan 09:30 .* Ours provider · .* moved to \S+ 7 Jan 10:30 · Lina", text)


def test_moments_are_those_of_each_clinic(desk, rows):
    far = make_clinic(desk.ours.organisation, "Muscat", time_zone="Asia/Muscat")
    desk.ours.provider.clinics.add(far)
    desk.ours.service.clinics.add(far)
    make_week(desk.ours.provider, far)

    operation = moved(desk, rows[:1], clinic=far)

    assert re.search(r"7 Jan 09:30 .* moved to \S+ 7 Jan 11:30 · Muscat", shown(desk, operation))


def test_undo_says_what_comes_back_and_what_cannot_and_why(desk, rows):
    operation = moved(desk, rows[:3])
    booking.confirm(Appointment.objects.get(pk=rows[0].pk), by=desk.ours.user)

    text = shown(desk, operation)

    assert "Move 2 appointments back" in text
    assert "1 stays as it is: Huda : It has changed since: Confirmed." in text
    assert text.count("Cannot be undone: It has changed since: Confirmed.") == 1


def test_undo_by_hand_says_what_was_done_and_the_page_what_was_kept(desk, rows):
    operation = moved(desk, rows[:3])
    booking.confirm(Appointment.objects.get(pk=rows[0].pk), by=desk.ours.user)

    answer = desk.client.post(address(operation, "undo_operation"), {"reason": "Wrong week"}, follow=True).text

    assert "2 changes are undone. 1 could not be undone: It has changed since: Confirmed." in answer
    text = shown(desk, operation)
    assert "Re-booking for Huda , undone" in text
    assert "1 could not be undone: the reason stands below." in text
    assert text.count("Not undone: It has changed since: Confirmed.") == 1
    assert "Undo…" not in text
    assert rows[1].history.latest().history_change_reason == "Wrong week"


def test_undo_from_a_toast_is_answered_by_a_toast(desk, rows):
    operation = moved(desk, rows)

    answer = desk.client.post(address(operation, "undo_operation"), headers=HTMX)
    again = desk.client.post(address(operation, "undo_operation"), headers=HTMX)

    assert (answer.status_code, toast_of(answer)["text"]) == (204, "4 changes are undone.")
    assert '"appointment-changed"' in answer.headers["HX-Trigger"]
    assert (toast_of(again)["tags"], toast_of(again)["text"]) == ("error", "This has already been undone.")
    assert [row.starts_at for row in desk.booked()] == [row.starts_at for row in rows]


def test_a_frozen_package_is_shown_with_its_values_and_its_sessions(desk, rows):
    packages.freeze(desk.purchase, by=desk.ours.user, reason="Travels")
    operation = Operation.objects.get(kind=OperationKind.FREEZE)

    text = shown(desk, operation)

    assert re.search(r"Status: Active changed to Frozen", text)
    assert "Bring 4 cancelled appointments back" in text
    assert "Make 1 package what it was" in text
    assert "Undo all of this" in text


def test_undo_of_a_frozen_package_books_its_sessions_again(desk, rows):
    packages.freeze(desk.purchase, by=desk.ours.user)

    answer = desk.client.post(address(Operation.objects.get(kind=OperationKind.FREEZE), "undo_operation"), headers=HTMX)

    assert toast_of(answer)["text"] == "5 changes are undone."
    assert [row.status for row in desk.booked()] == [AppointmentStatus.SCHEDULED] * 4


def test_page_counts_what_was_sent_because_of_it(desk, rows):
    Message.objects.update(**SENT)

    operation = moved(desk, rows)

    assert "1 message queued" in shown(desk, operation)
    Message.objects.filter(operation=operation).update(**SENT)
    assert "1 message sent" in shown(desk, operation)


def test_words_of_people_are_not_taken_for_markup(desk, rows):
    operation = moved(desk, rows[:1], reason="<script>alert(1)</script>")

    for page in (address(operation), reverse("admin:clinic_operation_changelist")):
        assert "<script>alert(1)" not in desk.client.get(page).text
        assert "&lt;script&gt;alert(1)" in desk.client.get(page).text


def test_page_of_many_rows_has_pages(desk, rows, monkeypatch):
    monkeypatch.setattr("admin_ext.records.operation.LINES", 3)
    operation = moved(desk, rows)

    first, second = (desk.client.get(f"{address(operation)}?page={page}").text for page in (1, 2))

    assert [page.count('class="line change') for page in (first, second)] == [3, 1]
    assert "1 of 2" in first


def test_page_asks_as_much_for_three_rows_as_for_one(desk, rows):
    one, three = moved(desk, rows[:1]), moved(desk, rows[1:])
    desk.client.get(address(one))  # warms what Django remembers from then on

    counts = [queries_of(desk.client, address(operation)) for operation in (one, three)]

    assert counts[0] == counts[1] <= 21


def queries_of(client, page) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(page)
    return len(captured)


def test_list_counts_the_rows_of_each_and_says_why(desk, rows):
    moved(desk, rows[:3])

    page = desk.client.get(reverse("admin:clinic_operation_changelist")).text

    counts = [int(count) for count in re.findall(r"field-display_size[^>]*>\s*(?:<[^>]+>\s*)*(\d+)", page)]
    assert counts[0] == 3
    assert 4 in counts
    assert "<bdi>Sara is ill</bdi>" in page


def test_several_patients_are_named_on_their_lines(desk, ours, rows):
    amal = make_patient(ours.organisation, "Amal")
    theirs = booking.book(
        patient=amal, service=ours.service, provider=ours.provider, clinic=ours.clinic,
        starts_at=rows[0].starts_at + 2 * HOUR, by=ours.user,
    )  # fmt: skip
    operation = moved(desk, [rows[0], theirs], later=timedelta(minutes=30))

    text = shown(desk, operation)

    assert "2 patients" in text
    assert "Amal" in text
    assert "Huda" in text


def test_what_only_a_manager_may_do_only_a_manager_undoes(desk, rows, sign_in):
    packages.extend(rows[0].package_purchase, days=7, by=desk.ours.user, reason="Ill")
    operation = Operation.objects.get(kind=OperationKind.EXTEND)
    front_desk = sign_in(desk.ours.organisation, FRONT_DESK)

    assert address(operation, "undo_operation") not in front_desk.get(address(operation)).text
    assert front_desk.post(address(operation, "undo_operation")).status_code == 403

    sign_in(desk.ours.organisation, MANAGER).post(address(operation, "undo_operation"))
    operation.refresh_from_db()
    assert operation.undone_at is not None
