"""The readable tables under `fixtures/` that the demo organisations are made of."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
WEEKDAYS = {"Mon": 1, "Tue": 2, "Wed": 3, "Thu": 4, "Fri": 5, "Sat": 6, "Sun": 7}

type Row = dict[str, str]


def table(name: str) -> list[Row]:
    """The rows of `fixtures/<name>.csv` in order, by column."""
    with (FIXTURES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(name: str) -> dict:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def rows_by_weekday(name: str) -> Iterator[tuple[int, Row]]:
    """Each row of a table once for every weekday that its column `weekdays` names, with the ISO weekday."""
    for row in table(name):
        for weekday in row["weekdays"].split():
            yield WEEKDAYS[weekday], row
