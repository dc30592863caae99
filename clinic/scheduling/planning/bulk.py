"""Everyone's unbooked sessions in one plan: who waits, and the jobs that plan and book them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic import jobs
from clinic.enums import JobKind, PurchaseStatus
from clinic.errors import Refusal
from clinic.models import Appointment, Clinic, Job, Organisation, PackagePurchase, Provider, User
from clinic.packages.selectors import balance_of, with_balances
from clinic.retries import retried
from clinic.scheduling.planning.apply import PlanChanged, apply
from clinic.scheduling.planning.explain import unplaced_of
from clinic.scheduling.planning.packing import Packed, pack, pack_request, unpack, unpack_request
from clinic.scheduling.planning.plan import Plan, PlanRequest, Preferences
from clinic.scheduling.planning.planner import draft, plan_from, world_of
from clinic.scheduling.planning.question import check, purchase_refusals, request_of

USUAL = timedelta(days=365)  # where a patient has been within a year is where the patient goes
STAGES = 4


def waiting_purchases(organisation: Organisation, on: date) -> QuerySet[PackagePurchase]:
    """Active purchases with free sessions that can still be held on `on` or later, soonest expiring first.

    Rows come with `used`, `reserved` and `free`, patient and package loaded.
    """
    purchases = PackagePurchase.objects.of(organisation).filter(status=PurchaseStatus.ACTIVE, expires_on__gte=on)
    return with_balances(purchases).filter(free__gt=0).select_related("patient", "package").order_by("expires_on", "pk")


def start_planning(
    purchases: Iterable[PackagePurchase],
    *,
    by: User,
    providers: Iterable[Provider] | None = None,
    clinics: Iterable[Clinic] | None = None,
    first_day: date,
    last_day: date,
    preferences: Preferences | None = None,
    at: datetime | None = None,
) -> Job:
    """Ask for a plan of all these purchases; each stays at the clinics its patient has been to within a year.

    Raises PlanRefused when the question makes no sense.
    """
    purchases = list(purchases)
    request = request_of(
        purchases,
        providers=providers,
        clinics=clinics,
        first_day=first_day,
        last_day=last_day,
        preferences=preferences,
        usual_clinics=usual_clinics(purchases, since=first_day - USUAL),
    )
    return jobs.start(JobKind.BULK_PLAN, by=by, arguments=pack_request(request), total=STAGES, at=at)


def start_booking(planned: Job, *, by: User, at: datetime | None = None) -> Job:
    """Ask for the plan that a job has made to be booked."""
    return jobs.start(JobKind.BULK_APPLY, by=by, arguments={"plan": planned.result["plan"]}, total=2, at=at)


def plan_everyone(job: Job) -> Packed:
    """The handler of BULK_PLAN: the plan packed, with what is left over and the bottlenecks as text."""
    return planned(unpack_request(job.arguments, by=job.requested_by), job)


def book_everyone(job: Job) -> Packed:
    """The handler of BULK_APPLY: the operation that booked the plan or, if the world has changed, a new plan."""
    plan = unpack(job.arguments["plan"], by=job.requested_by)
    jobs.progress(job, 1, 2, _("Booking %(count)d sessions") % {"count": len(plan.placed)})
    try:
        return booked(plan, job)
    except PlanChanged as changed:
        return planned(plan.request, job) | {"changed": str(changed)}


@retried
@transaction.atomic
def booked(plan: Plan, job: Job) -> Packed:
    """The plan applied and its job ended, both or neither: a worker that dies leaves no booking without its link."""
    appointments = apply(plan, by=job.requested_by, at=job.started_at)
    operation = appointments[0].operation
    return jobs.finish_within(job, {"operation": str(operation.public_id), "booked": len(appointments)})


def planned(request: PlanRequest, job: Job) -> Packed:
    """The plan packed and in words; purchases that cannot be used any more are left out and named."""
    request, refused = without_refused(request)
    check(request)
    jobs.progress(job, 0, STAGES, _("Reading calendars and packages"))
    world = world_of(request, at=job.started_at)
    jobs.progress(job, 1, STAGES, _("Choosing times for %(count)d packages") % {"count": len(request.purchases)})
    drafted = draft(request, world, at=job.started_at)
    jobs.progress(job, 2, STAGES, _("Looking for what stands in the way"))
    plan = plan_from(drafted, unplaced=unplaced_of(drafted, at=job.started_at))
    jobs.progress(job, 3, STAGES, _("Writing it down"))
    words = in_words(plan)
    words["unplaced"] += [left_out(*row) for row in refused]
    return {"plan": pack(plan), **words}


def without_refused(request: PlanRequest) -> tuple[PlanRequest, list[tuple[PackagePurchase, list[Refusal]]]]:
    """The question about the purchases that can still be used, and the others with the reasons."""
    reasons = {purchase: list(purchase_refusals(request, purchase)) for purchase in request.purchases}
    usable = tuple(purchase for purchase, found in reasons.items() if not found)
    return replace(request, purchases=usable), [(purchase, found) for purchase, found in reasons.items() if found]


def left_out(purchase: PackagePurchase, refusals: list[Refusal]) -> dict[str, Any]:
    return {
        "purchase": purchase.pk,
        "service": str(purchase.package),
        "sessions": balance_of(purchase).free,
        "reasons": [str(refusal) for refusal in refusals],
    }


def in_words(plan: Plan) -> dict[str, Any]:
    """What a person reads of a plan for many: the sessions left over with their reasons, and the bottlenecks."""
    return {
        "unplaced": [
            {
                "purchase": left.purchase.pk,
                "service": str(left.item.service),
                "sessions": left.sessions,
                "reasons": [str(reason) for reason in left.reasons],
            }
            for left in plan.unplaced
        ],
        "bottlenecks": [
            {"provider": place.provider.pk, "day": place.day.isoformat(), "gain": round(place.gain, 2)}
            for place in plan.bottlenecks[:20]
        ],
    }


def usual_clinics(purchases: Iterable[PackagePurchase], *, since: date) -> dict[int, frozenset[int]]:
    """The clinics each purchase's patient has been booked at since a day; purchases of new patients are left out."""
    patients = {purchase.patient_id for purchase in purchases}
    visits = Appointment.objects.filter(patient__in=patients, starts_at__date__gte=since, clinic__active=True)
    clinics: dict[int, set[int]] = defaultdict(set)
    for patient, clinic in visits.order_by().values_list("patient", "clinic").distinct():
        clinics[patient].add(clinic)
    return {
        purchase.pk: frozenset(clinics[purchase.patient_id]) for purchase in purchases if purchase.patient_id in clinics
    }
