"""Series as one action each: booked, moved or cancelled as a whole, all or nothing, and undone the same way."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.enums import OperationKind, Scope
from clinic.models import Appointment, Clinic, PackagePurchase, Patient, Provider, Series, Service, User
from clinic.operations import begin
from clinic.retries import made_before, retried
from clinic.scheduling.booking.reasons import checked
from clinic.scheduling.booking.several import NewTime, Wanted, book_all, cancel_all, move_all
from clinic.scheduling.locks import lock
from clinic.scheduling.series.members import Seen, changeable, members
from clinic.scheduling.series.moving import is_there, shifted
from clinic.scheduling.series.recurrence import Place, Recurrence
from clinic.scheduling.series.rule import Rule
from clinic.tenancy import own


@retried
@transaction.atomic
def book_series(  # noqa: PLR0913 (what an appointment is made of, and the rule)
    *,
    rule: Rule | str,
    patient: Patient,
    service: Service,
    provider: Provider,
    clinic: Clinic,
    starts_at: datetime,
    by: User,
    purchase: PackagePurchase | None = None,
    exceptions: Collection[date] = (),
    instead: Mapping[date, Place] | None = None,
    reason: str = "",
    request_key: UUID | None = None,
    at: datetime | None = None,
) -> list[Appointment]:
    """Book every day of the rule from the day of `starts_at` on, at its hour of the clinic's wall clock.

    `exceptions` are days to leave out, `instead` has the times to take on other days in place of the rule's own.
    `request_key` names the form that asks for it: sent again, it gets the series that it made.
    Appointments come in order of time. Raises BookingRefused for a rule that makes no sense, and SomeRefused with
    every date that is not free; nothing is written then.
    """
    instead, at, reason = instead or {}, at or timezone.now(), checked(reason)
    own(by, patient, service, provider, clinic, purchase)
    own(by, *(row for place in instead.values() for row in (place.provider, place.clinic)))
    recurrence = Recurrence.from_first(
        rule, patient=patient, service=service, provider=provider, clinic=clinic, starts_at=starts_at,
        purchase=purchase, exceptions=frozenset(exceptions),
    ).without_end_left_out()  # fmt: skip
    places = {**recurrence.places, **{day: instead[day] for day in recurrence.places.keys() & instead.keys()}}
    lock(
        providers={place.provider for place in places.values()},
        patients=[patient],
        clinics={place.clinic for place in places.values()},
    )
    if made := made_before(Series, request_key, patient=patient, service=service):
        return list(Appointment.objects.filter(series=made).order_by("starts_at", "pk"))
    series = series_of(recurrence, by=by, at=at, request_key=request_key)
    operation = begin(OperationKind.SERIES_BOOKED, by=by, at=at, reason=reason)
    wanted = [
        Wanted(patient, service, place.provider, place.clinic, place.starts_at, purchase, series, day)
        for day, place in sorted(places.items(), key=lambda dated: dated[1].starts_at)
    ]
    return book_all(wanted, by=by, operation=operation, reason=reason, at=at)


def series_of(recurrence: Recurrence, *, by: User, at: datetime, request_key: UUID | None) -> Series:
    """The row of the series, written."""
    series = Series(
        organisation=by.organisation, request_key=request_key, patient=recurrence.patient,
        service=recurrence.service, provider=recurrence.provider, clinic=recurrence.clinic,
        package_purchase=recurrence.purchase, rule=recurrence.rule.text, first_on=recurrence.first_on,
        start=recurrence.start, exceptions=[day.isoformat() for day in sorted(recurrence.exceptions)],
        booked_by=by, booked_at=at,
    )  # fmt: skip
    series.record(by=by, at=at)
    return series


@retried
@transaction.atomic
def cancel_series(
    appointment: Appointment,
    *,
    scope: Scope | str,
    by: User,
    by_patient: bool = False,
    reason: str = "",
    tell: bool = True,
    seen: Seen | None = None,
    at: datetime | None = None,
) -> list[Appointment]:
    """Cancel this appointment, it and those of its series that follow, or all of them; what was cancelled.

    What is over, held, begun or cancelled stays as it is. `seen` is what the person was shown, see `changeable`.
    """
    own(by, appointment)
    at, reason = at or timezone.now(), checked(reason)
    rows = held_still(appointment, scope, at=at, seen=seen)
    operation = begin(OperationKind.SERIES_CANCELLED, by=by, at=at, reason=reason)
    return cancel_all(rows, by=by, operation=operation, reason=reason, by_patient=by_patient, tell=tell, at=at)


@retried
@transaction.atomic
def move_series(
    appointment: Appointment,
    *,
    scope: Scope | str,
    starts_at: datetime,
    by: User,
    provider: Provider | None = None,
    clinic: Clinic | None = None,
    reason: str = "",
    seen: Seen | None = None,
    at: datetime | None = None,
) -> list[Appointment]:
    """Move this appointment to `starts_at`, and all others of the scope by as many days and minutes on the wall clock.

    All or nothing: raises SomeRefused with every appointment that cannot be moved. A series of which nothing would
    change is refused; what is there already stays as it is, and so does what is over, held, begun or cancelled.
    """
    own(by, appointment, provider, clinic)
    at, reason = at or timezone.now(), checked(reason)
    rows = held_still(appointment, scope, at=at, seen=seen, providers=[provider] if provider else [])
    anchor = next((row for row in rows if row.pk == appointment.pk), appointment)
    places = shifted(rows, anchor, starts_at, provider=provider, clinic=clinic)
    operation = begin(OperationKind.SERIES_MOVED, by=by, at=at, reason=reason)
    leaving = [(row, place) for row, place in places if not is_there(row, place)] or places
    times = [NewTime(row, place.starts_at, place.provider, place.clinic) for row, place in leaving]
    return move_all(times, by=by, operation=operation, reason=reason, at=at)


def held_still(
    appointment: Appointment, scope: Scope | str, *, at: datetime, seen: Seen | None,
    providers: Collection[Provider] = (),
) -> list[Appointment]:  # fmt: skip
    """What the change is for, read anew while nobody else can change it."""
    series = appointment.series_id
    standing = members(series).select_related("provider", "clinic") if series else []
    rows = [appointment, *standing]
    lock(providers={*providers, *(row.provider for row in rows)}, patients=[appointment.patient])
    return changeable(appointment, scope, at=at, seen=seen)
