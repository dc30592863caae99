"""Rows of a linear program as triplets, and the index arithmetic that builds them without loops."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from clinic.scheduling.planning.problem import NONE, Floats

Index = NDArray[np.integer]


@dataclass(frozen=True)
class Rows:
    """Rows Σ weight x ≤ limit as triplets, with what each row stands for so that its dual price can be named."""

    column: Index
    row: Index
    weight: Floats
    limit: Floats
    who: Index  # provider (or room family) of the row, else NONE
    day: Index
    is_room: NDArray[np.bool_]

    def matrix(self, n_columns: int) -> sparse.csr_array:
        return sparse.csr_array((self.weight, (self.row, self.column)), shape=(len(self.limit), n_columns))


def rows(
    column: Index,
    row: Index,
    limit: NDArray[np.number],
    weight: Floats | None = None,
    *,
    who: Index | None = None,
    day: Index | None = None,
    is_room: bool = False,
) -> Rows:
    """Rows from entries (column, row, weight; weight 1 if none) and limits; `who` and `day` name them."""
    nameless = np.full(len(limit), NONE)
    return Rows(
        column=np.asarray(column, np.int64),
        row=np.asarray(row, np.int64),
        weight=np.ones(len(column)) if weight is None else np.asarray(weight, float),
        limit=np.asarray(limit, float),
        who=np.asarray(nameless if who is None else who, np.int64),
        day=np.asarray(nameless if day is None else day, np.int64),
        is_room=np.full(len(limit), is_room),
    )


def stacked(parts: list[Rows]) -> Rows:
    """All rows of the parts, one under the other."""
    shift = np.cumsum([0] + [len(part.limit) for part in parts])
    joined = {column.name: [getattr(part, column.name) for part in parts] for column in fields(Rows)}
    joined["row"] = [row + by for row, by in zip(joined["row"], shift, strict=False)]
    return Rows(**{name: np.concatenate(arrays) for name, arrays in joined.items()})


def binding(rows: Rows, upper: Index) -> Rows:
    """The rows that some 0 ≤ x ≤ upper breaks; the others say nothing."""
    most = np.bincount(rows.row, np.maximum(rows.weight, 0) * upper[rows.column], minlength=len(rows.limit))
    keep = most > rows.limit + 1e-9
    entry = keep[rows.row]
    renumber = np.cumsum(keep) - 1
    return Rows(
        column=rows.column[entry],
        row=renumber[rows.row[entry]],
        weight=rows.weight[entry],
        limit=rows.limit[keep],
        who=rows.who[keep],
        day=rows.day[keep],
        is_room=rows.is_room[keep],
    )


def pair(high: NDArray[np.integer], low: NDArray[np.integer]) -> Index:
    """Two whole numbers as one sortable key; `high` must not be negative."""
    return (high.astype(np.int64) << 32) + low.astype(np.int64)


def counted(keys: Index, events: Index) -> Index:
    """How many of the events carry each key."""
    events = np.sort(events)
    return np.searchsorted(events, keys, "right") - np.searchsorted(events, keys, "left")


def ranges(lo: Index, hi: Index) -> tuple[Index, Index]:
    """Every i in lo[r]..hi[r]-1 with its r, range after range."""
    length = hi - lo
    row = np.repeat(np.arange(len(lo)), length)
    return np.arange(len(row)) + np.repeat(lo - np.cumsum(length) + length, length), row
