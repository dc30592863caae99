"""A provider's own day: who is next, one click for each step, and a note that is never lost and never overwrites."""

from datetime import timedelta

import pytest
from django.urls import reverse

from admin_ext.roles import FRONT_DESK, PROVIDER
from clinic.enums import AppointmentStatus
from clinic.models import Appointment, PackagePurchase
from clinic.packages.services import assign
from clinic.scheduling.booking.notes import words_version
from tests.factories import (
    NINE,
    make_appointment,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
)

HTMX = {"HX-Request": "true"}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def reem(db, today_at_nine, sign_in):
    organisation = make_organisation()
    clinic = make_clinic(organisation)
    client = sign_in(organisation, PROVIDER)
    return Reem(client, clinic, make_provider(clinic, name="Reem", user=client.user))


class Reem:
    def __init__(self, client, clinic, provider):
        self.client, self.clinic, self.provider = client, clinic, provider
        self.service = make_service(provider)

    def booked(self, name, starts_at=NINE, status=AppointmentStatus.SCHEDULED, **fields):
        patient = fields.pop("patient", None) or make_patient(self.clinic.organisation, name)
        parts = {"service": self.service, "provider": self.provider, "clinic": self.clinic, **fields}
        return make_appointment(patient, starts_at=starts_at, status=status, **{"lane": patient.pk % 30000, **parts})

    def page(self, **query):
        return self.client.get(reverse("admin:my_day"), query)

    def current(self, **query):
        return self.client.get(reverse("admin:my_day_current"), query, headers=HTMX)

    def write(self, row, text, version=None):
        sent = {"text": text, "version": words_version(row) if version is None else version}
        return self.client.post(reverse("admin:note", args=[row.pk]), sent, headers=HTMX)


def test_provider_lands_on_an_own_day_with_own_patients_alone(reem):
    colleague = make_provider(reem.clinic, name="Lama")
    reem.booked("Ten", NINE + 60 * MINUTE)
    reem.booked("Nine", NINE)
    reem.booked("Called off", NINE + 90 * MINUTE, AppointmentStatus.CANCELLED_BY_PATIENT)
    reem.booked("Not mine", NINE, provider=colleague, service=make_service(colleague))

    page = reem.client.get(reverse("admin:index"), follow=True)

    assert page.redirect_chain == [(reverse("admin:my_day"), 302)]
    assert [row.patient.name_en for row in page.context["day"].rows] == ["Nine", "Ten"]
    assert "Not mine" not in page.text


def test_next_patient_is_in_the_room_else_has_waited_longest_else_is_expected_first(reem):
    status = AppointmentStatus
    expected = reem.booked("Expected", NINE + 5 * MINUTE)
    assert reem.page().context["row"] == expected

    reem.booked("Came later", NINE, status.ARRIVED, arrived_at=NINE - 3 * MINUTE)
    waiting = reem.booked("Came first", NINE + 30 * MINUTE, status.ARRIVED, arrived_at=NINE - 9 * MINUTE)
    assert reem.page().context["row"] == waiting

    in_room = reem.booked("In room", NINE - 30 * MINUTE, status.IN_PROGRESS, started_at=NINE - 30 * MINUTE)
    assert reem.page().context["row"] == in_room


def test_start_and_complete_are_one_click_each_and_use_one_session(reem):
    organisation = reem.clinic.organisation
    huda = make_patient(organisation, "Huda")
    purchase = assign(make_package((reem.service, 10)), huda, by=reem.client.user, on=NINE.date())
    row = reem.booked(
        "", status=AppointmentStatus.ARRIVED, arrived_at=NINE - MINUTE, patient=huda, package_purchase=purchase,
        session_number=1,
    )  # fmt: skip

    reem.client.post(reem.page().context["step_address"], headers=HTMX)
    reem.client.post(reem.page().context["step_address"], headers=HTMX)

    assert Appointment.objects.get(pk=row.pk).status == AppointmentStatus.COMPLETED
    assert PackagePurchase.objects.get(pk=purchase.pk).sessions_used == 1


def test_last_two_notes_of_the_patient_stand_beside_the_new_one(reem):
    huda = make_patient(reem.clinic.organisation, "Huda")
    for days, words in [(21, "oldest words"), (14, "middle words"), (7, "newest words"), (3, "")]:
        reem.booked("", NINE - days * DAY, AppointmentStatus.COMPLETED, patient=huda, notes=words)
    reem.booked("", status=AppointmentStatus.IN_PROGRESS, started_at=NINE, patient=huda)

    page = reem.page()

    assert [row.notes for row in page.context["before"]] == ["newest words", "middle words"]
    assert "oldest words" not in page.text


def test_note_is_saved_with_who_wrote_it_and_once(reem):
    row = reem.booked("Huda", status=AppointmentStatus.IN_PROGRESS, reason="Stutter")

    answer = reem.write(row, "Good progress")

    saved = Appointment.objects.get(pk=row.pk)
    assert (saved.notes, saved.reason) == ("Good progress", "Stutter")
    assert answer.json() == {"version": words_version(saved), "time": "09:00"}
    assert saved.history.first().history_user == reem.client.user
    before = saved.history.count()
    assert reem.write(saved, "Good progress").status_code == 200
    assert saved.history.count() == before


def test_note_written_in_another_tab_meanwhile_is_shown_and_not_overwritten(reem):
    row = reem.booked("Huda", status=AppointmentStatus.IN_PROGRESS)
    opened = words_version(row)
    reem.write(row, "From the first tab <b>")

    answer = reem.write(row, "From the second tab", version=opened)

    assert answer.status_code == 409
    assert "From the first tab &lt;b&gt;" in answer.text
    saved = Appointment.objects.get(pk=row.pk)
    assert saved.notes == "From the first tab <b>"
    assert f'data-version="{words_version(saved)}"' in answer.text


@pytest.mark.parametrize("whose", ["a colleague's", "theirs"])
def test_note_of_somebody_elses_appointment_is_not_there(reem, whose, theirs):
    colleague = make_provider(reem.clinic, name="Lama")
    row = theirs.appointment
    if whose == "a colleague's":
        row = reem.booked("Huda", provider=colleague, service=make_service(colleague))

    assert reem.write(row, "Mine now").status_code == 404
    assert Appointment.objects.get(pk=row.pk).notes == row.notes


def test_login_without_a_provider_is_told_what_to_do(reem, sign_in):
    reem.booked("Huda")

    page = sign_in(reem.clinic.organisation, PROVIDER).get(reverse("admin:my_day")).text

    assert "belongs to no provider" in page
    assert "Huda" not in page


def test_list_is_sent_again_only_when_it_changed(reem):
    reem.booked("Huda")
    version = reem.page().context["day"].version
    asked_again = {"path": reverse("admin:my_day"), "data": {"version": version}, "headers": HTMX}

    assert reem.client.get(**asked_again).status_code == 204
    reem.booked("Added", NINE + 60 * MINUTE)
    assert reem.client.get(**asked_again)["HX-Trigger"] == "my-day-changed"


def test_patient_who_is_looked_at_stays_until_the_status_changes(reem):
    first, second = reem.booked("First"), reem.booked("Second", NINE + 60 * MINUTE)
    asked = {"appointment": second.pk, "shown": f"{second.pk}-scheduled"}

    assert reem.current(appointment=second.pk).context["row"] == second
    assert reem.current(**asked).status_code == 204
    Appointment.objects.filter(pk=second.pk).update(status=AppointmentStatus.NO_SHOW)
    assert reem.current(**asked).context["row"] == first


def test_who_runs_the_desk_keeps_the_board_as_first_page_and_finds_an_own_day_there(reem, sign_in):
    desk = sign_in(reem.clinic.organisation, FRONT_DESK)
    link = f'href="{reverse("admin:my_day")}"'

    assert link not in desk.get(reverse("admin:index")).text
    make_provider(reem.clinic, name="Mona", user=desk.user)
    page = desk.get(reverse("admin:index"))
    assert page.context["board"]
    assert link in page.text


@pytest.mark.parametrize("n", [1, 3, 30])
def test_my_day_costs_the_same_number_of_queries_for_any_number_of_patients(n, reem, django_assert_num_queries):
    for number in range(n):
        reem.booked(f"Patient {number}", NINE + number * MINUTE, lane=number)

    with django_assert_num_queries(11):
        assert reem.page().status_code == 200
