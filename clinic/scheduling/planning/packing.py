"""A plan as plain values and back, to wait in a form or a job until a person says yes.

Only what `apply` needs is kept: the question and the sessions. On the way back every row is looked up inside the
actor's organisation, so that a doctored value finds nothing.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from clinic.enums import RefusalCode
from clinic.errors import PlanRefused, Refusal
from clinic.models import Clinic, PackagePurchase, Provider, PurchaseItem, User
from clinic.scheduling.planning.plan import Certificate, Plan, PlannedSession, PlanRequest, Preferences
from clinic.scheduling.situation import RoomPlace

type Packed = dict[str, Any]


@contextmanager
def refusing_nonsense() -> Iterator[None]:
    """Values that no plan packs to are refused like rows that are not there."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        message = _("This is not a plan that was made here.")
        raise PlanRefused(Refusal(RefusalCode.INVALID, message, _("Ask for a new plan."))) from error


def pack(plan: Plan) -> Packed:
    """The plan's question and sessions as JSON values; reasons, ways out and bottlenecks are left behind."""
    certificate = plan.certificate
    return {
        "request": pack_request(plan.request),
        "sessions": [
            [s.purchase.pk, s.item.pk, s.provider.pk, s.clinic.pk, s.starts_at.isoformat(), s.ends_at.isoformat(),
             s.session_number, s.lane, s.place]
            for s in plan.placed
        ],
        "certificate": [
            certificate.placed, certificate.bound, certificate.optimal, certificate.provider_changes,
            certificate.seconds,
        ],
    }  # fmt: skip


@refusing_nonsense()
def unpack(packed: Packed, *, by: User) -> Plan:
    """The plan again, for `by`. Raises PlanRefused when a row it needs is not (or no longer) there for them."""
    request = unpack_request(packed["request"], by=by)
    sessions = packed["sessions"]
    items = found(PurchaseItem, {row[1] for row in sessions}, by, "service")
    providers = found(Provider, {row[2] for row in sessions}, by)
    clinics = found(Clinic, {row[3] for row in sessions}, by)
    purchases = {purchase.pk: purchase for purchase in request.purchases}
    placed = tuple(
        PlannedSession(
            purchases[purchase],
            items[item],
            providers[provider],
            clinics[clinic],
            datetime.fromisoformat(starts_at).astimezone(clinics[clinic].zone),
            datetime.fromisoformat(ends_at).astimezone(clinics[clinic].zone),
            number,
            lane,
            place and RoomPlace(*place),
        )
        for purchase, item, provider, clinic, starts_at, ends_at, number, lane, place in sessions
    )
    return Plan(request, placed, (), Certificate(*packed["certificate"]))


def pack_request(request: PlanRequest) -> Packed:
    wishes = request.preferences
    return {
        "purchases": [purchase.pk for purchase in request.purchases],
        "providers": None if request.providers is None else [provider.pk for provider in request.providers],
        "clinics": None if request.clinics is None else [clinic.pk for clinic in request.clinics],
        "days": [request.first_day.isoformat(), request.last_day.isoformat()],
        "extend_days": request.extend_days,
        "usual_clinics": [[purchase, sorted(clinics)] for purchase, clinics in request.usual_clinics.items()],
        "preferences": {
            "weekdays": sorted(wishes.weekdays),
            "earliest": wishes.earliest and wishes.earliest.isoformat(),
            "latest": wishes.latest and wishes.latest.isoformat(),
            "closed_days": sorted(day.isoformat() for day in wishes.closed_days),
            "sessions_per_day": wishes.sessions_per_day,
            "sessions_per_week": wishes.sessions_per_week,
            "min_gap_days": wishes.min_gap_days,
            "keep_provider": wishes.keep_provider,
            "keep_time": wishes.keep_time,
            "keep_order": wishes.keep_order,
        },
    }


@refusing_nonsense()
def unpack_request(packed: Packed, *, by: User) -> PlanRequest:
    """The question again; raises like `unpack`."""
    purchases = found(PackagePurchase, packed["purchases"], by, "patient", "package", "organisation")
    first_day, last_day = (date.fromisoformat(day) for day in packed["days"])
    return PlanRequest(
        tuple(purchases[pk] for pk in packed["purchases"]),
        rows_or_none(Provider, packed["providers"], by),
        rows_or_none(Clinic, packed["clinics"], by),
        first_day,
        last_day,
        unpack_preferences(packed["preferences"]),
        packed["extend_days"],
        {purchase: frozenset(clinics) for purchase, clinics in packed["usual_clinics"]},
    )


def unpack_preferences(packed: Packed) -> Preferences:
    return Preferences(
        **packed
        | {
            "weekdays": frozenset(packed["weekdays"]),
            "earliest": packed["earliest"] and time.fromisoformat(packed["earliest"]),
            "latest": packed["latest"] and time.fromisoformat(packed["latest"]),
            "closed_days": frozenset(date.fromisoformat(day) for day in packed["closed_days"]),
        }
    )


def rows_or_none[M: Model](model: type[M], keys: Iterable[int] | None, by: User) -> tuple[M, ...] | None:
    return None if keys is None else tuple(found(model, keys, by).values())


def found[M: Model](model: type[M], keys: Iterable[int], by: User, *related: str) -> dict[int, M]:
    """The rows by key, in the order given; one query."""
    keys = list(keys)
    rows = model._default_manager.of(by.organisation)
    rows = (rows.select_related(*related) if related else rows).in_bulk(keys)
    if missing := [key for key in keys if key not in rows]:
        message = _("The plan names something that is no longer there (%(count)d).") % {"count": len(missing)}
        raise PlanRefused(Refusal(RefusalCode.INVALID, message, _("Ask for a new plan.")))
    return {key: rows[key] for key in keys}
