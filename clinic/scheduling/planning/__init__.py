"""The auto-scheduler: from packages to a plan that books every session, or says why it cannot.

Three rooms. *Candidates*: the engine's free starts that suit each patient, as arrays. *Solve*: the most sessions, then
the fewest changes of provider, then the same weekday and time (a new treatment waits at most a week for them), then
the earliest finish, with a proven bound; pure.
*Explain*: what stands in the way of the rest, and changes that have been tried and help. A plan is a proposal: it is
`apply` that locks, checks every session anew and books them all, or none.

Appointments that have lost their time get a new one from the same engine (`plan_rebooking`).
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from clinic.models import Clinic, PackagePurchase, Provider
from clinic.scheduling.planning.apply import PlanChanged, apply
from clinic.scheduling.planning.explain import unplaced_of
from clinic.scheduling.planning.plan import Plan, PlanRequest, Preferences
from clinic.scheduling.planning.planner import draft, plan_from, world_of
from clinic.scheduling.planning.question import check, request_of
from clinic.scheduling.planning.rebooking import RebookingPlan, plan_rebooking
from clinic.scheduling.planning.ways_out import ways_out_of

__all__ = [
    "Plan",
    "PlanChanged",
    "PlanRequest",
    "Preferences",
    "RebookingPlan",
    "answer",
    "apply",
    "plan",
    "plan_rebooking",
]

MOST_EXPLAINED = 5  # purchases; beyond that a plan names bottlenecks and leaves out the ways out


def plan(
    purchases: PackagePurchase | Iterable[PackagePurchase],
    *,
    providers: Iterable[Provider] | None,
    clinics: Iterable[Clinic] | None = None,
    first_day: date,
    last_day: date,
    preferences: Preferences | None = None,
    at: datetime | None = None,
) -> Plan:
    """Propose times for every free session of the purchases, from `first_day` to `last_day`, both included.

    `providers` and `clinics` narrow who and where; None means anybody who delivers the service. The same question in
    the same world gets the same plan. Raises PlanRefused when the question makes no sense. Nothing is written.
    """
    request = request_of(
        purchases,
        providers=providers,
        clinics=clinics,
        first_day=first_day,
        last_day=last_day,
        preferences=preferences,
    )
    return answer(request, at=at)


def answer(request: PlanRequest, *, at: datetime | None = None) -> Plan:
    """The plan for a question that is asked again, as when a way out is taken. Raises PlanRefused."""
    check(request)
    at = at or timezone.now()
    drafted = draft(request, world_of(request, at=at), at=at)
    few = len(request.purchases) <= MOST_EXPLAINED
    return plan_from(
        drafted,
        unplaced=unplaced_of(drafted, at=at),
        ways_out=ways_out_of(drafted, at=at) if few and any(drafted.left_over()) else (),
    )
