"""Measuring: two ways of doing one thing, turn and turn about, so that a busy machine is busy for both."""

from collections.abc import Callable
from time import perf_counter


def side_by_side(*ways: Callable[[], object], rounds: int = 5) -> list[float]:
    """The best seconds of each way over some rounds, in the order given; one round more to warm up."""
    best = [float("inf")] * len(ways)
    for turn in range(rounds + 1):
        for number, way in enumerate(ways):
            started = perf_counter()
            way()
            if turn:
                best[number] = min(best[number], perf_counter() - started)
    return best
