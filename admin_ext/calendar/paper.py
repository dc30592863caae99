"""The calendar on paper: one sheet for each provider and day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy as _

from admin_ext.calendar.asked import Asked
from admin_ext.pages import StaffPage
from admin_ext.reading import read_day
from clinic.enums import CANCELLED_STATUSES
from clinic.models import Appointment, Provider
from clinic.scheduling.diary import booked
from clinic.scheduling.local_time import WallClock, moment_of
from clinic.scheduling.printing import record_print


@dataclass(frozen=True)
class Sheet:
    """A provider's appointments of one day, in order of time."""

    provider: Provider
    day: date
    zone: ZoneInfo
    rows: list[Appointment]

    @property
    def clinics(self) -> list:
        return list(dict.fromkeys(row.clinic for row in self.rows))


class PrintPage(StaffPage):
    """What the calendar of the same address shows, without who has cancelled. That it was made is recorded.

    404 for a day that cannot be read: today's paper would be taken for it.
    """

    title = _("Calendar")
    permission_required = "clinic.view_appointment"
    template_name = "admin_ext/calendar/print.html"

    def get(self, request):
        day = request.GET.get("day", "")
        if day and not read_day(day):
            raise Http404
        self.asked = Asked(request, now())
        self.sheets = self.made_sheets() if self.asked.clinics else []
        self.total = sum(len(sheet.rows) for sheet in self.sheets)
        if self.sheets:
            record_print(self.asked.first_day, self.asked.last_day, appointments=self.total, by=request.user)
        return super().get(request)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            asked=self.asked, sheets=self.sheets, total=self.total, printed_at=self.asked.at, **kwargs
        )

    def made_sheets(self) -> list[Sheet]:
        asked, found = self.asked, defaultdict(list)
        clock = WallClock(asked.zone)
        span = clock.day_span(asked.first_day.toordinal(), asked.last_day.toordinal())
        rows = booked(self.organisation, asked.providers, *map(moment_of, span))
        clinics = {clinic.pk for clinic in asked.clinics}
        for row in rows:
            if row.status not in CANCELLED_STATUSES and row.clinic_id in clinics:
                found[max(localtime(row.starts_at, asked.zone).date(), asked.first_day), row.provider_id].append(row)
        days = [asked.first_day + timedelta(days=n) for n in range((asked.last_day - asked.first_day).days + 1)]
        return [
            Sheet(provider, day, asked.zone, found[day, provider.pk])
            for day in days
            for provider in asked.providers
            if found[day, provider.pk]
        ]
