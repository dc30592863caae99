"""Long work while it runs: who waits for what, how far it is, and the page of what it comes to."""

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from admin_ext.pages import StaffPage
from clinic import jobs
from clinic.enums import JobStatus
from clinic.errors import ClinicError
from clinic.models import Job
from clinic.scheduling.undo_jobs import UNDER_WAY


class JobPage(StaffPage):
    """Who waits for what, and how far it is; asked again every second until the job has ended."""

    title = _("Progress")
    permission_required = ()  # `visible_to` says whose jobs one may see
    template_name = "admin_ext/records/job.html"
    fragment_name = "admin_ext/records/job_progress.html"

    def get(self, request, public_id):
        job = self.visible_job(public_id)
        result = result_address(job)
        if self.is_htmx and result:
            return self.leave(result)
        return self.render_to_response(
            self.get_context_data(
                job=job,
                result=result,
                outcome=outcome_of(job),
                is_under_way=job.status in UNDER_WAY,
                may_cancel=self.may_cancel(job),
            )
        )

    def visible_job(self, public_id) -> Job:
        job = jobs.visible_to(self.request.user).filter(public_id=public_id).first()
        if job is None:
            raise Http404
        return job

    def may_cancel(self, job: Job) -> bool:
        return job.requested_by == self.request.user and job.status in UNDER_WAY and not job.cancel_asked_at


class CancelJobPage(JobPage):
    http_method_names = ["post"]

    def post(self, request, public_id):
        try:
            jobs.ask_cancel(self.visible_job(public_id), by=request.user)
        except ClinicError as refusal:
            messages.error(request, str(refusal))
        return self.leave(reverse("admin:job", args=[public_id]))


def result_address(job: Job) -> str:
    """The page of what a job came to; empty while there is none."""
    if job.status == JobStatus.DONE and "operation" in job.result:
        return reverse("admin:operation", args=[job.result["operation"]])
    if job.status == JobStatus.DONE and "plan" in job.result:
        return reverse("admin:bulk_plan", args=[job.public_id])
    return ""


def outcome_of(job: Job) -> str:
    """What came of a plan or its booking, in numbers; empty for anything else."""
    if job.status != JobStatus.DONE:
        return ""
    if "plan" in job.result:
        placed = len(job.result["plan"]["sessions"])
        wanted = placed + sum(left["sessions"] for left in job.result.get("unplaced", ()))
        values = {"placed": intcomma(placed), "wanted": intcomma(wanted)}
        return (
            ngettext("%(placed)s of %(wanted)s session placed", "%(placed)s of %(wanted)s sessions placed", wanted)
            % values
        )
    if booked := job.result.get("booked"):
        return ngettext("%(n)s session booked", "%(n)s sessions booked", booked) % {"n": intcomma(booked)}
    return ""
