"""Each rule over several rows is broken once, past every service, and the row is named with what is wrong with it."""

from datetime import timedelta

import pytest

from clinic.audit.rules import RULES
from clinic.enums import HeldSlotStatus, MessageKind, SessionEntryKind
from clinic.models import (
    Appointment,
    Change,
    Charge,
    HeldSlot,
    Message,
    Offer,
    Operation,
    PackagePurchase,
    Rebooking,
    RebookingItem,
    Series,
    SessionEntry,
    WaitlistEntry,
)
from tests.clinic.audit import money_breakers, treatment_breakers
from tests.clinic.audit.bare import broken, sentences
from tests.factories import BEFORE, MONDAY, NINE, make_appointment, make_service

DAY = timedelta(days=1)


def beyond_the_limit(ours):
    return changed(ours, Appointment, lane=1)


def beyond_the_room(ours):
    return changed(ours, Appointment, room_place=1)


def completed_and_yet_not(ours):
    return changed(ours, Appointment, completed_at=NINE)


def in_leave(ours):
    changed(ours, RebookingItem, status="settled")
    ours.clinic.closures.all().delete()
    changed(ours, RebookingItem, status="settled")
    return ours.appointment.pk


def on_a_closed_day(ours):
    ours.provider.leave.update(status="refused")
    changed(ours, RebookingItem, status="settled")
    return ours.appointment.pk


def beside_its_ledger(ours):
    return changed(ours, PackagePurchase, sessions_used=1)


def more_than_bought(ours):
    for entry in SessionEntry.objects.filter(purchase=ours.purchase):
        entry.sessions = 0 - entry.sessions
        SessionEntry.objects.create(
            organisation=ours.organisation, purchase=ours.purchase, item=entry.item, kind=SessionEntryKind.ADJUST,
            sessions=entry.sessions, at=BEFORE,
        )  # fmt: skip
    return ours.purchase.items.get().pk


def completed_too_early(ours):
    return changed(ours, PackagePurchase, status="completed")


def frozen_with_something_booked(ours):
    changed(ours, PackagePurchase, status="frozen", frozen_on=MONDAY)
    return ours.appointment.pk


def not_in_the_package(ours):
    return changed(ours, Appointment, service=make_service(ours.provider))


def after_the_last_day(ours):
    changed(ours, PackagePurchase, purchased_on=MONDAY - DAY, expires_on=MONDAY - DAY)
    return ours.appointment.pk


def used_by_what_is_only_booked(ours):
    return changed(ours, Appointment, session_used=True)


def spent_twice(ours):
    for _time in range(2):
        spend(ours, ours.purchase.items.get())
    return ours.appointment.pk


def spent_from_another(ours):
    return spend(ours, ours.second_purchase.items.get()).pk


def spend(ours, item):
    return SessionEntry.objects.create(
        organisation=ours.organisation, purchase=item.purchase, item=item, appointment=ours.appointment,
        kind=SessionEntryKind.USE, sessions=-1, at=BEFORE,
    )  # fmt: skip


def a_fee_for_what_was_held(ours):
    Appointment.objects.filter(charge=ours.charge).update(status="completed", completed_at=NINE)
    return ours.charge.pk


def the_old_time(ours):
    changed(ours, Appointment, starts_at=NINE + DAY, ends_at=NINE + DAY + ours.service.duration, busy_from=NINE + DAY,
            busy_until=NINE + DAY + ours.service.duration)  # fmt: skip
    return Message.objects.get(appointment=ours.appointment).pk


def a_plan_of_nothing(ours):
    Change.objects.all().delete()
    return changed(ours, Message, kind=MessageKind.PLANNED, operation=ours.operation)


def held_for_nobody(ours):
    changed(ours, HeldSlot, status=HeldSlotStatus.WITHDRAWN)
    return ours.hold.pk


def offered_and_free(ours):
    return changed(ours, HeldSlot, hold=None)


def open_for_what_is_over(ours):
    changed(ours, HeldSlot, status=HeldSlotStatus.EXPIRED)
    return ours.row(Offer).pk


def offered_to_who_has_left(ours):
    changed(ours, WaitlistEntry, status="withdrawn")
    return ours.row(Offer).pk


def accepted_and_not_booked(ours):
    return changed(ours, Offer, answer="accepted")


def booked_for_something_else(ours):
    other = make_appointment(ours.patient, make_service(ours.provider), ours.provider, ours.clinic, NINE + 2 * DAY)
    return changed(ours, WaitlistEntry, status="booked", appointment=other)


def undone_but_for_one(ours):
    changed(ours, Operation, undone_at=BEFORE)
    return ours.row(Change).pk


def done_with_something_left(ours):
    return changed(ours, Rebooking, status="done")


def on_a_day_left_out(ours):
    changed(ours, Series, exceptions=[MONDAY.isoformat()])
    return changed(ours, Appointment, series=ours.series, series_on=MONDAY)


def changed(ours, model, **changes) -> int:
    ours.write(model, changes)
    return ours.row(model).pk


BREAKERS = {
    "appointment_keeps_the_providers_limit": (
        beyond_the_limit, "Takes place 2 of 1, and no reason for overbooking is given."
    ),
    "appointment_keeps_the_rooms_limit": (beyond_the_room, "Takes place 2 of a room with 1."),
    "appointment_status_fits_its_moments": (
        completed_and_yet_not, "The status is “Scheduled”, and yet “completed at” says otherwise."
    ),
    "appointment_is_not_in_leave": (in_leave, "The provider is on leave (number {leave}) at that time."),
    "appointment_is_not_on_a_closed_day": (on_a_closed_day, "The clinic is closed (number {closure}) on that day."),
    "purchase_adds_up": (beside_its_ledger, "Says 1 of 10 used; the ledger says 0 of 10."),
    "purchase_is_never_overbooked": (more_than_bought, "Has 0 sessions, of which 0 are used and 1 booked."),
    "purchase_status_fits_what_is_left": (completed_too_early, "The status is “Completed” with 0 of 10 sessions used."),
    "purchase_at_rest_has_nothing_booked": (
        frozen_with_something_booked, "Is booked on package number {purchase}, which is “Frozen”."
    ),
    "session_is_in_its_package": (not_in_the_package, "Package number {purchase} has no session of its service."),
    "session_is_held_in_time": (after_the_last_day, "Package number {purchase} ends before the appointment."),
    "session_is_used_by_what_was_held": (
        used_by_what_is_only_booked, "The status is “Scheduled”; sessions used: 1."
    ),
    "session_is_spent_once": (spent_twice, "The appointment uses 0; the ledger has spent 2."),
    "session_is_spent_from_its_own_package": (
        spent_from_another, "Spends a session of another package or service than appointment number {appointment} has."
    ),
    "charge_fits_its_appointment": (
        a_fee_for_what_was_held, "Is “To be paid” for “No-show”, but appointment number {missed} does not cost that."
    ),
    "message_tells_the_time_that_stands": (the_old_time, "Tells what appointment number {appointment} is no longer."),
    "message_of_several_tells_of_something": (
        a_plan_of_nothing, "None of the sessions that it tells of is booked any more."
    ),
    "time_is_held_for_an_offer": (held_for_nobody, "Is kept, and is offered to nobody."),
    "offered_time_is_kept": (offered_and_free, "Is offered, and anybody could book it."),
    "offer_ends_with_its_time": (
        open_for_what_is_over, "Waits for an answer, but the time (number {slot}) is “Expired”."
    ),
    "offer_waits_for_somebody_who_waits": (
        offered_to_who_has_left, "Is offered to somebody who waits no longer: “Withdrawn” (number {entry})."
    ),
    "accepted_time_is_booked": (
        accepted_and_not_booked, "Was accepted, but the time (number {slot}) is “Offered” or somebody else's."
    ),
    "waiting_ends_with_an_appointment": (
        booked_for_something_else, "Is booked as number {last}, which is for another service."
    ),
    "change_of_an_undone_action_is_undone": (
        undone_but_for_one,
        "Neither undone nor kept for a reason, though bulk action number {operation} was undone.",
    ),
    "rebooking_is_done_when_all_is_settled": (
        done_with_something_left, "Is “Done”; appointments left to be settled: 1."
    ),
    "series_leaves_its_exceptions_out": (
        on_a_day_left_out, "Stands for a day on which series number {series} has none."
    ),
    **money_breakers.BREAKERS, **treatment_breakers.BREAKERS,
}  # fmt: skip


def numbers(ours) -> dict[str, int]:
    """What the sentences may name."""
    rows = {name: getattr(ours, name) for name in ("purchase", "appointment", "slot", "entry", "operation", "series")}
    rows |= {"leave": ours.provider.leave.first(), "closure": ours.clinic.closures.first()}
    charge = Charge.objects.first()
    return {
        **{name: row.pk for name, row in rows.items() if row},
        "missed": charge and charge.appointment_id,
        **treatment_breakers.numbers(ours),
        "last": Appointment.objects.latest("pk").pk,
    }


def test_every_rule_is_broken_here():
    assert set(BREAKERS) == {rule.name for rule in RULES}


@pytest.mark.parametrize("name", BREAKERS)
def test_what_breaks_a_rule_is_named(ours, theirs, name):
    breaker, sentence = BREAKERS[name]
    assert broken(name) == {}

    key = breaker(ours)

    assert broken(name) == {name: [key]}
    assert sentences(name) == [sentence.format(**numbers(ours))]
