"""One outpatient clinic: Dr Sara and Dr Omar see patients there, Dr Nora in another one; Huda walks in."""

from decimal import Decimal

from clinic.billing.selectors import balance_of
from clinic.billing.services import record_payment
from clinic.consultations.services import start_gopd
from clinic.enums import OWED_STATUSES, BillTiming, PaymentMethod, WorkflowType
from tests.factories import (
    NINE,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_visit,
)


class Outpatients:
    """The desk registers, the cashier takes money, the chief may waive; `sara`, `omar` and `nora` are logins."""

    def __init__(self):
        self.organisation = make_organisation()
        self.clinic, self.other_clinic = make_clinic(self.organisation), make_clinic(self.organisation, name="Malaz")
        self.desk, self.cashier = self.login("desk"), self.login("cashier")
        self.chief = self.login("chief", is_superuser=True)
        self.sara, self.omar = self.doctor("Sara"), self.doctor("Omar")
        self.nora = self.doctor("Nora", self.other_clinic)
        self.patient = make_patient(self.organisation)

    def login(self, name, **fields):
        return make_user(self.organisation, first_name=name, **fields)

    def doctor(self, name, *clinics):
        user = self.login(name.lower())
        make_provider(*(clinics or [self.clinic]), name=name, user=user)
        return user

    def service(self, *, doctor=None, timing=BillTiming.BEFORE, **fields):
        return make_service(
            clinics=[self.clinic], organisation=self.organisation,
            **{
                "name": "GP consultation", "workflow_type": WorkflowType.GOPD_CONSULT, "bill_timing": timing,
                "auto_assign_doctor": doctor and doctor.provider, "price": Decimal("150.00"), **fields,
            },
        )  # fmt: skip

    def hold_places(self):
        """The organisation keeps a place in the queue for who has still to pay."""
        self.organisation.policy.queues_before_payment = True
        self.organisation.policy.save()

    def visit(self, **fields):
        return make_visit(self.patient, self.clinic, **fields)

    def start(self, service, **options):
        return start_gopd(self.patient, service, **{"by": self.desk, "clinic": self.clinic, "at": NINE, **options})

    def pay(self, visit, amount=None, *, at=NINE):
        """Take `amount`, or whatever is left, for each of the visit's invoices that is not paid."""
        for invoice in visit.invoices.filter(status__in=OWED_STATUSES).order_by("pk"):
            left = balance_of(invoice).left
            record_payment(invoice, method=PaymentMethod.CASH, amount=Decimal(amount or left), by=self.cashier, at=at)
        visit.refresh_from_db()
