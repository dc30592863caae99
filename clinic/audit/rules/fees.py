"""Charges for what was not held."""

from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant
from clinic.enums import ChargeKind, ChargeStatus
from clinic.models import Charge

FITS = Invariant(
    name="charge_fits_its_appointment",
    rule=_("A patient is charged for a no-show or a late cancellation that was not waived, and for nothing else."),
    says=_("Is “%(status)s” for “%(kind)s”, but appointment number %(appointment)s does not cost that."),
    remedy=_("Waive or withdraw the charge, and pay back what was paid."),
    model=Charge,
    words={"status": ChargeStatus, "kind": ChargeKind},
    question="""
SELECT fee.id AS key, fee.organisation_id AS organisation, fee.status AS status, fee.kind AS kind,
       missed.id AS appointment
  FROM clinic_charge fee JOIN clinic_appointment missed ON missed.id = fee.appointment_id
  LEFT JOIN clinic_invoice asked ON asked.id = fee.invoice_id AND asked.status = 'waived'
 WHERE (fee.status IN ('open', 'paid') AND NOT CASE fee.kind WHEN 'no_show' THEN missed.status = 'no_show'
                                                           ELSE missed.cancelled_late END)
    OR (fee.status = 'open' AND missed.waived_at IS NOT NULL)
    OR (fee.status = 'waived' AND missed.waived_at IS NULL AND asked.id IS NULL)
""",
)

RULES = [FITS]
