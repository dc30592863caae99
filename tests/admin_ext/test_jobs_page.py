"""The page of a job: who waits for what, how far it is, and where its result stands."""

import pytest
from django.urls import reverse

from admin_ext.roles import FRONT_DESK, PROVIDER
from clinic.enums import JobStatus
from clinic.models import Job

POLL = {"HX-Request": "true", "HX-Target": "job"}


def page_of(job, name="job"):
    return reverse(f"admin:{name}", args=[job.public_id])


def become(job, status, **fields):
    Job.objects.filter(pk=job.pk).update(status=status, error="", **fields)


@pytest.fixture
def client(ours, sign_in):
    client = sign_in(ours.organisation, FRONT_DESK)
    Job.objects.filter(pk=ours.job.pk).update(requested_by=client.user, total=4, done=1, error="")
    return client


def test_running_job_shows_its_stage_and_asks_again(ours, client):
    become(ours.job, JobStatus.RUNNING, stage="Choosing times")

    page = client.get(page_of(ours.job)).text

    assert "Choosing times" in page
    assert '<progress value="1" max="4"' in page
    assert 'hx-trigger="every 1s"' in page


def test_poll_answers_with_the_progress_alone(ours, client):
    become(ours.job, JobStatus.RUNNING, done=3)

    page = client.get(page_of(ours.job), headers=POLL).text

    assert page.strip().startswith('<section id="job"')
    assert "3 of 4" in page


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED])
def test_job_that_has_ended_is_not_asked_again_and_cannot_be_cancelled(ours, client, status):
    become(ours.job, status)

    page = client.get(page_of(ours.job)).text

    assert "every 1s" not in page
    assert page_of(ours.job, "cancel_job") not in page


def test_failed_job_says_why(ours, client):
    become(ours.job, JobStatus.FAILED)
    Job.objects.filter(pk=ours.job.pk).update(error="Nobody is <free>.")

    assert "Nobody is &lt;free&gt;." in client.get(page_of(ours.job)).text


def test_job_that_booked_leads_to_what_it_booked(ours, client):
    become(ours.job, JobStatus.DONE, result={"operation": str(ours.operation.public_id), "booked": 4})
    result = reverse("admin:operation", args=[ours.operation.public_id])

    assert result in client.get(page_of(ours.job)).text
    assert client.get(page_of(ours.job), headers=POLL).headers["HX-Redirect"] == result


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"plan": {"sessions": [[]] * 1700}, "unplaced": [{"sessions": 588}]}, "1,700 of 2,288 sessions placed"),
        ({"operation": "3bb55ccb-ceee-4f0b-9270-28dff6e650f1", "booked": 1700}, "1,700 sessions booked"),
    ],
)
def test_job_that_is_done_says_what_came_of_it(ours, client, result, words):
    become(ours.job, JobStatus.DONE, stage="Writing it down", result=result)

    page = client.get(page_of(ours.job)).text

    assert words in page
    assert "Writing it down" not in page
    assert "Look at the result" in page


def test_cancel_calls_a_waiting_job_off(ours, client):
    client.post(page_of(ours.job, "cancel_job"))

    ours.job.refresh_from_db()
    assert ours.job.status == JobStatus.CANCELLED


def test_cancel_by_a_link_does_nothing(ours, client):
    assert client.get(page_of(ours.job, "cancel_job")).status_code == 405

    ours.job.refresh_from_db()
    assert ours.job.status == JobStatus.WAITING


def test_cancel_by_a_colleague_is_refused_with_the_name_to_ask(ours, client, sign_in):
    colleague = sign_in(ours.organisation, FRONT_DESK)

    page = colleague.post(page_of(ours.job, "cancel_job"), follow=True).text

    ours.job.refresh_from_db()
    assert ours.job.status == JobStatus.WAITING
    assert f"Only {client.user}" in page


@pytest.mark.parametrize("name", ["job", "cancel_job"])
def test_job_of_another_organisation_is_not_found(theirs, client, name):
    answer = client.get(page_of(theirs.job)) if name == "job" else client.post(page_of(theirs.job, name))

    theirs.job.refresh_from_db()
    assert answer.status_code == 404
    assert theirs.job.status == JobStatus.WAITING


def test_who_may_not_see_jobs_sees_only_their_own(ours, sign_in):
    provider = sign_in(ours.organisation, PROVIDER)
    before = provider.get(page_of(ours.job)).status_code
    Job.objects.filter(pk=ours.job.pk).update(requested_by=provider.user)

    assert before == 404
    assert "Plan everyone" in provider.get(page_of(ours.job)).text


def test_list_of_jobs_leads_to_their_pages(ours, client):
    assert page_of(ours.job) in client.get(reverse("admin:clinic_job_changelist")).text


def test_list_of_bulk_bookings_leads_to_what_they_booked(ours, client):
    assert page_of(ours.operation, "operation") in client.get(reverse("admin:clinic_operation_changelist")).text
