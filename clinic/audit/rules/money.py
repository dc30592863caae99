"""Money: what invoices, payments, fees, visits and closings say of each other must be the same."""

from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant
from clinic.enums import ChargeStatus, PaymentStatus, RefundRequestStatus
from clinic.models import Charge, DayClosing, Invoice, PackagePurchase, Payment, RefundRequest, Visit

CASH = "SUM(CASE WHEN taken.method = 'cash' THEN taken.amount ELSE 0 END)"


def cents(amount: str) -> str:
    """An amount in whole cents: SQLite adds fractions, and what it adds is compared."""
    return f"CAST(ROUND(({amount}) * 100) AS BIGINT)"


# Every invoice with what its lines ask for and its payments have brought, in cents.
SUMS = f"""
SELECT asked.*, COALESCE(wanted.cents, 0) AS total, COALESCE(brought.cents, 0) AS paid
  FROM clinic_invoice asked
  LEFT JOIN (SELECT invoice_id, {cents("SUM(amount)")} AS cents FROM clinic_invoiceline GROUP BY invoice_id) wanted
    ON wanted.invoice_id = asked.id
  LEFT JOIN (SELECT invoice_id, {cents("SUM(amount)")} AS cents FROM clinic_payment GROUP BY invoice_id) brought
    ON brought.invoice_id = asked.id
"""

STATUS = Invariant(
    name="invoice_status_is_what_was_paid",
    rule=_("An invoice is as far paid as its payments say, unless it is void or waived."),
    says=_("Says “%(status)s”; its payments say “%(recounted)s”."),
    remedy=_("Look at its history, and give back or take what is wrong."),
    model=Invoice,
    words={"status": PaymentStatus, "recounted": PaymentStatus},
    question=f"""
SELECT * FROM (
  SELECT id AS key, organisation_id AS organisation, status,
         CASE WHEN voided_at IS NOT NULL THEN 'void' WHEN waived_at IS NOT NULL THEN 'waived'
              WHEN paid >= total THEN 'paid' WHEN paid > 0 THEN 'partial' ELSE 'unpaid' END AS recounted
    FROM ({SUMS}) summed
) compared WHERE status <> recounted
""",
)

NOT_OVERPAID = Invariant(
    name="invoice_is_paid_once",
    rule=_("On an invoice no more is paid than it asks for, and on a void one nothing."),
    says=_("Asks for %(total)s; %(paid)s is paid."),
    remedy=_("Give back what is too much."),
    model=Invoice,
    question=f"""
SELECT id AS key, organisation_id AS organisation, MONEY(total) AS total, MONEY(paid) AS paid
  FROM ({SUMS}) summed
 WHERE paid < 0 OR paid > total OR (status = 'void' AND paid <> 0)
""",
)

VISIT = Invariant(
    name="visit_is_paid_as_its_invoices",
    rule=_("A visit is as far paid as all its invoices together that are not void."),
    says=_("Says “%(status)s”; its invoices say “%(recounted)s”."),
    remedy=_("Look at its history and at its invoices."),
    model=Visit,
    words={"status": PaymentStatus, "recounted": PaymentStatus},
    question=f"""
SELECT * FROM (
  SELECT visit.id AS key, visit.organisation_id AS organisation, visit.payment_status AS status,
         CASE WHEN COUNT(summed.id) = 0 THEN 'unpaid'
              WHEN MIN(CASE WHEN summed.status = 'waived' THEN 1 ELSE 0 END) = 1 THEN 'waived'
              WHEN MAX(CASE WHEN summed.status <> 'waived' THEN summed.total - summed.paid ELSE 0 END) <= 0 THEN 'paid'
              WHEN MAX(summed.paid) > 0 THEN 'partial' ELSE 'unpaid' END AS recounted
    FROM clinic_visit visit LEFT JOIN ({SUMS}) summed ON summed.visit_id = visit.id AND summed.status <> 'void'
   GROUP BY visit.id, visit.organisation_id, visit.payment_status
) compared WHERE status <> recounted
""",
)

REFUNDS = Invariant(
    name="payment_is_given_back_once",
    rule=_("Of no payment more is given back than it was."),
    says=_("Brought %(paid)s, of which %(given_back)s was given back."),
    remedy=_("Look at its refunds, and take back what is too much."),
    model=Payment,
    question=f"""
SELECT key, organisation, MONEY(paid) AS paid, MONEY(given_back) AS given_back FROM (
  SELECT taken.id AS key, taken.organisation_id AS organisation, {cents("taken.amount")} AS paid,
         {cents("-SUM(back.amount)")} AS given_back
    FROM clinic_payment taken JOIN clinic_payment back ON back.refund_of_id = taken.id
   GROUP BY taken.id, taken.organisation_id, taken.amount
) summed WHERE given_back > paid
""",
)

APPROVED = Invariant(
    name="refund_is_what_was_approved",
    rule=_("An approved refund is of the payment and the amount that were asked for, by the one who approved it."),
    says=_("Is “%(status)s”, but receipt %(refund)s is of something else."),
    remedy=_("Look at both, and take back what is too much."),
    model=RefundRequest,
    words={"status": RefundRequestStatus},
    question="""
SELECT asked.id AS key, asked.organisation_id AS organisation, asked.status AS status, given.receipt_number AS refund
  FROM clinic_refundrequest asked JOIN clinic_payment given ON given.id = asked.refund_id
 WHERE given.refund_of_id IS DISTINCT FROM asked.payment_id OR given.amount <> -asked.amount
    OR given.approved_by_id IS DISTINCT FROM asked.answered_by_id
""",
)

FEE = Invariant(
    name="charge_is_settled_with_its_invoice",
    rule=_(
        "A fee is paid or waived with the invoice that asks for it, and open as long as that is to be paid, unless its"
        " appointment was waived."
    ),
    says=_("Is “%(status)s”, but invoice %(invoice)s, on which it stands, is “%(asked)s” or does not ask for it."),
    remedy=_("Look at the history of both; pay, void or waive the invoice."),
    model=Charge,
    words={"status": ChargeStatus, "asked": PaymentStatus},
    question="""
SELECT fee.id AS key, fee.organisation_id AS organisation, fee.status AS status, asked.number AS invoice,
       asked.status AS asked
  FROM clinic_charge fee JOIN clinic_invoice asked ON asked.id = fee.invoice_id
  JOIN clinic_appointment missed ON missed.id = fee.appointment_id
 WHERE asked.status NOT IN ('unpaid', 'partial', 'paid', 'waived')
    OR fee.status <> CASE WHEN asked.status IN ('paid', 'waived') THEN asked.status
                          WHEN missed.waived_at IS NOT NULL THEN 'waived' ELSE 'open' END
    OR NOT EXISTS (
          SELECT 1 FROM clinic_invoiceline line WHERE line.invoice_id = asked.id AND line.charge_id = fee.id)
""",
)

PAID_ON_AN_INVOICE = Invariant(
    name="charge_is_paid_on_an_invoice",
    rule=_("A fee is paid through an invoice."),
    says=_("Is paid, but on no invoice."),
    remedy=_("Look at its history, and issue an invoice for it if the money was taken."),
    model=Charge,
    question="""
SELECT id AS key, organisation_id AS organisation FROM clinic_charge WHERE status = 'paid' AND invoice_id IS NULL
""",
)

SOLD_ONCE = Invariant(
    name="package_is_asked_for_once",
    rule=_("A patient's package is on one invoice that is not void, or on none."),
    says=_("Is on %(invoices)s invoices."),
    remedy=_("Make all of them void but one."),
    model=PackagePurchase,
    question="""
SELECT line.purchase_id AS key, line.organisation_id AS organisation, COUNT(*) AS invoices
  FROM clinic_invoiceline line JOIN clinic_invoice asked ON asked.id = line.invoice_id AND asked.status <> 'void'
 WHERE line.purchase_id IS NOT NULL
 GROUP BY line.purchase_id, line.organisation_id HAVING COUNT(*) > 1
""",
)

COUNTED = Invariant(
    name="closing_counts_its_receipts",
    rule=_("A day closing expects the cash of its receipts, refunds taken off."),
    says=_("Expects %(expected)s in cash; its receipts say %(recounted)s."),
    remedy=_("Count the receipts of that day by hand, and write the difference down."),
    model=DayClosing,
    question=f"""
SELECT key, organisation, MONEY(expected) AS expected, MONEY(recounted) AS recounted FROM (
  SELECT closing.id AS key, closing.organisation_id AS organisation, {cents("closing.cash_expected")} AS expected,
         {cents(CASH)} AS recounted
    FROM clinic_dayclosing closing LEFT JOIN clinic_payment taken ON taken.closing_id = closing.id
   GROUP BY closing.id, closing.organisation_id, closing.cash_expected
) summed WHERE expected <> recounted
""",
)

RULES = [STATUS, NOT_OVERPAID, VISIT, REFUNDS, APPROVED, FEE, PAID_ON_AN_INVOICE, SOLD_ONCE, COUNTED]
