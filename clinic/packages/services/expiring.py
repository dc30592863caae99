"""Mark the purchases that are past their last day."""

from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.utils.timezone import now

from clinic.enums import PurchaseStatus
from clinic.models import Organisation, PackagePurchase, User
from clinic.packages.selectors import local_day
from clinic.retries import on_its_own, retried


@retried
@transaction.atomic
def expire_due(organisation: Organisation, on: date, *, by: User | None = None) -> list[PackagePurchase]:
    """Mark as expired the organisation's active purchases whose last day is before `on`; those purchases.

    Only the status changes: the ledger keeps what was bought and used, so that an extension finds it again.
    """
    due = PackagePurchase.objects.of(organisation).filter(status=PurchaseStatus.ACTIVE, expires_on__lt=on)
    purchases = list(due.order_by("pk").select_for_update())
    for purchase in purchases:
        purchase.status = PurchaseStatus.EXPIRED
        purchase.record("status", by=by)
    return purchases


def expire_everywhere(*, at: datetime | None = None) -> int:
    """Mark what is past its last day on the calendar of its own organisation; the number marked.

    Every organisation is a transaction of its own, and one that fails stops no other. A second call the same day finds
    nothing.
    """
    work = partial(_expire_today, at=at or now())
    return sum(on_its_own(partial(work, organisation), organisation) for organisation in Organisation.objects.all())


def _expire_today(organisation: Organisation, *, at: datetime) -> int:
    return len(expire_due(organisation, local_day(organisation, at)))
