"""The rules of a plan written a second time, plainly, over sessions as people see them."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import NamedTuple

from clinic.models import Appointment


class Held(NamedTuple):
    """A session, planned or standing, in local time; `step` is that of its item."""

    purchase: int | None
    item: int | None
    step: int
    patient: int
    provider: int
    starts_at: datetime
    ends_at: datetime
    busy_from: datetime
    busy_until: datetime
    new: bool


def planned(purchase, item, provider, clinic, starts_at) -> Held:
    """A session as it would stand if it were booked; lengths are real time, whatever the clocks do."""
    start, service = starts_at.timestamp(), item.service
    end = start + service.duration.total_seconds()
    busy_from, busy_until = start - service.buffer_before.total_seconds(), end + service.buffer_after.total_seconds()
    moments = (datetime.fromtimestamp(moment, clinic.zone) for moment in (start, end, busy_from, busy_until))
    return Held(purchase.pk, item.pk, item.step, purchase.patient_id, provider.pk, *moments, True)


def standing(patients) -> list[Held]:
    """What these patients have: live appointments, and those that used a session."""
    held = []
    for row in Appointment.objects.filter(patient__in=patients).select_related("clinic", "package_purchase"):
        if row.status.startswith("cancelled") and not row.session_used:
            continue
        moments = (m.astimezone(row.clinic.zone) for m in (row.starts_at, row.ends_at, row.busy_from, row.busy_until))
        item = row.package_purchase and row.package_purchase.items.get(service=row.service_id)
        purchase = row.package_purchase_id, item and item.pk, item.step if item else 0
        held.append(Held(*purchase, row.patient_id, row.provider_id, *moments, False))
    return held


def broken(request, sessions: list[Held], missing: Counter) -> list[str]:
    """What these sessions break of `request`; `missing` counts the sessions left over by (purchase, step)."""
    found = [rule for session in sessions if session.new for rule in alone(request, session)]
    for number, one in enumerate(sessions):
        for other in sessions[number + 1 :]:
            if one.new or other.new:
                found += together(request.preferences, one, other)
    return found + counted(request, sessions) + begun_too_early(request, sessions, missing)


def alone(request, session):
    wishes, day = request.preferences, session.starts_at.date()
    (purchase,) = (purchase for purchase in request.purchases if purchase.pk == session.purchase)
    if not request.first_day <= day <= request.last_day:
        yield "outside the days asked for"
    if day > purchase.expires_on + timedelta(days=request.extend_days):
        yield "after expiry"
    if day.isoweekday() not in wishes.weekdays:
        yield "wrong weekday"
    if day in wishes.closed_days:
        yield "on a day on which the patient cannot come"
    if wishes.earliest and session.starts_at.time() < wishes.earliest:
        yield "too early"
    if wishes.latest and (session.ends_at.time() > wishes.latest or session.ends_at.date() != day):
        yield "too late"
    if request.providers is not None and session.provider not in {provider.pk for provider in request.providers}:
        yield "with somebody who was not chosen"


def together(wishes, one, other):
    if one.patient == other.patient and overlap((one.starts_at, one.ends_at), (other.starts_at, other.ends_at)):
        yield "in two places at once"
    if one.purchase is None or one.purchase != other.purchase:
        return
    if abs(one.starts_at.date() - other.starts_at.date()) < timedelta(days=wishes.min_gap_days):
        yield "too close together"
    first, second = sorted((one, other), key=lambda session: session.step)
    if wishes.keep_order and first.step < second.step and first.ends_at.timestamp() > second.starts_at.timestamp():
        yield "in the wrong order"


def overlap(one, other) -> bool:
    return one[0].timestamp() < other[1].timestamp() and other[0].timestamp() < one[1].timestamp()


def counted(request, sessions):
    wishes, week_start = request.preferences, request.purchases[0].organisation.week_start
    of_packages = [session for session in sessions if session.purchase is not None]
    days = Counter((s.patient, s.starts_at.date()) for s in of_packages)
    weeks = Counter((s.patient, first_of_week(s.starts_at.date(), week_start)) for s in of_packages)
    for session in of_packages:
        if session.new and days[session.patient, session.starts_at.date()] > wishes.sessions_per_day:
            return ["too many on one day"]
        week = session.patient, first_of_week(session.starts_at.date(), week_start)
        if session.new and wishes.sessions_per_week and weeks[week] > wishes.sessions_per_week:
            return ["too many in one week"]
    return []


def first_of_week(day: date, week_start: int) -> date:
    while day.isoweekday() != week_start:
        day -= timedelta(days=1)
    return day


def begun_too_early(request, sessions, missing):
    if not request.preferences.keep_order:
        return []
    for session in sessions:
        for (purchase, step), left in missing.items():
            if session.new and session.purchase == purchase and step < session.step and left:
                return ["begun before the step that comes first has all its times"]
    return []
