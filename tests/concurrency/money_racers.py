"""What each of the racing cashiers does. Rows are named by their keys; what is returned can be written as JSON."""

from decimal import Decimal
from uuid import UUID

from clinic.billing import services
from clinic.billing.selectors import balance_of
from clinic.models import Charge, Clinic, Invoice, Package, Patient, Payment, Service, User
from clinic.packages.services import sell as sell_package
from tests.factories import BEFORE


def pay(*, invoice, amount, by, request_key=None):
    """Take the amount in cash; the number of the receipt."""
    payment = services.record_payment(
        Invoice.objects.get(pk=invoice), method="cash", amount=Decimal(amount), by=User.objects.get(pk=by),
        request_key=request_key and UUID(request_key), at=BEFORE,
    )  # fmt: skip
    return payment.receipt_number


def look(*, invoice):
    """The first half of what a program without locks would do: look what is left."""
    return str(balance_of(Invoice.objects.get(pk=invoice)).left)


def write(*, invoice, amount, by, receipt_number):
    """The second half: write the payment for which there was enough when it looked."""
    row = Invoice.objects.get(pk=invoice)
    Payment.objects.create(
        organisation_id=row.organisation_id, invoice=row, method="cash", amount=Decimal(amount), clinic=row.clinic,
        taken_by_id=by, taken_at=BEFORE, receipt_number=receipt_number,
    )  # fmt: skip


def issue(*, patient, clinic, by, service=None, charge=None, request_key=None):
    """Issue an invoice for the service or the fee; its number."""
    row = Charge.objects.get(pk=charge) if charge else Service.objects.get(pk=service)
    invoice = services.issue_invoice(
        Patient.objects.get(pk=patient), [services.line_for(row)], by=User.objects.get(pk=by),
        clinic=Clinic.objects.get(pk=clinic), request_key=request_key and UUID(request_key), at=BEFORE,
    )  # fmt: skip
    return invoice.number


def refund(*, payment, amount, by):
    """Give the amount back; the number of the receipt."""
    given_back = services.refund(
        Payment.objects.get(pk=payment), amount=Decimal(amount), by=User.objects.get(pk=by), reason="Ill", at=BEFORE
    )
    return given_back.receipt_number


def sell(*, package, patient, clinic, by, request_key):
    """Sell the package for cash; the key of the purchase."""
    sale = sell_package(
        Package.objects.get(pk=package), Patient.objects.get(pk=patient), by=User.objects.get(pk=by),
        clinic=Clinic.objects.get(pk=clinic), method="cash", request_key=UUID(request_key), at=BEFORE,
    )  # fmt: skip
    return sale.purchase.pk


def pay_or_void(**wanted):
    """Take the payment if there is an amount to take, else make the invoice void."""
    if "amount" in wanted:
        return pay(**wanted)
    row = Invoice.objects.get(pk=wanted["invoice"])
    return services.void(row, by=User.objects.get(pk=wanted["by"]), reason="Wrong", at=BEFORE).number


def close_day(*, by, clinic, counted):
    """Close the day; how many receipts were counted."""
    closing = services.close_day(
        by=User.objects.get(pk=by), clinic=Clinic.objects.get(pk=clinic), cash_counted=Decimal(counted), at=BEFORE
    )
    return closing.payments.count()
