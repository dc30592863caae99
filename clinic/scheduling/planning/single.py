"""The best sessions of one demand when everybody else stands still.

With a gap of at least a day the days are what matters. Write D(P) for the days on which the providers P offer
something; taking the earliest day that gap and week allow, again and again, gives the most sessions: by induction the
i-th day taken is no later than the i-th day of any other choice, hence neither is its week fuller. So f(P), the
sessions within D(P), costs one walk over a bit mask, and the fewest providers are found by trying sets P in order of
size until f(P) reaches f(all): both goals are proven. The same walk over the days of a growing set of (weekday, time)
patterns keeps these few, and ends as early as they let it. A new treatment is not kept waiting for them: the first
session comes within a week of the soonest possible, for in a week every weekday and hour has come by once. One that has
begun keeps its rhythm. Without a gap the walk goes over hours, earliest end first;
it then proves nothing unless everything wanted is placed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np

from clinic.scheduling.planning.problem import NO_LIMIT, Candidates, Problem
from clinic.scheduling.planning.rows import Index
from clinic.scheduling.planning.schedule import Visit

SETS_TRIED = 5000  # provider sets; beyond this the fewest are not proven
SETS_COMPARED = 4  # smallest sets among which the steadier pattern decides
WAIT = 7  # days that the first session may come after the soonest possible, for the sake of weekday and time

type Pattern = tuple[int, int]  # weekday, minute of the day


@dataclass(frozen=True)
class Choice:
    """Candidates in time order; what is said of their number and of their providers, and whether that is proven."""

    candidates: list[int]
    changes: int
    is_late: bool  # the first one waits too long
    patterns: int
    finish: int  # end of the last one
    most_proven: bool
    fewest_proven: bool

    @property
    def cost(self) -> tuple[int, int, bool, int, int]:
        """Less is better: the four goals in their order, the third within a start in good time."""
        return -len(self.candidates), self.changes, self.is_late, self.patterns, self.finish


class Chooser:
    """One demand, the candidates that are possible for it, and when else the patient comes."""

    def __init__(
        self, problem: Problem, candidates: Candidates, demand: int, possible: Index, others: list[Visit]
    ) -> None:
        rules, purchase = problem.rules, int(problem.demands.purchase[demand])
        self.wanted = int(problem.demands.sessions[demand])
        self.gap = int(rules.gap_days[purchase])
        self.per_day, self.per_week = int(rules.per_day[purchase]), int(rules.per_week[purchase])
        self.keep_provider, self.keep_time = bool(rules.keep_provider[purchase]), bool(rules.keep_time[purchase])
        self.days_taken, self.weeks_taken = Counter(day for day, _ in others), Counter(week for _, week in others)
        own = problem.booked.demand == demand
        self.booked_providers = frozenset(problem.booked.provider[own].tolist())
        pattern = (problem.booked.weekday[own].tolist(), problem.booked.minute[own].tolist())
        self.booked_patterns = sorted(set(zip(*pattern, strict=True)))
        self._read(candidates, possible)

    def _read(self, candidates: Candidates, possible: Index) -> None:
        full = [day for day, visits in self.days_taken.items() if 0 < self.per_day <= visits]
        possible = possible[~np.isin(candidates.day[possible], full)]
        rows = possible[np.lexsort((possible, candidates.end[possible]))]
        names = ("provider", "day", "week", "weekday", "minute", "start", "end", "busy_from", "busy_until")
        columns = {name: getattr(candidates, name)[rows].tolist() for name in names}
        self.rows = rows.tolist()
        self.provider, self.day, self.week, self.end = (columns[name] for name in ("provider", "day", "week", "end"))
        self.start, self.busy = columns["start"], list(zip(columns["busy_from"], columns["busy_until"], strict=True))
        self.pattern = list(zip(columns["weekday"], columns["minute"], strict=True))
        first = min(self.day, default=0)
        self.bit = [day - first for day in self.day] if self.gap else list(range(len(self.rows)))
        self.week_of = dict(zip(self.bit, self.week, strict=True))
        self.week_mask: dict[int, int] = defaultdict(int)
        self.offers: dict[int, dict[Pattern, int]] = defaultdict(lambda: defaultdict(int))
        self.rows_at: dict[int, list[int]] = defaultdict(list)
        for row, bit in enumerate(self.bit):
            self.week_mask[self.week[row]] |= 1 << bit
            self.offers[self.provider[row]][self.pattern[row]] |= 1 << bit
            self.rows_at[bit].append(row)
        self.mask_of = {provider: _union(own.values()) for provider, own in self.offers.items()}
        self.soonest = self._first_day(self._walk(_union(self.mask_of.values())))

    @property
    def changes_booked(self) -> int:
        """Changes of provider that no plan can undo."""
        return max(len(self.booked_providers) - 1, 0)

    def best(self) -> Choice:
        """Most sessions, then fewest providers, then fewest patterns, then earliest."""
        everybody = frozenset(self.offers)
        most = len(self._walk(_union(self.mask_of.values())))
        sets, proven = self._provider_sets(everybody, most)
        picks = min((self._settle(providers, most) for providers in sets), key=self._unsteadiness)
        most_proven = self.gap > 0 or most == self.wanted
        return self._choice(picks, most_proven=most_proven, fewest_proven=most_proven and proven)

    def earliest(self) -> Choice:
        """Most sessions, each as early as can be, whoever gives them."""
        picks = [self.rows_at[bit][0] for bit in self._walk(_union(self.mask_of.values()))]
        return self._choice(picks, most_proven=self.gap > 0, fewest_proven=False)

    def current(self, placed: Iterable[int]) -> Choice:
        """What is placed now, measured alike."""
        row_of = {candidate: row for row, candidate in enumerate(self.rows)}
        return self._choice([row_of[c] for c in placed], most_proven=False, fewest_proven=False)

    def fewest_changes(self) -> int:
        """A bound: no plan that places all that can be placed of this demand changes provider less often."""
        if not self.gap:
            return self.changes_booked
        sets, proven = self._provider_sets(frozenset(self.offers), len(self._walk(_union(self.mask_of.values()))))
        return max(len(self.booked_providers | sets[0]) - 1, 0) if proven else self.changes_booked

    def _choice(self, picks: list[int], *, most_proven: bool, fewest_proven: bool) -> Choice:
        providers = self.booked_providers | {self.provider[row] for row in picks} if self.keep_provider else ()
        candidates = [self.rows[row] for row in picks]
        changes = max(len(providers) - 1, 0)
        return Choice(candidates, changes, *self._unsteadiness(picks), most_proven, fewest_proven)

    def _unsteadiness(self, picks: list[int]) -> tuple[bool, int, int]:
        patterns = {self.pattern[row] for row in picks}.union(self.booked_patterns)
        late = bool(picks) and self._is_late(min(self.day[row] for row in picks), self.soonest)
        return late, len(patterns) if self.keep_time else 0, max((self.end[row] for row in picks), default=0)

    def _is_late(self, first: int, soonest: int) -> bool:
        return not self.booked_providers and first > soonest + WAIT

    def _first_day(self, bits: list[int]) -> int:
        return self.day[self.rows_at[bits[0]][0]] if bits else 0

    def _provider_sets(self, everybody: frozenset[int], most: int) -> tuple[list[frozenset[int]], bool]:
        """The first smallest sets of providers that reach `most`, and whether that is proven."""
        if not self.keep_provider:
            return [everybody], False
        known, others = self.booked_providers & everybody, sorted(everybody - self.booked_providers)
        sets = (known.union(extra) for size in range(len(others) + 1) for extra in combinations(others, size))
        found: list[frozenset[int]] = []
        for providers in islice(sets, SETS_TRIED):
            if len(found) == SETS_COMPARED or (found and len(providers) > len(found[0])):
                break
            if len(self._walk(_union(self.mask_of[provider] for provider in providers))) == most:
                found.append(providers)
        return found or [everybody], bool(found)

    def _settle(self, providers: frozenset[int], most: int) -> list[int]:
        """`most` sessions with these providers, on as few (weekday, time) patterns as a greedy choice needs."""
        masks: dict[Pattern, int] = defaultdict(int)
        for provider in providers:
            for pattern, mask in self.offers[provider].items():
                masks[pattern] |= mask
        kept = [pattern for pattern in self.booked_patterns if pattern in masks] if self.keep_time else sorted(masks)
        covered = _union(masks[pattern] for pattern in kept)
        best, soonest = self._walk(covered), self._first_day(self._walk(_union(masks.values())))
        while len(best) < most or self._is_late(self._first_day(best), soonest):
            walks = {p: self._walk(covered | masks[p]) for p in sorted(masks.keys() - set(kept))}
            pattern = min(walks, key=lambda p: self._shortcoming(walks[p], soonest))
            kept, covered, best = [*kept, pattern], covered | masks[pattern], walks[pattern]
        order = {pattern: i for i, pattern in enumerate(kept)}
        return [min(self._within(bit, providers, order), key=lambda row: order[self.pattern[row]]) for bit in best]

    def _shortcoming(self, walk: list[int], soonest: int) -> tuple[bool, int, int]:
        """Less is better: a start in good time, then many sessions, then an early end."""
        return self._is_late(self._first_day(walk), soonest), -len(walk), walk[-1] if walk else 0

    def _within(self, bit: int, providers: frozenset[int], kept: dict[Pattern, int]) -> list[int]:
        return [row for row in self.rows_at[bit] if self.provider[row] in providers and self.pattern[row] in kept]

    def _walk(self, mask: int) -> list[int]:
        """Bits of the mask, taken from the lowest up as the rules allow, at most as many as are wanted."""
        return self._walk_days(mask) if self.gap else self._walk_hours(mask)

    def _walk_days(self, mask: int) -> list[int]:
        taken: list[int] = []
        weeks = dict(self.weeks_taken)
        for week in [week for week, sessions in weeks.items() if 0 < self.per_week <= sessions]:
            mask &= ~self.week_mask.get(week, 0)
        while mask and len(taken) < self.wanted:
            bit = (mask & -mask).bit_length() - 1
            taken.append(bit)
            mask &= -1 << (bit + self.gap)
            if self.per_week != NO_LIMIT:
                week = self.week_of[bit]
                weeks[week] = weeks.get(week, 0) + 1
                if weeks[week] >= self.per_week:
                    mask &= ~self.week_mask[week]
        return taken

    def _walk_hours(self, mask: int) -> list[int]:
        taken: list[int] = []
        days, weeks = Counter(self.days_taken), Counter(self.weeks_taken)
        for row in range(len(self.rows)):
            if len(taken) == self.wanted:
                break
            full = 0 < self.per_day <= days[self.day[row]] or 0 < self.per_week <= weeks[self.week[row]]
            if mask >> row & 1 and not full and all(self._apart(row, other) for other in taken[-2:]):
                taken.append(row)
                days[self.day[row]] += 1
                weeks[self.week[row]] += 1
        return taken

    def _apart(self, row: int, earlier: int) -> bool:
        """The patient is free again, and so is a provider met twice."""
        if self.provider[row] == self.provider[earlier] and self.busy[row][0] < self.busy[earlier][1]:
            return False
        return self.start[row] >= self.end[earlier]


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
