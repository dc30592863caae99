"""What outpatients can walk in for, where, and who treats them then."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.enums import BillTiming, ConsultationStatus, PaymentStatus, RefusalCode, VisitStatus, WorkflowType
from clinic.errors import InvalidEntry, Refusal
from clinic.models import Clinic, InvoiceLine, Organisation, Provider, Service, Visit


@dataclass(frozen=True)
class Offer:
    """A service as a clinic gives it; without a `doctor` any doctor of the clinic may take the patient."""

    service: Service
    clinic: Clinic
    doctor: Provider | None

    @property
    def is_free(self) -> bool:
        return not self.service.price

    @property
    def is_paid_first(self) -> bool:
        return self.service.bill_timing == BillTiming.BEFORE and not self.is_free


def offers_by_clinic(organisation: Organisation) -> dict[Clinic, list[Offer]]:
    """The active clinics in order of their codes, each with the services a patient may walk in for, by name.

    A clinic that gives none is left out. Four queries at most.
    """
    services = Service.objects.of(organisation).filter(workflow_type=WorkflowType.GOPD_CONSULT, active=True)
    services = services.select_related("organisation", "auto_assign_doctor").prefetch_related(
        "clinics", "auto_assign_doctor__clinics"
    )
    offers: dict[Clinic, list[Offer]] = {clinic: [] for clinic in Clinic.objects.of(organisation).filter(active=True)}
    for service in services.order_by("name_en", "pk"):
        for clinic in offers.keys() & set(service.clinics.all()):
            offers[clinic].append(Offer(service, clinic, working_doctor(service, clinic)))
    return {clinic: given for clinic, given in offers.items() if given}


def working_doctor(service: Service, clinic: Clinic) -> Provider | None:
    """The doctor whom the service names, as long as he or she works in this clinic."""
    return working(service.auto_assign_doctor, clinic)


def working(doctor: Provider | None, clinic: Clinic) -> Provider | None:
    return doctor if doctor and doctor.active and clinic in doctor.clinics.all() else None


def check_workflow(service: Service) -> None:
    """InvalidEntry where the service, not saved yet, gets another workflow while patients in open visits wait for it.

    What they are asked to pay for would never be opened, or would be opened as what nobody asked for. Two queries.
    """
    if not Service.objects.filter(pk=service.pk).exclude(workflow_type=service.workflow_type).exists():
        return
    unbegun = Q(consultation__isnull=True) | Q(consultation__status=ConsultationStatus.PENDING)
    lines = InvoiceLine.objects.filter(unbegun, service=service).exclude(invoice__status=PaymentStatus.VOID)
    if count := Visit.objects.filter(status=VisitStatus.OPEN, pk__in=lines.values("invoice__visit")).count():
        message = ngettext(
            "A patient in an open visit waits for this service.",
            "Patients in %(count)d open visits wait for this service.",
            count,
        ) % {"count": count}
        hint = _("Change the workflow when these visits are over, or add a new service.")
        raise InvalidEntry(Refusal(RefusalCode.STATUS, message, hint), field="workflow_type")
