"""The table of a bench run: every row a ratio of two things measured side by side."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """`ours` and `beside` are in `unit`; `target` says in words what we hold ourselves to, `met` whether we do."""

    part: str
    case: str
    engine: str
    unit: str
    ours: float
    beside: float
    against: str
    target: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.beside if self.beside else float("nan")


COLUMNS = ("case", "engine", "ours", "beside", "ratio", "against", "target", "")


def as_dicts(rows: Iterable[Row]) -> list[dict]:
    return [{**asdict(row), "ratio": round(row.ratio, 4)} for row in rows]


def as_table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, ready for the README."""
    lines = [COLUMNS, tuple("---" for _column in COLUMNS), *(cells(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float) -> str:
    """Whole where it is whole or large, else three digits; a dash for what cannot be divided."""
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if value >= 1000 or value.is_integer() else f"{value:.3g}"


def cells(row: Row) -> tuple[str, ...]:
    met = {True: "✓", False: "✗", None: ""}[row.met]
    numbers = f"{number(float(row.ours))} {row.unit}", f"{number(float(row.beside))} {row.unit}", number(row.ratio)
    return (f"{row.part}: {row.case}", row.engine, *numbers, row.against, row.target, met)
