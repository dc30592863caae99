"""Spans of time: every operation equals the same done to sets of single seconds."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.scheduling.intervals import is_clear, merged, overlapping, without

MOMENTS = st.integers(0, 30)
SPANS = st.lists(st.tuples(MOMENTS, MOMENTS), max_size=8)


def seconds(spans):
    return {second for start, end in spans for second in range(start, end)}


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([(5, 9), (1, 3)], [(1, 3), (5, 9)]),
        ([(1, 5), (3, 9)], [(1, 9)]),
        ([(1, 5), (5, 9)], [(1, 9)]),
        ([(1, 9), (3, 5)], [(1, 9)]),
        ([(4, 4)], []),
    ],
    ids=["none", "apart", "overlapping", "touching", "inside", "empty"],
)
def test_merged_spans_are_few_and_in_order(spans, expected):
    assert merged(spans) == expected


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(10, 20)]),
        ([(0, 10), (20, 30)], [(10, 20)]),
        ([(5, 12)], [(12, 20)]),
        ([(12, 14)], [(10, 12), (14, 20)]),
        ([(18, 25)], [(10, 18)]),
        ([(5, 25)], []),
    ],
    ids=["nothing", "touching", "the start", "the middle", "the end", "everything"],
)
def test_taking_away_leaves_the_rest(taken, left):
    assert without((10, 20), taken) == left


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (0, 10, []),
        (9, 11, [(10, 20)]),
        (20, 30, []),
        (12, 14, [(10, 20)]),
        (19, 31, [(10, 20), (30, 40)]),
    ],
    ids=["ends where it starts", "across the start", "between two", "inside", "across two"],
)
def test_overlap_holds_the_start_and_not_the_end(start, end, found):
    spans = [(10, 20), (30, 40)]

    assert list(overlapping(spans, start, end)) == found
    assert is_clear(spans, start, end) == (not found)


@given(SPANS)
def test_merged_covers_the_same_seconds_and_never_touches(spans):
    result = merged(spans)

    assert seconds(result) == seconds(spans)
    assert all(start < end for start, end in result)
    assert all(before[1] < after[0] for before, after in pairwise(result))


@given(SPANS, MOMENTS, MOMENTS)
def test_without_leaves_the_seconds_not_taken(taken, start, end):
    left = without((start, end), merged(taken))

    assert seconds(left) == seconds([(start, end)]) - seconds(taken)


@given(SPANS, MOMENTS, st.integers(1, 30))
def test_overlapping_finds_exactly_the_spans_that_share_a_second(taken, start, length):
    spans = merged(taken)
    end = start + length

    shared = [span for span in spans if seconds([span]) & seconds([(start, end)])]

    assert list(overlapping(spans, start, end)) == shared
    assert is_clear(spans, start, end) == (not shared)
