"""The queue as it stands now: some have to pay, some wait, one is with the doctor, some have gone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from clinic.billing.services import ask_refund, record_payment
from clinic.consultations.selectors import why_not_begin
from clinic.consultations.services import activate, ask_cashier, close, start_gopd, write
from clinic.enums import ConsultationStatus, PaymentKind, PaymentStatus, RefusalCode
from clinic.management.demo.outpatients.arrivals import patients_for, place_of
from clinic.management.demo.outpatients.money import cashier_of
from clinic.management.demo.outpatients.treatment import words_for
from clinic.management.demo.tables import Row, table
from clinic.management.demo.world import Person, World
from clinic.models import Consultation, Payment, Provider, RefusedAttempt, Visit

COMPLAINTS = (
    "Cough since Sunday",
    "سعال وحرارة منذ يومين",
    "Back pain",
    "ألم في المعدة",
    "Wants the results explained",
)


def play_queue(world: World, doctors: dict[str, Provider], chance: Random) -> None:
    """Do what the table says happened so many minutes before the demo's now, in order of time."""
    steps, taken = [], set()
    for row in table(world.table("queue")):
        known = [one for one in patients_for(world, *place_of(world, row)) if one.patient.pk not in taken]
        if known:
            person = chance.choice(known)
            taken.add(person.patient.pk)
            steps += Guest(world, row, doctors[row["doctor"]], person, chance).steps()
    for at, step in sorted(steps, key=lambda pair: pair[0]):
        step(at)
    note_refusals(world, doctors)
    ask_for_a_refund(world)


@dataclass
class Guest:
    """One who walks in: each step is done at a moment."""

    world: World
    row: Row
    doctor: Provider
    person: Person
    chance: Random
    visit: Visit | None = None

    def steps(self) -> list[tuple[datetime, Callable[[datetime], None]]]:
        verbs = {
            "came": self.come, "paid": self.pay, "asked": self.ask, "called": self.be_called, "closed": self.leave,
        }  # fmt: skip
        return [
            (self.world.now - timedelta(minutes=int(self.row[name])), verb)
            for name, verb in verbs.items()
            if self.row[name]
        ]

    @property
    def consultation(self) -> Consultation:
        return self.visit.consultations.get()

    def come(self, at: datetime) -> None:
        service, clinic = place_of(self.world, self.row)
        self.visit, _made = start_gopd(
            self.person.patient, service, by=self.world.desk, clinic=clinic, complaint=self.chance.choice(COMPLAINTS),
            at=at,
        )  # fmt: skip

    def pay(self, at: datetime) -> None:
        record_payment(
            self.visit.invoices.get(), method=self.row["method"], amount=Decimal(self.row["amount"]),
            by=cashier_of(self.world), at=at,
        )  # fmt: skip

    def ask(self, at: datetime) -> None:
        ask_cashier(self.visit, by=self.doctor.user, at=at)

    def be_called(self, at: datetime) -> None:
        row = self.consultation
        if row.status == ConsultationStatus.PENDING:
            row = activate(row, by=self.doctor.user, at=at)
        written_at = at + timedelta(minutes=3)
        words = words_for(row.service, self.chance)
        write(row, words, by=self.doctor.user, expected_version=row.version, at=written_at)

    def leave(self, at: datetime) -> None:
        close(self.consultation, by=self.doctor.user, at=at)


def note_refusals(world: World, doctors: dict[str, Provider]) -> None:
    """The first doctor has tried to begin with everybody who has not paid; the records say so."""
    user = next(iter(doctors.values())).user
    unpaid = Consultation.objects.of(world.organisation).filter(status=ConsultationStatus.PENDING)
    rows = unpaid.filter(visit__payment_status=PaymentStatus.UNPAID).order_by("requested_at", "pk")
    RefusedAttempt.objects.bulk_create(
        RefusedAttempt(
            organisation=world.organisation, by=user, at=row.requested_at + timedelta(minutes=2),
            door="consultation_step POST", target=f"consultation {row.pk}", code=RefusalCode.UNPAID,
            message=" ".join(map(str, why_not_begin(row, user))),
        )
        for row in rows
    )  # fmt: skip


def ask_for_a_refund(world: World) -> None:
    """The cashier asks for money back that a manager has still to decide about."""
    taken = Payment.objects.of(world.organisation).filter(kind=PaymentKind.PAYMENT, refunds=None, closing__isnull=False)
    last = taken.order_by("-taken_at", "-pk").first()
    if last is not None:
        ask_refund(
            last, amount=last.amount, by=cashier_of(world), reason="Charged twice, says the patient",
            at=world.now - timedelta(minutes=64),
        )  # fmt: skip
