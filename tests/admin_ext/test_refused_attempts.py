"""The page of refused attempts names doors, rows and reasons in words."""

import pytest
from django.urls import reverse
from django.utils import translation

from admin_ext.records.doors import door_words, refusal_words, target_words
from admin_ext.roles import MANAGER
from clinic.models import RefusedAttempt
from tests.admin_ext.booking import words
from tests.doors.site import doors
from tests.factories import NINE


@pytest.mark.parametrize(
    ("door", "page", "done"),
    [
        ("clinic_consultation_changelist GET", "Consultations: list", "opened"),
        ("clinic_consultation_history GET", "Consultations: history", "opened"),
        ("clinic_consultation_simple_history POST", "Consultations: earlier version", "sent"),
        ("clinic_consultation_begin POST", "Consultations: “Begin”", "sent"),
        ("clinic_appointment_export GET", "Appointments: export", "opened"),
        ("take_payment POST", "Take payment", "sent"),
        ("consultation_save POST", "Write into the consultation", "sent"),
        ("invoice DELETE", "Invoice", "DELETE"),
        ("service", "Without a page", ""),
        ("a_page_of_last_year POST", "a_page_of_last_year", "sent"),
    ],
)
def test_a_door_is_named_by_its_page_and_what_was_done(door, page, done):
    assert door_words(door) == (page, done)


def test_every_watched_door_has_words():
    watched = [door for door in doors() if door.is_watched]

    nameless = [door.name for door in watched if "_" in door_words(f"{door.name} POST")[0]]

    assert len(watched) > 50
    assert nameless == []


def test_a_door_is_named_in_the_language_of_the_reader():
    with translation.override("ar"):
        page, _done = door_words("clinic_consultation_history GET")

    assert "onsultation" not in page


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("invoice 12", "Invoice 12"),
        ("refundrequest 3", "Refund request 3"),
        ("/admin/clinic/invoice/12/change/", "Invoice 12"),
        ("/admin/consultations/9/step/close/", "Begin or close the consultation 9"),
        ("/admin/cash/", ""),
        ("/a/page/of/last/year/", "/a/page/of/last/year/"),
        ("Huda 12", "Huda 12"),
        ("", ""),
    ],
)
def test_a_row_is_named_by_its_kind_and_key(target, shown):
    assert target_words(target) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("unpaid", "Not paid"),
        ("403", "Not allowed for this role"),
        ("404", "Not there"),
        ("closed_consultation_is_final", "Guarded by the table"),
        ("of_last_year", "of_last_year"),
    ],
)
def test_a_refusal_is_a_sentence_and_not_a_code(code, shown):
    assert refusal_words(code) == shown


def test_a_manager_reads_words(ours, sign_in):
    client = sign_in(ours.organisation, MANAGER)
    RefusedAttempt.objects.create(
        organisation=ours.organisation, by=ours.user, at=NINE, door="clinic_invoice_history POST",
        target=f"invoice {ours.invoice.pk}", code="405",
    )  # fmt: skip

    shown = words(client.get(reverse("admin:clinic_refusedattempt_changelist")).content.decode())

    assert "Invoices: history" in shown
    assert f"Invoice {ours.invoice.pk}" in shown
    assert "Not in this way" in shown
    assert "clinic_invoice_history" not in shown
    assert "clinic_consultation_change" not in shown
