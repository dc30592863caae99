"""The matrix sees a guard that is gone: each is taken away once, and a cell fails."""

from importlib import reload

import pytest
from django.db import connection
from django.urls import clear_url_caches
from simple_history.admin import SimpleHistoryAdmin

import clinic.urls
from admin_ext.base import ReadOnly, RecordedModelAdmin
from admin_ext.cash_desk.pay import TakePaymentPage
from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER, PROVIDER
from clinic.constraints.triggers import EXISTING_TRIGGERS
from clinic.consultations.services import handing_over, opening, writing
from clinic.models.base import TenantQuerySet
from tests.doors.faults import faults_of
from tests.doors.matrix import cells
from tests.doors.site import doors

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


def faults_at(door: str, role: str, subjects) -> list[str]:
    return faults_of(cells(role, subjects, [door]))


def drop(rule: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EXISTING_TRIGGERS[connection.vendor])
        for name, _table, place in cursor.fetchall():
            if name.startswith(rule):
                cursor.execute(f"DROP TRIGGER {name}{place}")


def test_without_the_services_own_check_another_doctor_writes(subjects, monkeypatch):
    monkeypatch.setattr(writing, "why_not_write", lambda row, doctor: [])

    faults = faults_at("consultation_save", PROVIDER, subjects)

    assert any(fault.startswith("changes") and "other doctor's" in fault for fault in faults)
    assert "fails: Provider: POST consultation_save of closed -> 500" in faults  # the trigger alone is left


def test_without_check_and_trigger_a_closed_consultation_is_written(subjects, monkeypatch):
    monkeypatch.setattr(writing, "why_not_write", lambda row, doctor: [])
    drop("closed_consultation_is_final")

    faults = faults_at("consultation_save", PROVIDER, subjects)

    assert any(fault.startswith("changes") and "of closed" in fault for fault in faults)


def test_without_the_payment_check_only_the_trigger_keeps_the_gate(subjects, monkeypatch):
    monkeypatch.setattr(opening, "why_not_begin", lambda row, user: [])

    assert "fails: Provider: POST consultation_step activate of unpaid -> 500" in faults_at(
        "consultation_step", PROVIDER, subjects
    )


def test_without_check_and_trigger_an_unpaid_consultation_begins(subjects, monkeypatch):
    monkeypatch.setattr(opening, "why_not_begin", lambda row, user: [])
    drop("consultation_begins_when_paid")

    faults = faults_at("consultation_step", PROVIDER, subjects)

    assert any(fault.startswith("changes") and "activate of unpaid" in fault for fault in faults)


def test_without_the_services_own_check_a_consultation_is_handed_over_in_any_state(subjects, monkeypatch):
    monkeypatch.setattr(handing_over, "why_not_hand_over", lambda row, to, **asked: [])

    faults = faults_at("consultation_hand_over", MANAGER, subjects)

    assert any(fault.startswith("changes") and "of unpaid" in fault for fault in faults)
    assert "fails: Manager: POST consultation_hand_over of closed -> 500" in faults  # the trigger alone is left


def test_without_the_pages_permission_a_doctor_takes_money(subjects, monkeypatch):
    monkeypatch.setattr(TakePaymentPage, "permission_required", "clinic.view_patient")

    faults = faults_at("take_payment", PROVIDER, subjects)

    assert any(fault.startswith("changes") and "of unpaid" in fault for fault in faults)


@pytest.fixture
def anew():
    """The addresses of the site are made again, as Django keeps the methods behind them."""

    def make() -> None:
        clear_url_caches()
        reload(clinic.urls)
        doors.cache_clear()

    yield make
    make()


def test_without_the_closed_history_a_version_of_theirs_is_shown(anew, subjects, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(RecordedModelAdmin, "history_form_view", SimpleHistoryAdmin.history_form_view)
        anew()

        faults = faults_at("clinic_visit_simple_history", FRONT_DESK, subjects)

    assert any("GET" in fault and "other organisation's" in fault for fault in faults)


def test_without_read_only_lists_a_visit_is_saved(subjects, monkeypatch):
    monkeypatch.setattr(ReadOnly, "has_change_permission", lambda self, request, obj=None: True)

    faults = faults_at("clinic_visit_change", FRONT_DESK, subjects)

    assert "does not say that it refuses: Front desk: POST clinic_visit_change of closed -> 302" in faults


def test_without_the_wall_their_invoice_is_shown(subjects, monkeypatch):
    monkeypatch.setattr(TenantQuerySet, "of", lambda rows, organisation: rows)

    faults = faults_at("invoice", CASHIER, subjects)

    assert "is not hidden: Cashier: GET invoice of other organisation's -> 200" in faults
