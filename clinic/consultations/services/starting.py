"""The walk-in: a patient asks for an outpatient service, and the catalogue decides what happens."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.attempts import watched
from clinic.billing.lines import line_for
from clinic.billing.services import issue_invoice
from clinic.consultations.services.opening import ask_for
from clinic.consultations.services.visits import visit_for
from clinic.consultations.words import LONGEST_TEXT
from clinic.enums import BillTiming, RefusalCode, WorkflowType
from clinic.errors import ConsultationRefused, Refusal
from clinic.models import Appointment, Clinic, Consultation, Invoice, Patient, Service, User, Visit
from clinic.retries import made_before, retried, sent_for_something_else
from clinic.scheduling.attendance import policy_of
from clinic.scheduling.locks import lock
from clinic.tenancy import own


@watched
@retried
@transaction.atomic
def start_gopd(
    patient: Patient,
    service: Service,
    *,
    by: User,
    clinic: Clinic,
    complaint: str = "",
    appointment: Appointment | None = None,
    request_key: UUID | None = None,
    at: datetime | None = None,
) -> tuple[Visit, Consultation | None]:
    """Let the patient see a doctor: the visit, and the consultation if there is one already.

    The visit is the patient's open one in the clinic, or a new one; the service is on a new invoice of it. Billed
    after, the consultation is active at once. Billed before, there is none until the visit is cleared, unless it costs
    nothing or the organisation holds a place in the queue (`Policy.queues_before_payment`): then it is pending.
    `request_key` names the form: sent again, it gets what it made. Raises ConsultationRefused with all that is wrong
    with the service, the patient or the appointment, and InvalidEntry when the same form asks for something else now.
    """
    own(by, patient, service, clinic, appointment)
    at, complaint = at or now(), complaint.replace("\x00", "").strip()
    lock(patients=[patient])
    if made := made_before(Invoice, request_key, patient=patient, clinic=clinic):
        return walk_in_of(made, service)
    patient, service = Patient.objects.get(pk=patient.pk), Service.objects.get(pk=service.pk)
    if refusals := list(why_not_start(patient, service, clinic, complaint, appointment)):
        raise ConsultationRefused(*refusals)
    visit = visit_for(patient, clinic, complaint=complaint, appointment=appointment, by=by, at=at)
    invoice = issue_invoice(
        patient, [line_for(service)], by=by, clinic=clinic, visit=visit, request_key=request_key, at=at
    )
    return Visit.objects.get(pk=visit.pk), place_of(invoice, service, complaint=complaint, by=by, at=at)


def walk_in_of(made: Invoice, service: Service) -> tuple[Visit, Consultation | None]:
    """What the form made when it was sent before; InvalidEntry when it asks for another service now."""
    if made.visit is None or not made.lines.filter(service=service).exists():
        raise sent_for_something_else()
    return made.visit, Consultation.objects.filter(line__invoice=made).first()


def place_of(invoice: Invoice, service: Service, *, complaint: str, by: User, at: datetime) -> Consultation | None:
    """The consultation that the new invoice asks for: made with it where it costs nothing, or made now, or none yet."""
    line = invoice.lines.select_related("service__auto_assign_doctor").get()
    timing = BillTiming(service.bill_timing)
    if made := Consultation.objects.filter(line=line).first():
        return made
    if timing == BillTiming.BEFORE and not policy_of(line.organisation_id).queues_before_payment:
        return None
    return ask_for(line, invoice.visit, timing, cleared=False, complaint=complaint, by=by, at=at)


def why_not_start(
    patient: Patient, service: Service, clinic: Clinic, complaint: str, appointment: Appointment | None
) -> Iterator[Refusal]:
    """All that speaks against the walk-in; nothing when the patient may see a doctor for it."""
    if not patient.active:
        message = _("The file of %(patient)s is closed.") % {"patient": patient}
        yield Refusal(RefusalCode.INACTIVE, message, _("Open it again on the patient's page."))
    if service.workflow_type != WorkflowType.GOPD_CONSULT:
        message = _("%(service)s is not an outpatient consultation.") % {"service": service}
        yield Refusal(RefusalCode.INVALID, message, _("Book an appointment for it."))
    if not service.active:
        message = _("%(service)s is no longer offered.") % {"service": service}
        yield Refusal(RefusalCode.INACTIVE, message, _("Choose another service."))
    elif not Clinic.objects.filter(pk=clinic.pk, active=True).exists():
        message = _("%(name)s is no longer active.") % {"name": clinic}
        yield Refusal(RefusalCode.INACTIVE, message, _("Choose another one."))
    elif not service.clinics.filter(pk=clinic.pk).exists():
        message = _("%(service)s is not offered in %(clinic)s.") % {"service": service, "clinic": clinic}
        yield Refusal(RefusalCode.NOT_OFFERED, message, _("Choose another service or clinic."))
    if appointment is not None and (appointment.patient_id, appointment.clinic_id) != (patient.pk, clinic.pk):
        message = _("The appointment is not one of %(patient)s in %(clinic)s.")
        values = {"patient": patient, "clinic": clinic}
        yield Refusal(RefusalCode.WRONG_PATIENT, message % values, _("Choose the patient's own appointment."))
    if len(complaint) > LONGEST_TEXT:
        message = _("The complaint is longer than %(count)d letters.") % {"count": LONGEST_TEXT}
        yield Refusal(RefusalCode.INVALID, message, _("Write it shorter."))
