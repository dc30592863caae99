"""Operations over so many rows that the person who undoes them waits for a job."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import jobs
from clinic.enums import JobKind, JobStatus
from clinic.models import Job, Operation, User
from clinic.retries import retried
from clinic.scheduling.booking.reasons import checked
from clinic.scheduling.undoing import undo

UNDER_WAY = (JobStatus.WAITING, JobStatus.RUNNING)


def start_undo(operation: Operation, *, by: User, reason: str = "", at: datetime | None = None) -> Job:
    """Ask for an operation to be undone; asked again while that is under way, it is the same job."""
    arguments = {"operation": str(operation.public_id), "reason": checked(reason)}
    return undo_under_way(operation) or jobs.start(JobKind.BULK_UNDO, by=by, arguments=arguments, total=1, at=at)


def undo_under_way(operation: Operation) -> Job | None:
    waiting = Job.objects.filter(organisation=operation.organisation_id, kind=JobKind.BULK_UNDO)
    return waiting.filter(status__in=UNDER_WAY, arguments__operation=str(operation.public_id)).first()


def undo_everything(job: Job) -> dict:
    """The handler of BULK_UNDO: the operation, how many of its rows are as before and how many were kept."""
    operation = Operation.objects.of(job.organisation).get(public_id=job.arguments["operation"])
    count = operation.appointments.count() + operation.changes.count()
    jobs.progress(job, 0, 1, _("Undoing %(count)d changes") % {"count": count})
    return undone(operation, job)


@retried
@transaction.atomic
def undone(operation: Operation, job: Job) -> dict:
    """The operation undone and its job ended, both or neither."""
    result = undo(operation, by=job.requested_by, at=job.started_at, reason=job.arguments.get("reason", ""))
    counts = {"done": len(result.done), "kept": len(result.kept)}
    return jobs.finish_within(job, {"operation": str(operation.public_id), **counts})
