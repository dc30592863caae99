"""The waiting list: times that are offered now, and who waits, in the order in which they are asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from admin_ext.columns import status_label
from admin_ext.pages import StaffPage
from admin_ext.roles import SEE_WAITLIST
from admin_ext.scope import KEY_LENGTH, own_rows
from admin_ext.waitlist.words import waited, wishes_of
from clinic.enums import HeldSlotStatus, OfferAnswer, Urgency
from clinic.messaging.services import destination_of
from clinic.models import Clinic, HeldSlot, Offer, Provider, Service, WaitlistEntry
from clinic.waitlist.matching import rank
from clinic.waitlist.selectors import conversion, open_slots, waiting

ENTRIES = 50  # on a page
COUNTED = timedelta(days=30)
FILTERS = {"service": Service, "clinic": Clinic, "provider": Provider}


@dataclass(frozen=True)
class EntryLine:
    """An entry as the list shows it at the moment `at`."""

    row: WaitlistEntry
    at: datetime

    @property
    def wishes(self) -> list[str]:
        return wishes_of(self.row)

    @property
    def waited(self) -> str:
        return waited(self.row, at=self.at)

    @property
    def urgency(self) -> Urgency:
        return Urgency(self.row.urgency)

    @property
    def rank(self) -> tuple:
        return rank(self.row)

    @property
    def obstacle(self) -> str:
        """Why the patient cannot be written to, and so is never asked by message."""
        return destination_of(self.row.patient).obstacle


@dataclass(frozen=True)
class SlotLine:
    """A time that is offered now, or about to be."""

    row: HeldSlot
    at: datetime

    @property
    def offers(self) -> list[tuple[Offer, SafeString]]:
        """Each with its answer as a coloured word."""
        return [(offer, status_label(OfferAnswer(offer.answer))) for offer in self.row.offers.all()]

    @property
    def is_open(self) -> bool:
        return self.row.status == HeldSlotStatus.OPEN and self.at < self.row.held_until

    @property
    def minutes_left(self) -> int:
        return max(0, int((self.row.held_until - self.at).total_seconds()) // 60)


@dataclass(frozen=True)
class Filter:
    """One filter: its choices, and the one that is chosen."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    chosen: str


class WaitlistPage(StaffPage):
    """Asks for itself again every quarter of a minute. A fixed number of queries."""

    title = _("Waiting list")
    permission_required = SEE_WAITLIST
    template_name = "admin_ext/waitlist/page.html"
    fragment_name = "admin_ext/waitlist/lists.html"

    @cached_property
    def moment(self) -> datetime:
        return now()

    @cached_property
    def asked(self) -> dict[str, str]:
        """What the address filters by: keys and numbers alone."""
        query: QueryDict = self.request.GET
        asked = {name: query.get(name, "") for name in (*FILTERS, "urgency")}
        return {name: key for name, key in asked.items() if key.isdecimal() and len(key) < KEY_LENGTH}

    def get_context_data(self, **kwargs):
        slots = open_slots(self.organisation)
        return super().get_context_data(
            entries=self.entries(),
            slots=[SlotLine(row, self.moment) for row in slots],
            filters=list(self.filters()),
            is_filtered=bool(self.asked),
            counts=conversion(self.organisation, since=self.moment - COUNTED),
            **kwargs,
        )

    def entries(self) -> Page:
        page = Paginator(self.rows(), ENTRIES).get_page(self.request.GET.get("page"))
        page.object_list = [EntryLine(row, self.moment) for row in page.object_list]
        return page

    def rows(self) -> QuerySet[WaitlistEntry]:
        return waiting(self.organisation).filter(**self.asked)

    def filters(self):
        labels = {"service": _("Service"), "clinic": _("Clinic"), "provider": _("Provider")}
        for name, model in FILTERS.items():
            rows = own_rows(model, self.organisation).filter(active=True)
            choices = sorted(((str(row.pk), row.name) for row in rows), key=lambda choice: choice[1])
            yield Filter(name, labels[name], choices, self.asked.get(name, ""))
        urgencies = [(str(value), label) for value, label in reversed(Urgency.choices)]
        yield Filter("urgency", _("Urgency"), urgencies, self.asked.get("urgency", ""))
