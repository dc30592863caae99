"""What a consultation keeps of its own writing: a version for each writer and some minutes, not for each keystroke."""

from collections.abc import Collection
from datetime import datetime, timedelta

from simple_history.models import HistoricalChanges

from clinic.models import Consultation, User

TOGETHER = timedelta(minutes=5)
WRITTEN = "written"  # marks the history rows that further writing may be added to


def record_words(row: Consultation, fields: Collection[str], *, by: User, at: datetime) -> None:
    """Save what was written, and let its history row be the writer's last one if that is fresh.

    A page saves itself every few seconds. What the same person writes within five minutes of their first words is one
    row of history, kept up to date; another writer, a later hour and every change of status begin a new one. The
    newest history row always is the row itself.
    """
    newest = row.history.order_by("-history_id").first()
    if newest is None or not goes_on(newest, by=by, at=at):
        row.record(*fields, by=by, reason=WRITTEN, at=at)
        return
    values = {name: getattr(row, row._meta.get_field(name).attname) for name in fields}
    row.skip_history_when_saving = True
    row.save(update_fields=fields)
    del row.skip_history_when_saving
    row.history.filter(pk=newest.pk).update(
        **{row._meta.get_field(name).attname: value for name, value in values.items()}
    )


def goes_on(newest: HistoricalChanges, *, by: User, at: datetime) -> bool:
    return (
        newest.history_change_reason == WRITTEN
        and newest.history_user_id == by.pk
        and newest.history_date <= at < newest.history_date + TOGETHER
    )
