"""The roles of a clinic's staff, declared once as groups and synchronised after every migrate."""

from importlib import import_module

from django.db import connections
from django.utils.translation import gettext_noop

from clinic import permissions

FRONT_DESK = gettext_noop("Front desk")
PROVIDER = gettext_noop("Provider")
CASHIER = gettext_noop("Cashier")
MANAGER = gettext_noop("Manager")
ADMINISTRATOR = gettext_noop("Administrator")

#: What the pages ask for. A page creates the row its permission names.
BOOK = "clinic.add_appointment"
CHANGE_BOOKING = "clinic.change_appointment"
ASSIGN_PACKAGE = "clinic.add_packagepurchase"
SEE_CHARGES = "clinic.view_charge"
SEE_MESSAGES = "clinic.view_message"
RESEND = "clinic.add_message"
CANCEL_MESSAGE = "clinic.change_message"
SEE_MESSAGE_RULES = "clinic.view_policy"  # who answers for the rules sees what comes of them
SEE_TEMPLATES = "clinic.view_messagetemplate"
CHANGE_TEMPLATES = "clinic.change_messagetemplate"
CHANGE_ORGANISATION = "clinic.change_organisation"
CHANGE_STAFF = "clinic.change_user"
SEE_WAITLIST = "clinic.view_waitlistentry"
WAIT = "clinic.add_waitlistentry"
CHANGE_WAIT = "clinic.change_waitlistentry"
CHANGE_PURCHASE = "clinic.change_packagepurchase"
ADJUST_PACKAGE = permissions.ADJUST_PACKAGE
OVERBOOK = permissions.OVERBOOK
WAIVE = permissions.WAIVE
AUTO_SCHEDULE = "clinic.add_operation"
UNDO = "clinic.change_operation"
SEE_AUDIT = "clinic.view_certificate"
SEE_REBOOKINGS = "clinic.view_rebooking"
REBOOK = "clinic.change_rebooking"
SEE_VISITS = "clinic.view_visit"
WALK_IN = "clinic.add_visit"
CHANGE_VISIT = "clinic.change_visit"
SEE_CONSULTATIONS = "clinic.view_consultation"
TREAT = "clinic.change_consultation"
ADD_ADDENDUM = "clinic.add_addendum"
HAND_OVER = permissions.HAND_OVER
SEE_INVOICES = "clinic.view_invoice"
INVOICE = "clinic.add_invoice"
WAIVE_INVOICE = permissions.WAIVE_INVOICE
VOID_INVOICE = permissions.VOID_INVOICE
SEE_PAYMENTS = "clinic.view_payment"
TAKE_PAYMENT = "clinic.add_payment"
REFUND = permissions.REFUND
SEE_REFUND_REQUESTS = "clinic.view_refundrequest"
ASK_REFUND = "clinic.add_refundrequest"
APPROVE_REFUND = permissions.APPROVE_REFUND
SEE_DAY_CLOSINGS = "clinic.view_dayclosing"
CLOSE_DAY = "clinic.add_dayclosing"
SEE_CALENDARS = "clinic.view_busycalendar"
ADD_CALENDAR = "clinic.add_busycalendar"  # and read it now, and remove it
RENEW_FEED = "clinic.change_calendarfeed"  # a provider's
SHARE_FEED = "clinic.add_calendarfeed"  # with its patient

CATALOGUE = ("service", "package", "packageitem", "clinic", "room")
ROTA = ("workinghours", "extrahours", "leave", "closure")
DESK = ("appointment", "charge", "packagepurchase", "purchaseitem", "sessionentry", "message", "job", "operation")
WAITLIST = ("waitlistentry", "heldslot", "offer")
MONEY = ("invoice", "invoiceline", "payment")


def may(verbs: str, *models: str) -> set[str]:
    """Codenames: `may("view add", "patient")` is {"view_patient", "add_patient"}."""
    return {f"{verb}_{model}" for verb in verbs.split() for model in models}


SEES_THE_DESK = may(
    "view", "patient", "provider", *CATALOGUE, *ROTA, "appointment", "series", "packagepurchase", "purchaseitem"
)
RUNS_THE_DESK = (
    SEES_THE_DESK
    | may("view", *DESK, *WAITLIST)
    | may("add change", "waitlistentry", "message")
    | may("add change", "patient", "appointment", "packagepurchase", "operation", "job")
    | may("view change", "rebooking")
    | may("view add change", "visit")
    | may("view", *MONEY)
    | may("add", "calendarfeed")
)
#: Calendars elsewhere: a provider's own, or for those who answer for the rota, everybody's.
KEEPS_CALENDARS = may("view add", "busycalendar") | may("change", "calendarfeed")
#: Figures of what patients were treated for and paid, and whose they are; never a word of what the doctor found.
OVERSEES_OUTPATIENTS = (
    may("view approve", "refundrequest")
    | may("view", "dayclosing", "refusedattempt")
    | may("waive void", "invoice")
    | may("hand_over", "consultation")
)

ROLES: dict[str, set[str]] = {
    FRONT_DESK: RUNS_THE_DESK,
    PROVIDER: SEES_THE_DESK
    | KEEPS_CALENDARS
    | may("change", "appointment")
    | may("add", "leave")
    | may("view", "visit", "followup")
    | may("view change", "consultation")
    | may("view add", "addendum"),
    CASHIER: SEES_THE_DESK
    | may("view", "charge", "sessionentry", "message", "visit", *MONEY)
    | may("add", "invoice", "payment")
    | may("refund", "payment")
    | may("view add", "refundrequest", "dayclosing"),
    MANAGER: RUNS_THE_DESK
    | KEEPS_CALENDARS
    | OVERSEES_OUTPATIENTS
    | may("overbook waive export", "appointment")
    | may("adjust", "packagepurchase")
    | may("view", "policy", "organisation", "user", "certificate", "messagetemplate")
    | may("change", "policy")
    | may("add change delete", *ROTA),
    ADMINISTRATOR: RUNS_THE_DESK
    | KEEPS_CALENDARS
    | OVERSEES_OUTPATIENTS
    | may("overbook waive export", "appointment")
    | may("adjust", "packagepurchase")
    | may("view change", "policy", "organisation", "messagetemplate")
    | may("view", "certificate")
    | may("add change delete", *CATALOGUE, *ROTA)
    | may("add change", "provider")
    | may("view add change", "user"),
}


def roles_with(permission: str) -> list[str]:
    """The roles that may do it, in the order of the table."""
    codename = permission.partition(".")[2]
    return [role for role, codenames in ROLES.items() if codename in codenames]


def has_own_day(user) -> bool:
    """Whether the person treats and does not run the desk: their first page is their own day."""
    return user.has_perm(CHANGE_BOOKING) and not user.has_perm(BOOK)


def sync_roles(sender=None, using="default", **kwargs) -> None:
    """Give each role's group its permissions; connected to `post_migrate`, quiet while there are no tables for it."""
    if {"auth_group", "auth_permission"} <= set(connections[using].introspection.table_names()):
        import_module("clinic.people.groups").sync_groups(ROLES, using=using)  # its models are not loaded any earlier
