"""Sessions put on a schedule demand by demand: in turn, as a program says, anew beside the others, or by exchange."""

from dataclasses import dataclass

import numpy as np

from clinic.scheduling.planning.model import Columns
from clinic.scheduling.planning.problem import Candidates, Floats, Problem
from clinic.scheduling.planning.rows import Index
from clinic.scheduling.planning.schedule import Home, Schedule
from clinic.scheduling.planning.single import Choice, Chooser

EXCHANGES = 100  # demands that may be re-chosen in favour of one that lacks sessions


@dataclass(frozen=True)
class Repair:
    """The moves on one schedule; none of them breaks a rule, and none but `restore` takes a session away."""

    problem: Problem
    candidates: Candidates
    schedule: Schedule

    def by_rank(self, demands: range | list[int]) -> list[int]:
        rank = self.problem.demands.rank
        return sorted(demands, key=lambda demand: (int(rank[demand]), demand))

    def choose(self, demand: int, *, earliest: bool = False, hurried: bool = False) -> Choice:
        """Choose the demand's sessions anew beside all others and place them if that is better by the goals.

        `earliest` takes them as they come, `hurried` forgoes the third goal only.
        """
        schedule = self.schedule
        chooser = self.chooser(demand)
        chooser.keep_time &= not hurried
        choice = chooser.earliest() if earliest else chooser.best()
        before = dict(schedule.placed[demand])
        if choice.cost < chooser.current(before).cost:
            for candidate in before:
                schedule.remove(candidate)
            for candidate in choice.candidates:
                schedule.place(candidate)
            if len(schedule.placed[demand]) < len(before):
                self.restore({demand: before})
        return choice

    def chooser(self, demand: int, among: Index | None = None) -> Chooser:
        """For the demand's candidates `among`, those that are possible now if none are given."""
        among = self.schedule.possible(demand) if among is None else among
        return Chooser(self.problem, self.candidates, demand, among, self.schedule.of_patient(demand))

    def restore(self, sessions: dict[int, dict[int, Home]]) -> None:
        """Let these demands have exactly these sessions, each in the lane and room it had."""
        for demand in sessions:
            for candidate in list(self.schedule.placed[demand]):
                self.schedule.remove(candidate)
        for homes in sessions.values():
            for candidate, home in homes.items():
                self.schedule.put(candidate, home)

    def standing(self, demands: list[int]) -> dict[int, dict[int, Home]]:
        """What `restore` needs to come back to now."""
        return {demand: dict(self.schedule.placed[demand]) for demand in demands}

    def in_turn(self, demands: list[int], fewest: tuple[int, ...], *, hurried: bool) -> bool:
        """Whether everybody, one after the other, gets everything with the fewest providers; else nothing is placed.

        In a hurry an item leaves more days to the ones that wait for it; weekday and time are looked after at the end.
        """
        for demand, changes in zip(demands, fewest, strict=True):
            choice = self.choose(demand, hurried=hurried)
            if self.schedule.missing(demand) or choice.changes > changes:
                self.restore({demand: {} for demand in demands})
                return False
        for demand in demands if hurried else ():
            self.choose(demand)
        return True

    def deal(self, columns: Columns, x: Floats, own: Index) -> None:
        """Hours for the sessions of each provider-day, those with the fewest starts to choose from first."""
        members = np.argsort(columns.of, kind="stable")
        lo = np.searchsorted(columns.of[members], np.arange(len(columns) + 1))
        chosen = np.flatnonzero(x > 0.5)
        rank = self.problem.demands.rank[columns.demand]
        starts = np.diff(lo)
        order = np.lexsort((columns.demand, starts, columns.provider, columns.day, rank))
        for column in order[np.isin(order, chosen)].tolist():
            left = round(x[column])
            for candidate in own[members[lo[column] : lo[column + 1]]].tolist():
                if left and self.schedule.fits(candidate) and self.schedule.place(candidate):
                    left -= 1

    def improve(self, demands: list[int], bound: int) -> None:
        """Choose every demand anew, those that lack sessions first; then let others make room for them."""
        lacking = [demand for demand in demands if self.schedule.missing(demand)]
        for demand in self.by_rank(lacking) + demands:
            self.choose(demand)
        tries = EXCHANGES
        for demand in demands:
            if self.placed(demands) >= bound:
                return
            for other in self._rivals(demand, demands):
                if not tries or not self.schedule.missing(demand):
                    break
                tries -= 1
                self._exchange(demand, other)

    def _rivals(self, demand: int, demands: list[int]) -> list[int]:
        """Demands with a session in a place that this one could use; those that a later item waits for keep theirs."""
        if not self.schedule.missing(demand):
            return []
        c, own = self.candidates, self.schedule.offers(demand)
        offers = set(zip(c.provider[own].tolist(), c.busy_from[own].tolist(), strict=True))
        return [
            other
            for other in demands
            if other != demand
            and not self.schedule.has_begun_later(other)
            and any((int(c.provider[s]), int(c.busy_from[s])) in offers for s in self.schedule.placed[other])
        ]

    def _exchange(self, demand: int, other: int) -> None:
        """Let `demand` choose before `other`; keep it if more sessions stand."""
        before, total = self.standing([demand, other]), self.placed([demand, other])
        for candidate in before[other]:
            self.schedule.remove(candidate)
        self.choose(demand)
        self.choose(other)
        if self.placed([demand, other]) <= total:
            self.restore(before)

    def placed(self, demands: list[int]) -> int:
        return sum(len(self.schedule.placed[demand]) for demand in demands)
