"""The pages that change a whole package: what is shown before, the reason, one click, and what is refused."""

import json
import re
from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from admin_ext.roles import FRONT_DESK, MANAGER
from clinic.enums import AppointmentStatus, OperationKind, PurchaseStatus
from clinic.models import Appointment, Operation, PackagePurchase
from clinic.packages.balance import Balance
from clinic.packages.selectors import balance_of
from clinic.packages.services import freeze
from clinic.scheduling import booking
from tests.admin_ext.booking import words
from tests.factories import NINE, make_patient, make_week

pytestmark = pytest.mark.usefixtures("a_week_before")

DIALOG = {"HX-Request": "true", "HX-Target": "modal-content"}
NUMBERS = {"HX-Request": "true", "HX-Target": "change-preview"}
VERBS = {
    "cancel_remaining": {},
    "freeze_package": {"on": "2030-01-01"},
    "extend_package": {"days": "10"},
    "adjust_package": {"sessions": "2"},
    "transfer_package": {},
}


class Desk:
    """Our patient's package of four, one of which is booked for Monday at nine."""

    def __init__(self, ours, client):
        self.ours, self.client, self.purchase = ours, client, ours.purchase

    def address(self, verb) -> str:
        return reverse(f"admin:{verb}", args=[self.purchase.pk])

    def ask(self, verb, headers=DIALOG, **query):
        return self.client.get(self.address(verb), query, headers=headers)

    def seen(self, verb, **query) -> str:
        return re.search(r'name="seen" value="(\w+)"', self.ask(verb, **query).text)[1]

    def form(self, verb, **changes) -> dict:
        asked = dict(VERBS.get(verb, {}))
        if verb == "adjust_package":
            asked["item"] = self.purchase.items.get().pk
        return {"reason": "Patient travels", "seen": self.seen(verb), **asked, **changes}

    def post(self, verb, headers=DIALOG, **changes):
        return self.client.post(self.address(verb), self.form(verb, **changes), headers=headers)

    def balance(self) -> Balance:
        return balance_of(self.purchase)

    def reload(self) -> PackagePurchase:
        return PackagePurchase.objects.get(pk=self.purchase.pk)


@pytest.fixture
def desk(ours, sign_in):
    return Desk(ours, sign_in(ours.organisation, MANAGER))


@pytest.fixture
def other(ours):
    return make_patient(ours.organisation, "Omar <b>Bold</b>", file_number="F-77")


def toast(response) -> dict:
    return json.loads(response.headers["HX-Trigger"])["toast"]


def numbers(page: str) -> list[tuple[str, str, str]]:
    return re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td><td>([^<]+)</td>', page)


def test_menu_says_what_is_possible_and_why_not(desk):
    freeze(desk.purchase, by=desk.ours.user)

    page = words(desk.ask("change_package").text)

    assert "Unfreeze the package" in page
    assert "The package is frozen." in page
    assert "No session of this package is booked from now on." in page


def test_patient_page_leads_to_the_menu(desk):
    page = desk.client.get(reverse("admin:patient", args=[desk.ours.patient.pk])).text

    assert f'hx-get="{desk.address("change_package")}"' in page


def test_page_of_the_purchase_leads_to_the_menu_and_to_what_was_done(desk):
    freeze(desk.purchase, by=desk.ours.user, reason="Travels to Jeddah")
    page = desk.client.get(reverse("admin:clinic_packagepurchase_change", args=[desk.purchase.pk])).text

    operation = Operation.objects.get(kind=OperationKind.FREEZE)
    assert f'hx-get="{desk.address("change_package")}"' in page
    assert reverse("admin:operation", args=[operation.public_id]) in page
    assert "Travels to Jeddah" in page


def test_cancelling_shows_the_sessions_the_numbers_and_the_message_before_it_is_done(desk):
    page = desk.ask("cancel_remaining").text

    assert numbers(page)[:3] == [("Used", "0", "0"), ("Reserved", "1", "0"), ("Free", "3", "4")]
    assert "Mon 7 Jan" in words(page)
    assert "Your appointment" not in words(page)  # the text of an SMS has no subject
    assert "is cancelled" in words(page)
    assert "Cancel 1 session" in words(page)
    assert not Operation.objects.filter(kind=OperationKind.CANCEL_REMAINING).exists()


def test_cancelling_answers_with_undo_and_what_was_done(desk):
    response = desk.post("cancel_remaining")

    operation = Operation.objects.get(kind=OperationKind.CANCEL_REMAINING)
    said = toast(response)
    assert (response.status_code, operation.reason) == (204, "Patient travels")
    assert said["undo"] == reverse("admin:undo_operation", args=[operation.public_id])
    assert said["more"] == reverse("admin:operation", args=[operation.public_id])
    assert said["text"] == "1 session of “Ours package” is cancelled."
    assert desk.balance() == Balance(used=0, reserved=0, free=4)


def test_without_htmx_the_page_of_the_operation_follows(desk):
    response = desk.post("cancel_remaining", headers={})

    operation = Operation.objects.get(kind=OperationKind.CANCEL_REMAINING)
    assert response.url == reverse("admin:operation", args=[operation.public_id])


@pytest.mark.parametrize("verb", VERBS)
def test_every_change_needs_a_reason_and_keeps_the_rest_of_the_input(desk, other, verb):
    response = desk.post(verb, reason=" ", patient=other.pk)

    assert "Say why: the reason stays in the history." in response.text
    for value in {**VERBS[verb], **({"patient": str(other.pk)} if verb == "transfer_package" else {})}.values():
        assert f'value="{value}"' in response.text
    assert desk.reload().history.count() == desk.purchase.history.count()
    assert desk.balance() == Balance(used=0, reserved=1, free=3)


@pytest.mark.parametrize("verb", VERBS)
def test_a_form_that_is_sent_twice_changes_once(desk, other, verb):
    form = desk.form(verb, patient=other.pk)
    desk.client.post(desk.address(verb), form, headers=DIALOG)

    second = desk.client.post(desk.address(verb), form, headers=DIALOG)

    assert "has been changed since you looked" in words(second.text)
    assert Operation.objects.exclude(pk=desk.ours.operation.pk).filter(by=desk.client.user).count() == 1


def test_a_stale_form_is_told_how_the_package_stands_and_keeps_the_reason(desk):
    form = desk.form("cancel_remaining")
    booking.cancel(desk.ours.appointment, by=desk.ours.user)

    response = desk.client.post(desk.address("cancel_remaining"), form, headers=DIALOG)

    assert "0 used, 0 reserved, 4 free" in words(response.text)
    assert not Operation.objects.filter(kind=OperationKind.CANCEL_REMAINING).exists()


def test_freezing_shows_what_is_called_off_and_does_it(desk):
    assert "Freeze and cancel 1 session" in words(desk.ask("freeze_package").text)

    desk.post("freeze_package")

    assert (desk.reload().status, desk.reload().frozen_on) == (PurchaseStatus.FROZEN, date(2030, 1, 1))
    assert Appointment.objects.get(pk=desk.ours.appointment.pk).status == AppointmentStatus.CANCELLED_BY_CLINIC


def test_unfreezing_shows_the_new_last_day(desk):
    freeze(desk.purchase, by=desk.ours.user)
    last_day = desk.reload().expires_on

    page = desk.ask("unfreeze_package", on="2030-01-01").text
    response = desk.post("unfreeze_package", on="2030-01-01")

    assert "Unfreeze, valid until Sun 31 Mar" in words(page)
    assert response.status_code == 204
    assert (desk.reload().status, desk.reload().expires_on) == (PurchaseStatus.ACTIVE, last_day)


def test_numbers_follow_the_days_that_are_typed(desk):
    page = desk.ask("extend_package", headers=NUMBERS, days="5").text

    assert ("Last day", "Sun 31 Mar", "Fri 5 Apr") in numbers(page)
    assert "Extend until Fri 5 Apr" in words(page)
    assert "<form" not in page


def test_days_that_are_no_number_are_refused_on_the_form(desk):
    response = desk.post("extend_package", days="many")

    assert "Enter a whole number." in response.text
    assert 'value="many"' in response.text
    assert desk.reload().expires_on == date(2030, 3, 31)


def test_extension_moves_the_last_day(desk):
    desk.post("extend_package", days="10")

    assert desk.reload().expires_on == date(2030, 3, 31) + timedelta(days=10)


def test_adjusting_below_what_is_reserved_is_refused_before_and_after(desk):
    shown = words(desk.ask("adjust_package", sessions="-4").text)
    posted = desk.post("adjust_package", sessions="-4")

    assert "Only 3 sessions of Ours service are free: 0 used, 1 reserved." in shown
    assert "Only 3 sessions of Ours service are free: 0 used, 1 reserved." in words(posted.text)
    assert desk.reload().total_sessions == 4


def test_adjusting_says_how_many_there_will_be(desk):
    assert "Make it 6 sessions" in words(desk.ask("adjust_package", sessions="2").text)

    desk.post("adjust_package", sessions="2")

    assert (desk.reload().total_sessions, desk.balance().free) == (6, 5)


def test_transfer_finds_others_and_shows_markup_as_text(desk, other):
    page = desk.ask("transfer_package", headers={**DIALOG, "HX-Target": "new-owners"}, q="omar").text

    assert "Omar &lt;b&gt;Bold&lt;/b&gt;" in page
    assert f'value="{desk.ours.patient.pk}"' not in page


def test_transfer_says_what_goes_over_and_does_it(desk, other):
    page = words(desk.ask("transfer_package", patient=other.pk).text)

    desk.post("transfer_package", patient=other.pk)

    assert re.search(r"Goes over: 4 sessions, worth ?1,200.00 SAR ?, to be used until Sun 31 Mar", page)
    assert "Transfer 4 sessions to Omar" in page
    given = PackagePurchase.objects.get(patient=other)
    assert (given.total_sessions, desk.reload().status) == (4, PurchaseStatus.TRANSFERRED)


def test_transfer_without_a_patient_asks_for_one(desk):
    response = desk.post("transfer_package")

    assert "Choose whose package it becomes." in response.text
    assert desk.reload().status == PurchaseStatus.ACTIVE


def test_transfer_to_a_patient_of_another_organisation_finds_nobody(desk, theirs):
    searched = desk.ask("transfer_package", headers={**DIALOG, "HX-Target": "new-owners"}, q="theirs")
    posted = desk.post("transfer_package", patient=theirs.patient.pk)

    assert "Theirs patient" not in searched.text + posted.text
    assert desk.reload().status == PurchaseStatus.ACTIVE


@pytest.mark.parametrize("verb", ["change_package", "move_remaining", "unfreeze_package", *VERBS])
def test_a_package_of_another_organisation_is_not_found(desk, theirs, verb):
    address = reverse(f"admin:{verb}", args=[theirs.purchase.pk])

    assert desk.client.get(address).status_code == 404
    assert desk.client.post(address, {"reason": "x"}).status_code in (404, 405)
    assert not Operation.objects.filter(organisation=theirs.organisation).exclude(pk=theirs.operation.pk).exists()


def test_front_desk_is_not_offered_what_costs_money(ours, sign_in):
    front_desk = Desk(ours, sign_in(ours.organisation, FRONT_DESK))

    page = words(front_desk.ask("change_package").text)

    assert "Cancel what is booked" in page
    assert "Transfer" not in page
    assert front_desk.client.get(front_desk.address("transfer_package")).status_code == 403


# Moving all that is booked

PLAN = {"HX-Request": "true", "HX-Target": "plan"}


@pytest.fixture
def evenings(desk):
    make_week(desk.ours.provider, desk.ours.clinic, start=time(17), end=time(20))
    return {
        "asked": 1, "clinic": desk.ours.clinic.pk, "provider": desk.ours.provider.pk, "first_day": "2030-01-07",
        "last_day": "2030-02-28", "weekday": [1, 2, 3, 4, 5, 6, 7], "earliest": "18:00", "per_day": 1, "gap": 1,
        "keep_provider": "on", "keep_time": "on", "keep_order": "on",
    }  # fmt: skip


def signed(page: str) -> str:
    return re.search(r'name="plan" value="([^"]+)"', page)[1]


def test_move_shows_before_and_after(desk, evenings):
    page = desk.client.get(desk.address("move_remaining"), evenings, headers=PLAN).text

    assert "1 session moves" in words(page)
    assert "Mon 7 Jan 09:00–09:30" in words(page)
    assert "Mon 7 Jan 18:00" in words(page)


def test_move_keeps_the_appointment_and_leads_to_what_was_done(desk, evenings):
    plan = signed(desk.client.get(desk.address("move_remaining"), evenings, headers=PLAN).text)

    asked = {**evenings, "plan": plan, "reason": "Only evenings"}
    response = desk.client.post(desk.address("move_remaining"), asked, headers=PLAN)

    operation = Operation.objects.get(kind=OperationKind.MOVE_REMAINING)
    row = Appointment.objects.get(pk=desk.ours.appointment.pk)
    assert response.headers["HX-Redirect"] == reverse("admin:operation", args=[operation.public_id])
    assert (row.starts_at, row.status) == (NINE.replace(hour=18), AppointmentStatus.RESCHEDULED)


def test_move_without_a_reason_plans_anew_and_says_so(desk, evenings):
    plan = signed(desk.client.get(desk.address("move_remaining"), evenings, headers=PLAN).text)

    response = desk.client.post(desk.address("move_remaining"), {**evenings, "plan": plan}, headers=PLAN)

    assert "Say why: the reason stays in the history." in response.text
    assert signed(response.text)
    assert Appointment.objects.get(pk=desk.ours.appointment.pk).starts_at == NINE


def test_move_plan_of_somebody_else_is_refused(desk, evenings, sign_in):
    plan = signed(desk.client.get(desk.address("move_remaining"), evenings, headers=PLAN).text)
    colleague = sign_in(desk.ours.organisation, FRONT_DESK)

    asked = {**evenings, "plan": plan, "reason": "Only evenings"}
    response = colleague.post(desk.address("move_remaining"), asked, headers=PLAN)

    assert "made by somebody else" in response.text
    assert Appointment.objects.get(pk=desk.ours.appointment.pk).starts_at == NINE


def test_move_with_nothing_booked_says_so(desk):
    booking.cancel(desk.ours.appointment, by=desk.ours.user)

    page = desk.client.get(desk.address("move_remaining")).text

    assert "there is nothing to move" in page


def test_a_reason_is_kept_while_the_numbers_are_refused(desk):
    page = desk.ask("adjust_package", headers=NUMBERS, sessions="-9", reason="Counted wrongly").text

    assert '<input type="hidden" name="reason" value="Counted wrongly">' in page
