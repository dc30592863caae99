"""A doctor with a login and a browser, patients who wait, and what the pages of the doctors are asked."""

from decimal import Decimal

from django.urls import reverse

from admin_ext.roles import PROVIDER
from clinic.enums import BillTiming, ConsultationStatus, PaymentStatus, WorkflowType
from clinic.models import Consultation
from tests.factories import (
    make_clinic,
    make_consultation,
    make_invoice,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_visit,
)

HTMX = {"HX-Request": "true"}
ACTIVE, PENDING, CLOSED = ConsultationStatus.ACTIVE, ConsultationStatus.PENDING, ConsultationStatus.CLOSED


class Doctor:
    """Dr Reem in Olaya; whoever waits has asked at nine, and what is billed before is not paid."""

    def __init__(self, sign_in, clinic=None):
        self.clinic = clinic or make_clinic(make_organisation())
        self.organisation = self.clinic.organisation
        self.client = sign_in(self.organisation, PROVIDER)
        self.user = self.client.user
        self.provider = make_provider(self.clinic, name="Reem", user=self.user)
        self.service = make_service(
            self.provider, name="GP consultation", workflow_type=WorkflowType.GOPD_CONSULT, price=Decimal("150.00")
        )

    def waits(self, name="Huda", doctor=None, status=PENDING, **fields) -> Consultation:
        """A patient of nobody's who waits; `complaint` is the visit's."""
        patient = fields.pop("patient", None) or make_patient(self.organisation, name)
        visit = make_visit(patient, self.clinic, complaint=fields.pop("complaint", ""))
        return make_consultation(visit, self.service, doctor, status, **fields)

    def not_paid(self, name="Huda", **fields) -> Consultation:
        row = self.waits(name, bill_timing=BillTiming.BEFORE, **fields)
        make_invoice(row.patient, self.clinic, visit=row.visit)
        return row

    def paid(self, row) -> Consultation:
        row.visit.payment_status = PaymentStatus.PAID
        row.visit.save()
        return row

    def mine(self, name="Huda", **fields) -> Consultation:
        return self.waits(name, self.provider, ACTIVE, **fields)

    def closed(self, name="Huda", **fields) -> Consultation:
        return self.waits(name, self.provider, CLOSED, **fields)

    def get(self, page, *args, **query):
        return self.client.get(reverse(f"admin:{page}", args=args), query)

    def ask(self, page, *args, **query):
        return self.client.get(reverse(f"admin:{page}", args=args), query, headers=HTMX)

    def post(self, page, *args, **sent):
        return self.client.post(reverse(f"admin:{page}", args=args), sent, headers=HTMX)

    def write(self, row, version=None, **words):
        version = Consultation.objects.get(pk=row.pk).version if version is None else version
        return self.post("consultation_save", row.pk, version=version, **words)


def colleague(sign_in, doctor) -> Doctor:
    """Another doctor of the same clinic."""
    return Doctor(sign_in, doctor.clinic)


def now_in_table(row) -> Consultation:
    return Consultation.objects.get(pk=row.pk)
