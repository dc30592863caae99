"""Long work that a person waits for: asked for, followed, called off, ended.

`start` writes the job and its task together. The worker claims the job before it works, so a task that is delivered
twice works once. A worker that is killed leaves its job running; after `LONGEST` another one takes it over, three
times at most. Nobody but the holder of the last claim can write progress or an end.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django_q.exceptions import TimeoutException
from django_q.models import Schedule
from django_q.tasks import async_task

from clinic.enums import JobKind, JobStatus, RefusalCode
from clinic.errors import ClinicError, Refusal, WrongStatus
from clinic.heartbeats import WORKER, beat
from clinic.models import Job, User
from clinic.tenancy import own

TASK = "clinic.tasks.run_job"
LONGEST = timedelta(minutes=15)
SECONDS = int(LONGEST.total_seconds())
ATTEMPTS = 3
STAGE_LENGTH = 120

type Handler = Callable[[Job], dict | None]

logger = logging.getLogger(__name__)


class JobStopped(Exception):
    """No error: the work was called off or taken over. What has been committed stays."""


@transaction.atomic
def start(kind: JobKind, *, by: User, arguments: dict, total: int = 0, at: datetime | None = None) -> Job:
    """Ask for a job; `arguments` is what JSON can hold. A rollback takes the task along.

    What the job says, it says in the language that is active now: that of the page it is asked for on.
    """
    job = Job.objects.create(
        organisation=own(by), kind=kind, requested_by=by, arguments=arguments, total=total, created_at=at or now()
    )
    async_task(TASK, job.pk, translation.get_language() or by.language, timeout=SECONDS)
    return job


def progress(job: Job, done: int, total: int, stage: str = "") -> None:
    """Say how far the work is; call it outside of a transaction, or nobody sees it before the end.

    Raises JobStopped when the job was asked to stop, or when another worker has taken it over.
    """
    seen = held(job).filter(cancel_asked_at=None)
    if not seen.update(done=min(done, total), total=total, stage=str(stage)[:STAGE_LENGTH]):
        raise JobStopped
    beat(WORKER, at=now())


def finish(job: Job, result: dict | None = None, *, at: datetime | None = None) -> bool:
    """Done, with what came of it (JSON). Nothing happens to a job that is no longer held; whether it was."""
    ended = held(job).update(status=JobStatus.DONE, result=result or {}, done=F("total"), finished_at=at or now())
    return bool(ended)


def finish_within(job: Job, result: dict) -> dict:
    """Done as part of the caller's transaction: what was written and where it stands survive a worker together.

    Returns the result. Raises JobStopped when another worker has taken the job over: nothing may be written then.
    """
    if not finish(job, result):
        raise JobStopped
    return result


def fail(job: Job, error: str, *, at: datetime | None = None) -> None:
    """Failed, with a sentence for the person who waits."""
    held(job).update(status=JobStatus.FAILED, error=error, finished_at=at or now())


@transaction.atomic
def ask_cancel(job: Job, *, by: User, at: datetime | None = None) -> Job:
    """Call a job off: at once while it waits, at its next step while it runs.

    Raises WrongStatus when it has ended, ClinicError when somebody else asked for it.
    """
    own(by, job)
    at = at or now()
    job = Job.objects.select_for_update(of=("self",)).select_related("requested_by").get(pk=job.pk)
    if job.requested_by_id != by.pk:
        message = _("Only %(name)s, who asked for this, can cancel it.") % {"name": job.requested_by}
        raise ClinicError(Refusal(RefusalCode.POLICY, message))
    if job.status not in (JobStatus.WAITING, JobStatus.RUNNING):
        raise WrongStatus(Refusal(RefusalCode.STATUS, _("This has already ended.")))
    job.cancel_asked_at = job.cancel_asked_at or at
    if job.status == JobStatus.WAITING:
        job.status, job.finished_at = JobStatus.CANCELLED, at
    job.save(update_fields=["cancel_asked_at", "status", "finished_at"])
    return job


def visible_to(user: User) -> QuerySet[Job]:
    """The jobs a person may look at, newest first: his or her own, and with `clinic.view_job` the organisation's."""
    jobs = Job.objects.of(user.organisation).select_related("requested_by")
    return jobs if user.has_perm("clinic.view_job") else jobs.filter(requested_by=user)


def run(job_id: int, handlers: Mapping[str, str], *, language: str = "en", at: datetime | None = None) -> None:
    """Work on a job if it waits for somebody, with the handler of its kind (a dotted name)."""
    at = at or now()
    job = claim(job_id, at=at)
    if job is None:
        look_again(job_id, language)
        return
    with translation.override(language):
        if job.attempts > ATTEMPTS:
            fail(job, _("This stopped unexpectedly %(count)d times and was given up.") % {"count": ATTEMPTS})
        else:
            work(job, import_string(handlers[job.kind]))


def work(job: Job, handler: Handler) -> None:
    try:
        result = handler(job)
    except JobStopped:
        held(job).update(status=JobStatus.CANCELLED, finished_at=now())
    except ClinicError as refusal:
        fail(job, str(refusal))
    except TimeoutException:
        fail(job, _("This took too long and was stopped. Please try again with less at once."))
        raise  # the worker ends with it
    except Exception:
        logger.exception("job %s failed", job.pk)
        fail(job, _("Something went wrong. Nothing after the last step shown was changed. Please try again."))
    else:
        finish(job, result)


def claim(job_id: int, *, at: datetime) -> Job | None:
    """The job, if it waits or has been left behind; then it is the caller's and nobody else's."""
    free = Q(status=JobStatus.WAITING) | Q(status=JobStatus.RUNNING, started_at__lte=at - LONGEST)
    claimed = Job.objects.filter(free, pk=job_id)
    if not claimed.update(status=JobStatus.RUNNING, attempts=F("attempts") + 1, started_at=at):
        return None
    return Job.objects.select_related("organisation", "requested_by").get(pk=job_id)


def held(job: Job) -> QuerySet[Job]:
    """The job as long as this claim to it is the last one."""
    return Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts)


def look_again(job_id: int, language: str) -> None:
    """A task delivered again while its job runs is the only one left if that worker dies: keep one for later."""
    job = Job.objects.filter(pk=job_id, status=JobStatus.RUNNING).first()
    if job is not None:
        Schedule.objects.get_or_create(
            name=f"job-{job.pk}-{job.attempts}",
            defaults={
                "func": TASK, "args": f"{job.pk}, '{language}'", "kwargs": f"q_options={{'timeout': {SECONDS}}}",
                "schedule_type": Schedule.ONCE, "next_run": job.started_at + LONGEST,
            },
        )  # fmt: skip
