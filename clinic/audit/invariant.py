"""One rule, and how to find the rows that break it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Model, TextChoices
from django.utils.functional import Promise

from clinic.enums import CANCELLED_STATUSES, HELD, LIVE_STATUSES

type Row = dict[str, object]
type Text = str | Promise

# What the engines say differently. LOCAL_DAY(x, zone) is the day of a moment on the wall, LATER(x, n) a date n days
# later, STAMP(x) a moment as the keys of messages write it, TEXT(x) a JSON as text, MONEY(x) cents as an amount.
WRITTEN = {
    "sqlite": {
        r"LOCAL_DAY\((.+?), (.+?)\)": r"django_datetime_cast_date(\1, \2, 'UTC')",
        r"LATER\((.+?), (.+?)\)": r"date(\1, '\2 days')",
        r"STAMP\((.+?)\)": r"strftime('%%Y%%m%%dT%%H%%MZ', \1)",
        r"TEXT\((.+?)\)": r"\1",
        r"MONEY\((.+?)\)": r"printf('%%.2f', \1 / 100.0)",
    },
    "postgresql": {
        r"LOCAL_DAY\((.+?), (.+?)\)": r"(\1 AT TIME ZONE \2)::date",
        r"LATER\((.+?), (.+?)\)": r"(\1 + (\2))",
        r"STAMP\((.+?)\)": r"""to_char(\1 AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MI"Z"')""",
        r"TEXT\((.+?)\)": r"\1::text",
        r"MONEY\((.+?)\)": r"(\1 / 100.0)::numeric(12, 2)::text",
    },
}


def listed(values: object) -> str:
    """Texts of our own as SQL writes a list."""
    return f"({', '.join(repr(str(value)) for value in values)})"


LISTS = {
    "LIVE": listed(LIVE_STATUSES),
    "CANCELLED": listed(CANCELLED_STATUSES),
    "HELD": f"'{HELD}'",
}


def label(vocabulary: type[TextChoices], value: object) -> Text:
    """The word that staff read; a value that is none of the vocabulary as it stands."""
    return vocabulary(value).label if value in vocabulary.values else str(value)


# The first rows of each organisation, and how many there are.
NAMED = """
SELECT * FROM (
  SELECT found.*, COUNT(*) OVER (PARTITION BY organisation) AS broken,
         ROW_NUMBER() OVER (PARTITION BY organisation ORDER BY key) AS nth
    FROM ({question}) found
) counted WHERE nth <= {most:d} ORDER BY organisation, nth
"""


@dataclass(frozen=True, kw_only=True)
class Invariant:
    """A rule over the rows of `model`.

    `question` selects of each row that breaks it the `key`, its `organisation` and what else `says` names: whole
    numbers and texts. It may use %(now)s, the lists in `LISTS` as {LIVE} and the words of `WRITTEN`. A column `field`
    names a field of the model; `words` are the vocabularies of other columns. `remedy` says what to do about a row.
    """

    name: str
    rule: Text
    says: Text
    remedy: Text
    model: type[Model]
    question: str
    words: Mapping[str, type[TextChoices]] = field(default_factory=dict)

    def broken(self, *, at: datetime, most: int) -> Iterator[Row]:
        """At most `most` broken rows of each organisation, by key; each carries `broken`, the number of all of them."""
        question = NAMED.format(question=self.written(), most=most)
        with connection.cursor() as cursor:
            cursor.execute(question, {"now": connection.ops.adapt_datetimefield_value(at)})
            columns = [column[0] for column in cursor.description]
            for values in iter(cursor.fetchone, None):
                yield dict(zip(columns, values, strict=True))

    def sentence(self, row: Mapping[str, object]) -> str:
        """What is wrong with this row, in the language of the page."""
        values = {**row, **{column: label(self.words[column], row[column]) for column in self.words}}
        if "field" in row:
            values["field"] = self.model._meta.get_field(str(row["field"])).verbose_name
        return str(self.says) % values

    def written(self) -> str:
        """The question in the words of this engine."""
        text = self.question
        for name, values in LISTS.items():
            text = text.replace(f"{{{name}}}", values)
        for word, expression in WRITTEN[connection.vendor].items():
            text = re.sub(word, expression, text)
        return text
