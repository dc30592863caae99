"""Booking a plan: every session or none, under the rules as they are at that moment."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.enums import MessageKind, OperationKind, PurchaseStatus, RefusalCode
from clinic.errors import PlanRefused
from clinic.models import Appointment, Message, Operation, PackagePurchase, Provider
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from clinic.scheduling.planning import PlanChanged, answer
from tests.clinic.scheduling.planning.conftest import PlanningDesk, day
from tests.factories import (
    BEFORE,
    MONDAY,
    in_status,
    make_busy_time,
    make_leave,
    make_patient,
    make_room,
    make_service,
    make_user,
)

WEEK = date(2030, 1, 13)


def refused(desk, planned) -> PlanChanged:
    """The refusal, after making sure that nothing was written."""
    before = counts()
    with pytest.raises(PlanChanged) as error:
        desk.apply(planned)
    assert counts() == before
    return error.value


def counts():
    rows = Appointment, Appointment.history, Operation, Message, PackagePurchase.history
    return [getattr(row, "objects", row).count() for row in rows]


def test_apply_books_every_session_as_planned(desk):
    assessment = make_service(desk.provider("Omar"), name="Assessment", buffer_after=timedelta(minutes=10))
    purchase = desk.sell((desk.speech, 3, 1), (assessment, 2, 2))
    planned = desk.plan(purchase)

    booked = desk.apply(planned)

    rows = list(Appointment.objects.order_by("starts_at").select_related("service", "provider", "clinic"))
    assert rows == booked
    assert [(r.service, r.provider, r.clinic, r.starts_at, r.ends_at) for r in rows] == [
        (s.item.service, s.provider, s.clinic, s.starts_at, s.ends_at) for s in planned.placed
    ]
    assert [r.session_number for r in rows] == [1, 2, 3, 4, 5]
    assert {r.busy_until - r.ends_at for r in rows if r.service == assessment} == {timedelta(minutes=10)}
    assert {(r.package_purchase, r.booked_by, r.booked_at) for r in rows} == {(purchase, desk.user, BEFORE)}
    assert (balance_of(purchase).reserved, balance_of(purchase).free) == (5, 0)


def test_apply_records_one_operation_and_a_history_row_with_the_actor_for_each_appointment(desk):
    booked = desk.apply(desk.plan(desk.sell(3)), reason="Asked by the mother")

    operation = Operation.objects.get()
    assert (operation.kind, operation.by, operation.at) == (OperationKind.AUTO_SCHEDULE, desk.user, BEFORE)
    assert {row.operation for row in booked} == {operation}
    history = Appointment.history.order_by("pk")
    assert [(h.history_type, h.history_user, h.history_change_reason) for h in history] == [
        ("+", desk.user, "Asked by the mother")
    ] * 3


def test_apply_sends_each_patient_one_message_with_all_dates(desk):
    amal = make_patient(desk.organisation, name="Amal", language="en")
    purchases = [desk.sell(2), desk.sell(2), desk.sell(3, patient=amal)]
    Message.objects.all().delete()

    desk.apply(desk.plan(purchases, last_day=WEEK))

    assert sorted(Message.objects.values_list("patient__name_en", "kind")) == [
        ("Amal", MessageKind.PLANNED),
        ("Huda", MessageKind.PLANNED),
    ]
    assert Message.objects.get(patient=amal).body.count(" January 2030, ") == 3


def test_apply_continues_the_session_numbers_of_each_purchase(desk):
    one, other = desk.sell(3), desk.sell(2, patient=make_patient(desk.organisation, name="Amal"))
    second = [desk.book(day(7), purchase=one), desk.book(day(8), purchase=one)][0]
    booking.cancel(second, by=desk.user, at=BEFORE)

    desk.apply(desk.plan([one, other]))

    live = Appointment.objects.filter(status="scheduled").order_by("starts_at")
    assert sorted(live.filter(package_purchase=one).values_list("session_number", flat=True)) == [1, 2, 3]
    assert list(live.filter(package_purchase=other).values_list("session_number", flat=True)) == [1, 2]


def test_apply_puts_patients_into_the_lanes_and_places_of_the_plan(desk):
    """Room 1 serves everything, room 2 speech only: taking the first room to be had would leave one without."""
    desk.provider("Omar")
    massage = make_service(desk.provider("Lina"), name="Massage")
    make_room(desk.olaya, desk.speech, massage, name="Room 1", code="A1")
    make_room(desk.olaya, desk.speech, name="Room 2", code="A2")
    names = {"a": desk.speech, "b": massage}
    purchases = [
        desk.sell((service, 1), patient=make_patient(desk.organisation, name=n)) for n, service in names.items()
    ]
    half_past = day(7, 9, 30).time()

    planned = desk.plan(purchases, last_day=MONDAY, latest=half_past)
    booked = desk.apply(planned)

    assert len(booked) == 2
    assert {row.service: row.room.code for row in booked} == {desk.speech: "A2", massage: "A1"}


def test_apply_refuses_a_plan_that_books_nothing(desk):
    purchase = desk.sell(1)
    make_leave(desk.sara, day(1), day(31))

    with pytest.raises(PlanRefused, match="books nothing"):
        desk.apply(desk.plan(purchase, last_day=WEEK))
    assert Operation.objects.count() == 0


def test_apply_does_not_know_rows_of_another_organisation(desk):
    planned = desk.plan(desk.sell(2))
    stranger = PlanningDesk().user

    with pytest.raises(PackagePurchase.DoesNotExist):
        desk.apply(planned, by=stranger)
    with pytest.raises(PackagePurchase.DoesNotExist):
        desk.apply(planned, by=make_user(None))
    assert Appointment.objects.count() == 0


def test_plan_applied_twice_books_once(desk):
    planned = desk.plan(desk.sell(3))
    desk.apply(planned)

    changed = refused(desk, planned)

    assert len(changed.misfits) == 3
    assert Appointment.objects.count() == 3


def test_second_plan_cannot_use_more_sessions_than_were_bought(desk):
    purchase = desk.sell(3)
    first, second = desk.plan(purchase), desk.plan(purchase, first_day=date(2030, 1, 8), keep_time=False)
    desk.apply(first, reason="first")

    changed = refused(desk, second)

    assert {reason.code for _session, reasons in changed.misfits for reason in reasons} >= {RefusalCode.NO_SESSION_LEFT}


def test_slot_taken_meanwhile_refuses_the_plan_and_names_the_session(desk):
    planned = desk.plan(desk.sell(3))
    desk.fill(planned.placed[1].starts_at)

    changed = refused(desk, planned)

    assert [(session.starts_at, [r.code for r in reasons]) for session, reasons in changed.misfits] == [
        (planned.placed[1].starts_at, [RefusalCode.BOOKED])
    ]
    assert "1 session of this plan no longer fits" in str(changed)


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (lambda desk: PackagePurchase.objects.update(**in_status(PurchaseStatus.FROZEN)), RefusalCode.PURCHASE_STATUS),
        (lambda desk: PackagePurchase.objects.update(expires_on=date(2030, 1, 10)), RefusalCode.EXPIRY),
        (lambda desk: Provider.objects.update(active=False), RefusalCode.INACTIVE),
        (lambda desk: type(desk.huda).objects.update(active=False), RefusalCode.INACTIVE),
        (lambda desk: type(desk.olaya).objects.update(active=False), RefusalCode.INACTIVE),
        (lambda desk: type(desk.speech).objects.update(active=False), RefusalCode.INACTIVE),
        (lambda desk: make_leave(desk.sara, day(14, 0), day(15, 0)), RefusalCode.LEAVE),
        (lambda desk: make_busy_time(desk.sara, day(14), day(14, 10)), RefusalCode.BUSY_ELSEWHERE),
        (lambda desk: desk.speech.providers.clear(), RefusalCode.NOT_OFFERED),
    ],
    ids=[
        "frozen",
        "shortened",
        "provider gone",
        "file closed",
        "clinic gone",
        "service gone",
        "leave",
        "elsewhere",
        "not given",
    ],
)
def test_rule_that_changed_meanwhile_refuses_the_plan(desk, happens, code):
    planned = desk.plan(desk.sell(3))
    happens(desk)

    changed = refused(desk, planned)

    assert code in {reason.code for _session, reasons in changed.misfits for reason in reasons}


def test_extension_is_rolled_back_when_the_plan_no_longer_fits(desk):
    purchase = desk.sell(9, days=6)
    planned = desk.plan(purchase, last_day=WEEK)
    (way,) = (way for way in planned.ways_out if way.request.extend_days)
    longer = answer(way.request, at=BEFORE)
    desk.fill(longer.placed[0].starts_at)

    refused(desk, longer)

    assert PackagePurchase.objects.get().expires_on == WEEK


def test_apply_costs_the_same_number_of_queries_for_two_sessions_and_for_six(desk):
    costs = []
    for sessions in (2, 6):
        planned = desk.plan(desk.sell(sessions, patient=make_patient(desk.organisation)))
        with CaptureQueriesContext(connection) as queries:
            desk.apply(planned)
        costs.append(len(queries))

    assert costs[0] == costs[1] < 40


def test_apply_cuts_a_long_reason_for_the_history_and_keeps_it_with_the_operation(desk):
    desk.apply(desk.plan(desk.sell(1)), reason="x" * 250)

    assert Operation.objects.get().reason == "x" * 250
    assert Appointment.history.get().history_change_reason == "x" * 100
