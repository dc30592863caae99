"""The plan of a bulk job as its page shows it: patient by patient, those with something left over first."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from admin_ext.scope import own_rows
from clinic import jobs
from clinic.enums import JobKind, JobStatus
from clinic.errors import ClinicError
from clinic.models import Job, PackagePurchase, Provider, User
from clinic.scheduling.planning import Plan
from clinic.scheduling.planning.packing import unpack
from clinic.scheduling.planning.plan import PlannedSession

MOST_BOTTLENECKS = 8


@dataclass(frozen=True)
class Row:
    """One purchase: its sessions with a time, in order, how many have none, and why."""

    purchase: PackagePurchase
    sessions: list[PlannedSession]
    left: int
    reasons: list[str]

    @property
    def placed(self) -> int:
        return len(self.sessions)


@dataclass(frozen=True)
class BulkResult:
    """A plan read back from its job. `refusal` says why it can no longer be; then there is no plan."""

    job: Job
    plan: Plan | None
    refusal: str = ""

    @classmethod
    def of(cls, job: Job, *, by: User) -> "BulkResult":
        try:
            return cls(job, unpack(job.result["plan"], by=by))
        except ClinicError as refusal:
            return cls(job, None, str(refusal))

    @cached_property
    def rows(self) -> list[Row]:
        if self.plan is None:
            return []
        sessions: dict[int, list[PlannedSession]] = defaultdict(list)
        for session in self.plan.placed:
            sessions[session.purchase.pk].append(session)
        left: Counter[int] = Counter()
        reasons: dict[int, list[str]] = defaultdict(list)
        for unplaced in self.job.result.get("unplaced", ()):
            left[unplaced["purchase"]] += unplaced["sessions"]
            known = reasons[unplaced["purchase"]]
            known += [why for why in unplaced["reasons"] if why not in known]
        rows = [
            Row(purchase, sessions[purchase.pk], left[purchase.pk], reasons[purchase.pk])
            for purchase in self.plan.request.purchases
        ]
        return sorted(rows, key=lambda row: -row.left)

    @property
    def wanted(self) -> int:
        return sum(row.placed + row.left for row in self.rows)

    @property
    def incomplete(self) -> int:
        return sum(row.left > 0 for row in self.rows)

    @cached_property
    def bottlenecks(self) -> list[tuple[Provider, date]]:
        """Whose days everybody wants; one query. Who is no longer there is left out."""
        places = self.job.result.get("bottlenecks", ())[:MOST_BOTTLENECKS]
        keys = [place["provider"] for place in places if isinstance(place["provider"], int)]
        providers = own_rows(Provider, self.job.organisation).in_bulk(keys)
        return [
            (providers[place["provider"]], date.fromisoformat(place["day"]))
            for place in places
            if place["provider"] in providers
        ]


def booking_of(planned: Job, *, by: User) -> Job | None:
    """The job that books or has booked this plan, unless it failed."""
    ended = (JobStatus.FAILED, JobStatus.CANCELLED)
    later = jobs.visible_to(by).filter(kind=JobKind.BULK_APPLY, created_at__gte=planned.created_at)
    return next(
        (job for job in later.exclude(status__in=ended) if job.arguments["plan"] == planned.result["plan"]), None
    )
