"""Arithmetic on spans of time. Pure: no Django, no database, no clock.

An instant is a whole number of seconds since 1970 in UTC; a span is a pair (start, end) that holds its start and
not its end. Lists of spans are sorted, and the spans of one list never overlap.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import inf

type Span = tuple[int, int]

DAY = 86_400
MINUTE = 60


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as `spans` (in any order, overlapping or not) as the fewest spans, in order."""
    result: list[Span] = []
    begun = until = -inf
    for start, end in [*sorted(spans), (inf, inf)]:
        if start > until:
            if begun < until:
                result.append((begun, until))
            begun, until = start, end
        elif end > until:
            until = end
    return result


def without(span: Span, taken: Sequence[Span]) -> list[Span]:
    """What is left of `span` after taking away `taken`, which is merged. Empty spans are left out."""
    start, end = span
    result = []
    for taken_from, taken_until in taken:
        if taken_until <= start:
            continue
        if taken_from >= end:
            break
        if taken_from > start:
            result.append((start, taken_from))
        start = taken_until
    if start < end:
        result.append((start, end))
    return result


def overlapping(spans: Sequence[Span], start: int, end: int) -> Sequence[Span]:
    """Those of the sorted, disjoint `spans` that share a moment with [start, end)."""
    first = bisect_left(spans, (start,))
    if first and spans[first - 1][1] > start:
        first -= 1
    return spans[first : bisect_left(spans, (end,), first)]


def is_clear(spans: Sequence[Span], start: int, end: int) -> bool:
    """Whether none of the sorted, disjoint `spans` shares a moment with [start, end)."""
    position = bisect_left(spans, (end,))
    return position == 0 or spans[position - 1][1] <= start
