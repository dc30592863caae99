"""A desk on which everything happens in any order: refused or done, but never half done and never wrong.

DESK_EXAMPLES says how many days at the desk are tried.
"""

import os
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from clinic.billing.services import issue_invoice, line_for, record_payment
from clinic.enums import ChargeStatus, MessageStatus, NoShowConsequence, PaymentMethod
from clinic.errors import ClinicError
from clinic.models import Appointment, Charge, Message, Policy
from clinic.packages.services import assign
from clinic.scheduling import booking
from tests.clinic.scheduling import desk_rules
from tests.clinic.scheduling.stateful.audited import broken_now
from tests.clinic.scheduling.stateful.choices import NINE, some, starts, three, two
from tests.factories import (
    RIYADH,
    make_clinic,
    make_hours,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_room,
    make_service,
    make_user,
)

EXAMPLES = int(os.environ.get("DESK_EXAMPLES", "20"))
STEPS = 15
SATURDAY = datetime(2030, 1, 5, 10, tzinfo=RIYADH)

deeds = st.sampled_from([
    "move", "confirm", "check_in", "start", "complete", "mark_no_show", "mark_no_show", "cancel",
    "cancel by patient", "cancel untold", "undo_status", "undo_status", "correct", "waive", "waive without permission",
])  # fmt: skip


class World:
    """Sara takes one patient at a time, Nora two, in a room for two; Huda has bought two packages, Omar one."""

    def __init__(self):
        self.organisation = make_organisation()
        self.desk, self.chief = make_user(self.organisation), make_user(self.organisation, is_superuser=True)
        self.clinic = make_clinic(self.organisation)
        fifty = Decimal("50.00")
        set_policy(
            by=self.chief, at=SATURDAY, no_show_fee=fifty, late_cancellation_fee=fifty,
            late_cancellation_uses_session=True,
        )  # fmt: skip
        sara, nora = make_provider(self.clinic, name="Sara"), make_provider(self.clinic, name="Nora")
        self.providers, self.limits = [sara, nora], {sara.pk: 1, nora.pk: 2}
        self.service = make_service(sara, nora, buffer_after=timedelta(minutes=5))
        make_room(self.clinic, self.service, capacity=2)
        for provider in self.providers:
            make_hours(provider, self.clinic, end=time(12), slot_minutes=15, capacity=self.limits[provider.pk])
        self.patients = [make_patient(self.organisation, name) for name in ("Huda", "Omar", "Lina")]
        huda, omar, _lina = self.patients
        self.purchases = [self.sell(huda, 2), self.sell(huda, 3), self.sell(omar, 2)]

    def sell(self, patient, sessions):
        return assign(make_package((self.service, sessions)), patient, by=self.desk, on=SATURDAY.date(), at=SATURDAY)


def set_policy(*, by, at, **fields):
    policy = Policy.objects.get()
    for name, value in fields.items():
        setattr(policy, name, value)
    policy.record(*fields, by=by, at=at)


class Desk(RuleBasedStateMachine):
    world: World

    @initialize()
    def open(self):
        self.at = SATURDAY
        self.day = transaction.atomic()
        self.day.__enter__()
        for patient, purchase in ((0, 0), (1, 2), (2, None)):
            self.book_for(patient, purchase, NINE + timedelta(hours=patient))

    def teardown(self):
        if hasattr(self, "day"):
            transaction.set_rollback(True)
            self.day.__exit__(None, None, None)

    @contextmanager
    def refused_or_done(self):
        """A refusal is fine as long as nothing has been written; any other exception is a defect."""
        before, refused = desk_rules.last_writings(), None
        try:
            with transaction.atomic():
                yield
        except ClinicError as refusal:
            refused = refusal
        if refused is not None:
            assert all(reason.message for reason in refused.reasons)
            assert desk_rules.last_writings() == before

    def book_for(self, patient, purchase, starts_at, provider=1, **options):
        world = self.world
        booking.book(
            patient=world.patients[patient], service=world.service, provider=world.providers[provider],
            clinic=world.clinic, starts_at=starts_at, by=world.chief, at=self.at,
            purchase=None if purchase is None else world.purchases[purchase], **options,
        )  # fmt: skip

    @rule(patient=three, purchase=st.none() | three, starts_at=starts, provider=two, overbook=st.booleans())
    def book(self, patient, purchase, starts_at, provider, overbook):
        with self.refused_or_done():
            reason = "Came from far away" if overbook else ""
            self.book_for(patient, purchase, starts_at, provider, overbook_reason=reason)

    @rule(number=some, deeds=st.lists(deeds, min_size=1, max_size=4), starts_at=starts, provider=two)
    def do(self, number, deeds, starts_at, provider):
        rows = Appointment.objects.order_by("pk")
        stale = rows[number % rows.count()]
        for deed in deeds:
            if deed in ("check_in", "mark_no_show"):
                self.at = max(self.at, stale.starts_at)
            with self.refused_or_done():
                self.carry_out(deed, stale, starts_at, self.world.providers[provider])
            self.check_deed()

    def check_deed(self):
        desk_rules.check(self.at, self.world.limits)

    def carry_out(self, deed, appointment, starts_at, provider):
        desk, chief, at = self.world.desk, self.world.chief, self.at
        match deed:
            case "move":
                booking.move(appointment, starts_at=starts_at, provider=provider, by=desk, at=at)
            case "cancel by patient":
                booking.cancel(appointment, by=desk, by_patient=True, at=at)
            case "cancel untold":
                booking.cancel(appointment, by=desk, tell=False, at=at)
            case "correct":
                booking.undo_status(appointment, by=chief, reason="Wrong button", at=at)
            case "waive":
                booking.waive(appointment, by=chief, reason="Was in hospital", at=at)
            case "waive without permission":
                booking.waive(appointment, by=desk, reason="Was in hospital", at=at)
            case verb:
                getattr(booking, verb)(appointment, by=desk, at=at)

    @rule(hours=st.sampled_from([1, 12, 24, 48]))
    def wait(self, hours):
        self.at += timedelta(hours=hours)

    @rule()
    def send_and_collect(self):
        Message.objects.filter(status=MessageStatus.QUEUED).update(status=MessageStatus.SENT, sent_at=self.at)
        by, at = self.world.desk, self.at
        for charge in Charge.objects.filter(status=ChargeStatus.OPEN)[:1]:
            invoice = issue_invoice(charge.patient, [line_for(charge)], by=by, clinic=self.world.clinic, at=at)
            record_payment(invoice, method=PaymentMethod.CASH, amount=charge.amount, by=by, at=at)

    @rule(
        uses_session=st.booleans(), fee=st.sampled_from([0, 50]), hours=st.sampled_from([0, 24, 72]),
        limit=st.integers(1, 2), consequence=st.sampled_from(NoShowConsequence),
    )  # fmt: skip
    def change_the_policy(self, uses_session, fee, hours, limit, consequence):
        set_policy(
            by=self.world.chief, at=self.at,
            late_cancellation_uses_session=uses_session, no_show_uses_session=uses_session,
            late_cancellation_fee=Decimal(fee), no_show_fee=Decimal(fee), cancellation_window=timedelta(hours=hours),
            no_show_limit=limit, no_show_consequence=consequence, no_show_days=5,
        )  # fmt: skip

    @invariant()
    def everything_adds_up(self):
        if hasattr(self, "day"):
            desk_rules.check(self.at, self.world.limits)
            assert broken_now(self.at) == []


def test_whatever_happens_at_the_desk_everything_adds_up(db):
    desk = type("OwnDesk", (Desk,), {"world": World()})

    run_state_machine_as_test(desk, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS))
