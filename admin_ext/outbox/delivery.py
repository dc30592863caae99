"""How messages arrive: what became of those of a period, by kind and channel."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.filters import midnight
from admin_ext.forms import YEARS
from admin_ext.lengths import length_text
from admin_ext.pages import StaffPage
from admin_ext.roles import SEE_MESSAGE_RULES
from clinic.messaging.delivery import Delivery, deliveries
from clinic.models import Message

PERIODS = (1, 7, 30, 90)  # days up to today, offered by a click
USUAL = 7
LONGEST = timedelta(days=366)
DAY = timedelta(days=1)
PARTS = ("sent", "under_way", "failed", "expired", "skipped", "cancelled")


@dataclass(frozen=True)
class Period:
    """Whole days of the page's time zone, both included; `problem` says why it is not what was asked for."""

    first: date
    last: date
    problem: str = ""

    @classmethod
    def asked(cls, asked, *, today: date) -> "Period":
        """What the address says; where it says nothing that makes sense, the seven days up to its last."""
        first, last = (day_of(asked.get(name, "")) for name in ("from", "to"))
        last = last or today
        usual = last - (USUAL - 1) * DAY
        if first is None:
            return cls(usual, last)
        if first > last:
            return cls(usual, last, _("The first day came after the last: these are the seven days up to the last."))
        if last - first > LONGEST:
            return cls(usual, last, _("That was more than a year: these are its last seven days."))
        return cls(first, last)

    def is_days_until(self, today: date) -> int:
        """How many days up to today it is; 0 if it ends on another day."""
        return (self.last - self.first).days + 1 if self.last == today else 0


@dataclass(frozen=True)
class Row:
    """A line of the table; `bar` has the part of each outcome that there is, and its share in per cent.

    `has_receipts` says whether any message of the channel was said to have arrived: of others nobody can count them.
    """

    one: Delivery
    has_receipts: bool

    @property
    def bar(self) -> list[tuple[str, float]]:
        counts = {part: getattr(self.one, part) for part in PARTS}
        return [(part, round(100 * n / self.one.written, 2)) for part, n in counts.items() if n]

    @property
    def delay(self) -> str:
        return "" if self.one.delay is None else length_text(self.one.delay)


class DeliveryPage(StaffPage):
    """`from` and `to` in the address say the period. A fixed number of queries."""

    title = gettext_lazy("How messages arrive")
    permission_required = SEE_MESSAGE_RULES
    template_name = "admin_ext/outbox/delivery.html"
    context_model = Message

    def get_context_data(self, **kwargs):
        today = localdate()
        period = Period.asked(self.request.GET, today=today)
        until = midnight(period.last + DAY)
        found = deliveries(self.organisation, since=midnight(period.first), until=until)
        receipted = {one.channel for one in found if one.delivered}
        return super().get_context_data(
            period=period,
            chips=[(days, today - (days - 1) * DAY) for days in PERIODS],
            chosen=period.is_days_until(today),
            today=today,
            rows=[Row(one, one.channel in receipted) for one in found],
            totals={part: sum(getattr(one, part) for one in found) for part in ("written", "delivered", *PARTS)},
            **kwargs,
        )


def day_of(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and day.year in YEARS else None
