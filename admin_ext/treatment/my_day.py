"""A provider's own day: who is next, everybody in order of time, and the note of whoever is in the room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from admin_ext.consultation_room.actions import summary_of
from admin_ext.pages import StaffPage
from admin_ext.roles import CHANGE_BOOKING
from admin_ext.scope import own_rows
from admin_ext.versions import fingerprint
from clinic.enums import CANCELLED_STATUSES, MOVABLE_STATUSES
from clinic.enums import AppointmentStatus as Status
from clinic.models import Appointment, Clinic, Provider
from clinic.scheduling.board import flow_of
from clinic.scheduling.booking.notes import words_version

NOTES_BEFORE = 2
STEP_OF = {Status.ARRIVED: "start", Status.IN_PROGRESS: "complete"}


@dataclass
class Day:
    """The appointments of one provider's day in order of time, as they stand at `at`; cancelled ones are left out."""

    at: datetime
    rows: Sequence[Appointment]

    @cached_property
    def version(self) -> str:
        shown = [
            (row.pk, row.status, row.starts_at, row.ends_at, row.arrived_at, str(row.patient), str(row.service))
            for row in self.rows
        ]
        return fingerprint(shown)

    @property
    def current(self) -> Appointment | None:
        """Who is in the room; else who has waited longest; else who is expected next."""
        for statuses, moment in (
            ((Status.IN_PROGRESS,), "started_at"), ((Status.ARRIVED,), "arrived_at"), (MOVABLE_STATUSES, "starts_at"),
        ):  # fmt: skip
            rows = [row for row in self.rows if row.status in statuses]
            if rows:
                return min(rows, key=lambda row: (getattr(row, moment) or row.starts_at, row.pk))
        return None

    @property
    def left(self) -> int:
        return sum(row.status in (*MOVABLE_STATUSES, Status.ARRIVED) for row in self.rows)

    def find(self, key: str) -> Appointment | None:
        return next((row for row in self.rows if str(row.pk) == key), None)


class ProviderPage(StaffPage):
    """A page about the appointments of the provider whose login this is; a login without a provider has none."""

    permission_required = CHANGE_BOOKING
    title = _("My day")

    @property
    def provider(self) -> Provider | None:
        return getattr(self.request.user, "provider", None)

    def day(self) -> Day:
        at = now()
        if self.provider is None:
            return Day(at, [])
        rows = flow_of(own_rows(Clinic, self.organisation), at=at, provider=self.provider)
        return Day(at, list(rows.exclude(status__in=CANCELLED_STATUSES)))

    def about(self, day: Day, row: Appointment | None) -> dict:
        """What the page says about the appointment that is looked at; None for none."""
        step = STEP_OF.get(Status(row.status)) if row else None
        return {
            "row": row,
            "is_current": row == day.current,
            "is_on_its_way": row is not None and row.status in MOVABLE_STATUSES,
            "step": step,
            "step_address": step_address(row, step) if step else "",
            "has_note": row is not None and row.status not in MOVABLE_STATUSES,
            "version": words_version(row) if row else "",
            "before": notes_before(row) if row else [],
        }


def step_address(row: Appointment, verb: str) -> str:
    """Where the step is posted, with the status that the person saw."""
    return f"{reverse('admin:appointment_step', args=[row.pk, verb])}?status={row.status}"


def notes_before(row: Appointment) -> QuerySet[Appointment]:
    """The last appointments of this patient, with whomever, on which something was written."""
    earlier = Appointment.objects.filter(patient=row.patient_id, starts_at__lt=row.starts_at).exclude(notes="")
    return earlier.select_related("provider", "service", "clinic").order_by("-starts_at", "-pk")[:NOTES_BEFORE]


class MyDayPage(ProviderPage):
    """The whole page; asked by htmx the list alone, or 204 when it has not changed since `version`."""

    template_name = "admin_ext/treatment/my_day.html"
    fragment_name = "admin_ext/treatment/my_day_list.html"

    def get(self, request):
        day = self.day()
        if not self.is_htmx:
            row = day.find(request.GET.get("appointment", "")) or day.current
            return self.render_to_response(self.get_context_data(day=day, **self.about(day, row)))
        if request.GET.get("version") == day.version:
            return HttpResponse(status=204)
        return self.render_to_response({"day": day}, headers={"HX-Trigger": "my-day-changed"})

    def get_context_data(self, **kwargs):
        today, queue = date_format(localdate(), "l j F Y"), summary_of(self.request.user, at=now())
        return super().get_context_data(provider=self.provider, today=today, queue=queue, **kwargs)


class CurrentPage(ProviderPage):
    """The appointment that is looked at: the one asked for, until its status changes; otherwise whoever is next.

    204 when that is what the page shows already, so that nobody's typing is disturbed.
    """

    template_name = fragment_name = "admin_ext/treatment/my_day_current.html"

    def get(self, request):
        if not self.is_htmx:
            return self.leave(reverse("admin:my_day"))
        day, shown = self.day(), request.GET.get("shown", "")
        row = day.find(request.GET.get("appointment", ""))
        if row is None or (shown.startswith(f"{row.pk}-") and shown != shown_as(row)):
            row = day.current
        if shown and shown == shown_as(row):
            return HttpResponse(status=204)
        return self.render_to_response({"day": day, "provider": self.provider, **self.about(day, row)})


def shown_as(row: Appointment | None) -> str:
    return f"{row.pk}-{row.status}" if row else "nobody"
