"""Looking: every invariant asked once, and what it found told as it comes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from django.db.models import Count, Model

from clinic.audit.declared import declared
from clinic.audit.declared.links import has_organisation
from clinic.audit.invariant import Invariant, Row
from clinic.audit.rules import RULES
from clinic.models import Organisation

MOST_NAMED = 20


@dataclass(frozen=True)
class Broken:
    """The rows of one organisation that break an invariant: their number, and the first of them by name."""

    count: int
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Finding:
    """What one invariant found: rows looked at and rows broken by organisation, and how long it took.

    What belongs to no organisation, such as a guard of the database, stands under None.
    """

    invariant: Invariant
    checked: Counter[int | None]
    broken: dict[int | None, Broken]
    seconds: float

    @property
    def count(self) -> int:
        return sum(broken.count for broken in self.broken.values())


def invariants(*, history: bool = True) -> list[Invariant]:
    """Everything that is looked at, the rules of the house first; `history` compares every row with its history."""
    return [*RULES, *declared(history=history)]


def look(asked: Iterable[Invariant], *, at: datetime, most: int = MOST_NAMED) -> Iterator[Finding]:
    """Ask each invariant of the whole database; of each organisation at most `most` broken rows are named."""
    sizes: dict[type[Model], Counter[int | None]] = {}
    for invariant in asked:
        started = perf_counter()
        if invariant.model not in sizes:
            sizes[invariant.model] = rows_of(invariant.model)
        broken = by_organisation(invariant.broken(at=at, most=most))
        yield Finding(invariant, sizes[invariant.model], broken, perf_counter() - started)


def rows_of(model: type[Model]) -> Counter[int | None]:
    """How many rows each organisation has in the table, holds among them; signs of life belong to none."""
    if not has_organisation(model) and model is not Organisation:
        return Counter({None: model._base_manager.count()})
    owner = "pk" if model is Organisation else "organisation"
    return Counter(dict(model._base_manager.order_by().values_list(owner).annotate(n=Count("pk"))))


def by_organisation(rows: Iterable[Row]) -> dict[int | None, Broken]:
    named: dict[int | None, list[Row]] = defaultdict(list)
    counts: dict[int | None, int] = {}
    for row in rows:
        organisation = row.pop("organisation")
        counts[organisation] = row.pop("broken")
        row.pop("nth", None)
        named[organisation].append(row)
    return {organisation: Broken(count, named[organisation]) for organisation, count in counts.items()}
