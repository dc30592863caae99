"""Lists of outpatients and their money: what they show, and the words of the room that they never show."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from admin_ext.roles import ADMINISTRATOR, CASHIER, MANAGER, PROVIDER, ROLES
from tests.admin_ext.booking import words

CLINICAL = ("cough", "complaint", "findings", "diagnosis", "J20.9", "plan", "addendum")


@pytest.fixture
def everything(ours, sign_in):
    """Somebody who may do everything that a role or a permission can allow."""
    client = sign_in(ours.organisation, *ROLES)
    client.user.user_permissions.set(Permission.objects.filter(content_type__app_label="clinic"))
    return client


def clinical_words(text: str) -> list[str]:
    return [word for word in CLINICAL if f"Ours {word}" in text or word == "J20.9" in text]


@pytest.mark.parametrize("model", ["visit", "consultation"])
@pytest.mark.parametrize("row", ["consultation", "closed_consultation"])
def test_no_list_or_form_shows_the_words_of_the_room(model, row, ours, everything):
    key = getattr(ours, row).pk if model == "consultation" else ours.visit.pk
    pages = [reverse(f"admin:clinic_{model}_changelist"), reverse(f"admin:clinic_{model}_change", args=[key])]

    shown = [words(everything.get(page).content.decode()) for page in pages]

    assert all("Ours patient" in text for text in shown)
    assert [clinical_words(text) for text in shown] == [[], []]


def test_history_tells_the_steps_of_a_consultation_and_not_its_words(ours, everything):
    row = ours.consultation
    row.findings, row.diagnosis, row.plan = "Ours findings of the lung", "Ours diagnosis again", "Ours plan of rest"
    row.record("findings", "diagnosis", "plan", by=ours.user)
    row.status, row.closed_at = "closed", row.activated_at
    row.record("status", "closed_at", by=ours.user)
    version = row.history.latest()

    shown = everything.get(reverse("admin:clinic_consultation_history", args=[row.pk]))
    at_the_time = everything.get(reverse("admin:clinic_consultation_simple_history", args=[row.pk, version.pk]))

    newest, before, *_ = shown.context["page_obj"]
    assert [change["field"] for change in newest.history_delta_changes] == ["Closed at", "Status"]
    assert before.history_delta_changes == []
    assert clinical_words(shown.content.decode()) == clinical_words(at_the_time.content.decode()) == []


def test_history_of_a_visit_keeps_the_complaint_to_itself(ours, everything):
    ours.visit.complaint = "Ours cough since Friday"
    ours.visit.record("complaint", by=ours.user)

    shown = everything.get(reverse("admin:clinic_visit_history", args=[ours.visit.pk])).content.decode()

    assert clinical_words(shown) == []


def test_an_addendum_is_told_without_its_words(ours, everything):
    page = everything.get(reverse("admin:clinic_consultation_change", args=[ours.closed_consultation.pk]))

    assert "Ours first Ours last" in words(page.content.decode())
    assert clinical_words(page.content.decode()) == []


@pytest.mark.parametrize("role", [CASHIER, MANAGER, ADMINISTRATOR])
def test_figures_are_for_those_who_oversee_and_consultations_for_none_of_them(role, ours, sign_in):
    client = sign_in(ours.organisation, role)

    assert client.get(reverse("admin:clinic_invoice_changelist")).status_code == 200
    assert client.get(reverse("admin:clinic_consultation_changelist")).status_code == 403
    assert not client.user.has_perm("clinic.view_consultation")


def test_a_provider_sees_consultations_and_no_money(ours, sign_in):
    client = sign_in(ours.organisation, PROVIDER)

    assert client.get(reverse("admin:clinic_consultation_changelist")).status_code == 200
    assert client.get(reverse("admin:clinic_invoice_changelist")).status_code == 403


def test_invoices_say_what_is_left(ours, everything):
    ours.invoice.lines.model.objects.create(
        organisation=ours.organisation, invoice=ours.invoice, description_en="One more", unit_price=40, amount=40
    )

    shown = words(everything.get(reverse("admin:clinic_invoice_changelist")).content.decode())

    assert "340.00 SAR" in shown
    assert " 40.00 SAR" in shown


def test_a_payment_opens_its_invoice(ours, everything):
    shown = everything.get(reverse("admin:clinic_payment_changelist")).content.decode()

    assert reverse("admin:invoice", args=[ours.invoice.pk]) in shown


def test_a_closed_day_says_what_was_missing_in_the_drawer(ours, sign_in):
    client = sign_in(ours.organisation, CASHIER)

    shown = words(client.get(reverse("admin:clinic_dayclosing_change", args=[ours.closing.pk])).content.decode())

    assert "Cash 300.00 SAR" in shown
    assert "0.00 SAR" in shown
