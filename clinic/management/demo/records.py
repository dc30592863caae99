"""Writing many rows at once, each with the history it would have had if people had written it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Model
from simple_history.utils import bulk_create_with_history

from clinic.models import User

BATCH = 500


def record_all[M: Model](rows: Sequence[M], *, by: User, at: datetime) -> Sequence[M]:
    """Write new rows of one table with one history row each; the rows come back with their keys."""
    if rows:
        bulk_create_with_history(rows, type(rows[0]), batch_size=BATCH, default_user=by, default_date=at)
    return rows


def link_all(through: type[Model], pairs: Iterable[tuple[Model, Model]]) -> None:
    """Write the pairs of a many-to-many table, given in the order of its two columns."""
    left, right = [field for field in through._meta.fields if field.is_relation]
    rows = [through(**{left.attname: first.pk, right.attname: second.pk}) for first, second in pairs]
    through.objects.bulk_create(rows, batch_size=BATCH)
