"""A row's life as a list of changes, written as the row it became and the history it left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Model

from clinic.management.demo.records import BATCH
from clinic.models import User


@dataclass
class Change:
    at: datetime
    by: User | None
    fields: dict
    reason: str | None = None


@dataclass
class Chronicle:
    """`changes` are in order of time; the first one makes the row."""

    changes: list[Change] = field(default_factory=list)
    row: Model | None = None

    def add(self, at: datetime, by: User | None, *, reason: str | None = None, **fields: object) -> None:
        self.changes.append(Change(at, by, fields, reason))

    @property
    def fields(self) -> dict:
        return {name: value for change in self.changes for name, value in change.fields.items()}


def write_all(model: type[Model], chronicles: Sequence[Chronicle]) -> None:
    """Write the rows of `model` in the order given, each with one history row for every change."""
    for chronicle in chronicles:
        chronicle.row = model(**chronicle.fields)
    model.objects.bulk_create([chronicle.row for chronicle in chronicles], batch_size=BATCH)
    write_versions(model, chronicles)


def write_versions(model: type[Model], chronicles: Sequence[Chronicle]) -> None:
    """Write the history of rows that are in the table already."""
    history = model.history.model
    versions = [version for chronicle in chronicles for version in versions_of(history, chronicle)]
    history.objects.bulk_create(versions, batch_size=BATCH)


def versions_of(history: type[Model], chronicle: Chronicle) -> Iterator[Model]:
    fields, kind = {"id": chronicle.row.pk}, "+"
    for change in chronicle.changes:
        fields |= change.fields
        yield history(
            **fields,
            history_type=kind,
            history_date=change.at,
            history_user=change.by,
            history_change_reason=change.reason,
        )
        kind = "~"
