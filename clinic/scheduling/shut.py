"""Why a provider has no slot on a day, said once for all providers for whom it is the same."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from clinic.enums import RefusalCode
from clinic.models import Clinic, Closure, Patient, Provider, Service
from clinic.scheduling.intervals import MINUTE
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.openings import hours_spans
from clinic.scheduling.refusals import Question, refusals
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import Lengths

NOON = 12 * 60 * MINUTE
A_MOMENT = 1  # leave until midnight ends on the day before

#: What counts for a day whose starting times are shut for several reasons, and the order in which it is told.
TELLING = (
    RefusalCode.PATIENT_BUSY,
    RefusalCode.ROOM,
    RefusalCode.BOOKED,
    RefusalCode.LEAVE,
    RefusalCode.BUSY_ELSEWHERE,
    RefusalCode.CLOSURE,
    RefusalCode.NOTICE,
    RefusalCode.HORIZON,
    RefusalCode.INACTIVE,
    RefusalCode.WORKING_HOURS,
)
SENTENCES: dict[RefusalCode, Callable[[], str]] = {
    RefusalCode.PATIENT_BUSY: lambda: _("Free only while the patient is elsewhere: %(providers)s."),
    RefusalCode.ROOM: lambda: _("No room is free: %(providers)s."),
    RefusalCode.BOOKED: lambda: _("Fully booked: %(providers)s."),
    RefusalCode.BUSY_ELSEWHERE: lambda: _("Busy elsewhere: %(providers)s."),
    RefusalCode.NOTICE: lambda: _("Too late for today: %(providers)s."),
    RefusalCode.HORIZON: lambda: _("Too far ahead to be booked yet: %(providers)s."),
    RefusalCode.INACTIVE: lambda: _("The patient's file is closed."),
    RefusalCode.WORKING_HOURS: lambda: _("No working hours: %(providers)s."),
}


class Pair(NamedTuple):
    """A provider at a clinic."""

    provider: Provider
    clinic: Clinic

    def order(self) -> tuple[str, str, int]:
        return self.clinic.code, self.provider.name, self.provider.pk


class Cause(NamedTuple):
    """The reason that counts for a whole day, and the instant until which it lasts if that is told."""

    code: RefusalCode
    until: int = 0

    def order(self) -> tuple[int, int]:
        return TELLING.index(self.code), self.until


@dataclass(frozen=True)
class ShutDays:
    """The days of a situation as one patient's search for one service sees them at a moment. No queries."""

    situation: Situation
    service: Service
    patient: Patient | None
    at: datetime
    closures: list[Closure]

    def sentences(self, day: date, shut: Iterable[Pair], free: Collection[Pair]) -> list[str]:
        """Why none of the pairs `shut` has a slot on this day: what is closed, and of each provider without any one."""
        causes = self.causes(day, sorted(shut, key=Pair.order), {pair.provider for pair in free})
        told = sorted(causes, key=Cause.order)
        return [sentence for cause in told for sentence in self.words(cause, causes[cause], day)]

    def causes(self, day: date, shut: Iterable[Pair], at_work: set[Provider]) -> dict[Cause, list[Pair]]:
        """By cause; who is shut at several clinics is told once, with what says most, who has slots not at all."""
        causes: dict[Cause, list[Pair]] = defaultdict(list)
        of_provider: dict[Provider, list[tuple[Cause, Pair]]] = defaultdict(list)
        for pair in shut:
            cause = self.cause(pair, day)
            of_provider[pair.provider].append((cause, pair))
            if cause.code == RefusalCode.CLOSURE:
                causes[cause].append(pair)
        for provider, reasons in of_provider.items():
            cause, pair = min(reasons, key=lambda reason: reason[0].order())
            if cause.code != RefusalCode.CLOSURE and provider not in at_work:
                causes[cause].append(pair)
        return causes

    def cause(self, pair: Pair, day: date) -> Cause:
        starts = self.starts(pair, day)
        if not starts:
            noon = self.situation.clocks[pair.clinic.pk].start(day.toordinal(), NOON)
            return self.told(pair, noon, [code for code in self.codes(pair, noon) if code != RefusalCode.NOTICE])
        earliest = instant_of(self.at) + self.situation.minimum_notice
        ahead = [start for start in starts if start >= earliest]
        if not ahead:
            return Cause(RefusalCode.NOTICE)
        return self.told(pair, ahead[-1], [self.codes(pair, start)[0] for start in ahead])

    def told(self, pair: Pair, start: int, codes: Iterable[RefusalCode]) -> Cause:
        told = {RefusalCode.BOOKED if code == RefusalCode.BUFFER else code for code in codes}
        code = min(told & set(TELLING), key=TELLING.index, default=RefusalCode.WORKING_HOURS)
        if code != RefusalCode.LEAVE:
            return Cause(code)
        leave = self.situation.leave.get(pair.provider.pk, ())
        return Cause(code, max(end for begin, end in leave if end > start))

    def starts(self, pair: Pair, day: date) -> list[int]:
        """The starting times of the day from which the service fits into the hours, free or not, in order."""
        clock, number = self.situation.clocks[pair.clinic.pk], day.toordinal()
        length = Lengths.of(self.service).treatment
        return sorted(
            start
            for hours in self.situation.hours_of.get(keys(pair), ())
            for begin, end in hours_spans(hours, clock, number, number)
            for start in range(begin, end - length + 1, hours.slot_minutes * MINUTE)
        )

    def codes(self, pair: Pair, start: int) -> list[RefusalCode]:
        """What the engine has against a start, the most fundamental first; `booked` where it would have it now."""
        question = Question(self.situation, self.service, pair.provider, pair.clinic, start, self.at, self.patient)
        return [reason.code for reason in refusals(question)] or [RefusalCode.BOOKED]

    def words(self, cause: Cause, pairs: list[Pair], day: date) -> Iterator[str]:
        if cause.code == RefusalCode.CLOSURE:
            yield from self.closed({pair.clinic for pair in pairs}, day)
            return
        values = {"providers": names(pair.provider for pair in pairs)}
        if cause.code == RefusalCode.LEAVE:
            last = self.situation.clocks[pairs[0].clinic.pk].moment(cause.until - A_MOMENT)
            yield _("On leave until %(day)s: %(providers)s.") % {**values, "day": date_format(last, "l j F")}
        else:
            yield SENTENCES[cause.code]() % values

    def closed(self, clinics: Iterable[Clinic], day: date) -> Iterator[str]:
        """By the name of the holiday."""
        shut: dict[str, list[Clinic]] = defaultdict(list)
        for clinic in sorted(clinics, key=lambda clinic: clinic.code):
            today = [row for row in self.closures if row.first_on <= day <= row.last_on]
            shut[next((row.name for row in today if row.clinic_id in (None, clinic.pk)), "")].append(clinic)
        for reason, where in shut.items():
            yield _("Closed, %(reason)s: %(clinics)s.") % {"reason": reason, "clinics": names(where)}


def keys(pair: Pair) -> tuple[int, int]:
    return pair.provider.pk, pair.clinic.pk


def names(rows: Iterable[Provider | Clinic]) -> str:
    return get_text_list(list(dict.fromkeys(row.name for row in rows)), _("and"))
