"""What axe-core finds on the staff's pages at WCAG 2.2 AA: nothing, in both languages, light and dark."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.timezone import now

from admin_ext.roles import ADMINISTRATOR, CASHIER, PROVIDER
from clinic.models import Appointment, HeldSlot, Patient, Policy
from clinic.waitlist.links import token_of
from tests.admin_ext.addresses import page_address
from tests.admin_ext.world import make_world
from tests.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NO_PAGES = {  # what is only posted to, parts of pages, and what needs more than a row: a plan's job, a free time
    "answer_offer", "appointment_move_back", "appointment_notes", "appointment_step", "ask_cashier", "assign_package",
    "board", "book_bulk_plan", "book_plan", "bulk_plan", "cancel_job", "close_visit", "consultation_addendum",
    "consultation_save", "consultation_step", "diagnosis_search", "leave_hits",
    "message_text", "message_text_preview", "message_text_restore", "my_day_current", "next_free", "note",
    "offer_time", "policy_preview", "rebooking_item", "refresh_busy_calendar", "remove_busy_calendar", "swap_session",
    "undo_booking", "undo_operation", "undo_rebooking", "undo_sale", "withdraw_offer",
}  # fmt: skip
PARTS = [pytest.param(slice(n, None, 3), id=f"{n + 1} of 3") for n in range(3)]  # that several workers share the pages
OURS = [model for model in admin.site._registry if model._meta.app_label == "clinic"]


@pytest.fixture
def ours(sign_in):
    world = make_world("Ours")
    world.user.groups.set(Group.objects.filter(name__in=[ADMINISTRATOR, CASHIER, PROVIDER]))
    world.provider.user = world.user
    world.provider.save()
    sign_in(world.user)
    return world


def found_on(page, address: str) -> list[str]:
    """What axe finds there, a line for each element."""
    page.goto(address)
    page.wait_for_function("document.readyState === 'complete' && !document.querySelector('.htmx-request')")
    report = Axe().run(page, options={"runOnly": LEVELS, "resultTypes": ["violations"]})
    return [
        f"{address} {broken['id']}: {node['html'][:200]}"
        for broken in report.response["violations"]
        for node in broken["nodes"]
    ]


def addresses(ours, models=OURS) -> list[str]:
    """The first page, the lists and forms of these models, and every page of a workflow that is opened by a link."""
    lists = [reverse(f"admin:clinic_{model._meta.model_name}_changelist") for model in models]
    forms = [
        reverse(f"admin:clinic_{type(row)._meta.model_name}_change", args=[row.pk])
        for row in vars(ours).values()
        if type(row) in models
    ]
    names = [pattern.name for pattern in admin.site.extra_urls() if pattern.name not in NO_PAGES]
    return [reverse("admin:index"), *lists, *forms, *(page_address(name, ours) for name in names)]


def test_nothing_is_found_on_the_login(page, live_server):
    assert found_on(page, reverse("admin:login")) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_is_found_on_the_page_of_an_offer(page, ours, language):
    HeldSlot.objects.update(held_until=now() + timedelta(hours=1))
    ours.patient.language = language
    ours.patient.save()

    assert found_on(page, reverse("offer", args=[token_of(ours.offer)])) == []


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_found_on_any_page(page, ours, part):
    assert [line for address in addresses(ours)[part] for line in found_on(page, address)] == []


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_found_in_arabic_and_in_the_dark(page, ours, part):
    """All lists and forms come of the same templates, so that a few of them show how they look."""
    page.emulate_media(color_scheme="dark")
    ours.user.language = "ar"
    ours.user.save()
    a_few = [Appointment, Patient, Policy]

    assert [line for address in addresses(ours, a_few)[part] for line in found_on(page, address)] == []


def test_nothing_is_found_in_the_dark_on_a_phone(page, ours):
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    names = (
        "calendar", "book", "appointment", "patient", "package_desk", "auto_schedule", "waitlist", "waitlist_change",
    )  # fmt: skip

    pages = [reverse("admin:index"), *(page_address(name, ours) for name in names)]

    assert [line for address in pages for line in found_on(page, address)] == []
