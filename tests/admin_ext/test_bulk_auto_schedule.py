"""Auto-schedule for everyone: who waits, one job that plans, a page to look at, one job that books."""

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_ext.columns import span
from admin_ext.roles import CASHIER, FRONT_DESK, PROVIDER
from clinic import jobs
from clinic.enums import LIVE_STATUSES, JobKind, JobStatus
from clinic.models import Appointment, Job, Operation
from clinic.packages.services import assign
from clinic.tasks import HANDLERS
from tests.factories import make_clinic, make_package, make_patient, make_week

WISHES = {
    "first_day": "2030-01-07", "last_day": "2030-02-28", "weekday": [1, 2, 3, 4, 5, 6, 7], "per_day": 1, "gap": 1,
    "keep_provider": "on", "keep_time": "on", "keep_order": "on",
}  # fmt: skip
HTMX = {"HX-Request": "true"}


pytestmark = pytest.mark.usefixtures("a_week_before")


@pytest.fixture
def client(ours, sign_in):
    make_week(ours.provider, ours.clinic, start=time(17), end=time(20))
    Job.objects.all().delete()
    return sign_in(ours.organisation, FRONT_DESK)


def bulk_page(client, **query):
    return client.get(reverse("admin:bulk_schedule"), query)


def ask(client, **changes):
    form = {name: value for name, value in {**WISHES, **changes}.items() if value is not None}
    return client.post(reverse("admin:bulk_schedule"), form, headers=HTMX)


def the_job(kind=JobKind.BULK_PLAN) -> Job:
    return Job.objects.get(kind=kind)


def run(job: Job) -> Job:
    jobs.run(job.pk, HANDLERS)
    job.refresh_from_db()
    return job


def planned(client, **changes) -> Job:
    ask(client, **changes)
    return run(the_job())


def address(page, job):
    return reverse(f"admin:{page}", args=[job.public_id])


def booked_for(purchase) -> int:
    return Appointment.objects.filter(package_purchase=purchase, status__in=LIVE_STATUSES).count()


# Who waits


def test_page_counts_free_sessions_and_the_packages_they_belong_to(ours, client):
    assign(ours.package, make_patient(ours.organisation, "Huda"), by=ours.user)

    page = bulk_page(client).text

    assert "7 unbooked sessions" in page
    assert "of 2 packages" in page
    assert "Huda" in page


def test_page_shows_nobody_of_another_organisation(theirs, client):
    assert "Theirs" not in bulk_page(client).text


def test_filters_narrow_by_clinic_package_and_last_day(ours, client):
    other = make_package((ours.service, 2), name="Other package", validity_days=20)
    huda = assign(other, make_patient(ours.organisation, "Huda"), by=ours.user)
    nowhere = make_clinic(ours.organisation, "Nowhere")

    def shown(**query):
        return list(bulk_page(client, **query).context_data["waiting"])

    assert shown() == [huda, ours.purchase]
    assert shown(for_package=other.pk) == [huda]
    assert shown(for_within=30) == [huda]
    assert shown(for_clinic=ours.clinic.pk) == [ours.purchase]
    assert shown(for_clinic=nowhere.pk) == []


def test_filter_by_a_foreign_row_or_by_nonsense_finds_nobody(theirs, client):
    for query in ({"for_clinic": theirs.clinic.pk}, {"for_package": theirs.package.pk}, {"for_within": "x"}):
        page = bulk_page(client, **query)
        assert list(page.context_data["waiting"]) == []
        assert "Theirs" not in page.text


@pytest.mark.parametrize("role", [PROVIDER, CASHIER])
def test_only_who_may_book_in_bulk_comes_in(ours, sign_in, role):
    client = sign_in(ours.organisation, role)

    assert bulk_page(client).status_code == 403
    assert ask(client).status_code == 403
    assert Job.objects.filter(requested_by=client.user).count() == 0


# Planning


def test_plan_everyone_starts_a_job_and_leads_to_its_progress(ours, client):
    answer = ask(client)

    job = the_job()
    assert job.requested_by == client.user
    assert answer.headers["HX-Redirect"] == address("job", job)
    assert Appointment.objects.filter(package_purchase=ours.purchase).count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"weekday": None}, "Choose at least one day of the week."),
        ({"weekday": [9]}, "Choose days of the week among those shown."),
        ({"last_day": "2030-01-06"}, "This is before the first day."),
        ({"first_day": "2029-12-31"}, "This day is over."),
        ({"earliest": "12:00", "latest": "11:00"}, "This is not after the earliest time."),
        ({"first_day": "2030-06-01", "last_day": "2030-06-30"}, "There is no package to plan."),
    ],
)
def test_nonsense_is_answered_in_the_form_with_the_input_kept(client, changes, sentence):
    page = ask(client, per_week=3, **changes).text

    assert sentence in page
    assert 'name="per_week" value="3"' in page
    assert not Job.objects.exists()


def test_only_those_filtered_are_planned(ours, client):
    other = make_package((ours.service, 2), name="Other package")
    huda = assign(other, make_patient(ours.organisation, "Huda"), by=ours.user)

    job = planned(client, for_package=other.pk)

    assert job.result["plan"]["request"]["purchases"] == [huda.pk]


def test_plan_shows_what_is_placed_and_what_is_left_with_the_reason(ours, client):
    huda = assign(ours.package, make_patient(ours.organisation, "Huda"), by=ours.user)
    job = planned(client, last_day="2030-01-08", for_package=ours.package.pk)

    page = client.get(address("bulk_plan", job))

    rows = page.context_data["result"].rows
    assert sum(row.placed for row in rows) + sum(row.left for row in rows) == 7
    for session in (session for row in rows for session in row.sessions):
        assert span(session.starts_at, session.ends_at, session.clinic.zone) in page.text
    assert {row.purchase for row in rows} == {huda, ours.purchase}
    assert all(row.reasons for row in rows if row.left)
    assert "of 7 sessions" in page.text
    assert "proven" in page.text


# Booking


def test_plan_names_the_providers_of_the_bottlenecks_in_the_readers_language(ours, theirs, client):
    job = planned(client)
    job.result["bottlenecks"] = [
        {"provider": ours.provider.pk, "day": "2030-01-14", "gain": 1.0},
        {"provider": theirs.provider.pk, "day": "2030-01-15", "gain": 1.0},
    ]
    job.save()
    ours.provider.name_ar = "ريم"
    ours.provider.save()
    client.cookies["django_language"] = "ar"

    page = client.get(reverse("admin:bulk_plan", args=[job.public_id])).content.decode()

    assert "<li><bdi>ريم</bdi> · " in page
    assert str(theirs.provider) not in page


def test_book_all_books_the_plan_as_one_operation(ours, client):
    huda = assign(ours.package, make_patient(ours.organisation, "Huda"), by=ours.user)
    job = planned(client)

    answer = client.post(address("book_bulk_plan", job))
    booking = run(the_job(JobKind.BULK_APPLY))

    assert answer.url == address("job", booking)
    assert booked_for(huda) == 4
    operation = Operation.objects.get(public_id=booking.result["operation"])
    assert operation.appointments.count() == 7
    assert "Look at the booking" in client.get(address("bulk_plan", job)).text


def test_book_all_pressed_twice_is_one_job(client):
    job = planned(client)

    first = client.post(address("book_bulk_plan", job))
    second = client.post(address("book_bulk_plan", job))

    assert first.url == second.url
    assert Job.objects.filter(kind=JobKind.BULK_APPLY).count() == 1


def test_plan_that_has_changed_is_shown_anew_and_books_nothing(ours, client):
    job = planned(client)
    client.post(address("book_bulk_plan", job))
    ours.purchase.expires_on = date(2030, 1, 8)
    ours.purchase.record("expires_on", by=ours.user)

    booking = run(the_job(JobKind.BULK_APPLY))
    page = client.get(address("bulk_plan", booking)).text

    assert booked_for(ours.purchase) == 1
    assert "no longer fit" in page
    assert "Book" in page


def test_booking_is_never_done_by_a_link(client):
    job = planned(client)

    assert client.get(address("book_bulk_plan", job)).status_code == 405
    assert not Job.objects.filter(kind=JobKind.BULK_APPLY).exists()


@pytest.mark.parametrize("page", ["bulk_plan", "book_bulk_plan"])
def test_plan_of_another_organisation_is_not_found(ours, theirs, client, page):
    job = planned(client)
    Job.objects.filter(pk=theirs.job.pk).update(status=JobStatus.DONE, result=job.result)

    answer = client.get(address(page, theirs.job)) if page == "bulk_plan" else client.post(address(page, theirs.job))

    assert answer.status_code == 404
    assert not Job.objects.filter(kind=JobKind.BULK_APPLY).exists()


def test_job_without_a_plan_has_no_plan_page(client):
    ask(client)

    assert client.get(address("bulk_plan", the_job())).status_code == 404


def test_pages_ask_as_many_queries_for_three_patients_as_for_one(ours, client):
    def counted() -> list[int]:
        Job.objects.all().delete()
        job = planned(client)
        counts = []
        for page in (reverse("admin:bulk_schedule"), address("bulk_plan", job)):
            with CaptureQueriesContext(connection) as captured:
                client.get(page)
            counts.append(len(captured))
        return counts

    one = counted()
    for number in range(2):
        assign(ours.package, make_patient(ours.organisation, f"Patient {number}"), by=ours.user)

    assert counted() == one
