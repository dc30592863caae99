"""A cash desk at which everything happens in any order. Another subject may add its own rules to it by inheriting."""

from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from clinic.billing import services
from clinic.billing.selectors import balance_of, taken_today
from clinic.enums import AppointmentStatus, ChargeKind, PaymentMethod
from clinic.errors import ClinicError
from clinic.models import Charge, Invoice, Payment, RefundRequest
from clinic.packages.services import assign
from tests.clinic.billing import money_rules
from tests.clinic.scheduling.stateful.audited import broken_now
from tests.factories import (
    RIYADH,
    make_appointment,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_visit,
)

MORNING = datetime(2030, 1, 7, 8, tzinfo=RIYADH)

OF_THE_DIARY = "charge_fits_its_appointment"  # fees are raised and waived here without a word to their appointments

some, two = st.integers(0, 20), st.integers(0, 1)
methods = st.sampled_from(PaymentMethod)
amounts = st.sampled_from(
    ["left", "left", "half", "one cent more", "0.01", "33.33", "50", "0", "-50", "0.005", "NaN", "1E+20"]
)
extras = st.sampled_from(["", "fee", "package"])
fees = st.sampled_from(["raise", "raise", "withdraw", "waive"])
reasons = st.sampled_from(["Ill", "Ill", "Ill", ""])


class World:
    """Huda and Omar, each in a visit, each with a fee for a no-show and a package. Mona and Sami take money."""

    def __init__(self):
        self.organisation = make_organisation()
        self.cashiers = [make_user(self.organisation) for _ in range(2)]
        self.manager = make_user(self.organisation, is_superuser=True)
        self.clinic = make_clinic(self.organisation)
        doctor = make_provider(self.clinic)
        prices = ("150.00", "33.33", "0.00")
        self.services = [make_service(doctor, name=price, price=Decimal(price)) for price in prices]
        self.patients = [make_patient(self.organisation, name) for name in ("Huda", "Omar")]
        self.visits = [make_visit(patient, self.clinic, opened_at=MORNING) for patient in self.patients]
        self.missed = [
            make_appointment(
                patient, self.services[0], doctor, self.clinic, MORNING - timedelta(days=1),
                status=AppointmentStatus.NO_SHOW,
            )
            for patient in self.patients
        ]  # fmt: skip
        for row in (*self.visits, *self.missed):
            row.record(by=self.manager, at=MORNING)
        package = make_package((self.services[0], 5))
        self.purchases = [assign(package, patient, by=self.manager, on=MORNING.date()) for patient in self.patients]


class Till(RuleBasedStateMachine):
    """Refused or done, but never half done and never wrong. `paid` is what the desk itself has counted.

    The day begins with two invoices in Huda's visit, one of them paid, and one in Omar's that is half paid; both owe a
    fee, and one more invoice asks Omar for his.
    """

    world: World

    @initialize()
    def open(self):
        self.at, self.paid = MORNING, {}
        self.day = transaction.atomic()
        self.day.__enter__()
        for patient in (0, 0, 1):
            self.issue(patient=patient, service=0, with_visit=True, extra="")
        for patient in (0, 1):
            self.settle_a_fee(patient=patient, verb="raise", amount=50)
        self.issue(patient=1, service=0, with_visit=False, extra="fee")
        self.pay(number=0, amount="left", method=PaymentMethod.CASH, cashier=0, times=1, key=1)
        self.pay(number=2, amount="half", method=PaymentMethod.CARD, cashier=1, times=1, key=2)

    def teardown(self):
        if hasattr(self, "day"):
            transaction.set_rollback(True)
            self.day.__exit__(None, None, None)

    @contextmanager
    def refused_or_done(self):
        """A refusal is fine as long as it says why and nothing has been written; any other error is a defect."""
        before, refused = money_rules.last_writings(), None
        self.at += timedelta(minutes=1)
        try:
            with transaction.atomic():
                yield
        except ClinicError as refusal:
            refused = refusal
        if refused is not None:
            assert all(reason.message for reason in refused.reasons)
            assert money_rules.last_writings() == before

    def one_of(self, model, number):
        """The n-th row of the table, in a round; None while there is none."""
        rows = model.objects.order_by("pk")
        return rows[number % count] if (count := rows.count()) else None

    def amount(self, word, left):
        known = {"left": left, "half": (left / 2).quantize(Decimal("0.01")), "one cent more": left + Decimal("0.01")}
        return known.get(word) if word in known else Decimal(word)

    @rule(
        patient=two, service=st.integers(0, 2), with_visit=st.booleans(), extra=st.sampled_from(["", "fee", "package"])
    )
    def issue(self, patient, service, with_visit, extra):
        world = self.world
        lines = [services.line_for(world.services[service])]
        if extra == "fee" and (charge := Charge.objects.filter(patient=world.patients[patient]).first()):
            lines = [services.line_for(charge)]
        elif extra == "package":
            lines.append(services.line_for(world.purchases[patient]))
        with self.refused_or_done():
            services.issue_invoice(
                world.patients[patient], lines, by=world.cashiers[0], clinic=world.clinic, at=self.at,
                visit=world.visits[patient] if with_visit else None,
            )  # fmt: skip

    @rule(number=some, amount=amounts, method=methods, cashier=two, times=st.integers(1, 2), key=st.integers(1, 30))
    def pay(self, number, amount, method, cashier, times, key):
        """Some forms are sent twice, and some with the key of another one."""
        invoice = self.one_of(Invoice, number)
        amount = invoice and self.amount(amount, balance_of(invoice).left)
        for _time in range(times if invoice else 0):
            with self.refused_or_done():
                payment = services.record_payment(
                    invoice, method=method, amount=amount, by=self.world.cashiers[cashier],
                    request_key=UUID(int=key), at=self.at,
                )  # fmt: skip
                self.paid[payment.pk] = amount

    @rule(number=some, amount=amounts, cashier=two, reason=reasons)
    def give_back(self, number, amount, cashier, reason):
        if payment := self.one_of(Payment, number):
            amount = self.amount(amount, abs(payment.amount))
            with self.refused_or_done():
                given = services.refund(
                    payment, amount=amount, by=self.world.cashiers[cashier], reason=reason, at=self.at
                )
                self.paid[given.pk] = -amount

    @rule(number=some, amount=amounts, cashier=two)
    def ask_for_a_refund(self, number, amount, cashier):
        if payment := self.one_of(Payment, number):
            amount, by = self.amount(amount, abs(payment.amount)), self.world.cashiers[cashier]
            with self.refused_or_done():
                services.ask_refund(payment, amount=amount, by=by, reason="Unhappy", at=self.at)

    @rule(number=some, yes=st.booleans(), by_manager=st.sampled_from([True, True, False]))
    def answer_a_request(self, number, yes, by_manager):
        by = self.world.manager if by_manager else self.world.cashiers[0]
        if request := self.one_of(RefundRequest, number):
            with self.refused_or_done():
                if yes:
                    answered = services.approve_refund(request, by=by, at=self.at)
                    self.paid[answered.refund.pk] = -request.amount
                else:
                    services.refuse_refund(request, by=by, answer="No", at=self.at)

    @rule(number=some, verb=st.sampled_from([services.void, services.waive]), may=st.booleans(), reason=reasons)
    def void_or_waive(self, number, verb, may, reason):
        by = self.world.manager if may else self.world.cashiers[0]
        if invoice := self.one_of(Invoice, number):
            with self.refused_or_done():
                verb(invoice, by=by, reason=reason, at=self.at)

    @rule(
        patient=two, verb=st.sampled_from(["raise", "raise", "withdraw", "waive"]), amount=st.sampled_from([0, 20, 50])
    )
    def settle_a_fee(self, patient, verb, amount):
        missed, by = self.world.missed[patient], self.world.manager
        with self.refused_or_done():
            if verb == "raise":
                services.raise_fee(missed, kind=ChargeKind.NO_SHOW, amount=Decimal(amount), by=by, at=self.at)
            elif verb == "withdraw":
                services.withdraw_fee(missed, by=by, at=self.at)
            else:
                services.waive_fee(missed, by=by, reason="Ill", at=self.at)

    @rule(cashier=two, right=st.booleans())
    def close_the_day(self, cashier, right):
        by, clinic = self.world.cashiers[cashier], self.world.clinic
        cash = taken_today(by, clinic, at=self.at).cash
        counted, note = max(cash, Decimal(0)) if right else cash + 1, "Change" if cash < 0 else ""
        with self.refused_or_done():
            services.close_day(by=by, clinic=clinic, cash_counted=counted, note=note, at=self.at)

    @invariant()
    def everything_adds_up(self):
        if hasattr(self, "day"):
            assert dict(Payment.objects.values_list("pk", "amount")) == self.paid
            money_rules.check()
            assert [name for name, _key in broken_now(self.at) if name != OF_THE_DIARY] == []
