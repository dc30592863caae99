"""Where the pages of the staff's screens are, in a world of tests."""

from django.contrib import admin
from django.urls import reverse

#: Pages of series, the waiting list, the audit, the cash desk and the doctors, and the row of the world each is about.
ROWS = {
    "series": "series", "take_payment": "invoice", "pay_fees": "patient", "receipt": "payment", "invoice": "invoice",
    "waive_invoice": "invoice", "void_invoice": "invoice", "refund": "payment", "answer_refund": "refund_request",
    "day_closing": "closing", "pay_session": "appointment",
    "waitlist_change": "waiting", "waitlist_withdraw": "waiting", "offered_time": "held", "withdraw_offer": "held",
    "answer_offer": "offer", "certificate": "certificate", "visit": "visit", "close_visit": "visit",
    "ask_cashier": "visit", "consultation": "consultation", "consultation_save": "consultation",
    "consultation_step": "consultation", "consultation_addendum": "closed_consultation",
    "consultation_summary": "closed_consultation", "consultation_hand_over": "consultation",
    "follow_up": "consultation", "message": "message",
    "provider_calendars": "provider", "add_busy_calendar": "provider", "provider_feed": "provider",
    "patient_feed": "patient", "refresh_busy_calendar": "calendar", "remove_busy_calendar": "calendar",
}  # fmt: skip


def page_address(page, ours) -> str:
    """A page about a patient, an appointment, a purchase, a job, an operation or a list is opened for ours."""
    pattern = next(pattern for pattern in admin.site.extra_urls() if pattern.name == page)
    row = ours.patient if page == "patient" else ours.appointment if "appointment" in page else ours.purchase
    public = ours.operation if "operation" in page else ours.rebooking if "rebooking" in page else ours.job
    if page in ROWS:
        named = {"pk": getattr(ours, ROWS[page]).pk, "verb": "activate"}
        return reverse(f"admin:{page}", kwargs={name: named[name] for name in pattern.pattern.converters})
    found = {
        "pk": ours.rebooking.items.get().pk if "rebooking" in page else row.pk,
        "public_id": public.public_id,
        "operation": ours.operation.public_id,
        "verb": "called" if "rebooking" in page else "check_in",
        "kind": "booked",
        "language": "en",
    }
    return reverse(f"admin:{page}", kwargs={name: found[name] for name in pattern.pattern.converters})
