"""The consultation room: who enters, what is saved, what is closed for ever, what is printed."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.html import escape

from admin_ext.roles import PROVIDER
from clinic.enums import Language, VisitStatus
from clinic.models import Addendum, FollowUp, Visit
from tests.admin_ext.rooms import ACTIVE, CLOSED, PENDING, Doctor, colleague, now_in_table
from tests.factories import (
    NINE,
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
)

SCRIPT = "<script>alert(1)</script>"
DAY = timedelta(days=1)
WORDS = {"complaint": "Cough", "findings": "Wheeze", "diagnosis": "Bronchitis", "plan": "Rest"}


@pytest.fixture
def reem(db, today_at_nine, sign_in):
    return Doctor(sign_in)


@pytest.fixture
def lama(reem, sign_in):
    return colleague(sign_in, reem)


def test_words_are_saved_with_who_wrote_them(reem):
    row = reem.mine()

    answer = reem.write(row, findings="Wheeze", temperature="٣٨,٢", diagnosis_codes="J20.9,J45.9")

    saved = now_in_table(row)
    assert (saved.findings, saved.temperature) == ("Wheeze", Decimal("38.2"))
    assert saved.diagnosis_codes == ["J20.9", "J45.9"]
    assert saved.history.first().history_user == reem.user
    assert answer.json() == {
        "version": saved.version,
        "time": "09:00",
        "stored": {"findings": "Wheeze", "temperature": "38.2", "diagnosis_codes": "J20.9,J45.9"},
        "wrong": {},
    }


def test_word_that_cannot_be_is_told_at_its_place_and_the_others_are_saved(reem):
    row = reem.mine()

    answer = reem.write(row, findings="Wheeze", pulse="9000").json()

    saved = now_in_table(row)
    assert (saved.findings, saved.pulse) == ("Wheeze", None)
    assert list(answer["wrong"]) == ["pulse"]
    assert "right unit" in answer["wrong"]["pulse"]
    assert list(answer["stored"]) == ["findings"]


def test_every_wrong_word_is_told_at_once_and_keeps_no_other_from_being_saved(reem):
    row = reem.mine()

    answer = reem.write(row, findings="Wheeze", temperature="500", systolic="80", diastolic="120", pulse="72")

    saved = now_in_table(row)
    assert (saved.findings, saved.pulse, saved.temperature, saved.systolic) == ("Wheeze", 72, None, None)
    assert answer.status_code == 200
    assert set(answer.json()["wrong"]) == {"temperature", "systolic", "diastolic"}


@pytest.mark.parametrize("pressures", [("75", "130"), ("70", "9000"), ("9000", "130")])
def test_pressures_that_fit_neither_each_other_nor_what_stands_are_told_and_the_rest_is_saved(reem, pressures):
    row = reem.mine()
    reem.write(row, systolic="120", diastolic="80")

    answer = reem.write(row, findings="Wheeze", **dict(zip(("systolic", "diastolic"), pressures, strict=True)))

    saved = now_in_table(row)
    assert (saved.findings, saved.systolic, saved.diastolic) == ("Wheeze", 120, 80)
    assert set(answer.json()["wrong"]) == {"systolic", "diastolic"}


def test_words_written_in_another_window_meanwhile_are_shown_and_not_overwritten(reem):
    row = reem.mine()
    reem.write(row, version=0, findings="From the first <b>")

    answer = reem.write(row, version=0, findings="From the second")

    assert answer.status_code == 409
    assert "From the first &lt;b&gt;" in answer.text
    saved = now_in_table(row)
    assert saved.findings == "From the first <b>"
    assert f'data-version="{saved.version}"' in answer.text


def test_sheet_that_does_not_say_what_it_has_read_overwrites_nothing(reem):
    row = reem.mine()
    reem.write(row, findings="First")

    assert reem.post("consultation_save", row.pk, findings="Second").status_code == 409
    assert now_in_table(row).findings == "First"


def test_closing_asks_and_names_what_is_missing(reem):
    row = reem.mine(complaint="")
    reem.write(row, **{**WORDS, "plan": " "})

    asked = reem.post("consultation_step", row.pk, "close", version=1)

    assert [word.name for word in asked.context["missing"]] == ["plan"]
    assert now_in_table(row).status == ACTIVE
    done = reem.post("consultation_step", row.pk, "close", version=1, anyway=1)
    assert done.headers["HX-Redirect"] == reverse("admin:consultation", args=[row.pk])
    assert now_in_table(row).status == CLOSED


def test_closing_a_whole_consultation_asks_too_and_a_code_is_a_diagnosis(reem):
    row = reem.mine()
    reem.write(row, **{**WORDS, "diagnosis": "", "diagnosis_codes": "J20.9"})

    asked = reem.post("consultation_step", row.pk, "close", version=1)

    assert "Close this consultation for ever?" in asked.text
    assert asked.context["missing"] == []
    assert now_in_table(row).status == ACTIVE
    reem.post("consultation_step", row.pk, "close", version=1, anyway=1)
    assert now_in_table(row).status == CLOSED


def test_consultation_is_not_closed_over_words_that_nobody_has_seen(reem):
    row = reem.mine()
    reem.write(row, **WORDS)

    asked = reem.post("consultation_step", row.pk, "close", version=0)
    answer = reem.post("consultation_step", row.pk, "close", version=asked.context["version"], anyway=1)

    assert "other words" in answer.headers["HX-Trigger"]
    assert now_in_table(row).status == ACTIVE


def test_closed_consultation_is_read_and_takes_no_word(reem):
    row = reem.closed(patient=make_patient(reem.organisation, "Huda"))

    page = reem.get("consultation", row.pk)
    answer = reem.write(row, findings="Too late")

    assert "<textarea" not in page.text.split("addendum-form")[0]
    assert (answer.status_code, now_in_table(row).findings) == (422, "")
    assert "Write an addendum." in answer.json()["refusal"]
    assert answer.json()["closed"]


def test_addendum_stands_below_with_its_writer_and_moment(reem):
    row = reem.closed()

    answer = reem.client.post(reverse("admin:consultation_addendum", args=[row.pk]), {"text": f"Later: {SCRIPT}"})

    assert answer.url == reverse("admin:consultation", args=[row.pk])
    added = Addendum.objects.get()
    assert (added.consultation, added.text, added.written_by) == (row, f"Later: {SCRIPT}", reem.user)
    page = reem.get("consultation", row.pk).text
    assert escape(SCRIPT) in page
    assert SCRIPT not in page


def test_addendum_to_an_open_consultation_is_refused_with_its_text_kept(reem):
    row = reem.mine()

    page = reem.client.post(reverse("admin:consultation_addendum", args=[row.pk]), {"text": "Too early"})

    assert "is not closed" in page.text
    assert "Too early" in page.text
    assert not Addendum.objects.exists()


def test_blank_addendum_is_asked_for_again_under_the_head_of_its_consultation(reem):
    row = reem.closed("Huda")

    page = reem.client.post(reverse("admin:consultation_addendum", args=[row.pk]), {"text": "  "})

    assert re.search(r"<textarea[^>]* required", reem.get("consultation", row.pk).text)
    assert "This field is required." in page.text
    assert '<div class="room-who">' in page.text
    assert reverse("admin:consultation", args=[row.pk]) in page.text
    assert not Addendum.objects.exists()


@pytest.mark.parametrize("status", [PENDING, ACTIVE, CLOSED])
def test_colleagues_consultation_shows_no_word_of_it_by_any_address(status, reem, lama):
    words = {"complaint": "secret"} if status == PENDING else {"findings": "secret", "plan": "secret"}
    row = lama.waits("Huda", lama.provider, status, **words)

    page = reem.get("consultation", row.pk)
    saved = reem.write(row, findings="Mine now")
    closed = reem.post("consultation_step", row.pk, "close", anyway=1)
    added = reem.client.post(reverse("admin:consultation_addendum", args=[row.pk]), {"text": "Mine now"})
    answers = [page, saved, closed, added, reem.get("consultation_summary", row.pk), reem.get("follow_up", row.pk)]

    assert (page.status_code, saved.status_code, closed.status_code) == (403, 422, 204)
    assert not saved.json()["closed"]
    assert not any("secret" in answer.text for answer in answers)
    after = now_in_table(row)
    assert (after.findings, after.plan, after.status) == (row.findings, row.plan, status)
    assert not Addendum.objects.exists()


def test_unpaid_consultation_says_so_and_shows_not_even_the_complaint(reem):
    row = reem.not_paid(complaint="secret")

    page = reem.get("consultation", row.pk)

    assert page.status_code == 403
    assert "Not paid: 150.00 SAR." in page.text
    assert reverse("admin:ask_cashier", args=[row.visit_id]) in page.text
    assert "secret" not in page.text


def test_their_consultation_is_not_found(reem, sign_in):
    theirs = Doctor(sign_in, make_clinic(make_organisation("Theirs")))
    row, closed = theirs.mine("Theirs"), theirs.closed("Theirs too")

    pages = ["consultation", "consultation_summary", "consultation_addendum", "follow_up"]
    assert [reem.get(page, closed.pk).status_code for page in pages] == [404, 404, 404, 404]
    assert reem.write(row, findings="Mine now").status_code == 404
    assert now_in_table(row).findings == ""


def test_last_consultations_of_the_patient_stand_beside_the_sheet(reem, lama):
    huda = make_patient(reem.organisation, "Huda")
    lama.closed(patient=huda, plan="A colleague's plan", diagnosis_codes=["J20.9"])
    reem.closed("Noura", plan="Somebody else's plan")
    Visit.objects.filter(patient=huda).update(status=VisitStatus.CLOSED, closed_at=NINE)

    page = reem.get("consultation", reem.mine(patient=huda).pk)

    assert "<dd><bdi>A colleague&#x27;s plan</bdi></dd>" in page.text
    assert "J20.9" in page.text
    assert "Somebody else" not in page.text
    assert "first consultation of this patient" in reem.get("consultation", reem.mine("Alone").pk).text


def test_nobodys_consultation_shows_the_way_in_and_nothing_earlier_until_it_is_taken(reem, lama):
    huda = make_patient(reem.organisation, "Huda")
    lama.closed(patient=huda, plan="secret")
    Visit.objects.filter(patient=huda).update(status=VisitStatus.CLOSED, closed_at=NINE)
    row = reem.waits(patient=huda, status=ACTIVE)

    page = reem.get("consultation", row.pk)

    assert page.status_code == 200
    assert reverse("admin:consultation_step", args=[row.pk, "activate"]) in page.text
    assert "secret" not in page.text
    reem.post("consultation_step", row.pk, "activate")
    assert "secret" in reem.get("consultation", row.pk).text


def test_diagnosis_is_found_by_code_and_by_words_in_both_languages(reem):
    assert 'data-code="J20.9"' in reem.ask("diagnosis_search", q="J20").text
    assert 'data-code="J20.9"' in reem.ask("diagnosis_search", q="acute bronch").text
    nothing = reem.ask("diagnosis_search", q=SCRIPT)
    assert "data-code" not in nothing.text
    assert SCRIPT not in nothing.text


def test_summary_is_in_the_patients_language_and_escapes_what_was_written(reem):
    huda = make_patient(reem.organisation, "Huda", name_ar="هدى", language=Language.ARABIC)
    row = reem.closed(patient=huda, plan=SCRIPT, diagnosis_codes=["J20.9"], pulse=80)
    Addendum.objects.create(
        organisation=reem.organisation, consultation=row, text="Later", written_by=reem.user, written_at=NINE
    )

    paper = reem.get("consultation_summary", row.pk)

    assert '<html lang="ar" dir="rtl">' in paper.text
    assert "هدى" in paper.text
    assert "التهاب" in paper.text
    assert escape(SCRIPT) in paper.text
    assert SCRIPT not in paper.text
    assert "Later" in paper.text


def test_summary_of_what_is_not_closed_leads_to_the_sheet(reem):
    row = reem.mine()

    assert reem.get("consultation_summary", row.pk).url == reverse("admin:consultation", args=[row.pk])


def test_login_without_a_provider_enters_no_room(reem, sign_in):
    row = reem.mine(findings="secret")
    client = sign_in(reem.organisation, PROVIDER)

    page = client.get(reverse("admin:consultation", args=[row.pk]))

    assert page.status_code == 403
    assert "secret" not in page.text


@pytest.mark.parametrize("n", [1, 3])
def test_room_costs_the_same_number_of_queries_for_any_number_of_rows(n, reem, lama, django_assert_num_queries):
    huda = make_patient(reem.organisation, "Huda")
    for number in range(n):
        lama.closed(patient=huda, plan=f"Plan {number}")
        Visit.objects.filter(patient=huda).update(status=VisitStatus.CLOSED, closed_at=NINE)
    row = reem.mine(patient=huda)
    for number in range(n):
        booked = make_appointment(huda, reem.service, reem.provider, reem.clinic, NINE + (number + 1) * DAY)
        FollowUp.objects.create(organisation=reem.organisation, consultation=row, appointment=booked)

    with django_assert_num_queries(12):
        assert reem.get("consultation", row.pk).status_code == 200
