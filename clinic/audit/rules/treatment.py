"""Outpatient consultations: the gate, the visit around them, and what pays for them."""

from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant
from clinic.enums import ConsultationStatus
from clinic.models import Consultation, FollowUp, InvoiceLine, Visit

# The payments themselves are asked, not the statuses that follow from them: these could have been written later. What
# was given back in the very moment in which it began was given back after.
GATE = Invariant(
    name="consultation_began_when_it_was_paid",
    rule=_("A consultation that is billed before begins once its invoice is paid or waived, and not earlier."),
    says=_("Began before its invoice (number %(invoice)s) was paid."),
    remedy=_("Ask who began it, and by which door; have the invoice paid or waived."),
    model=Consultation,
    question="""
SELECT seen.id AS key, seen.organisation_id AS organisation, COALESCE(invoice.number, 0) AS invoice
  FROM clinic_consultation seen
  LEFT JOIN clinic_invoiceline line ON line.id = seen.line_id
  LEFT JOIN clinic_invoice invoice ON invoice.id = line.invoice_id
 WHERE seen.bill_timing = 'before' AND seen.status IN ('active', 'closed')
   AND (invoice.id IS NULL
        OR ((invoice.waived_at IS NULL OR invoice.waived_at > seen.activated_at)
            AND (SELECT ROUND(SUM(amount), 2) FROM clinic_invoiceline asked WHERE asked.invoice_id = invoice.id)
              > COALESCE((SELECT ROUND(SUM(amount), 2) FROM clinic_payment taken
                           WHERE taken.invoice_id = invoice.id
                             AND (taken.taken_at < seen.activated_at
                                  OR (taken.taken_at = seen.activated_at AND taken.kind = 'payment'))), 0)))
""",
)

OPENED = Invariant(
    name="paid_service_has_its_consultation",
    rule=_("What is paid for in a visit that is cleared has its consultation."),
    says=_("Is paid on invoice %(invoice)s, and has no consultation."),
    remedy=_("Open what the visit has paid for, from its page."),
    model=InvoiceLine,
    question="""
SELECT line.id AS key, line.organisation_id AS organisation, invoice.number AS invoice
  FROM clinic_visit visit
  JOIN clinic_invoice invoice ON invoice.visit_id = visit.id AND invoice.status IN ('paid', 'waived')
  JOIN clinic_invoiceline line ON line.invoice_id = invoice.id
  JOIN clinic_service service ON service.id = line.service_id AND service.workflow_type = 'gopd_consult'
  LEFT JOIN clinic_consultation seen ON seen.line_id = line.id
 WHERE visit.payment_status IN ('paid', 'waived') AND seen.id IS NULL
""",
)

OWN_LINE = Invariant(
    name="consultation_is_paid_for_in_its_own_visit",
    rule=_("What pays for a consultation is on an invoice of its own visit."),
    says=_("Is paid for by invoice %(invoice)s, which is not of its visit."),
    remedy=_("Look at both visits, and have the right one paid."),
    model=Consultation,
    question="""
SELECT seen.id AS key, seen.organisation_id AS organisation, invoice.number AS invoice
  FROM clinic_consultation seen
  JOIN clinic_invoiceline line ON line.id = seen.line_id
  JOIN clinic_invoice invoice ON invoice.id = line.invoice_id
 WHERE invoice.visit_id IS DISTINCT FROM seen.visit_id
""",
)

OVER = Invariant(
    name="closed_visit_has_nobody_waiting",
    rule=_("In a visit that is closed no consultation goes on or waits."),
    says=_("Is “%(status)s”, but its visit (number %(visit)s) is closed."),
    remedy=_("Let the doctor close the consultation."),
    model=Consultation,
    words={"status": ConsultationStatus},
    question="""
SELECT seen.id AS key, seen.organisation_id AS organisation, seen.status AS status, visit.id AS visit
  FROM clinic_consultation seen JOIN clinic_visit visit ON visit.id = seen.visit_id
 WHERE visit.status = 'closed' AND seen.status <> 'closed'
""",
)

OPEN = Invariant(
    name="visit_ends_when_everything_is_done",
    rule=_("A visit that is cleared ends with the last of its consultations."),
    says=_("Is open, though all %(closed)s of its consultations are closed and everything is paid."),
    remedy=_("Close the visit."),
    model=Visit,
    question="""
SELECT visit.id AS key, visit.organisation_id AS organisation, COUNT(*) AS closed
  FROM clinic_visit visit JOIN clinic_consultation seen ON seen.visit_id = visit.id
 WHERE visit.status = 'open' AND visit.payment_status IN ('paid', 'waived')
 GROUP BY visit.id, visit.organisation_id
HAVING COUNT(*) = SUM(CASE WHEN seen.status = 'closed' THEN 1 ELSE 0 END)
""",
)

FOLLOWS = Invariant(
    name="follow_up_is_the_same_patients",
    rule=_("The follow-up of a consultation is an appointment of the same patient."),
    says=_("Is appointment number %(appointment)s, which is another patient's."),
    remedy=_("Book a follow-up for the right patient."),
    model=FollowUp,
    question="""
SELECT noted.id AS key, noted.organisation_id AS organisation, booked.id AS appointment
  FROM clinic_followup noted
  JOIN clinic_consultation seen ON seen.id = noted.consultation_id
  JOIN clinic_appointment booked ON booked.id = noted.appointment_id
 WHERE booked.patient_id <> seen.patient_id
""",
)

RULES = [GATE, OPENED, OWN_LINE, OVER, OPEN, FOLLOWS]
