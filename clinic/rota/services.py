"""Set working hours, ask for leave and decide on it, close on public holidays."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.enums import LeaveStatus, RefusalCode
from clinic.errors import ClinicError, InvalidEntry, Refusal, WrongStatus
from clinic.models import Clinic, Closure, Leave, Organisation, Provider, User, WorkingHours
from clinic.rota.public_holidays import Holiday, bare, public_holidays
from clinic.rota.selectors import hours_refusals
from clinic.tenancy import check_own, own

LONGEST_NAME = 120
CALLED_OFF = (LeaveStatus.REFUSED, LeaveStatus.WITHDRAWN)


@transaction.atomic
def set_working_hours(
    provider: Provider,
    clinic: Clinic,
    *,
    by: User,
    weekday: int,
    start: time,
    end: time,
    slot_minutes: int = 30,
    capacity: int = 1,
    valid_from: date | None = None,
    valid_until: date | None = None,
    every_n_weeks: int = 1,
) -> WorkingHours:
    """Add weekly hours, in the clinic's local time, to those the provider has.

    Raises InvalidEntry at the first field that is wrong: the times, the validity, a clinic where the provider does
    not work, or hours that he or she already works in any clinic.
    """
    organisation = own(by, provider, clinic)
    Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    hours = WorkingHours(
        organisation=organisation, provider=provider, clinic=clinic, weekday=weekday, start=start, end=end,
        slot_minutes=slot_minutes, capacity=capacity, valid_until=valid_until, every_n_weeks=every_n_weeks,
        **({"valid_from": valid_from} if valid_from else {}),
    )  # fmt: skip
    try:
        hours.clean_fields()
    except ValidationError as wrong:
        raise InvalidEntry.first_of(wrong) from wrong
    for field, refusal in hours_refusals(hours).items():
        raise InvalidEntry(refusal, field=field)
    hours.record(by=by)
    return hours


@transaction.atomic
def ask_leave(provider: Provider, *, starts_at: datetime, ends_at: datetime, by: User, reason: str = "") -> Leave:
    """Ask for time away, from `starts_at` up to `ends_at`; it counts once it is approved.

    Raises InvalidEntry when it ends before it starts, or meets leave of the provider that is asked for or approved.
    """
    organisation = own(by, provider)
    provider = Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    leave = Leave(organisation=organisation, provider=provider, starts_at=starts_at, ends_at=ends_at, reason=reason)
    try:
        leave.clean_fields()
    except ValidationError as wrong:
        raise InvalidEntry.first_of(wrong) from wrong
    if ends_at <= starts_at:
        raise InvalidEntry(Refusal(RefusalCode.INVALID, _("Leave must end after it starts.")), field="ends_at")
    others = Leave.objects.filter(provider=provider, starts_at__lt=ends_at, ends_at__gt=starts_at)
    if other := others.exclude(status__in=CALLED_OFF).order_by("starts_at").first():
        raise InvalidEntry(leave_taken(other, ZoneInfo(organisation.time_zone)), field="starts_at")
    leave.record(by=by)
    return leave


def leave_taken(other: Leave, zone: ZoneInfo) -> Refusal:
    first, last = (date_format(at.astimezone(zone), "DATETIME_FORMAT") for at in (other.starts_at, other.ends_at))
    message = _("%(provider)s already has leave from %(first)s to %(last)s (%(status)s).") % {
        "provider": other.provider, "first": first, "last": last, "status": other.get_status_display(),
    }  # fmt: skip
    return Refusal(RefusalCode.LEAVE, message, _("Choose other days, or change that leave."))


@transaction.atomic
def decide_leave(leave: Leave, *, by: User, approve: bool, at: datetime | None = None) -> Leave:
    """Approve or refuse leave that was asked for. Booked appointments stay where they are until they are re-booked.

    Raises WrongStatus when it has been decided before.
    """
    own(by, leave)
    leave = Leave.objects.select_for_update(of=("self",)).select_related("provider").get(pk=leave.pk)
    if leave.status != LeaveStatus.ASKED:
        message = _("This leave has already been decided: %(status)s.") % {"status": leave.get_status_display()}
        raise WrongStatus(Refusal(RefusalCode.STATUS, message))
    leave.status = LeaveStatus.APPROVED if approve else LeaveStatus.REFUSED
    leave.decided_by = by
    leave.record("status", "decided_by", by=by, at=at)
    return leave


@transaction.atomic
def withdraw_leave(leave: Leave, *, by: User, at: datetime | None = None) -> Leave:
    """Call off leave that was asked for or approved: its time can be booked again.

    Raises WrongStatus when it has been refused or withdrawn before.
    """
    own(by, leave)
    leave = Leave.objects.select_for_update(of=("self",)).select_related("provider").get(pk=leave.pk)
    if leave.status in CALLED_OFF:
        message = _("This leave does not count anyway: %(status)s.") % {"status": leave.get_status_display()}
        raise WrongStatus(Refusal(RefusalCode.STATUS, message))
    leave.status, leave.decided_by = LeaveStatus.WITHDRAWN, by
    leave.record("status", "decided_by", by=by, at=at)
    return leave


@transaction.atomic
def add_public_holidays(organisation: Organisation, year: int, *, by: User) -> list[Closure]:
    """Close every clinic on the public holidays of the organisation's country; the closures that were added.

    A holiday is left out when the organisation is closed on its first day anyway or has a closure of its name that
    year: it can be moved when the moon is seen, and the year be asked for again.
    Raises ClinicError for a country whose holidays are not known.
    """
    check_own(by, organisation)
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    that_year = {"first_on__lte": date(year, 12, 31), "last_on__gte": date(year, 1, 1)}
    known = list(Closure.objects.of(organisation).filter(clinic=None, **that_year))
    holidays = [
        holiday
        for holiday in holidays_of(organisation, year)
        if not any(is_known_as(closure, holiday) for closure in known)
    ]
    return [close(organisation, holiday, by=by) for holiday in holidays]


def holidays_of(organisation: Organisation, year: int) -> list[Holiday]:
    try:
        return public_holidays(organisation.country, year)
    except NotImplementedError as unknown:
        message = _("The public holidays of “%(country)s” are not known.") % {"country": organisation.country}
        raise ClinicError(Refusal(RefusalCode.INVALID, message, _("Enter them one by one."))) from unknown


def is_known_as(closure: Closure, holiday: Holiday) -> bool:
    return bare(closure.name_en) == bare(holiday.name_en) or closure.first_on <= holiday.first_on <= closure.last_on


def close(organisation: Organisation, holiday: Holiday, *, by: User) -> Closure:
    closure = Closure(
        organisation=organisation, first_on=holiday.first_on, last_on=holiday.last_on,
        name_en=holiday.name_en[:LONGEST_NAME], name_ar=holiday.name_ar[:LONGEST_NAME],
    )  # fmt: skip
    closure.record(by=by)
    return closure
