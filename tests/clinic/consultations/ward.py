"""A cash desk with doctors behind it, at which everything happens in any order."""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from clinic.billing.selectors import balance_of
from clinic.billing.services import record_payment
from clinic.consultations import services
from clinic.enums import OWED_STATUSES, BillTiming, PaymentMethod, WorkflowType
from clinic.models import Consultation, Invoice, Visit
from tests.clinic.billing.money_machine import Till, World, some, two
from tests.clinic.consultations import ward_rules
from tests.factories import make_clinic, make_provider, make_service, make_user

BEFORE, AFTER = BillTiming.BEFORE, BillTiming.AFTER
doctors = st.sampled_from(["their own", "their own", "their own", "sara", "omar", "nora", "manager"])
complaints = st.sampled_from(["", "Cough", "Back pain"])
deeds_of_a_doctor = st.lists(st.sampled_from(["activate", "write", "write", "close", "add"]), min_size=1, max_size=4)


class Rooms(World):
    """Sara and Omar see outpatients here and Nora elsewhere; three of the services at the till are consultations."""

    def __init__(self):
        super().__init__()
        elsewhere = make_clinic(self.organisation)
        self.logins = {"manager": self.manager, "cashier": self.cashiers[0]}
        self.clinics = {"sara": {self.clinic.pk}, "omar": {self.clinic.pk}, "nora": {elsewhere.pk}}
        for name, clinic in (("sara", self.clinic), ("omar", self.clinic), ("nora", elsewhere)):
            self.logins[name] = make_user(self.organisation, first_name=name)
            make_provider(clinic, name=name, user=self.logins[name])
        self.services = [
            self.consultation(BEFORE, "150.00", doctor="sara"),
            self.consultation(BEFORE, "33.33"),
            self.consultation(BEFORE, "0.00"),
            self.consultation(AFTER, "50.00"),
            self.consultation(AFTER, "20.00", doctor="omar"),
            self.consultation(BEFORE, "80.00", doctor="nora"),
        ]

    def consultation(self, timing, price, doctor=None):
        return make_service(
            clinics=[self.clinic], organisation=self.organisation, name=f"{timing} {price}", price=Decimal(price),
            workflow_type=WorkflowType.GOPD_CONSULT, bill_timing=timing,
            auto_assign_doctor=self.logins[doctor].provider if doctor else None,
        )  # fmt: skip


class Ward(Till):
    """The till's own rules, and those of the rooms."""

    world: Rooms

    @initialize()
    def open(self):
        self.stood, self.world.clinics["sara"] = ward_rules.stand(), {self.world.clinic.pk}
        super().open()
        for patient in (0, 1):
            self.start(patient, patient, "Fever")

    @contextmanager
    def refused_or_done(self):
        before, done = ward_rules.last_writings(), False
        with super().refused_or_done():
            yield
            done = True
        assert done or ward_rules.last_writings() == before
        self.look()

    def look(self):
        """After every single deed: a step may have several."""
        now = ward_rules.stand()
        ward_rules.went_the_one_way(self.stood, now)
        self.stood = now

    def start(self, patient, service, complaint):
        world = self.world
        services.start_gopd(
            world.patients[patient], world.services[service], by=world.cashiers[0], clinic=world.clinic,
            complaint=complaint, at=self.at,
        )  # fmt: skip

    @rule(
        patient=two,
        service=st.integers(0, 5),
        complaint=st.sampled_from(["", "Cough", "Back pain"]),
        pays=st.booleans(),
    )
    def walk_in(self, patient, service, complaint, pays):
        with self.refused_or_done():
            self.start(patient, service, complaint)
        if pays:
            self.pay_everything(patient)

    @rule(patient=two)
    def pay_everything(self, patient):
        mine = Invoice.objects.filter(patient=self.world.patients[patient], status__in=OWED_STATUSES)
        for invoice in mine.exclude(visit=None).order_by("pk"):
            left = balance_of(invoice).left
            with self.refused_or_done():
                payment = record_payment(
                    invoice, method=PaymentMethod.CARD, amount=left, by=self.world.cashiers[1], at=self.at
                )
                self.paid[payment.pk] = left

    @rule(number=some, deeds=deeds_of_a_doctor, who=doctors)
    def treat(self, number, deeds, who):
        """A doctor with a page that shows the consultation as it was before the first deed."""
        if stale := self.one_of(Consultation, number):
            own = stale.doctor.user if stale.doctor else self.world.logins["omar"]
            for deed in deeds:
                with self.refused_or_done():
                    self.carry_out(deed, stale, self.world.logins.get(who, own))

    def carry_out(self, deed, row, by):
        match deed:
            case "write":
                words = {"plan": f"As of {self.at:%H:%M}", "pulse": 60 + self.at.minute}
                row.version = services.write(row, words, by=by, expected_version=row.version, at=self.at).version
            case "add":
                services.add_addendum(row, text=f"At {self.at:%H:%M}", by=by, at=self.at)
            case verb:
                getattr(services, verb)(row, by=by, at=self.at)

    @rule(number=some, verb=st.sampled_from(["close_visit", "open_after_payment", "ask_cashier"]))
    def do_with_a_visit(self, number, verb):
        if visit := self.one_of(Visit, number):
            with self.refused_or_done():
                getattr(services, verb)(visit, by=self.world.cashiers[0], at=self.at)

    @rule(holds=st.booleans(), service=st.integers(0, 5), timing=st.sampled_from(BillTiming))
    def change_the_rules(self, holds, service, timing):
        """Nothing that was asked for before is lost by it."""
        policy, row = self.world.organisation.policy, self.world.services[service]
        policy.queues_before_payment, row.bill_timing = holds, timing
        policy.record("queues_before_payment", by=self.world.manager, at=self.at)
        row.record("bill_timing", by=self.world.manager, at=self.at)

    @rule(active=st.booleans())
    def sara_goes_or_comes_back(self, active):
        sara = self.world.logins["sara"].provider
        sara.active = active
        sara.record("active", by=self.world.manager, at=self.at)
        self.world.clinics["sara"] = {self.world.clinic.pk} if active else set()

    @rule()
    def sleep(self):
        self.at += timedelta(days=1)

    @invariant()
    def every_patient_is_where_the_money_says(self):
        if hasattr(self, "day"):
            ward_rules.everything_paid_is_open()
            ward_rules.only_its_doctor_reads(self.world.logins, self.world.clinics)
