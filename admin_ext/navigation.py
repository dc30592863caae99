"""What the sidebar and the command palette offer, by role."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import SearchResult

from admin_ext.columns import left_to_right_text
from admin_ext.roles import (
    ASSIGN_PACKAGE,
    AUTO_SCHEDULE,
    BOOK,
    CLOSE_DAY,
    SEE_CALENDARS,
    SEE_MESSAGE_RULES,
    SEE_REFUND_REQUESTS,
    SEE_TEMPLATES,
    SEE_WAITLIST,
    TAKE_PAYMENT,
    TREAT,
    WALK_IN,
    has_own_day,
)
from clinic.models import Patient
from clinic.people.selectors import search_patients

PALETTE_PATIENTS = 10
WAITLIST_PAGES = (
    "waitlist_join", "waitlist_change", "waitlist_withdraw", "offer_time", "offered_time",
    "clinic_waitlistentry_changelist", "clinic_heldslot_changelist", "clinic_offer_changelist",
)  # fmt: skip
ROOM_PAGES = ("consultation", "consultation_addendum", "consultation_summary", "follow_up")


@dataclass(frozen=True)
class Entry:
    """A line of the sidebar: a page by its name in the namespace `admin`, for those who have the permission."""

    title: str
    icon: str
    page: str
    permission: str = ""
    also: tuple[str, ...] = ()  # other pages that stand below this line
    own_day: bool | None = None  # True for those alone whose first page is their own day, False for the others

    @classmethod
    def list(cls, title: str, icon: str, model: str, also: tuple[str, ...] = ()) -> "Entry":
        return cls(title, icon, f"clinic_{model}_changelist", f"clinic.view_{model}", also)

    def is_open(self, request) -> bool:
        """Whether the page that is open is this one, or belongs to this list."""
        name = getattr(request.resolver_match, "url_name", None) or ""
        return name in (self.page, *self.also) or (
            self.page.endswith("_changelist") and name.startswith(self.page[:-10])
        )

    def is_for(self, user) -> bool:
        if self.own_day is not None and self.own_day != has_own_day(user):
            return False
        return not self.permission or user.has_perm(self.permission)


SIDEBAR: dict[str, list[Entry]] = {
    "": [
        Entry(_("Today"), "today", "index", own_day=False),
        Entry(_("My day"), "today", "my_day", own_day=True),
        Entry(_("Doctors' queue"), "stethoscope", "doctors_queue", TREAT, also=ROOM_PAGES),
        Entry(_("Calendar"), "calendar_month", "calendar", "clinic.view_appointment"),
        Entry.list(_("Consultations"), "clinical_notes", "consultation"),
    ],
    _("Front desk"): [
        Entry(_("New appointment"), "edit_calendar", "book", BOOK),
        Entry(_("Walk-in"), "directions_walk", "walk_in", WALK_IN),
        Entry(_("Package desk"), "loyalty", "package_desk", ASSIGN_PACKAGE),
        Entry(_("Auto-schedule everyone"), "event_upcoming", "bulk_schedule", AUTO_SCHEDULE),
        Entry(_("Waiting list"), "hourglass_top", "waitlist", SEE_WAITLIST, also=WAITLIST_PAGES),
        Entry.list(_("Appointments"), "event", "appointment"),
        Entry.list(_("Visits"), "transfer_within_a_station", "visit", also=("visit",)),
        Entry.list(_("Series"), "repeat", "series", also=("series", "repeat")),
        Entry.list(_("Patients"), "person", "patient", also=("patient",)),
        Entry.list(_("Patients' packages"), "confirmation_number", "packagepurchase"),
        Entry.list(_("Messages"), "outbox", "message", also=("message",)),
    ],
    _("Cash desk"): [
        Entry(_("Payments to take"), "point_of_sale", "cash_desk", TAKE_PAYMENT),
        Entry(_("Sell a package"), "sell", "sell_package", TAKE_PAYMENT),
        Entry(_("Refunds asked for"), "currency_exchange", "refund_requests", SEE_REFUND_REQUESTS),
        Entry(_("Close the day"), "lock_clock", "close_day", CLOSE_DAY),
        Entry.list(_("Invoices"), "receipt_long", "invoice", also=("invoice",)),
        Entry.list(_("Payments"), "payments", "payment"),
        Entry.list(_("Day closings"), "event_available", "dayclosing", also=("day_closing",)),
        Entry.list(_("Charges"), "request_quote", "charge"),
    ],
    _("Rota"): [
        Entry.list(_("Working hours"), "schedule", "workinghours"),
        Entry.list(_("Extra hours"), "more_time", "extrahours"),
        Entry.list(_("Leave"), "flight_takeoff", "leave", also=("ask_leave",)),
        Entry.list(_("Re-bookings"), "event_repeat", "rebooking", also=("rebooking",)),
        Entry.list(_("Closures"), "event_busy", "closure"),
        Entry(
            _("Calendars elsewhere"),
            "sync",
            "busy_calendars",
            SEE_CALENDARS,
            also=("provider_calendars", "add_busy_calendar"),
        ),
    ],
    _("Catalogue"): [
        Entry.list(_("Services"), "medical_services", "service"),
        Entry.list(_("Packages"), "inventory_2", "package"),
        Entry.list(_("Providers"), "stethoscope", "provider"),
        Entry.list(_("Clinics"), "apartment", "clinic"),
        Entry.list(_("Rooms"), "meeting_room", "room"),
    ],
    _("Records"): [
        Entry.list(_("Session entries"), "history_edu", "sessionentry"),
        Entry.list(_("Jobs"), "hourglass_top", "job"),
        Entry.list(_("Bulk actions"), "history", "operation"),
        Entry.list(_("Audit certificates"), "verified_user", "certificate", also=("certificate",)),
        Entry.list(_("Refused attempts"), "gpp_bad", "refusedattempt"),
        Entry(_("How messages arrive"), "monitoring", "message_delivery", SEE_MESSAGE_RULES),
    ],
    _("Settings"): [
        Entry.list(_("Staff logins"), "badge", "user"),
        Entry.list(_("Organisation"), "domain", "organisation"),
        Entry.list(_("Policy"), "gavel", "policy"),
        Entry(_("Who is told what"), "campaign", "message_rules", SEE_MESSAGE_RULES),
        Entry(_("Texts of messages"), "edit_note", "message_templates", SEE_TEMPLATES, also=("message_template",)),
    ],
}


FOLDED = list(SIDEBAR)[3:]  # where patients stand stays in sight; the other sections open when one is inside


def entries_for(user) -> dict[str, list[Entry]]:
    """The sidebar's sections with what this person may open; sections without any are left out."""
    allowed = {title: [entry for entry in entries if entry.is_for(user)] for title, entries in SIDEBAR.items()}
    return {title: entries for title, entries in allowed.items() if entries}


def sidebar(request) -> list[dict]:
    return [
        {
            "title": title,
            "collapsible": title in FOLDED,
            "items": [
                {
                    "title": entry.title,
                    "icon": entry.icon,
                    "link": reverse(f"admin:{entry.page}"),
                    "active": entry.is_open(request),
                }
                for entry in entries
            ],
        }
        for title, entries in entries_for(request.user).items()
    ]


def found(request, term: str) -> list[SearchResult]:
    """What the command palette answers: pages by title, then at most ten patients of one's own."""
    return [*pages_found(request.user, term), *patients_found(request.user, term)]


def pages_found(user, term: str) -> list[SearchResult]:
    return [
        SearchResult(title=entry.title, description=section, link=reverse(f"admin:{entry.page}"), icon=entry.icon)
        for section, entries in entries_for(user).items()
        for entry in entries
        if term.casefold() in str(entry.title).casefold()
    ]


def patients_found(user, term: str) -> list[SearchResult]:
    if not user.has_perm("clinic.view_patient"):
        return []
    patients = search_patients(user.organisation, term, limit=PALETTE_PATIENTS)
    return [patient_result(patient) for patient in patients]


def patient_result(patient: Patient) -> SearchResult:
    known = filter(None, [patient.file_number, patient.phone])
    description = " · ".join(left_to_right_text(number) for number in known)
    link = reverse("admin:patient", args=[patient.pk])
    return SearchResult(title=patient.name, description=description, link=link, icon="person")
