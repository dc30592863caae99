"""One appointment of a batch as the page shows it: its old time, the times it could have, and what each changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.columns import clock, day
from clinic.enums import RebookingWay
from clinic.models import Appointment, RebookingItem
from clinic.scheduling.planning.rebooking import NewSpot, RebookingPlan

AN_HOUR = 60


@dataclass(frozen=True)
class Spot:
    """A time to choose: `value` names it in the form, `words` what it changes for the patient."""

    spot: NewSpot
    appointment: Appointment

    @property
    def value(self) -> str:
        return f"{self.spot.starts_at.isoformat()} {self.spot.provider.pk} {self.spot.clinic.pk}"

    @property
    def is_other_provider(self) -> bool:
        return self.spot.provider.pk != self.appointment.provider_id

    @property
    def is_other_clinic(self) -> bool:
        return self.spot.clinic.pk != self.appointment.clinic_id

    @property
    def way(self) -> str:
        return RebookingWay(self.spot.way).label

    @property
    def distance(self) -> str:
        """How far from the old time, as “2 days later”; empty at the same time."""
        return distance_words(self.appointment.starts_at, self.spot.starts_at, self.appointment.clinic.zone)

    @property
    def day(self) -> str:
        """The day, the old one too: beside chips of another day a bare time reads as one of theirs."""
        return day(localtime(self.spot.starts_at, self.spot.clinic.zone).date())

    @property
    def clock(self) -> str:
        return clock(self.spot.starts_at, self.spot.clinic.zone)


@dataclass(frozen=True)
class Line:
    """An item that waits; `proposed` is None where nothing suitable is free, and `reasons` say why.

    `sent` is what was ticked and chosen in an approval that was refused.
    """

    item: RebookingItem
    proposed: Spot | None
    others: list[Spot]
    reasons: list[str]
    sent: QueryDict | None = None

    @property
    def is_ticked(self) -> bool:
        return self.sent is None or str(self.item.pk) in self.sent.getlist("item")

    @property
    def chosen(self) -> Spot | None:
        """The time that was sent, where it can still be had; else the proposed one."""
        sent = self.sent.get(f"time-{self.item.pk}") if self.sent else None
        return next((spot for spot in self.others if spot.value == sent), self.proposed)

    @property
    def row(self) -> Appointment:
        return self.item.appointment

    @property
    def is_over(self) -> bool:
        """Whether its time has come before anybody settled it."""
        return self.row.starts_at <= localtime()


def lines_of(items: Iterable[RebookingItem], plan: RebookingPlan, sent: QueryDict | None = None) -> list[Line]:
    """The items in their order, each with what the plan has for it."""
    placed = {one.appointment.pk: one for one in plan.placed}
    unplaced = {one.appointment.pk: one for one in plan.unplaced}
    return [line_of(item, placed.get(item.appointment_id), unplaced.get(item.appointment_id), sent) for item in items]


def line_of(item: RebookingItem, placed, unplaced, sent) -> Line:
    if placed is None:
        reasons = [str(reason) for reason in unplaced.reasons] if unplaced else []
        return Line(item, None, [], reasons, sent)
    row = placed.appointment
    return Line(item, Spot(placed.proposed, row), [Spot(other, row) for other in placed.others], [], sent)


def distance_words(old: datetime, new: datetime, zone) -> str:
    days = (localtime(new, zone).date() - localtime(old, zone).date()).days
    if days:
        later, earlier = (
            ngettext("%(n)s day later", "%(n)s days later", abs(days)),
            ngettext("%(n)s day earlier", "%(n)s days earlier", abs(days)),
        )
        return (later if days > 0 else earlier) % {"n": abs(days)}
    minutes = int((new - old) / timedelta(minutes=1))
    if not minutes:
        return ""
    return (_("%(length)s later") if minutes > 0 else _("%(length)s earlier")) % {"length": length(abs(minutes))}


def length(minutes: int) -> str:
    """Minutes as “45 min” or “1:30 h”."""
    if minutes < AN_HOUR:
        return _("%(n)s min") % {"n": minutes}
    hours, rest = divmod(minutes, AN_HOUR)
    return _("%(hours)s h") % {"hours": f"{hours}:{rest:02}" if rest else hours}
