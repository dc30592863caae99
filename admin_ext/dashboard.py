"""The first page: the flow board of today, and below it what needs doing; each card is one question to the database."""

from datetime import date, datetime, timedelta

from django.db.models import Count, F, Min, Q, QuerySet, Window
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.cards import LINES, Card, Line
from admin_ext.columns import clock, day, left_to_right, moment, name, status_label
from admin_ext.front_desk.board.board import board_of
from admin_ext.front_desk.board.choice import Choice
from admin_ext.records.certificates import broken_rules, rows_words
from admin_ext.roles import AUTO_SCHEDULE, RESEND, SEE_AUDIT, SEE_REBOOKINGS, SEE_VISITS
from admin_ext.sender_card import sender_card
from admin_ext.visits import outpatients
from clinic.audit.selectors import is_stale, newest_certificate
from clinic.enums import CANCELLED_STATUSES, UNCONFIRMED_STATUSES, JobStatus, LeaveStatus, PurchaseStatus
from clinic.models import Clinic, Job, Leave, PackagePurchase
from clinic.packages.expiring import EXPIRING_DAYS, expiring
from clinic.packages.selectors import local_day, with_balances
from clinic.scheduling.board import appointments_of
from clinic.scheduling.rebooking.selectors import title as batch_title
from clinic.scheduling.rebooking.selectors import waiting_batches

A_MOMENT = timedelta(microseconds=1)  # leave until midnight ends on the day before


def dashboard(request, context: dict) -> dict:
    """The first page's context. The number of queries depends on the role, never on the number of rows."""
    user, at = request.user, now()
    context["title"] = _("Today")
    context["day"] = date_format(localdate(), "l j F Y")
    if user.organisation is None:
        return context
    context["cards"] = []
    if user.has_perm("clinic.view_appointment"):
        choice = Choice.of(user.organisation, request.GET)
        context |= {"choice": choice, "board": board_of(user, choice, at=at)}
        context["cards"] += [outpatients(user, choice.chosen)] if user.has_perm(SEE_VISITS) else []
        context["cards"].append(tomorrow(choice, at=at))
    if user.has_perm(SEE_REBOOKINGS):
        context["cards"] += lost_times(user.organisation)
    if user.has_perm("clinic.view_packagepurchase"):
        context["cards"] += [unbooked(user.organisation), expiring_soon(user, at=at)]
    if user.has_perm("clinic.change_leave"):
        context["cards"].append(leave_asked(user.organisation))
    if user.has_perm("clinic.view_job"):
        context["cards"].append(jobs_running(user.organisation))
    is_told = "board" in context and context["board"].alarm is not None
    watched = [sender_card(user, at=at)] if user.has_perm(RESEND) and not is_told else []
    watched += [audited(user.organisation, at=at)] if user.has_perm(SEE_AUDIT) else []
    broken, well = [card for card in watched if card.tone], [card for card in watched if not card.tone]
    context["cards"] = [*broken, *context["cards"], *well]
    return context


def tomorrow(choice: Choice, *, at: datetime) -> Card:
    """How much is booked for the next day in each clinic, with the way to the calendar and to its print."""
    rows = appointments_of(choice.chosen, at=at, days_ahead=1).exclude(status__in=CANCELLED_STATUSES)
    if choice.provider:
        rows = rows.filter(provider=choice.provider)
    counted = (
        rows.order_by()
        .values("clinic")
        .annotate(
            n=Count("pk"), first=Min("starts_at"), unconfirmed=Count("pk", filter=Q(status__in=UNCONFIRMED_STATUSES))
        )
    )
    counts = {row["clinic"]: row for row in counted}
    number = sum(row["n"] for row in counts.values())
    calendar, print_out = calendar_addresses(choice, localdate(at) + timedelta(days=1))
    return Card(
        title=_("Tomorrow (%(number)s)") % {"number": number},
        icon="calendar_month",
        empty=_("Nothing is booked for tomorrow yet. The next free times stand below."),
        link=calendar,
        lines=[clinic_line(one, counts[one.pk], calendar) for one in choice.chosen if one.pk in counts],
        also=[(_("Print"), print_out)] if number else [],
    )


def calendar_addresses(choice: Choice, on: date) -> tuple[str, str]:
    """The calendar of a day and its print, of the chosen clinic where it is one alone."""
    query = {"day": on.isoformat()}
    if len(choice.chosen) == 1:
        query["clinic"] = choice.chosen[0].pk
    if choice.provider:
        query["provider"] = choice.provider.pk
    return tuple(f"{reverse(page)}?{urlencode(query)}" for page in ("admin:calendar", "admin:calendar_print"))


def clinic_line(clinic: Clinic, count: dict, calendar: str) -> Line:
    unconfirmed = ngettext("%(n)s not confirmed", "%(n)s not confirmed", count["unconfirmed"])
    return Line(
        lead=left_to_right(clock(count["first"], clinic.zone)),
        what=name(clinic),
        small=unconfirmed % {"n": count["unconfirmed"]} if count["unconfirmed"] else _("all confirmed"),
        end=ngettext("%(n)s appointment", "%(n)s appointments", count["n"]) % {"n": count["n"]},
        link=f"{calendar}&clinic={clinic.pk}",
    )


def usable_purchases(organisation) -> QuerySet[PackagePurchase]:
    purchases = PackagePurchase.objects.of(organisation).filter(
        status=PurchaseStatus.ACTIVE, expires_on__gte=localdate(), total_sessions__gt=F("sessions_used")
    )
    return with_balances(purchases).select_related("patient", "package")


def expiring_soon(user, *, at: datetime) -> Card:
    """Packages about to expire with sessions that nobody has booked, the greatest value first."""
    found = expiring(user.organisation, today=local_day(user.organisation, at)).annotate(number=Window(Count("pk")))
    rows = list(found.select_related("patient", "package")[:LINES])
    number = rows[0].number if rows else 0
    title = _("Expiring in %(days)s days with sessions left: %(number)s")
    may_remind = number and user.has_perm(AUTO_SCHEDULE)
    return Card(
        title=title % {"days": EXPIRING_DAYS, "number": number},
        icon="hourglass_bottom",
        empty=_("No package with unbooked sessions expires soon."),
        link=reverse("admin:expiring_packages"),
        lines=[purchase_line(row) for row in rows],
        also=[(_("Remind all"), reverse("admin:remind_expiring"))] if may_remind else [],
    )


def unbooked(organisation) -> Card:
    """Packages with time left and sessions that nobody has booked, most sessions first; the others expire soon."""
    rows = usable_purchases(organisation).filter(free__gt=0, expires_on__gt=last_day()).order_by("-free", "pk")
    return Card(
        title=_("Sessions nobody has booked yet"),
        icon="event_note",
        empty=_("Every bought session is booked."),
        link=f"{reverse('admin:clinic_packagepurchase_changelist')}?unbooked=yes",
        lines=[purchase_line(row) for row in rows[:LINES]],
    )


def last_day():
    return localdate() + timedelta(days=EXPIRING_DAYS)


def purchase_line(row: PackagePurchase) -> Line:
    to_book = ngettext("%(n)s to book", "%(n)s to book", row.free) % {"n": row.free}
    return Line(
        lead=date_format(row.expires_on, "j M"),
        what=name(row.patient),
        small=name(row.package),
        end=to_book if row.free else _("all booked"),
        link=reverse("admin:patient", args=[row.patient_id]),
    )


def lost_times(organisation) -> list[Card]:
    """What has lost its time and waits for another, if anything has: it comes before all that can wait."""
    batches = list(waiting_batches(organisation))
    if not batches:
        return []
    number = sum(batch.waiting for batch in batches)
    title = ngettext("%(n)s appointment has lost its time", "%(n)s appointments have lost their time", number)
    lines = [
        Line(
            what=name(batch_title(batch)),
            small=_("%(settled)s of %(total)s settled") % {"settled": batch.settled, "total": batch.total}
            if batch.settled
            else "",
            end=ngettext("%(n)s to settle", "%(n)s to settle", batch.waiting) % {"n": batch.waiting},
            link=reverse("admin:rebooking", args=[batch.public_id]),
        )
        for batch in batches[:LINES]
    ]
    link = reverse("admin:clinic_rebooking_changelist")
    return [Card(title=title % {"n": number}, icon="event_repeat", empty="", link=link, lines=lines)]


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


def audited(organisation, *, at: datetime) -> Card:
    """What the last nightly audit has found; red where a rule is broken, or where no night has been audited lately."""
    certificate, link = newest_certificate(organisation), reverse("admin:clinic_certificate_changelist")
    card = Card(title=_("Nightly audit"), icon="verified_user", empty="", link=link)
    if certificate is None:
        card.empty = _("Nothing has been audited yet: it is done every night.")
        return card
    page, values = reverse("admin:certificate", args=[certificate.pk]), {"rows": rows_words(certificate)}
    card.lines = [Line(what=one.rule, end=one.count_words, link=page) for one in broken_rules(certificate)][:LINES]
    if is_stale(certificate, at=at):
        values["when"] = moment(certificate.checked_at)
        old = format_html(_("The last audit was on {when}. Is the background worker running?"), **values)
        card.lines.insert(0, Line(what=old, link=page))
    card.tone, card.also = ("broken", []) if card.lines else ("", [(_("Show all"), link)])
    card.empty = _("%(rows)s last night, all rules hold.") % values
    return card
