"""Every date of a series before anything is saved: free, taken, closed, after expiry, or beyond what was bought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import ngettext

from clinic.enums import OccurrenceState, RefusalCode
from clinic.errors import Refusal
from clinic.packages.refusals import usability_refusals
from clinic.packages.selectors import item_balances
from clinic.scheduling import attendance, selectors
from clinic.scheduling.refusals import Question, refusals
from clinic.scheduling.series.alternatives import AROUND, Alternatives
from clinic.scheduling.series.recurrence import Place, Recurrence
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import Slot

#: What a date is called for the reasons against it; the first that applies.
STATES = (
    (OccurrenceState.EXPIRED, {RefusalCode.EXPIRY}),
    (OccurrenceState.BEYOND, {RefusalCode.NO_SESSION_LEFT}),
    (OccurrenceState.CLOSED, {RefusalCode.CLOSURE, RefusalCode.LEAVE}),
)
WITHOUT_ALTERNATIVE = {OccurrenceState.FREE, OccurrenceState.EXPIRED, OccurrenceState.BEYOND}


@dataclass(frozen=True)
class Occurrence:
    """A day of the rule: what speaks against its own time, what is free instead, and what would be booked.

    `chosen` is its own time where that is free, else the nearest alternative or the one that a person chose; None
    where nothing would be booked for it. Alternatives come nearest first.
    """

    day: date
    own: Place
    state: OccurrenceState
    reasons: list[Refusal]
    alternatives: list[Slot]
    chosen: Place | None
    is_shifted: bool = False  # the clocks skip its hour on this day

    @property
    def is_free(self) -> bool:
        return self.state == OccurrenceState.FREE


def preview(
    recurrence: Recurrence, *, chosen: Mapping[date, Place | None] | None = None, at: datetime | None = None
) -> list[Occurrence]:
    """Every day of the rule in order, none of them booked. A fixed number of queries, whatever the number of days.

    `chosen` has what a person took instead on some days, None for a day that is to be left out; what is no longer free
    gives way to the nearest alternative. BookingRefused for a rule without a day.
    """
    at = at or timezone.now()
    last_day = list(recurrence.places)[-1]
    situation = selectors.situation(
        [recurrence.service], clinics=[recurrence.clinic], patients=[recurrence.patient],
        first_day=recurrence.first_on, last_day=last_day + timedelta(days=AROUND),
    )  # fmt: skip
    return Survey(recurrence, situation, at).occurrences(chosen or {})


class Survey:
    """One recurrence in one situation."""

    def __init__(self, recurrence: Recurrence, situation: Situation, at: datetime) -> None:
        self.recurrence, self.situation, self.at = recurrence, situation, at
        purchase = recurrence.purchase
        self.balances = item_balances(purchase) if purchase else {}
        self.of_patient = attendance.refusals(recurrence.patient, purchase, at)

    def occurrences(self, chosen: Mapping[date, Place | None]) -> list[Occurrence]:
        """In order of the days: each takes a session of the package and a day from those that come after it."""
        free, listed = self.free_sessions(), []
        alternatives = Alternatives(self.recurrence, self.situation, self.at)
        for day, own in self.recurrence.places.items():
            reasons = self.reasons_on(day, own)
            if free is not None and free < 1 and state_of(reasons) != OccurrenceState.EXPIRED:
                reasons.append(nothing_left(self.free_sessions()))
            occurrence = self.occurrence(day, own, reasons, alternatives, chosen.get(day, own))
            if free is not None and occurrence.chosen:
                free -= 1
            listed.append(occurrence)
        return listed

    def occurrence(
        self, day: date, own: Place, reasons: list[Refusal], alternatives: Alternatives, wanted: Place | None
    ) -> Occurrence:
        state = state_of(reasons)
        nearest = [] if state in WITHOUT_ALTERNATIVE else alternatives.near(day, wanted)
        taken = own if state == OccurrenceState.FREE else taken_of(nearest, wanted)
        taken = taken if wanted else None
        alternatives.take(taken)
        return Occurrence(day, own, state, reasons, nearest, taken, own.starts_at.time() != self.recurrence.start)

    def reasons_on(self, day: date, own: Place) -> list[Refusal]:
        asked = self.recurrence
        question = Question(
            self.situation, asked.service, own.provider, own.clinic, own.key[0], self.at, asked.patient
        )  # fmt: skip
        reasons = [*refusals(question), *self.of_patient]
        if asked.purchase is not None:
            reasons += usability_refusals(
                asked.purchase, asked.patient, asked.service, self.balances, on=day, count=0
            )  # fmt: skip
        return reasons

    def free_sessions(self) -> int | None:
        """Sessions of the service that the package has left; None without a package."""
        if self.recurrence.purchase is None:
            return None
        found = (left.free for item, left in self.balances.items() if item.service_id == self.recurrence.service.pk)
        return next(found, 0)


def taken_of(nearest: list[Slot], wanted: Place | None) -> Place | None:
    """The one that is wanted where it is free, or else the nearest."""
    places = [Place(slot.starts_at, slot.provider, slot.clinic) for slot in nearest]
    nearest_of_all = places[0] if places else None
    return next((place for place in places if wanted and place.key == wanted.key), nearest_of_all)


def state_of(reasons: list[Refusal]) -> OccurrenceState:
    codes = {reason.code for reason in reasons}
    found = (state for state, causes in STATES if codes & causes)
    return next(found, OccurrenceState.CONFLICT if codes else OccurrenceState.FREE)


def nothing_left(free: int) -> Refusal:
    message = ngettext(
        "The package has only %(count)d free session.", "The package has only %(count)d free sessions.", free
    )
    return Refusal(RefusalCode.NO_SESSION_LEFT, message % {"count": free})
