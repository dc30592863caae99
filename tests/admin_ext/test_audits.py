"""The nightly audit on the first page and on its own: all well in one line, or red with the way to each broken row."""

from datetime import timedelta

import pytest
from django.urls import reverse

from admin_ext.roles import ADMINISTRATOR, FRONT_DESK, MANAGER
from clinic.models import Certificate
from tests.factories import NINE

LAST_NIGHT = NINE - timedelta(hours=8)


def certify(organisation, *findings, at=LAST_NIGHT, rows=1_020_000):
    return Certificate.objects.create(
        organisation=organisation, checked_at=at, seconds=20, rows_checked=rows, findings=list(findings)
    )


def overlap(*keys, count=None):
    rows = [{"key": key, "other": 7} for key in keys]
    return {"invariant": "patient_is_never_in_two_places", "count": count or len(keys), "rows": rows}


def card(client):
    cards = client.get(reverse("admin:index")).context["cards"]
    return next((one for one in cards if one.icon == "verified_user"), None)


def page(client, certificate) -> str:
    return client.get(reverse("admin:certificate", args=[certificate.pk])).text


@pytest.mark.parametrize("role", [MANAGER, ADMINISTRATOR])
def test_the_first_page_says_that_all_rules_held_last_night(role, ours, sign_in, today_at_nine):
    certify(ours.organisation)

    shown = card(sign_in(ours.organisation, role))

    assert (shown.tone, shown.lines) == ("", [])
    assert shown.empty == "1,020,000 rows checked last night, all rules hold."


def test_the_desk_is_not_bothered_with_audits(ours, sign_in, today_at_nine):
    certify(ours.organisation, overlap(1))

    assert card(sign_in(ours.organisation, FRONT_DESK)) is None


def test_the_first_page_is_red_where_a_rule_is_broken(ours, sign_in, today_at_nine):
    certificate = certify(ours.organisation, overlap(ours.appointment.pk, count=3))

    shown = card(sign_in(ours.organisation, MANAGER))

    assert shown.tone == "broken"
    (line,) = shown.lines
    assert line.what == "No patient is in two places at once."
    assert line.end == "3 rows"
    assert line.link == reverse("admin:certificate", args=[certificate.pk])


@pytest.mark.parametrize(("days", "tone"), [(1, ""), (3, "broken")])
def test_the_first_page_says_when_nights_were_missed(days, tone, ours, sign_in, today_at_nine):
    Certificate.objects.all().delete()
    certify(ours.organisation, at=NINE - timedelta(days=days))

    shown = card(sign_in(ours.organisation, MANAGER))

    assert shown.tone == tone
    assert ["Is the background worker running?" in line.what for line in shown.lines] == [True] * bool(tone)


def test_before_the_first_night_the_first_page_says_so(ours, sign_in, today_at_nine):
    Certificate.objects.all().delete()

    shown = card(sign_in(ours.organisation, MANAGER))

    assert (shown.tone, shown.empty) == ("", "Nothing has been audited yet: it is done every night.")


def test_the_page_leads_to_each_broken_row_and_says_what_to_do(ours, sign_in, today_at_nine):
    certificate = certify(
        ours.organisation,
        overlap(ours.appointment.pk, count=3),
        {"invariant": "purchase_status_fits_what_is_left", "count": 1, "rows": [
            {"key": ours.purchase.pk, "status": "completed", "used": 0, "total": 4}
        ]},
        {"invariant": "patient_guards", "count": 1, "rows": [{"key": "patient_sex_is_known"}]},
    )  # fmt: skip

    shown = page(sign_in(ours.organisation, MANAGER), certificate)

    assert "3 rules are broken" in shown
    assert f'href="{reverse("admin:appointment", args=[ours.appointment.pk])}"' in shown
    assert "Overlaps number 7." in shown
    assert "… and 2 more rows." in shown
    assert "Move one of the two, or cancel it." in shown
    assert f'href="{reverse("admin:clinic_packagepurchase_change", args=[ours.purchase.pk])}"' in shown
    assert "The status is “Completed” with 0 of 4 sessions used." in shown
    assert "“patient_sex_is_known” is missing from the database" in shown


def test_the_page_says_that_all_rules_hold(ours, sign_in, today_at_nine):
    shown = page(sign_in(ours.organisation, MANAGER), certify(ours.organisation))

    assert "All rules hold" in shown
    assert "1,020,000 rows checked" in shown
    assert "background worker" not in shown


def test_a_rule_that_is_no_longer_asked_keeps_its_name(ours, sign_in, today_at_nine):
    gone = {"invariant": "room_is_painted", "count": 2, "rows": [{"key": 1}]}

    shown = page(sign_in(ours.organisation, MANAGER), certify(ours.organisation, gone))

    assert "room_is_painted" in shown
    assert "2 rows" in shown


def test_their_certificate_is_not_found(ours, theirs, sign_in, today_at_nine):
    client = sign_in(ours.organisation, MANAGER)
    certify(ours.organisation)
    there = certify(theirs.organisation, overlap(1), at=NINE)

    assert client.get(reverse("admin:certificate", args=[there.pk])).status_code == 404
    assert card(client).lines == []


@pytest.mark.parametrize("n", [1, 3])
def test_the_page_costs_the_same_number_of_queries_for_any_number_of_rows(
    n, ours, sign_in, today_at_nine, django_assert_num_queries
):
    client = sign_in(ours.organisation, MANAGER)
    certificate = certify(ours.organisation, overlap(*range(n)))
    page(client, certificate)

    with django_assert_num_queries(7):
        page(client, certificate)
