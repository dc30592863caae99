"""The patient's page: what is left of each package and what is booked, in a fixed number of questions."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_ext.ages import age_text
from admin_ext.roles import CASHIER, FRONT_DESK, PROVIDER
from clinic.enums import AppointmentStatus
from clinic.scheduling import booking
from tests.admin_ext.world import buy, make_message
from tests.factories import (
    BEFORE,
    MONDAY,
    NINE,
    make_appointment,
    make_invoice,
    make_package,
    make_payment,
    make_visit,
)

pytestmark = pytest.mark.usefixtures("a_week_before")


@pytest.fixture
def page_of(ours, sign_in):
    client = sign_in(ours.organisation, FRONT_DESK)

    def page_of(patient, *, fresh=False, **query):
        if fresh:  # at another time the session may have ended
            client.force_login(client.user)
        return client.get(reverse("admin:patient", args=[patient.pk]), query)

    return page_of


def test_page_names_the_patient_in_both_languages_and_dials_the_phone(ours, page_of):
    ours.patient.name_ar = "هدى"
    ours.patient.born_on = date(2024, 1, 15)
    ours.patient.record("name_ar", "born_on", by=ours.user)

    page = page_of(ours.patient).text

    assert "<bdi>Ours patient</bdi>" in page
    assert "<bdi>هدى</bdi>" in page
    assert 'href="tel:+966501234567"><bdi dir="ltr">' in page
    assert "5 years" in page


def test_card_shows_what_is_left_and_the_next_session(ours, page_of):
    page = page_of(ours.patient).text

    assert "1 reserved" in page
    assert "3 free" in page
    assert "Next:" in page
    assert "Schedule remaining (3)" in page


def test_card_of_a_frozen_package_says_why_and_offers_nothing(ours, page_of):
    ours.purchase.status, ours.purchase.frozen_on = "frozen", MONDAY
    ours.purchase.record("status", "frozen_on", by=ours.user)

    page = page_of(ours.patient).text

    assert "The package is frozen." in page
    assert "Schedule remaining" not in page


def test_expiry_is_marked_from_fourteen_days_before(ours, page_of):
    ours.purchase.expires_on = date(2030, 1, 15)
    ours.purchase.record("expires_on", by=ours.user)
    soon = page_of(ours.patient).text
    ours.purchase.expires_on = date(2030, 1, 16)
    ours.purchase.record("expires_on", by=ours.user)
    later = page_of(ours.patient).text

    assert "14 days left" in soon
    assert "days left" not in later


def test_cancelled_appointment_ahead_is_not_a_next_one(ours, page_of):
    ours.appointment.status = AppointmentStatus.CANCELLED_BY_PATIENT
    ours.appointment.record("status", by=ours.user)

    page = page_of(ours.patient)

    assert "Nothing is booked." in page.text
    assert list(page.context_data["called_off"]) == [ours.appointment]
    assert list(page.context_data["past"]) == []
    assert "Called off" in page.text


def test_past_is_what_lies_behind_and_what_goes_on_is_still_to_come(ours, page_of):
    begun = NINE + timedelta(minutes=10)
    earlier = make_appointment(
        ours.patient, ours.service, ours.provider, ours.clinic, NINE - timedelta(hours=1), status="cancelled_by_clinic"
    )
    with time_machine.travel(begun, tick=False):
        page = page_of(ours.patient, fresh=True)

    assert list(page.context_data["upcoming"]) == [ours.appointment]
    assert list(page.context_data["past"]) == [earlier]

    with time_machine.travel(NINE + timedelta(minutes=30), tick=False):
        page = page_of(ours.patient, fresh=True)

    assert list(page.context_data["past"]) == [ours.appointment, earlier]


def test_what_was_over_before_its_time_is_past(ours, page_of):
    ours.appointment.status = AppointmentStatus.COMPLETED
    ours.appointment.record("status", by=ours.user)

    assert list(page_of(ours.patient).context_data["past"]) == [ours.appointment]


def test_no_shows_are_counted_with_their_consequence_and_what_was_waived(ours, page_of):
    ours.policy.no_show_limit, ours.policy.no_show_consequence = 2, "must_confirm"
    ours.policy.record(by=ours.user)
    for days, waived in ((3, None), (2, None), (1, BEFORE)):
        make_appointment(
            ours.patient, ours.service, ours.provider, ours.clinic, BEFORE - timedelta(days=days), status="no_show",
            waived_at=waived, waived_by=waived and ours.user, waiver_reason="Was ill" if waived else "",
        )  # fmt: skip

    page = page_of(ours.patient).text

    assert "2 in 90 days, limit 2" in page
    assert page.count("Patient must confirm each appointment") == 2
    assert "waived by <bdi>Ours first Ours last</bdi>" in page
    assert "Was ill" in page


def test_open_fees_are_named_at_the_head_of_the_page(ours, page_of):
    assert 'Owes <bdi dir="ltr">50.00 SAR</bdi>' in page_of(ours.patient).text


def test_what_a_role_does_not_see_is_not_told(ours, sign_in):
    page = sign_in(ours.organisation, PROVIDER).get(reverse("admin:patient", args=[ours.patient.pk])).text

    assert "Owes" not in page
    assert "50.00" not in page
    assert "Ours text" not in page


def test_story_tells_everything_newest_first_page_by_page(ours, page_of):
    for number in range(1, 16):
        make_appointment(
            ours.patient, ours.service, ours.provider, ours.clinic, BEFORE - timedelta(days=number), status="completed"
        )

    first, second = page_of(ours.patient), page_of(ours.patient, story=2)

    told = [(episode.kind, episode.at) for episode in first.context_data["story"]]
    assert {kind for kind, _at in told[:3]} == {"sessions", "message", "charge"}
    assert [at for _kind, at in told] == sorted((at for _kind, at in told), reverse=True)
    assert len(told) == 15
    assert len(second.context_data["story"]) == 3
    assert "1 of 2" in first.text


def test_cancelled_appointment_stands_in_the_story_when_it_was_cancelled(ours, page_of):
    booking.cancel(ours.appointment, by=ours.user, reason="Is away", at=BEFORE)

    story = page_of(ours.patient).context_data["story"]

    assert ("cancelled", BEFORE) in [(episode.kind, episode.at) for episode in story]


def walk_in_and_pay(ours, at, amount="150.00"):
    """A visit, and what was paid and given back of it an hour later."""
    visit = make_visit(ours.patient, ours.clinic, status="closed", opened_at=at, closed_at=at)
    invoice = make_invoice(ours.patient, ours.clinic, visit=visit)
    paid = make_payment(invoice, amount, taken_at=at + timedelta(hours=1))
    refunded = make_payment(
        invoice, "-50.00", kind="refund", refund_of=paid, reason="Was ill", taken_at=at + timedelta(hours=2)
    )
    return visit, paid, refunded


def test_visits_payments_and_refunds_stand_in_the_story_in_their_place(ours, page_of):
    visit, paid, refunded = walk_in_and_pay(ours, BEFORE - timedelta(days=1))

    page = page_of(ours.patient)

    told = [episode for episode in page.context_data["story"] if episode.kind in ("visit", "payment")]
    assert [episode.row for episode in told] == [refunded, paid, visit]
    assert [episode.at for episode in page.context_data["story"]] == sorted(
        (episode.at for episode in page.context_data["story"]), reverse=True
    )
    shown = page.text[page.text.index('id="story"') :]
    assert shown.count(f'href="{reverse("admin:invoice", args=[paid.invoice_id])}"') == 2
    assert f'href="{reverse("admin:visit", args=[visit.pk])}"' in shown
    assert "-50.00 SAR" in shown
    assert "Was ill" in shown


def test_story_tells_of_money_to_those_alone_who_see_money(ours, sign_in):
    visit, _paid, _refunded = walk_in_and_pay(ours, BEFORE - timedelta(days=1), amount="137.00")

    page = sign_in(ours.organisation, PROVIDER).get(reverse("admin:patient", args=[ours.patient.pk]))

    told = [episode for episode in page.context_data["story"] if episode.kind in ("visit", "payment")]
    assert [episode.row for episode in told] == [visit]
    assert "137.00" not in page.text


def test_appointment_is_booked_for_the_patient_by_the_one_filled_button(ours, page_of):
    page = page_of(ours.patient).text

    assert f'class="button-main" href="{reverse("admin:book")}?patient={ours.patient.pk}"' in page
    assert page.count("button-main") == 1


def test_row_opens_the_card_of_the_appointment(ours, page_of):
    address = reverse("admin:appointment", args=[ours.appointment.pk])

    assert f'href="{address}" hx-get="{address}" hx-target="#modal-content"' in page_of(ours.patient).text


def test_appointments_are_shown_ten_at_a_time(ours, page_of):
    for number in range(1, 12):
        make_appointment(ours.patient, ours.service, ours.provider, ours.clinic, NINE + timedelta(days=number))

    first, second = page_of(ours.patient), page_of(ours.patient, next=2)

    assert len(first.context_data["upcoming"]) == 10
    assert len(second.context_data["upcoming"]) == 2
    assert "1 of 2" in first.text


def test_messages_are_shown_with_what_became_of_them(ours, page_of):
    assert "Ours text" in page_of(ours.patient).text


def test_patient_of_another_organisation_is_not_found(theirs, page_of):
    assert page_of(theirs.patient).status_code == 404


def test_who_may_only_look_gets_no_buttons(ours, sign_in):
    page = sign_in(ours.organisation, CASHIER).get(reverse("admin:patient", args=[ours.patient.pk])).text

    assert "3 free" in page
    assert "Packages…" not in page
    assert "Schedule remaining" not in page


def test_page_asks_as_many_queries_for_three_of_everything_as_for_one(ours, page_of):
    walk_in_and_pay(ours, BEFORE - timedelta(days=3))
    with CaptureQueriesContext(connection) as one:
        page_of(ours.patient)
    for number in (1, 2):
        purchase = buy(make_package((ours.service, 4), name=f"Package {number}"), ours.patient, ours.user)
        appointment = make_appointment(
            ours.patient, ours.service, ours.provider, ours.clinic, NINE + timedelta(days=number),
            package_purchase=purchase, session_number=1,
        )  # fmt: skip
        make_message(appointment, "more")
        walk_in_and_pay(ours, BEFORE - timedelta(days=number))

    with CaptureQueriesContext(connection) as three:
        page_of(ours.patient)

    assert len(three) == len(one)


@pytest.mark.parametrize(
    ("born_on", "text"),
    [
        (date(2029, 12, 8), "0 months"),
        (date(2029, 12, 7), "1 month"),
        (date(2027, 1, 8), "35 months"),
        (date(2027, 1, 7), "3 years"),
    ],
)
def test_age_counts_whole_months_until_three_then_whole_years(born_on, text):
    assert age_text(born_on, date(2030, 1, 7)) == text
