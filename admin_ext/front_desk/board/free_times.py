"""The next free time of every service, for the first page, which asks for it once the board stands."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy

from admin_ext.front_desk.board.choice import Choice
from admin_ext.pages import StaffPage
from admin_ext.roles import BOOK
from admin_ext.scope import own_rows
from clinic.models import Service
from clinic.scheduling.board import NextFree, next_free

DAYS = 7


@dataclass(frozen=True)
class FreeTime:
    """A free time to be clicked, with the address of its booking."""

    free: NextFree
    at: datetime

    @property
    def day(self) -> str:
        """Today or the weekday: within a week each of them comes once."""
        starts_at = self.free.first.starts_at
        is_today = starts_at.date() == self.at.astimezone(starts_at.tzinfo).date()
        return gettext("Today") if is_today else date_format(starts_at, "D")

    @property
    def book_address(self) -> str:
        first = self.free.first
        wanted = {
            "service": self.free.service.pk,
            "clinic": first.clinic.pk,
            "provider": first.provider.pk,
            "starts_at": first.starts_at.isoformat(),
        }
        return f"{reverse('admin:book')}?{urlencode(wanted)}"


class NextFreePage(StaffPage):
    """Services with their first free time in each of the chosen clinics within the next days."""

    permission_required = BOOK
    title = gettext_lazy("Next free times")
    template_name = "admin_ext/front_desk/board/free.html"

    def get_context_data(self, **kwargs):
        choice = Choice.of(self.organisation, self.request.GET)
        services = own_rows(Service, self.organisation).filter(active=True)
        at = now()
        found = next_free(services, choice.chosen, providers=choice.treating, at=at, days=DAYS)
        rows = [(service, [FreeTime(one, at) for one in free]) for service, free in found.items()]
        return super().get_context_data(rows=rows, days=DAYS, **kwargs)
