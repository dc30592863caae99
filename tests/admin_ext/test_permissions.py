"""Who may open and change what: one line for each page, all five roles in each line."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from admin_ext.roles import ADMINISTRATOR, CASHIER, FRONT_DESK, MANAGER, PROVIDER
from clinic.models import User
from tests.admin_ext.addresses import page_address
from tests.admin_ext.forms import posted_values
from tests.standing import undone

LETTERS = {"F": FRONT_DESK, "P": PROVIDER, "C": CASHIER, "M": MANAGER, "A": ADMINISTRATOR}

# model: who sees the list, who adds, who changes
LISTS = {
    "appointment": ("FPCMA", "", "FPMA"),
    "patient": ("FPCMA", "FMA", "FMA"),
    "packagepurchase": ("FPCMA", "", ""),
    "sessionentry": ("FCMA", "", ""),
    "workinghours": ("FPCMA", "MA", "MA"),
    "extrahours": ("FPCMA", "MA", "MA"),
    "leave": ("FPCMA", "PMA", "MA"),
    "closure": ("FPCMA", "MA", "MA"),
    "service": ("FPCMA", "A", "A"),
    "package": ("FPCMA", "A", "A"),
    "provider": ("FPCMA", "A", "A"),
    "clinic": ("FPCMA", "A", "A"),
    "room": ("FPCMA", "A", "A"),
    "charge": ("FCMA", "", ""),
    "message": ("FCMA", "", ""),
    "waitlistentry": ("FMA", "", ""),
    "heldslot": ("FMA", "", ""),
    "offer": ("FMA", "", ""),
    "job": ("FMA", "", ""),
    "operation": ("FMA", "", ""),
    "series": ("FPCMA", "", ""),
    "user": ("MA", "A", "A"),
    "organisation": ("MA", "", "A"),
    "policy": ("MA", "", "MA"),
    "rebooking": ("FMA", "", ""),
    "certificate": ("MA", "", ""),
    "visit": ("FPCMA", "", ""),
    "consultation": ("P", "", ""),  # whose words nobody reads there: the room shows them to their doctor
    "invoice": ("FCMA", "", ""),
    "payment": ("FCMA", "", ""),
    "refundrequest": ("CMA", "", ""),
    "dayclosing": ("CMA", "", ""),
    "refusedattempt": ("MA", "", ""),
}
PAGES = {
    "book": "FMA",
    "undo_booking": "FMA",
    "board": "FPCMA",
    "next_free": "FMA",
    "my_day": "FPMA",
    "my_day_current": "FPMA",
    "note": "FPMA",
    "calendar": "FPCMA",
    "calendar_print": "FPCMA",
    "patient": "FPCMA",
    "register_patient": "FMA",
    "package_desk": "FMA",
    "assign_package": "FMA",
    "auto_schedule": "FMA",
    "swap_session": "FMA",
    "book_plan": "FMA",
    "expiring_packages": "FPCMA",
    "remind_expiring": "FMA",
    "change_package": "FMA",
    "move_remaining": "FMA",
    "cancel_remaining": "FMA",
    "freeze_package": "FMA",
    "unfreeze_package": "FMA",
    "extend_package": "MA",
    "adjust_package": "MA",
    "transfer_package": "MA",
    "bulk_schedule": "FMA",
    "bulk_plan": "FMA",
    "book_bulk_plan": "FMA",
    "job": "FPCMA",  # judged by the row: who did not ask for the job finds none
    "cancel_job": "FPCMA",
    "operation": "FMA",
    "certificate": "MA",
    "undo_operation": "FMA",
    "ask_leave": "PMA",
    "appointment": "FPCMA",
    "appointment_step": "FPMA",
    "appointment_notes": "FPMA",
    "appointment_move": "FMA",
    "appointment_move_back": "FMA",
    "appointment_cancel": "FMA",
    "overdue_reminders": "MA",
    "policy_preview": "MA",
    "waitlist": "FMA",
    "waitlist_join": "FMA",
    "waitlist_change": "FMA",
    "waitlist_withdraw": "FMA",
    "offer_time": "FMA",
    "offered_time": "FMA",
    "withdraw_offer": "FMA",
    "answer_offer": "FMA",
    "repeat": "FMA",
    "series": "FPCMA",
    "appointment_series_cancel": "FMA",
    "appointment_series_move": "FMA",
    "leave_hits": "PMA",
    "rebooking": "FMA",
    "rebooking_item": "FMA",
    "undo_rebooking": "FMA",
    "cash_desk": "C",
    "take_payment": "C",
    "pay_fees": "C",
    "pay_session": "C",
    "receipt": "FCMA",
    "invoice": "FCMA",
    "waive_invoice": "MA",
    "void_invoice": "MA",
    "refund": "C",
    "refund_requests": "CMA",
    "answer_refund": "MA",
    "close_day": "C",
    "day_closing": "CMA",
    "sell_package": "C",
    "undo_sale": "C",
    "walk_in": "FMA",
    "visit": "FPCMA",
    "close_visit": "FMA",
    "doctors_queue": "P",
    "ask_cashier": "P",
    "diagnosis_search": "P",
    "consultation": "",  # judged by the row: its own doctor alone
    "consultation_save": "P",
    "consultation_step": "P",
    "consultation_hand_over": "MA",  # and its own doctor
    "consultation_addendum": "P",
    "consultation_summary": "P",
    "follow_up": "P",
    "message": "FCMA",
    "message_delivery": "MA",
    "message_rules": "MA",
    "message_templates": "MA",
    "message_template": "MA",
    "message_text": "A",
    "message_text_preview": "A",
    "message_text_restore": "A",
    "busy_calendars": "PMA",
    "provider_calendars": "PMA",
    "add_busy_calendar": "PMA",
    "refresh_busy_calendar": "PMA",
    "remove_busy_calendar": "PMA",
    "provider_feed": "PMA",
    "patient_feed": "FMA",
}
OPENED = (200, 302, 405)  # shown, led on to another page, or only ever posted to
#: Whom the page is open to without there being anything: others' calendars and jobs, a plan and a time not yet found.
NOT_THERE = {
    "add_busy_calendar": "P", "provider_calendars": "P", "provider_feed": "P", "job": "PC", "bulk_plan": "FMA",
    "offer_time": "FMA",
}  # fmt: skip
ROLES = pytest.mark.parametrize("letter", LETTERS, ids=LETTERS.get)


@ROLES
def test_a_role_opens_and_changes_what_its_line_says(letter, ours, sign_in):
    client = sign_in(ours.organisation, LETTERS[letter])

    found = {model: powers(client, model, ours) for model in LISTS}

    assert found == {model: told(*(letter in line for line in lines)) for model, lines in LISTS.items()}


def told(sees: bool, adds: bool, changes: bool) -> dict[str, object]:
    """What a line of LISTS says of one role, as `powers` finds it."""
    row = {"may change": changes, "saved": 302 if changes else 403} if sees else {}
    return {"list": sees, "add": adds, "row": sees, **row}


def powers(client, model: str, ours) -> dict[str, object]:
    """What somebody can do with a list and a row of it; what they save there is taken back."""
    model_admin = next(one for kind, one in admin.site._registry.items() if kind._meta.model_name == model)
    row = next(row for row in vars(ours).values() if isinstance(row, model_admin.model))
    page = {kind: reverse(f"admin:clinic_{model}_{kind}") for kind in ("changelist", "add")}
    change = reverse(f"admin:clinic_{model}_change", args=[row.pk])
    shown = client.get(change)
    found = {
        "list": client.get(page["changelist"], follow=True).status_code == 200,
        "add": client.get(page["add"], follow=True).status_code == 200,
        "row": shown.status_code == 200,
    }
    if found["row"]:
        with undone():
            saved = client.post(change, posted_values(shown)).status_code
        found |= {"may change": shown.context["has_change_permission"], "saved": saved}
    return found


@ROLES
def test_a_role_opens_the_pages_of_its_line(letter, ours, sign_in):
    client = sign_in(ours.organisation, LETTERS[letter])

    found = {page: client.get(page_address(page, ours)).status_code for page in PAGES}

    assert {page: status for page, status in found.items() if status not in answers(page, letter)} == {}


def answers(page: str, letter: str) -> tuple[int, ...]:
    """What a page may answer to somebody of this role."""
    if letter not in PAGES[page]:
        return (403,)
    return (404,) if letter in NOT_THERE.get(page, "") else OPENED


def test_every_list_has_a_line():
    ours = {model._meta.model_name for model in admin.site._registry if model._meta.app_label == "clinic"}

    assert set(LISTS) == ours


def test_every_page_has_a_line():
    assert {pattern.name for pattern in admin.site.extra_urls()} <= set(PAGES)


@pytest.mark.parametrize("address", ["admin:index", "admin:clinic_patient_changelist", "admin:package_desk"])
def test_nobody_opens_a_page_without_signing_in(address, db):
    answer = Client().get(reverse(address))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("admin:login"))


def test_an_administrator_gives_roles_and_no_power_over_the_platform(ours, theirs, sign_in):
    client = sign_in(ours.organisation, ADMINISTRATOR)
    address = reverse("admin:clinic_user_change", args=[ours.user.pk])
    sent = posted_values(client.get(address))

    answer = client.post(
        address,
        {
            **sent, "is_superuser": "on", "organisation": theirs.organisation.pk, "user_permissions": ["1", "2"],
            "first_name": "Renamed",
        },
    )  # fmt: skip

    assert answer.status_code == 302
    changed = User.objects.get(pk=ours.user.pk)
    assert changed.first_name == "Renamed"
    assert (changed.is_superuser, changed.organisation) == (False, ours.organisation)
    assert not changed.user_permissions.exists()


def test_an_administrator_cannot_touch_a_superuser_of_the_same_organisation(ours, sign_in):
    root = User.objects.create_superuser("root", organisation=ours.organisation, password="secret-and-long")
    client = sign_in(ours.organisation, ADMINISTRATOR)

    for page in ("admin:clinic_user_change", "admin:auth_user_password_change"):
        answer = client.post(
            reverse(page, args=[root.pk]), {"password1": "new-and-long-1", "password2": "new-and-long-1"}
        )
        assert answer.status_code in (302, 404)
    root.refresh_from_db()
    assert root.check_password("secret-and-long")


def test_a_new_login_belongs_to_the_organisation_and_opens_the_screens(ours, sign_in):
    client = sign_in(ours.organisation, ADMINISTRATOR)
    password = "oud-jasmine-77"

    client.post(
        reverse("admin:clinic_user_add"),
        {"username": "amal", "password1": password, "password2": password, "language": "ar"},
    )

    amal = User.objects.get(username="amal")
    assert (amal.organisation, amal.is_staff, amal.is_superuser) == (ours.organisation, True, False)
    assert amal.check_password(password)
