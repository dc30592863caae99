"""What an invoice asks to be paid for, line by line, before it is written."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from clinic.enums import Language
from clinic.models import Charge, InvoiceLine, PackagePurchase, Service

LONGEST = InvoiceLine._meta.get_field("description_en").max_length


@dataclass(frozen=True)
class Line:
    """So many of something at this price each, in the words of both languages; of at most one of our own rows."""

    description_en: str
    description_ar: str
    unit_price: Decimal
    quantity: int = 1
    service: Service | None = None
    purchase: PackagePurchase | None = None
    charge: Charge | None = None

    @property
    def amount(self) -> Decimal:
        return self.unit_price * self.quantity


def contents(lines: Iterable[Line | InvoiceLine]) -> Counter[tuple[object, ...]]:
    """What is asked for, by which two invoices are told apart: each line, however often, in any order."""
    return Counter(
        (line.service, line.purchase, line.charge, line.description_en, line.quantity, line.unit_price)
        for line in lines
    )  # fmt: skip


def line_for(row: Service | PackagePurchase | Charge) -> Line:
    """The line that asks for this row at its own price, in today's words."""
    if isinstance(row, Service):
        return Line(row.name_en, row.name_ar, row.price, service=row)
    if isinstance(row, PackagePurchase):
        return Line(row.package.name_en, row.package.name_ar, row.price, purchase=row)
    return Line(fee_words(row, Language.ENGLISH), fee_words(row, Language.ARABIC), row.amount, charge=row)


def fee_words(charge: Charge, language: str) -> str:
    """What the fee is for and the day of the appointment, as in: No-show, 7 January 2030."""
    day = charge.appointment.starts_at.astimezone(charge.appointment.clinic.zone)
    with translation.override(language):
        return _("%(fee)s, %(day)s") % {"fee": charge.get_kind_display(), "day": format_date(day, "j F Y")}
