"""What long work comes to: a job while it runs, and a bulk booking that can be looked at and undone."""

from collections import Counter

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from admin_ext.pages import StaffPage
from admin_ext.roles import UNDO
from admin_ext.scope import own_rows
from clinic import jobs
from clinic.enums import CANCELLED_STATUSES, MOVABLE_STATUSES, JobStatus
from clinic.errors import ClinicError
from clinic.models import Job, Message, Operation
from clinic.scheduling.planning import undo
from clinic.scheduling.planning.bulk import UNDER_WAY, start_undo, undo_under_way
from clinic.scheduling.planning.extensions import extensions_of

APPOINTMENTS = 50  # on a page


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
                job=job, result=result, is_under_way=job.status in UNDER_WAY, may_cancel=self.may_cancel(job)
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


class OperationPage(StaffPage):
    """What a bulk booking booked, whom it told, and the way back."""

    title = _("Bulk booking")
    permission_required = "clinic.view_operation"
    template_name = "admin_ext/records/operation.html"
    context_model = Operation

    def get(self, request, public_id):
        operation = self.operation(public_id)
        rows = operation.appointments.select_related("patient", "service", "provider", "clinic", "package_purchase")
        page = Paginator(rows.order_by("starts_at", "pk"), APPOINTMENTS).get_page(request.GET.get("page"))
        return self.render_to_response(
            self.get_context_data(
                operation=operation,
                rows=page,
                extensions=extensions_of(operation),
                undoing=None if operation.undone_at else undo_under_way(operation),
                **self.counts(operation),
            )
        )

    def operation(self, public_id) -> Operation:
        rows = own_rows(Operation, self.organisation).select_related("by", "undone_by")
        operation = rows.filter(public_id=public_id).first()
        if operation is None:
            raise Http404
        return operation

    def counts(self, operation: Operation) -> dict:
        booked = list(operation.appointments.order_by().values_list("status", "starts_at", "patient"))
        moment = now()
        told = Message.objects.filter(appointment__operation=operation).order_by().values_list("status", flat=True)
        patients = {patient for _status, _starts_at, patient in booked}
        return {
            "booked": len(booked),
            "kept": sum(status not in CANCELLED_STATUSES for status, _starts_at, _who in booked),
            "undoable": sum(status in MOVABLE_STATUSES and starts_at > moment for status, starts_at, _who in booked),
            "patients": len(patients),
            "patient": operation.appointments.select_related("patient").first() if len(patients) == 1 else None,
            "told": Counter(told),
        }


class UndoOperationPage(OperationPage):
    """Call off what can still be called off, once: one patient's sessions at once, those of many as a job."""

    permission_required = UNDO
    http_method_names = ["post"]

    def post(self, request, public_id) -> HttpResponse:
        operation = self.operation(public_id)
        if operation.appointments.values("patient").distinct().count() > 1:
            return self.leave(reverse("admin:job", args=[start_undo(operation, by=request.user).public_id]))
        try:
            undone = undo(operation, by=request.user)
        except ClinicError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, cancelled_words(len(undone.cancelled)))
            if undone.kept:
                messages.warning(request, kept_words(len(undone.kept)))
        return self.leave(reverse("admin:operation", args=[public_id]))


def result_address(job: Job) -> str:
    """The page of what a job came to; empty while there is none."""
    if job.status == JobStatus.DONE and "operation" in job.result:
        return reverse("admin:operation", args=[job.result["operation"]])
    if job.status == JobStatus.DONE and "plan" in job.result:
        return reverse("admin:bulk_plan", args=[job.public_id])
    return ""


def cancelled_words(count: int) -> str:
    return ngettext("%(count)d appointment is cancelled.", "%(count)d appointments are cancelled.", count) % {
        "count": count
    }


def kept_words(count: int) -> str:
    return ngettext(
        "%(count)d could not be undone: it has been held, has begun or had been cancelled before.",
        "%(count)d could not be undone: they have been held, have begun or had been cancelled before.",
        count,
    ) % {"count": count}
