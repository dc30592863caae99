"""What each address without a list behind it is about. A new one has no place here and fails until it has one."""

from collections.abc import Iterator

from django.urls import NoReverseMatch

from tests.doors.site import Door, Knock, content_type_of, words_for

# The row that an address names, or "" where it names none.
ABOUT = {
    "": (
        "home", "search", "index", "login", "logout", "password_change", "password_change_done", "autocomplete",
        "jsi18n", "set_language", "calendar", "calendar_print", "policy_preview", "board", "next_free", "book",
        "package_desk", "assign_package", "expiring_packages", "remind_expiring", "bulk_schedule", "register_patient",
        "ask_leave", "leave_hits", "repeat", "my_day", "my_day_current", "waitlist", "waitlist_join", "offer_time",
        "app_list", "cash_desk", "refund_requests", "close_day", "sell_package", "doctors_queue", "diagnosis_search",
        "walk_in", "message_delivery", "message_rules", "message_templates", "message_template", "message_text",
        "message_text_preview", "message_text_restore", "overdue_reminders", "gateway_receipts", "busy_calendars",
        "feed", "health",
    ),
    "provider": ("provider_calendars", "add_busy_calendar", "provider_feed"),
    "calendar": ("refresh_busy_calendar", "remove_busy_calendar"),
    "message": ("message",),
    "patient": ("patient", "pay_fees", "patient_feed"),
    "appointment": (
        "pay_session", "undo_booking", "appointment", "appointment_cancel", "appointment_move", "appointment_move_back",
        "appointment_notes", "appointment_step", "appointment_series_cancel", "appointment_series_move", "note",
        "appointment_calendar", "appointment_file",
    ),
    "purchase": (
        "auto_schedule", "swap_session", "book_plan", "change_package", "move_remaining", "cancel_remaining",
        "freeze_package", "unfreeze_package", "extend_package", "adjust_package", "transfer_package",
    ),
    "job": ("bulk_plan", "book_bulk_plan", "job", "cancel_job"),
    "operation": ("operation", "undo_operation", "undo_sale"),
    "rebooking": ("rebooking", "rebooking_item", "undo_rebooking"),
    "series": ("series",),
    "waiting": ("waitlist_change", "waitlist_withdraw"),
    "held": ("offered_time", "withdraw_offer"),
    "offer": ("answer_offer", "offer"),
    "certificate": ("certificate",),
    "user": ("auth_user_password_change",),
    "visit": ("visit", "close_visit", "ask_cashier"),
    "consultation": (
        "consultation", "consultation_save", "consultation_step", "consultation_addendum", "consultation_summary",
        "consultation_hand_over", "follow_up", "view_on_site",
    ),
    "invoice": ("take_payment", "invoice", "waive_invoice", "void_invoice"),
    "payment": ("receipt", "refund"),
    "refund_request": ("answer_refund",),
    "closing": ("day_closing",),
}  # fmt: skip
ROW_OF = {page: row for row, pages in ABOUT.items() for page in pages}

# What a page can be asked to do, by its address or by its form: each is a door of its own.
VERBS = {
    "appointment_step": ("confirm", "check_in", "start", "complete", "mark_no_show"),
    "rebooking_item": ("called",),
    "consultation_step": ("activate", "close"),
    "answer_refund": ("approve", "refuse"),
}
OWN_WORDS = {
    "walk_in": lambda subject: {"service": subject.gopd.pk, "patient": subject.patient.pk},
    "consultation_hand_over": lambda subject: {"doctor": subject.colleague.pk},
}


def knocks_at_page(door: Door, subject) -> Iterator[Knock]:
    """A GET, and a POST of whatever its form could ask for; nothing where the subject has no such row."""
    row = getattr(subject, ROW_OF[door.name]) if ROW_OF[door.name] else subject.consultation
    if row is None:
        return
    for verb in VERBS.get(door.name, ("",)):
        address = address_of(door, row, subject, verb)
        words = {**words_for(subject), **OWN_WORDS.get(door.name, lambda _: {})(subject), "verb": verb}
        name = f"{door.name} {verb}".strip()
        yield Knock(name, address, names_row=bool(ROW_OF[door.name]))
        yield Knock(name, address, words, bool(ROW_OF[door.name]))


def address_of(door: Door, row, subject, verb: str) -> str:
    if door.name == "app_list":
        return door.at(app_label="clinic")
    values = {
        "pk": row.pk, "id": row.pk, "public_id": getattr(row, "public_id", None), "verb": verb, "token": "forged",
        "secret": "forged",
        "operation": subject.operation.public_id, "object_id": row.pk, "content_type_id": content_type_of(row),
        "kind": "booked", "language": "en",
    }  # fmt: skip
    if door.name == "rebooking_item":
        values["pk"] = subject.rebooking.items.get().pk
    try:
        return door.at(**{name: values[name] for name in door.pattern.pattern.converters})
    except (KeyError, NoReverseMatch) as error:
        raise AssertionError(f"{door.name} names a row in a way that tests/doors/pages.py does not know") from error
