"""Questions about batches: how far they are, and what is written about them."""

from django.db.models import Count, F, Q, QuerySet

from clinic.models import Organisation, Rebooking, RebookingItem
from clinic.scheduling.rebooking.batches import title_of
from clinic.scheduling.rebooking.hits import is_waiting

CAUSES = ("leave__provider", "closure__clinic", "provider")


def with_counts(batches: QuerySet[Rebooking]) -> QuerySet[Rebooking]:
    """The batches with `total` items, of which `waiting` wait for somebody, and `settled` do not; causes loaded."""
    counted = batches.annotate(total=Count("items"), waiting=Count("items", filter=Q(is_waiting("items__"))))
    return counted.annotate(settled=F("total") - F("waiting")).select_related("organisation", *CAUSES)


def waiting_batches(organisation: Organisation) -> QuerySet[Rebooking]:
    """The organisation's batches in which somebody still waits, newest first, with their counts."""
    return with_counts(Rebooking.objects.of(organisation)).filter(waiting__gt=0).order_by("-opened_at", "-pk")


def settled_items(batch: Rebooking) -> QuerySet[RebookingItem]:
    """What nobody waits for any more, the newest first, with everything a line about it names."""
    rows = ("patient", "provider", "clinic", "service")
    items = batch.items.exclude(is_waiting()).order_by("-settled_at", "appointment__starts_at", "pk")
    return items.select_related("settled_by", "operation", *(f"appointment__{row}" for row in rows))


def title(batch: Rebooking) -> str:
    """What happened, in the language of the page; as it was written down where the cause itself is gone."""
    cause = batch.leave or batch.closure or (batch.provider if batch.cause == "hours" else None)
    return title_of(cause, batch.organisation) if cause else batch.title
