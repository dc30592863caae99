"""Lost times on the screens: what a change would hit, the list it leads to, and what is done there."""

from datetime import datetime, time, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER, PROVIDER
from clinic.enums import AppointmentStatus, LeaveStatus, RebookingItemStatus
from clinic.models import Appointment, Closure, Leave, Operation, Rebooking, RebookingItem, WorkingHours
from clinic.scheduling import booking
from tests.admin_ext.forms import posted_values
from tests.factories import (
    NINE,
    RIYADH,
    make_appointment,
    make_clinic,
    make_leave,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_week,
)

HTMX, SURE = {"HX-Request": "true"}, {"_form_submitted": "on"}
MIDNIGHT = datetime(2030, 1, 7, tzinfo=RIYADH)
DAY, HALF_HOUR = timedelta(days=1), timedelta(minutes=30)
S = RebookingItemStatus


@pytest.fixture
def olaya(db, a_week_before):
    """Sara and Omar treat at Olaya every day from nine to five; Sara has three patients on the Monday."""
    clinic = make_clinic(make_organisation(), "Olaya")
    sara, omar = make_provider(clinic, name="Sara"), make_provider(clinic, name="Omar")
    for provider in (sara, omar):
        make_week(provider, clinic, start=time(9), end=time(17))
    service = make_service(sara, omar)
    patients = [make_patient(clinic.organisation, name) for name in ("Huda", "Ali", "Lina")]
    rows = [
        make_appointment(patient, service, sara, clinic, NINE + n * HALF_HOUR) for n, patient in enumerate(patients)
    ]
    return SimpleNamespace(
        clinic=clinic, organisation=clinic.organisation, sara=sara, omar=omar, service=service, rows=rows
    )


@pytest.fixture
def manager(olaya, sign_in):
    return sign_in(olaya.organisation, MANAGER)


@pytest.fixture
def desk(olaya, sign_in):
    return sign_in(olaya.organisation, FRONT_DESK)


@pytest.fixture
def batch(olaya):
    make_leave(olaya.sara, MIDNIGHT, MIDNIGHT + DAY)
    return Rebooking.objects.of(olaya.organisation).get()


def address(batch, name="rebooking", **more) -> str:
    return reverse(f"admin:{name}", kwargs={"public_id": batch.public_id, **more})


def statuses() -> list[str]:
    return list(RebookingItem.objects.order_by("appointment__pk").values_list("status", flat=True))


def approval(page) -> dict:
    """What the page's form sends when its proposals are approved as they are."""
    lines = page.context["view"].lines
    return {
        "item": [str(line.item.pk) for line in lines if line.proposed],
        **{f"time-{line.item.pk}": line.proposed.value for line in lines if line.proposed},
    }


def test_approving_leave_leads_to_the_list_of_what_it_hits(olaya, manager):
    leave = make_leave(olaya.sara, MIDNIGHT, MIDNIGHT + DAY, status=LeaveStatus.ASKED)
    assert not Rebooking.objects.exists()

    answer = manager.post(reverse("admin:clinic_leave_approve", args=[leave.pk]), SURE, headers=HTMX)

    assert answer.headers["HX-Redirect"] == address(Rebooking.objects.get())
    assert statuses() == [S.OPEN] * 3


def test_withdrawn_leave_gives_the_time_back(olaya, manager):
    leave = make_leave(olaya.sara, MIDNIGHT, MIDNIGHT + DAY)

    manager.post(reverse("admin:clinic_leave_withdraw", args=[leave.pk]), SURE, headers=HTMX)

    leave.refresh_from_db()
    assert (leave.status, leave.decided_by) == (LeaveStatus.WITHDRAWN, manager.user)
    assert statuses() == [S.SETTLED] * 3


def test_who_asks_for_leave_sees_what_is_booked_in_it_and_nothing_is_taken_yet(olaya, sign_in):
    client = sign_in(olaya.organisation, PROVIDER)
    olaya.sara.user = client.user
    olaya.sara.save()
    asked = {"provider": olaya.sara.pk, "starts_at": "2030-01-07T00:00", "ends_at": "2030-01-07T10:00"}

    shown = client.get(reverse("admin:leave_hits"), asked, headers=HTMX).content.decode()
    half = client.get(reverse("admin:leave_hits"), {**asked, "ends_at": ""}, headers=HTMX).content.decode()
    others = client.get(reverse("admin:leave_hits"), {**asked, "provider": olaya.omar.pk}, headers=HTMX)

    assert "2 appointments lose their time." in shown
    assert "Huda" in shown
    assert "Lina" not in shown
    assert half.strip() == ""
    assert others.content.decode().strip() == ""
    assert not Rebooking.objects.exists()


@pytest.mark.parametrize("kind", ["closure", "hours", "leave"])
def test_a_form_shows_what_it_would_hit_and_saves_only_the_second_time(olaya, manager, kind):
    page, sent, saved = form_of(olaya, manager, kind)

    refused = manager.post(page, sent)

    assert refused.status_code == 200
    assert "Nothing has been saved yet." in str(refused.context["adminform"].form.non_field_errors())
    text = refused.content.decode()
    assert "3 appointments lose their time." in text
    assert "Huda" in text
    assert not saved()
    assert not Rebooking.objects.exists()

    decided = manager.post(page, posted_values(refused))

    assert saved()
    assert decided.url == address(Rebooking.objects.get())
    assert statuses() == [S.OPEN] * 3


def form_of(olaya, client, kind):
    """The address of a form, what is sent to it, and whether that has been saved."""
    if kind == "closure":
        page = reverse("admin:clinic_closure_add")
        sent = {
            **posted_values(client.get(page)),
            "name_en": "Flood",
            "first_on": "2030-01-07",
            "last_on": "2030-01-07",
        }
        return page, sent, Closure.objects.exists
    if kind == "hours":
        hours = WorkingHours.objects.get(provider=olaya.sara, weekday=1)
        page = reverse("admin:clinic_workinghours_change", args=[hours.pk])
        sent = {**posted_values(client.get(page)), "start": "12:00"}
        return page, sent, WorkingHours.objects.filter(provider=olaya.sara, start=time(12)).exists
    leave = make_leave(olaya.sara, MIDNIGHT + DAY, MIDNIGHT + 2 * DAY)
    page = reverse("admin:clinic_leave_change", args=[leave.pk])
    sent = {**posted_values(client.get(page)), "starts_at_0": "2030-01-07", "starts_at_1": "00:00"}
    return page, sent, Leave.objects.filter(starts_at=MIDNIGHT).exists


def test_a_form_that_hits_nothing_saves_at_once(olaya, manager):
    page = reverse("admin:clinic_closure_add")
    sent = {**posted_values(manager.get(page)), "name_en": "Feast", "first_on": "2030-01-09", "last_on": "2030-01-09"}

    answer = manager.post(page, sent)

    assert answer.url == reverse("admin:clinic_closure_changelist")
    assert Closure.objects.exists()


def test_a_closure_until_the_end_of_the_calendar_is_refused_in_words(olaya, manager):
    page = reverse("admin:clinic_closure_add")
    sent = {**posted_values(manager.get(page)), "name_en": "Flood", "first_on": "2030-01-07", "last_on": "9999-12-31"}

    assert "This day is too far away." in manager.post(page, sent).content.decode()
    assert not Closure.objects.exists()


def test_leave_from_the_first_day_of_the_calendar_hits_nothing(olaya, manager):
    asked = {"provider": olaya.sara.pk, "starts_at": "0001-01-01T00:00", "ends_at": "2030-01-08T00:00"}

    assert manager.get(reverse("admin:leave_hits"), asked, headers=HTMX).content.decode().strip() == ""


def test_public_holidays_lead_to_the_list_of_what_they_hit(olaya, manager):
    """Founding Day is on 22 February, and kept on the 21st too."""
    make_appointment(olaya.rows[0].patient, olaya.service, olaya.sara, olaya.clinic, NINE + 45 * DAY)

    answer = manager.post(reverse("admin:clinic_closure_add_holidays"), {**SURE, "year": 2030}, headers=HTMX)

    assert answer.headers["HX-Redirect"] == address(Rebooking.objects.get())


def test_the_page_says_for_everybody_what_was_and_what_would_be(batch, desk):
    page = desk.get(address(batch))

    text = page.content.decode()
    assert "Leave of Sara, 7 Jan 2030" in text
    assert "0 of 3 settled" in text
    assert "Approve 3 changes" in text
    assert "+966501234567" in text
    assert "Same time, another provider" in text
    assert "proven: least disturbance" in text
    assert text.count("<b>Mon 7 Jan ") >= 3
    assert [(line.row.patient.name_en, line.proposed.spot.provider.name_en) for line in page.context["view"].lines] == [
        ("Huda", "Omar"), ("Ali", "Omar"), ("Lina", "Omar"),
    ]  # fmt: skip
    assert all(1 <= len(line.others) <= 4 for line in page.context["view"].lines)


def test_approving_all_moves_them_and_undo_takes_them_back(batch, desk, olaya):
    page = desk.get(address(batch))

    answer = desk.post(address(batch), approval(page), follow=True)

    assert "3 appointments are moved." in answer.content.decode()
    assert "3 of 3 settled" in answer.content.decode()
    assert set(Appointment.objects.values_list("provider", "status")) == {
        (olaya.omar.pk, AppointmentStatus.RESCHEDULED)
    }
    operation = Operation.objects.get()
    assert address(batch, "undo_rebooking", operation=operation.public_id) in answer.content.decode()

    undone = desk.post(address(batch, "undo_rebooking", operation=operation.public_id), follow=True)

    assert "3 appointments have their old times again." in undone.content.decode()
    assert "0 of 3 settled" in undone.content.decode()
    assert statuses() == [S.OPEN] * 3
    assert set(Appointment.objects.values_list("provider", flat=True)) == {olaya.sara.pk}


def test_some_are_approved_at_another_time_and_the_rest_waits(batch, desk):
    page = desk.get(address(batch))
    line = page.context["view"].lines[1]
    other = line.others[0]

    desk.post(address(batch), {"item": line.item.pk, f"time-{line.item.pk}": other.value})

    moved = Appointment.objects.get(pk=line.row.pk)
    assert (moved.starts_at, moved.provider) == (other.spot.starts_at, other.spot.provider)
    assert statuses() == [S.OPEN, S.MOVED, S.OPEN]


def test_a_time_taken_meanwhile_is_said_by_name_and_the_others_are_not_moved(batch, desk, olaya):
    sent = approval(desk.get(address(batch)))
    booking.book(
        patient=make_patient(olaya.organisation, "Faster"), service=olaya.service, provider=olaya.omar,
        clinic=olaya.clinic, starts_at=NINE, by=desk.user,
    )  # fmt: skip

    answer = desk.post(address(batch), sent)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Nothing was moved. The proposals below are new." in text
    assert "Huda" in answer.context["view"].refusals[0]
    assert statuses() == [S.OPEN] * 3
    assert answer.context["view"].lines[0].proposed.value != sent[f"time-{answer.context['view'].lines[0].item.pk}"]


@pytest.mark.parametrize(
    "broken", ["", "soon", "2030-01-07T09:00:00 1 1", "2030-01-08T09:00:00+03:00 x y", "2030-01-08T09:00:00+03:00 0 0"]
)
def test_a_time_that_is_none_moves_nobody(batch, desk, broken):
    item = batch.items.first()

    answer = desk.post(address(batch), {"item": item.pk, f"time-{item.pk}": broken})

    assert answer.status_code in (200, 404)
    assert statuses() == [S.OPEN] * 3


@pytest.mark.parametrize("items", [[], ["x"], ["9" * 30]])
def test_nothing_ticked_is_refused_in_words(batch, desk, items):
    answer = desk.post(address(batch), {"item": items})

    assert "No appointment is chosen." in answer.content.decode()


def test_a_refused_approval_keeps_what_was_ticked_and_chosen(batch, desk):
    huda, ali, _lina = desk.get(address(batch)).context["view"].lines
    sent = {"item": [huda.item.pk, ali.item.pk], f"time-{ali.item.pk}": ali.others[0].value}

    lines = desk.post(address(batch), sent).context["view"].lines

    assert [line.is_ticked for line in lines] == [True, True, False]
    assert lines[1].chosen.value == ali.others[0].value


def test_an_unknown_verb_is_not_found(batch, desk):
    item = batch.items.first()

    assert desk.post(address(batch, "rebooking_item", pk=item.pk, verb="eaten"), {"said": "yes"}).status_code == 404


def test_what_is_said_is_cut_to_what_can_be_stored(batch, desk):
    item = batch.items.first()

    desk.post(address(batch, "rebooking_item", pk=item.pk, verb="kept"), {"said": "\0" + "a" * 300})

    item.refresh_from_db()
    assert item.note == "a" * 250


def test_a_call_is_noted_and_keeping_takes_a_reason(batch, desk):
    item = batch.items.first()

    desk.post(address(batch, "rebooking_item", pk=item.pk, verb="called"), {"said": "no answer"})
    refused = desk.post(address(batch, "rebooking_item", pk=item.pk, verb="kept"), {"said": ""}, follow=True)

    item.refresh_from_db()
    assert "needs a reason" in refused.content.decode()
    assert "no answer" in refused.content.decode()
    assert (item.status, item.note.endswith("no answer")) == (S.OPEN, True)

    desk.post(address(batch, "rebooking_item", pk=item.pk, verb="kept"), {"said": "Omar comes in"})

    item.refresh_from_db()
    assert (item.status, item.note) == (S.KEPT, "Omar comes in")


def test_who_only_reads_may_not_approve(batch, sign_in, olaya):
    client = sign_in(olaya.organisation, CASHIER)

    assert client.get(address(batch)).status_code == 403
    assert client.post(address(batch), {}).status_code == 403


def test_the_page_costs_as_many_queries_for_three_as_for_one(batch, desk, django_assert_max_num_queries):
    RebookingItem.objects.exclude(pk=batch.items.first().pk).delete()
    desk.get(address(batch))
    with django_assert_max_num_queries(40) as one:
        desk.get(address(batch))
    for row in Appointment.objects.exclude(rebooking_items__isnull=False):
        batch.items.create(organisation=batch.organisation, appointment=row)

    with django_assert_max_num_queries(len(one)) as three:
        desk.get(address(batch))

    assert len(three) == len(one) <= 16


def test_today_says_how_many_wait_and_leads_to_their_list(batch, desk):
    page = desk.get(reverse("admin:index"))

    (card,) = [card for card in page.context["cards"] if card.icon == "event_repeat"]
    assert card.title == "3 appointments have lost their time"
    assert [(line.end, line.link) for line in card.lines] == [("3 to settle", address(batch))]


def test_today_is_silent_when_nobody_waits(olaya, desk):
    page = desk.get(reverse("admin:index"))

    assert not [card for card in page.context["cards"] if card.icon == "event_repeat"]


def test_the_list_has_what_waits_first(olaya, batch, desk):
    done = Rebooking.objects.create(
        organisation=olaya.organisation, cause="hours", status="done", provider=olaya.omar, title="Done",
        opened_at=NINE + DAY,
    )  # fmt: skip

    page = desk.get(reverse("admin:clinic_rebooking_changelist"))

    assert list(page.context["cl"].result_list) == [batch, done]
    assert "0 / 3" in page.content.decode()


def test_their_list_is_not_found(theirs, ours, sign_in, a_week_before):
    client, item = sign_in(ours.organisation, MANAGER), theirs.rebooking.items.get()
    RebookingItem.objects.update(status=S.OPEN)  # the hours of the world have settled it

    answers = [
        client.get(address(theirs.rebooking)),
        client.post(address(theirs.rebooking), {"item": item.pk}),
        client.post(address(theirs.rebooking, "rebooking_item", pk=item.pk, verb="kept"), {"said": "Mine"}),
        client.post(address(ours.rebooking, "rebooking_item", pk=item.pk, verb="kept"), {"said": "Mine"}),
        client.post(address(theirs.rebooking, "undo_rebooking", operation=theirs.operation.public_id)),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    item.refresh_from_db()
    assert item.status == S.OPEN


def test_their_provider_is_no_choice(batch, desk, theirs):
    item = batch.items.first()
    chosen = f"2030-01-08T09:00:00+03:00 {theirs.provider.pk} {theirs.clinic.pk}"

    assert desk.post(address(batch), {"item": item.pk, f"time-{item.pk}": chosen}).status_code == 404
    assert set(batch.items.values_list("status", flat=True)) == {S.OPEN}
