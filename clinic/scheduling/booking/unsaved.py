"""Appointments about to be booked together: what speaks against each when those before it are booked, its number."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from clinic.errors import Refusal
from clinic.models import Appointment, Operation, PackagePurchase
from clinic.packages import services as packages
from clinic.packages.refusals import usability_refusals
from clinic.packages.selectors import balances_by_purchase
from clinic.scheduling import attendance
from clinic.scheduling.booking.asked import Wanted


def against_booking(
    wanted: Sequence[Wanted], purchases: dict[int, PackagePurchase], *, at: datetime
) -> list[list[Refusal]]:
    """What the policy and the packages have against each of them, when all those before it are booked."""
    balances = balances_by_purchase(purchases.values())
    unpaid = {one.patient for one in wanted if one.purchase is None}
    policy = {patient.pk: attendance.refusals(patient, None, at) for patient in unpaid}
    reserved: Counter[tuple[int, int]] = Counter()
    against = []
    for one in wanted:
        if one.purchase is None:
            against.append(policy[one.patient.pk])
            continue
        pk, key = one.purchase.pk, (one.purchase.pk, one.service.pk)
        reserved[key] += 1
        against.append(
            usability_refusals(
                purchases[pk], one.patient, one.service, balances[pk], on=one.place.day, count=reserved[key]
            )
        )
    return against


def unsaved(
    wanted: Sequence[Wanted], purchases: dict[int, PackagePurchase], operation: Operation, *, at: datetime
) -> list[Appointment]:
    """The appointments, not yet seated nor written, each with its session's number."""
    numbers = _numbers(wanted)
    return [
        Appointment(
            organisation=operation.organisation, operation=operation, patient=one.patient, service=one.service,
            provider=one.provider, clinic=one.clinic, kind=one.place.kind, series=one.series, series_on=one.series_on,
            package_purchase=purchases[one.purchase.pk] if one.purchase else None, session_number=numbers.get(place),
            booked_by=operation.by, booked_at=at,
        )
        for place, one in enumerate(wanted)
    ]  # fmt: skip


def _numbers(wanted: Sequence[Wanted]) -> dict[int, int]:
    """The session numbers by place in `wanted`: the smallest free ones of each purchase, in order of time."""
    places: dict[PackagePurchase, list[int]] = defaultdict(list)
    for place in sorted(range(len(wanted)), key=lambda place: wanted[place].starts_at):
        if purchase := wanted[place].purchase:
            places[purchase].append(place)
    return {
        place: number
        for purchase, own_places in places.items()
        for place, number in zip(own_places, packages.next_session_numbers(purchase, len(own_places)), strict=True)
    }
