"""The first page: what needs doing today, as cards of lines. Each card is one question to the database."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, F, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.columns import clock, day, left_to_right, name, status_label
from admin_ext.filters import midnight
from clinic.enums import CANCELLED_STATUSES, MOVABLE_STATUSES, AppointmentStatus, JobStatus, LeaveStatus, PurchaseStatus
from clinic.models import Appointment, Job, Leave, PackagePurchase
from clinic.packages.selectors import with_balances

LINES = 6  # of a card; the rest is a click away
A_MOMENT = timedelta(microseconds=1)  # leave until midnight ends on the day before
EXPIRING_DAYS = 30


@dataclass
class Line:
    what: SafeString | str
    lead: SafeString | str = ""
    small: SafeString | str = ""
    end: SafeString | str = ""
    link: str = ""


@dataclass
class Card:
    """Lines under a title, with a link to all of them; `empty` says what to do when there are none."""

    title: str
    icon: str
    empty: str
    link: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass
class Tally:
    """A number of appointments, linked to the list that shows them."""

    label: str
    number: int
    colour: str
    link: str


def dashboard(request, context: dict) -> dict:
    """The first page's context. The number of queries depends on the role, never on the number of rows."""
    user = request.user
    context["title"] = _("Today")
    context["day"] = date_format(localdate(), "l j F Y")
    if user.organisation is None:
        return context
    if user.has_perm("clinic.view_appointment"):
        today = appointments_of_today(user)
        context["tallies"] = tallies(today)
        context["cards"] = [waiting(today), coming(today)]
    if user.has_perm("clinic.view_packagepurchase"):
        context["cards"] += [unbooked(user.organisation), expiring(user.organisation)]
    if user.has_perm("clinic.change_leave"):
        context["cards"].append(leave_asked(user.organisation))
    if user.has_perm("clinic.view_job"):
        context["cards"].append(jobs_running(user.organisation))
    return context


def appointments_of_today(user) -> QuerySet[Appointment]:
    """Today's appointments of the organisation; only their own for a provider who does not run the desk."""
    first = midnight(localdate())
    rows = Appointment.objects.of(user.organisation).filter(
        starts_at__gte=first, starts_at__lt=first + timedelta(days=1)
    )
    if not user.has_perm("clinic.add_appointment"):
        provider = getattr(user, "provider", None)
        rows = rows.filter(provider=provider) if provider else rows
    return rows


def tallies(today: QuerySet[Appointment]) -> list[Tally]:
    by_status = Counter(dict(today.order_by().values_list("status").annotate(Count("pk"))))
    status = AppointmentStatus
    groups = [
        (_("Expected"), "blue", MOVABLE_STATUSES),
        (_("Waiting"), "amber", [status.ARRIVED]),
        (_("In progress"), "orange", [status.IN_PROGRESS]),
        (_("Completed"), "green", [status.COMPLETED]),
        (_("No-show"), "red", [status.NO_SHOW]),
        (_("Cancelled"), "grey", CANCELLED_STATUSES),
    ]
    return [
        Tally(label, sum(by_status[one] for one in statuses), colour, list_of_today(statuses))
        for label, colour, statuses in groups
    ]


def list_of_today(statuses) -> str:
    chosen = "".join(f"&status__exact={status}" for status in statuses)
    return f"{reverse('admin:clinic_appointment_changelist')}?day=today{chosen}"


def waiting(today: QuerySet[Appointment]) -> Card:
    rows = today.filter(status=AppointmentStatus.ARRIVED).select_related("patient", "provider", "clinic", "service")
    rows = rows.order_by(F("arrived_at").asc(nulls_last=True), "pk")
    return Card(
        title=_("Arrived and waiting"),
        icon="chair",
        empty=_("Nobody is waiting. Check patients in as they arrive."),
        link=list_of_today([AppointmentStatus.ARRIVED]),
        lines=[
            appointment_line(row, end=waited(row))
            for row in rows.order_by(F("arrived_at").asc(nulls_last=True))[:LINES]
        ],
    )


def waited(appointment: Appointment) -> str:
    if appointment.arrived_at is None:
        return ""
    minutes = max(0, int((now() - appointment.arrived_at).total_seconds() // 60))
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def coming(today: QuerySet[Appointment]) -> Card:
    """Expected appointments from half an hour ago onwards, so that who is late stays in sight."""
    since = now() - timedelta(minutes=30)
    rows = today.filter(status__in=MOVABLE_STATUSES, starts_at__gte=since)
    rows = rows.select_related("patient", "provider", "clinic", "service").order_by("starts_at", "pk")
    return Card(
        title=_("Coming next"),
        icon="event_upcoming",
        empty=_("No more appointments are expected today."),
        link=list_of_today(MOVABLE_STATUSES),
        lines=[appointment_line(row, end=status_label(AppointmentStatus(row.status))) for row in rows[:LINES]],
    )


def appointment_line(row: Appointment, end) -> Line:
    return Line(
        lead=left_to_right(f"{clock(row.starts_at, row.clinic.zone)}–{clock(row.ends_at, row.clinic.zone)}"),
        what=name(row.patient),
        small=format_html("{} · {}", name(row.service), name(row.provider)),
        end=end,
        link=reverse("admin:clinic_appointment_change", args=[row.pk]),
    )


def usable_purchases(organisation) -> QuerySet[PackagePurchase]:
    purchases = PackagePurchase.objects.of(organisation).filter(
        status=PurchaseStatus.ACTIVE, expires_on__gte=localdate(), total_sessions__gt=F("sessions_used")
    )
    return purchases.select_related("patient", "package").order_by("expires_on", "pk")


def unbooked(organisation) -> Card:
    rows = with_balances(usable_purchases(organisation)).filter(free__gt=0)
    return Card(
        title=_("Sessions nobody has booked yet"),
        icon="event_note",
        empty=_("Every bought session is booked."),
        link=f"{reverse('admin:clinic_packagepurchase_changelist')}?unbooked=yes",
        lines=[purchase_line(row, end=sessions(row.free)) for row in rows[:LINES]],
    )


def expiring(organisation) -> Card:
    last = localdate() + timedelta(days=EXPIRING_DAYS)
    rows = usable_purchases(organisation).filter(expires_on__lte=last)
    return Card(
        title=_("Packages that expire within %(days)s days") % {"days": EXPIRING_DAYS},
        icon="hourglass_bottom",
        empty=_("No package with sessions left expires soon."),
        link=f"{reverse('admin:clinic_packagepurchase_changelist')}?expires=30&status__exact=active",
        lines=[purchase_line(row, end=sessions(row.total_sessions - row.sessions_used)) for row in rows[:LINES]],
    )


def purchase_line(row: PackagePurchase, end) -> Line:
    return Line(
        lead=date_format(row.expires_on, "j M"),
        what=name(row.patient),
        small=name(row.package),
        end=end,
        link=reverse("admin:patient", args=[row.patient_id]),
    )


def sessions(number: int) -> str:
    return ngettext("%(n)s session left", "%(n)s sessions left", number) % {"n": number}


def leave_asked(organisation) -> Card:
    rows = Leave.objects.of(organisation).filter(status=LeaveStatus.ASKED).select_related("provider")
    return Card(
        title=_("Leave to decide on"),
        icon="flight_takeoff",
        empty=_("Nobody is waiting for an answer about leave."),
        link=f"{reverse('admin:clinic_leave_changelist')}?status__exact=asked",
        lines=[
            Line(
                lead=date_format(localtime(row.starts_at), "j M"),
                what=name(row.provider),
                small=format_html("{} {}", _("until"), day(localtime(row.ends_at - A_MOMENT).date())),
                end=status_label(LeaveStatus.ASKED),
                link=reverse("admin:clinic_leave_change", args=[row.pk]),
            )
            for row in rows.order_by("starts_at", "pk")[:LINES]
        ],
    )


def jobs_running(organisation) -> Card:
    rows = Job.objects.of(organisation).filter(status__in=[JobStatus.WAITING, JobStatus.RUNNING])
    return Card(
        title=_("Work in progress"),
        icon="hourglass_top",
        empty=_("No long work is running."),
        link=reverse("admin:clinic_job_changelist"),
        lines=[
            Line(
                lead=left_to_right(f"{row.done} / {row.total}"),
                what=row.get_kind_display(),
                small=row.stage,
                end=status_label(JobStatus(row.status)),
                link=reverse("admin:clinic_job_change", args=[row.pk]),
            )
            for row in rows[:LINES]
        ],
    )
