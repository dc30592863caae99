"""The list of appointments as a file: for whom, with whose rows, and harmless in a spreadsheet."""

import csv
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from admin_ext.exports import as_text
from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER, PROVIDER

ADDRESS = "admin:clinic_appointment_export"
CSV_FILE, XLSX_FILE = "0", "1"


def taken_away(client, kind=CSV_FILE, **question):
    answer = client.post(reverse(ADDRESS, query={"day": "any", **question}), {"format": kind, "resource": ""})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return answer.content


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))


def test_file_has_ones_own_rows_as_people_read_them(ours, theirs, sign_in):
    (row,) = rows_of(taken_away(sign_in(ours.organisation, MANAGER)))

    assert (row["Day"], row["Starts"], row["Ends"]) == ("2030-01-07", "09:00", "09:30")
    assert (row["Patient"], row["Provider"]) == ("Ours patient", "Ours provider")
    assert (row["Status"], row["Session"]) == ("Scheduled", "1")


def test_file_keeps_the_filters_of_the_list(ours, sign_in):
    client = sign_in(ours.organisation, MANAGER)

    assert rows_of(taken_away(client, status__exact="completed")) == []
    assert len(rows_of(taken_away(client, status__exact="scheduled"))) == 1


def test_page_says_how_many_rows_the_file_will_have(ours, theirs, sign_in):
    client = sign_in(ours.organisation, MANAGER)

    answer = client.get(reverse(ADDRESS, query={"day": "any"}))

    assert "1 appointment, as filtered in the list" in answer.content.decode()


def test_text_file_says_its_encoding_to_a_spreadsheet(ours, sign_in):
    assert taken_away(sign_in(ours.organisation, MANAGER)).startswith(b"\xef\xbb\xbf")


def test_file_for_a_spreadsheet_holds_the_same_words(ours, sign_in):
    sheet = load_workbook(BytesIO(taken_away(sign_in(ours.organisation, MANAGER), XLSX_FILE))).active

    first, second = sheet.iter_rows(values_only=True)
    assert dict(zip(first, second, strict=True))["Patient"] == "Ours patient"


@pytest.mark.parametrize("payload", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "=cmd|' /C calc'!A0"])
def test_text_that_a_spreadsheet_would_run_is_marked_as_text(payload):
    assert as_text(payload) == f"'{payload}"


def test_name_that_a_spreadsheet_would_run_arrives_as_a_name(ours, sign_in):
    ours.patient.name_en = "=1+1"
    ours.patient.save()

    (row,) = rows_of(taken_away(sign_in(ours.organisation, MANAGER)))

    assert row["Patient"] == "'=1+1"


@pytest.mark.parametrize("role", [FRONT_DESK, PROVIDER, CASHIER])
def test_who_only_works_with_the_list_cannot_take_it_away(role, ours, sign_in):
    client = sign_in(ours.organisation, role)

    answer = client.post(reverse(ADDRESS), {"format": CSV_FILE, "resource": ""})

    assert answer.status_code == 403
    assert b"Ours patient" not in answer.content
