"""Numbers of documents: one after the other, none missing."""

from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant
from clinic.enums import DocumentKind
from clinic.models import DocumentNumber, Invoice, Payment

# A document above one whose number nobody has.
GAP = """
SELECT id AS key, organisation_id AS organisation, {number} AS number FROM {table} document
 WHERE {number} > 1 AND NOT EXISTS (
   SELECT 1 FROM {table} before
    WHERE before.organisation_id = document.organisation_id AND before.{number} = document.{number} - 1)
"""

INVOICES = Invariant(
    name="invoice_follows_the_one_before",
    rule=_("Between two invoices of an organisation no number is missing."),
    says=_("Has number %(number)s, and the one before is missing."),
    remedy=_("Look for the missing one in the backups: no page can delete it."),
    model=Invoice,
    question=GAP.format(table="clinic_invoice", number="number"),
)

RECEIPTS = Invariant(
    name="receipt_follows_the_one_before",
    rule=_("Between two receipts of an organisation no number is missing."),
    says=_("Has number %(number)s, and the one before is missing."),
    remedy=_("Look for the missing one in the backups: no page can delete it."),
    model=Payment,
    question=GAP.format(table="clinic_payment", number="receipt_number"),
)

COUNTER = Invariant(
    name="last_number_is_given",
    rule=_("The last number that was given to a kind of document is on one."),
    says=_("The last %(kind)s has number %(found)s, but %(last)s was given."),
    remedy=_("Look for the missing ones in the backups: no page can delete them."),
    model=DocumentNumber,
    words={"kind": DocumentKind},
    question="""
SELECT * FROM (
  SELECT given.id AS key, given.organisation_id AS organisation, given.kind AS kind, given.last AS last,
         COALESCE(CASE given.kind
           WHEN 'invoice' THEN (SELECT MAX(number) FROM clinic_invoice WHERE organisation_id = given.organisation_id)
           ELSE (SELECT MAX(receipt_number) FROM clinic_payment WHERE organisation_id = given.organisation_id)
         END, 0) AS found
    FROM clinic_documentnumber given
) compared WHERE last <> found
""",
)

RULES = [INVOICES, RECEIPTS, COUNTER]
