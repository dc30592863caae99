"""Questions of which PostgreSQL keeps the plan, so that whoever asks again on the same connection does not wait for it.

To plan a question of the engine takes several times as long as to answer it for a few people. A plan that is kept does
not see the numbers: it reckons with ten where it is given a list, so it is no good for a hundred. It outlives its
transaction, also one that is rolled back, and goes with the connection.
"""

import re
from collections.abc import Collection, Mapping
from functools import cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

FEW = 10  # what PostgreSQL reckons with where it does not see a list

_names: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()  # by the driver's connection, then by the text
_numbers = count(1)


def is_small(values: Mapping[str, Any]) -> bool:
    """Whether every list among the values is as short as a kept plan reckons with."""
    return all(len(value) <= FEW for value in values.values() if isinstance(value, Collection))


def ask_prepared(text: str, values: Mapping[str, Any]) -> list[tuple]:
    """The rows that answer the question, whose parameters are written %(name)s; one journey, the first time too."""
    question, parameters = numbered(text)
    arguments = [as_argument(values[parameter]) for parameter in parameters]
    places = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        names = _names.setdefault(connection.connection, {})
        if name := names.get(text):
            cursor.execute(f"EXECUTE {name} ({places})", arguments)
        else:
            name = f"question_{next(_numbers)}"
            cursor.execute(f"PREPARE {name} AS {question}; EXECUTE {name} ({places})", arguments)
            cursor.nextset()
            names[text] = name
        return cursor.fetchall()


@cache
def numbered(text: str) -> tuple[str, list[str]]:
    """The text with $1, $2 … for its parameters, and their names in this order."""
    parameters = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
    return re.sub(r"%\((\w+)\)s", lambda found: f"${parameters.index(found[1]) + 1}", text), parameters


def as_argument(value: Any) -> Any:
    """A list of whole numbers as PostgreSQL reads an array, any other value as the driver takes it."""
    return f"{{{', '.join(str(int(number)) for number in value)}}}" if isinstance(value, Collection) else value
