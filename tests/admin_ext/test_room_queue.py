"""The doctors' queue: whom it shows to whom, for how long they have waited, and one click for the next step."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from admin_ext.roles import PROVIDER
from clinic.models import Visit
from tests.admin_ext.rooms import ACTIVE, HTMX, PENDING, Doctor, colleague, now_in_table
from tests.factories import NINE, make_clinic, make_organisation

MINUTE = timedelta(minutes=1)
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def reem(db, today_at_nine, sign_in):
    return Doctor(sign_in)


def names(page) -> dict[str, list[str]]:
    return {part.key: [line.row.patient.name_en for line in part.lines] for part in page.context["queue"].parts}


def toast_of(answer) -> dict:
    return json.loads(answer.headers["HX-Trigger"])["toast"]


def test_queue_shows_mine_and_nobodys_and_not_a_colleagues(reem, sign_in):
    lama = colleague(sign_in, reem)
    reem.waits("Mine", reem.provider, requested_at=NINE - 20 * MINUTE)
    reem.waits("Nobody's", requested_at=NINE - 40 * MINUTE)
    reem.waits("Nobody's, later", requested_at=NINE - 5 * MINUTE)
    reem.mine("With me", version=1)
    reem.waits("A colleague's", lama.provider)
    reem.closed("Closed")

    page = reem.get("doctors_queue")

    assert names(page) == {"room": ["With me"], "mine": ["Mine"], "free": ["Nobody's", "Nobody's, later"]}
    assert [line.minutes for line in page.context["queue"].parts[2].lines] == [40, 5]


def test_who_was_called_in_is_with_the_doctor_and_has_waited_until_then(reem):
    reem.mine(
        "Called in", requested_at=NINE - 20 * MINUTE, activated_at=NINE - 5 * MINUTE, activated_by=reem.client.user
    )
    reem.mine("Sent by the desk", requested_at=NINE - 20 * MINUTE, activated_at=NINE - 20 * MINUTE)

    page = reem.get("doctors_queue")

    assert names(page) == {"room": ["Called in"], "mine": ["Sent by the desk"], "free": []}
    called, sent = (page.context["queue"].parts[at].lines[0] for at in (0, 1))
    assert (called.minutes, called.label) == (15, "Go on")
    assert (sent.minutes, sent.label) == (20, "Begin")


def test_queue_of_another_clinic_or_organisation_is_not_shown(reem, sign_in):
    elsewhere = Doctor(sign_in, make_clinic(reem.organisation, "Malaz"))
    theirs = Doctor(sign_in, make_clinic(make_organisation("Theirs")))
    elsewhere.waits("Of Malaz")
    theirs.waits("Theirs")

    assert names(reem.get("doctors_queue")) == {"mine": [], "free": []}


def test_one_click_takes_the_patient_and_leads_into_the_room(reem):
    row = reem.waits()

    answer = reem.post("consultation_step", row.pk, "activate")

    assert answer.headers["HX-Redirect"] == reverse("admin:consultation", args=[row.pk])
    taken = now_in_table(row)
    assert (taken.status, taken.doctor) == (ACTIVE, reem.provider)
    again = reem.post("consultation_step", row.pk, "activate")
    assert again.headers["HX-Redirect"] == answer.headers["HX-Redirect"]


def test_patient_whom_a_colleague_has_taken_meanwhile_is_refused_by_name(reem, sign_in):
    lama = colleague(sign_in, reem)
    row = reem.waits()
    lama.post("consultation_step", row.pk, "activate")

    answer = reem.post("consultation_step", row.pk, "activate")

    assert "Take the next in the queue." in toast_of(answer)["text"]
    assert now_in_table(row).doctor == lama.provider


def test_unpaid_patient_has_the_way_to_the_cashier_in_place_of_begin(reem):
    row = reem.not_paid(complaint="secret")

    page = reem.get("doctors_queue")

    assert names(page)["unpaid"] == ["Huda"]
    assert "Ask the cashier" in page.text
    assert "150.00 SAR" in page.text
    assert "secret" not in page.text
    assert reverse("admin:consultation_step", args=[row.pk, "activate"]) not in page.text


def test_one_click_puts_the_unpaid_visit_into_the_cashiers_queue_and_creates_nothing(reem):
    row = reem.not_paid()

    answer = reem.post("ask_cashier", row.visit_id)

    visit = Visit.objects.get(pk=row.visit_id)
    assert (visit.cashier_asked_by, visit.cashier_asked_at) == (reem.user, NINE)
    assert toast_of(answer)["tags"] == "success"
    page = reem.get("doctors_queue")
    assert "With the cashier since" in page.text
    assert reverse("admin:ask_cashier", args=[visit.pk]) not in page.text
    assert now_in_table(row).status == PENDING


def test_unpaid_patient_cannot_be_begun_by_address_either(reem):
    row = reem.not_paid()

    answer = reem.post("consultation_step", row.pk, "activate")

    assert "150.00 SAR" in toast_of(answer)["text"]
    assert now_in_table(row).status == PENDING


def test_paid_patient_can_be_begun(reem):
    row = reem.paid(reem.not_paid())

    assert reem.post("consultation_step", row.pk, "activate").headers["HX-Redirect"]
    assert now_in_table(row).status == ACTIVE


def test_queue_is_drawn_again_only_when_something_has_changed(reem):
    reem.waits()
    version = reem.get("doctors_queue").context["queue"].version

    assert reem.ask("doctors_queue", version=version).status_code == 204
    reem.waits("Noura")
    assert "Noura" in reem.ask("doctors_queue", version=version).text


def test_words_of_others_are_shown_as_text(reem):
    reem.waits(SCRIPT, complaint=SCRIPT)

    page = reem.get("doctors_queue").text

    assert SCRIPT not in page
    assert page.count(escape(SCRIPT)) >= 2


def test_complaint_in_another_script_begins_where_the_page_does(reem):
    reem.waits(complaint="سعال منذ ثلاثة أيام")

    assert '<span class="queue-complaint"><bdi>سعال منذ ثلاثة أيام</bdi></span>' in reem.get("doctors_queue").text


def test_their_visit_and_consultation_are_not_found(reem, sign_in):
    theirs = Doctor(sign_in, make_clinic(make_organisation("Theirs")))
    row = theirs.not_paid()

    assert reem.post("ask_cashier", row.visit_id).status_code == 404
    assert reem.post("consultation_step", row.pk, "activate").status_code == 404
    assert Visit.objects.get(pk=row.visit_id).cashier_asked_at is None


def test_login_without_a_provider_reads_what_to_do(reem, sign_in):
    client = sign_in(reem.organisation, PROVIDER)
    reem.waits()

    page = client.get(reverse("admin:doctors_queue"), headers={})

    assert "belongs to no provider" in page.text
    assert "Huda" not in page.text
    assert client.get(reverse("admin:doctors_queue"), headers=HTMX).status_code == 200


@pytest.mark.parametrize("n", [1, 3])
def test_queue_costs_the_same_number_of_queries_for_any_number_of_patients(n, reem, django_assert_num_queries):
    for number in range(n):
        reem.not_paid(f"Unpaid {number}")
        reem.waits(f"Free {number}")
        reem.mine(f"Mine {number}")

    with django_assert_num_queries(9):
        assert reem.get("doctors_queue").status_code == 200


def test_own_day_says_who_waits_in_the_queue_and_leads_there(reem):
    empty = reem.get("my_day")
    reem.waits(requested_at=NINE - 40 * MINUTE)
    reem.waits("Noura", reem.provider, requested_at=NINE - 10 * MINUTE)
    reem.not_paid("Unpaid", requested_at=NINE - 90 * MINUTE)

    page = reem.get("my_day")

    assert "Nobody waits in your queue" in empty.text
    assert "2 patients wait in your queue, the first for 40 min" in page.text
    assert f'href="{reverse("admin:doctors_queue")}"' in page.text
