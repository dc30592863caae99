"""Series are booked, moved and cancelled as one action each, and nothing that is over ever changes."""

from datetime import date, time, timedelta
from functools import partial
from uuid import uuid4

import pytest

from clinic.enums import AppointmentStatus, MessageKind, OperationKind, RefusalCode, Scope
from clinic.errors import BookingRefused, ChangedMeanwhile, InvalidEntry
from clinic.models import Appointment, Message, Operation, Series
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from clinic.scheduling.booking import SomeRefused, book_series, cancel_series, move_series
from clinic.scheduling.series.members import place_of, seen_of
from clinic.scheduling.series.moving import preview_move
from clinic.scheduling.series.recurrence import Place
from tests.clinic.scheduling.conftest import codes, monday, walk
from tests.factories import BEFORE, MONDAY, make_closure, make_hours, make_patient, make_provider, make_user

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
CANCELLED = AppointmentStatus.CANCELLED_BY_CLINIC
TWENTY = "FREQ=WEEKLY;BYDAY=MO;COUNT=20"


def series(desk, rule=TWENTY, **options) -> list[Appointment]:
    asked = {
        "patient": desk.patient, "service": desk.service, "provider": desk.provider, "clinic": desk.clinic,
        "starts_at": monday(9), "by": desk.user, "at": BEFORE,
    }  # fmt: skip
    return book_series(rule=rule, **{**asked, **options})


def rows(*appointments, but=()) -> list[dict]:
    """Everything that the table says of them."""
    keys = {row.pk for row in appointments} - {row.pk for row in but}
    return list(Appointment.objects.filter(pk__in=keys).order_by("pk").values())


def standing(series) -> list[Appointment]:
    return list(Appointment.objects.filter(series=series).exclude(status=CANCELLED).order_by("starts_at"))


def history_of(appointments) -> int:
    return Appointment.history.filter(id__in=[row.pk for row in appointments]).count()


def test_every_day_of_the_rule_is_booked_as_one_operation_with_one_message(desk):
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=3")

    row = Series.objects.get()
    operation = Operation.objects.get()
    assert [appointment.starts_at for appointment in booked] == [monday(9), monday(9) + WEEK, monday(9) + 2 * WEEK]
    assert [appointment.series_on for appointment in booked] == [MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK]
    assert {(appointment.series, appointment.operation) for appointment in booked} == {(row, operation)}
    assert (row.first_on, row.start, row.booked_by) == (MONDAY, time(9), desk.user)
    assert row.rule == "FREQ=WEEKLY;INTERVAL=1;WKST=MO;BYDAY=MO;COUNT=3"
    assert operation.kind == OperationKind.SERIES_BOOKED
    assert [message.kind for message in Message.objects.all()] == [MessageKind.PLANNED]


def test_sessions_of_a_package_are_numbered_in_order_of_time_whatever_is_taken_instead(desk):
    make_hours(desk.provider, desk.clinic, weekday=7)
    purchase = desk.purchase()
    desk.book(monday(9), purchase=purchase)
    sunday = Place(monday(9) + 2 * WEEK - DAY, desk.provider, desk.clinic)

    booked = series(
        desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=9", starts_at=monday(9) + WEEK, purchase=purchase,
        instead={MONDAY + 3 * WEEK: sunday},
    )  # fmt: skip

    assert [row.session_number for row in booked] == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert [row.starts_at for row in booked] == sorted(row.starts_at for row in booked)
    assert booked[1].series_on == MONDAY + 3 * WEEK
    assert balance_of(purchase).free == 0


def test_one_taken_date_refuses_the_whole_series_and_names_it(desk, nothing_written):
    desk.appointment(monday(9) + 4 * WEEK)
    desk.appointment(monday(9) + 6 * WEEK)
    nothing_written()

    with pytest.raises(SomeRefused, match="4 Feb 2030") as refused:
        series(desk)

    assert [asked.series_on for asked, _reasons in refused.value.misfits] == [MONDAY + 4 * WEEK, MONDAY + 6 * WEEK]
    assert not Series.objects.exists()
    assert not Operation.objects.exists()


def test_a_day_that_is_left_out_is_kept_as_an_exception(desk):
    make_closure(desk.organisation, first_on=MONDAY + WEEK)

    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=3", exceptions=[MONDAY + WEEK])

    assert [row.series_on for row in booked] == [MONDAY, MONDAY + 2 * WEEK]
    assert Series.objects.get().exceptions == ["2030-01-14"]


def test_days_that_are_left_out_at_the_end_shorten_the_rule(desk):
    series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=5", exceptions=[MONDAY + n * WEEK for n in (1, 3, 4)])
    series(desk, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20300128", starts_at=monday(10), exceptions=[MONDAY + 3 * WEEK])

    assert [(row.rule[-14:], row.exceptions) for row in Series.objects.order_by("pk")] == [
        ("BYDAY=MO;COUNT=3"[-14:], ["2030-01-14"]), ("UNTIL=20300121"[-14:], []),
    ]  # fmt: skip


@pytest.mark.parametrize("sessions", [19, 20])
def test_a_series_on_a_package_needs_a_free_session_for_every_date(desk, sessions):
    purchase = desk.purchase(sessions=sessions, days=200)

    if sessions == 20:
        assert len(series(desk, purchase=purchase)) == 20
    else:
        with pytest.raises(SomeRefused) as refused:
            series(desk, purchase=purchase)
        assert codes(refused) == [RefusalCode.NO_SESSION_LEFT]


def test_a_date_after_the_package_expires_is_refused(desk, nothing_written):
    purchase = desk.purchase(sessions=20, on=date(2030, 1, 1), days=20)
    nothing_written()

    with pytest.raises(SomeRefused) as refused:
        series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=4", purchase=purchase)

    assert codes(refused) == [RefusalCode.EXPIRY]


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;UNTIL=20291231"])
def test_a_rule_that_makes_no_sense_is_refused(desk, rule):
    with pytest.raises(BookingRefused) as refused:
        series(desk, rule)

    assert codes(refused) == [RefusalCode.INVALID]


def test_the_same_form_sent_twice_makes_one_series(desk):
    key = uuid4()

    first, second = (series(desk, request_key=key) for _ in range(2))

    assert [row.pk for row in first] == [row.pk for row in second]
    assert (Series.objects.count(), Operation.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_the_same_form_for_somebody_else_is_refused(desk):
    key = uuid4()
    series(desk, request_key=key)

    with pytest.raises(InvalidEntry, match="sent before"):
        series(desk, request_key=key, patient=make_patient(desk.organisation))


@pytest.mark.parametrize("theirs", ["patient", "provider", "clinic", "service"])
def test_a_row_of_another_organisation_is_not_found(desk, stranger, theirs):
    with pytest.raises(type(stranger[theirs]).DoesNotExist):
        series(desk, **{theirs: stranger[theirs]})


def test_an_alternative_of_another_organisation_is_not_found(desk, stranger):
    foreign = Place(monday(9), stranger["provider"], desk.clinic)

    with pytest.raises(type(stranger["provider"]).DoesNotExist):
        series(desk, instead={MONDAY: foreign})


def test_a_series_of_another_organisation_is_neither_moved_nor_cancelled(desk, stranger):
    booked = series(desk)
    outsider = make_user(stranger["clinic"].organisation)

    with pytest.raises(Appointment.DoesNotExist):
        cancel_series(booked[0], scope="all", by=outsider, at=BEFORE)
    with pytest.raises(Appointment.DoesNotExist):
        move_series(booked[0], scope="all", starts_at=monday(10), by=outsider, at=BEFORE)


@pytest.mark.parametrize("how", ["move", "move_series", "cancel", "cancel_series"])
def test_editing_one_of_twenty_leaves_nineteen_as_they_were_to_the_last_byte(desk, how):
    booked = series(desk)
    one, before, history = booked[7], rows(*booked, but=[booked[7]]), history_of(booked)
    edits = {
        "move": lambda: booking.move(one, starts_at=one.starts_at + HOUR, by=desk.user, at=BEFORE),
        "move_series": lambda: move_series(one, scope="this", starts_at=one.starts_at + HOUR, by=desk.user, at=BEFORE),
        "cancel": lambda: booking.cancel(one, by=desk.user, at=BEFORE),
        "cancel_series": lambda: cancel_series(one, scope="this", by=desk.user, at=BEFORE),
    }

    edits[how]()

    assert rows(*booked, but=[one]) == before
    assert history_of(booked) == history + 1
    assert rows(one)[0]["calendar_sequence"] == 1


def test_cancelling_from_the_eighth_of_twenty_leaves_seven(desk):
    booked = series(desk)
    before = rows(*booked[:7])

    cancelled = cancel_series(booked[7], scope="following", by=desk.user, reason="Moved away", at=BEFORE)

    assert [row.pk for row in cancelled] == [row.pk for row in booked[7:]]
    assert [row.pk for row in standing(booked[0].series)] == [row.pk for row in booked[:7]]
    assert rows(*booked[:7]) == before
    operation = Operation.objects.get(kind=OperationKind.SERIES_CANCELLED)
    assert (operation.reason, operation.changes.count()) == ("Moved away", 13)


def test_cancelling_gives_the_sessions_back_to_the_package_once(desk):
    purchase = desk.purchase(sessions=20, days=200)
    booked = series(desk, purchase=purchase)

    cancel_series(booked[7], scope=Scope.FOLLOWING, by=desk.user, at=BEFORE)

    assert (balance_of(purchase).reserved, balance_of(purchase).free) == (7, 13)


@pytest.mark.parametrize("verb", ["cancel", "move"])
@pytest.mark.parametrize("scope", ["following", "all"])
def test_nothing_past_held_begun_or_cancelled_ever_changes(desk, verb, scope):
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=6")
    walk(desk, booked[0], "check_in", "start", "complete", at=monday(9))
    booking.mark_no_show(booked[1], by=desk.user, at=monday(10) + WEEK)
    walk(desk, booked[3], "check_in", at=monday(8) + 2 * WEEK)  # came on the wrong day, and waits
    booking.cancel(booked[4], by=desk.user, at=monday(9))
    over = [booked[0], booked[1], booked[2], booked[3], booked[4]]  # the third is past and was never settled
    before, at = rows(*over), monday(10) + 2 * WEEK

    if verb == "cancel":
        changed = cancel_series(booked[0], scope=scope, by=desk.user, at=at)
    else:
        changed = move_series(booked[0], scope=scope, starts_at=monday(10), by=desk.user, at=at)

    assert [row.pk for row in changed] == [booked[5].pk]
    assert rows(*over) == before


def test_a_series_of_which_nothing_is_left_to_change_is_refused(desk):
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=2")

    with pytest.raises(InvalidEntry, match="Nothing of this can change"):
        cancel_series(booked[0], scope="all", by=desk.user, at=monday(12) + 2 * WEEK)

    assert not Operation.objects.filter(kind=OperationKind.SERIES_CANCELLED).exists()


def test_moving_shifts_all_by_the_same_days_and_minutes(desk):
    make_hours(desk.provider, desk.clinic, weekday=2)
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=4")
    booking.move(booked[2], starts_at=booked[2].starts_at + HOUR, by=desk.user, at=BEFORE)

    moved = move_series(booked[1], scope="following", starts_at=monday(10) + WEEK + DAY, by=desk.user, at=BEFORE)

    assert [f"{row.starts_at.astimezone(desk.clinic.zone):%a %d %H:%M}" for row in moved] == [
        "Tue 15 10:00", "Tue 22 11:00", "Tue 29 10:00",
    ]  # fmt: skip
    assert [row.series_on for row in moved] == [row.series_on for row in booked[1:]]
    assert rows(booked[0])[0]["moves"] == 0


def test_moving_by_one_place_takes_the_times_of_the_series_itself(desk):
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=3")

    moved = move_series(booked[0], scope="all", starts_at=monday(9) + WEEK, by=desk.user, at=BEFORE)

    assert [row.starts_at for row in moved] == [monday(9) + n * WEEK for n in (1, 2, 3)]


def test_moving_keeps_the_hour_over_a_change_of_clocks(desk):
    desk.change(desk.clinic, time_zone="Europe/Berlin")
    make_hours(desk.provider, desk.clinic, weekday=2)
    zone = desk.clinic.zone
    first = monday(9).replace(tzinfo=zone)
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=15", starts_at=first)

    moved = move_series(booked[0], scope="all", starts_at=first + HOUR + DAY, by=desk.user, at=BEFORE)

    assert {f"{row.starts_at.astimezone(zone):%a %H:%M}" for row in moved} == {"Tue 10:00"}
    assert {row.starts_at.astimezone(zone).utcoffset() for row in moved} == {HOUR, 2 * HOUR}


def test_a_move_of_which_one_date_is_taken_moves_nothing(desk, nothing_written):
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=4")
    desk.appointment(monday(10) + 2 * WEEK)
    nothing_written()

    with pytest.raises(SomeRefused) as refused:
        move_series(booked[0], scope="all", starts_at=monday(10), by=desk.user, at=BEFORE)

    assert [time.appointment.pk for time, _reasons in refused.value.misfits] == [booked[2].pk]


def test_the_preview_of_a_move_says_what_the_move_does(desk):
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=4")
    desk.appointment(monday(10) + 2 * WEEK)

    shifts = preview_move(booked[0], scope=Scope.ALL, starts_at=monday(10), at=BEFORE)

    assert [[reason.code for reason in shift.reasons] for shift in shifts] == [[], [], [RefusalCode.BOOKED], []]
    fitting = seen_of(shift.appointment for shift in shifts if not shift.reasons)
    moved = move_series(
        booked[0], scope="all", starts_at=monday(10), by=desk.user, at=BEFORE, seen=fitting
    )  # fmt: skip
    assert [row.starts_at for row in moved] == [shift.to.starts_at for shift in shifts if not shift.reasons]


def test_the_preview_of_a_move_counts_the_times_of_the_series_as_free(desk):
    room_free = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=4")

    shifts = preview_move(room_free[0], scope=Scope.ALL, starts_at=monday(9) + WEEK, at=BEFORE)

    assert [shift.reasons for shift in shifts] == [[], [], [], []]


@pytest.mark.parametrize("verb", ["move", "cancel"])
def test_what_changed_after_it_was_shown_is_refused(desk, verb, nothing_written):
    booked = series(desk)
    seen = seen_of(booked)
    booking.move(booked[3], starts_at=booked[3].starts_at + HOUR, by=desk.user, at=BEFORE)
    nothing_written()

    changes = {"cancel": cancel_series, "move": partial(move_series, starts_at=monday(10))}
    with pytest.raises(ChangedMeanwhile):
        changes[verb](booked[0], scope="all", by=desk.user, seen=seen, at=BEFORE)


@pytest.fixture
def mona(desk):
    """Who gives the same service on Mondays."""
    mona = make_provider(desk.clinic, name="Mona")
    mona.services.add(desk.service)
    make_hours(mona, desk.clinic)
    return mona


def test_moving_to_another_provider_moves_all_of_them(desk, mona):
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=3")

    moved = move_series(booked[0], scope="all", starts_at=monday(14), provider=mona, by=desk.user, at=BEFORE)

    assert {(row.provider, row.starts_at.astimezone(desk.clinic.zone).time()) for row in moved} == {(mona, time(14))}


def test_an_appointment_knows_which_one_of_its_series_it_is(desk):
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=9")
    cancel_series(booked[0], scope="this", by=desk.user, at=BEFORE)

    assert place_of(booked[2]) == (2, 8)
    assert place_of(booked[0]) == (0, 8)


def test_a_date_that_the_new_provider_has_already_stays_where_it_is(desk, mona):
    booked = series(desk, "FREQ=WEEKLY;BYDAY=MO;COUNT=3")
    booking.move(booked[1], starts_at=booked[1].starts_at, provider=mona, by=desk.user, at=BEFORE)

    moved = move_series(booked[0], scope="all", starts_at=monday(9), provider=mona, by=desk.user, at=BEFORE)

    assert [row.pk for row in moved] == [booked[0].pk, booked[2].pk]
    assert {row["provider_id"] for row in rows(*booked)} == {mona.pk}
