"""What visits still have to pay."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from clinic.billing.selectors import with_balances
from clinic.enums import OWED_STATUSES
from clinic.models import Invoice, Visit


def left_of(visits: Iterable[Visit]) -> Mapping[int, Decimal]:
    """What each visit still has to pay, by its key; only of those that do. One query."""
    owed = Invoice.objects.filter(visit__in={visit.pk for visit in visits}, status__in=OWED_STATUSES)
    left: defaultdict[int, Decimal] = defaultdict(Decimal)
    for invoice in with_balances(owed):
        left[invoice.visit_id] += invoice.left
    return left
