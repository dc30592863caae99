"""Providers' calendars elsewhere: added, read again and again, and removed."""

import logging
from datetime import datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_q.exceptions import TimeoutException

from clinic.calendars.fetching import FetchFailed, fetch
from clinic.calendars.reading import MOST_BYTES, Reading, Span, Unreadable, Window, busy_in
from clinic.enums import RefusalCode
from clinic.errors import InvalidEntry, Refusal
from clinic.heartbeats import WORKER, beat
from clinic.models import BusyCalendar, BusyTime, Provider, User
from clinic.models.calendars import READ_AHEAD
from clinic.tenancy import own

logger = logging.getLogger(__name__)

BACK = timedelta(days=1)
LONGEST_ERROR = 250
MANY = 5  # times ahead, which do not all vanish at once unless they are gone at a second look
SECOND_LOOK = timedelta(hours=1)
AFTER_A_READING = timedelta(minutes=14, seconds=30)  # the clock asks every minute, a little sooner or later
AFTER_A_FAILURE = timedelta(minutes=50)
SECONDS_TO_BEGIN = 20.0  # one that begins then is fetched within half a minute, and is read before the task must end
AS_A_WHOLE = timedelta(days=7)  # what repeats goes on, also in a calendar that does not change


def add_calendar(
    provider: Provider, *, name: str, by: User, url: str = "", file: bytes | None = None, at: datetime | None = None
) -> BusyCalendar:
    """Take a calendar by its address, or a file's, after having read it: its busy time takes openings away from now on.

    Raises InvalidEntry at `name`, `url` or `file`: nothing is written then. It asks another machine, so that it must
    not be called inside a transaction.
    """
    organisation = own(by, provider)
    at = at or now()
    calendar = BusyCalendar(organisation=organisation, provider=provider, name=name.strip(), url=url.strip())
    field = "url" if calendar.url else "file"
    refuse_what_is_wrong(calendar, file)
    try:
        body, calendar.etag = (file, "") if file is not None else fetched(calendar.url)
        reading = busy_in(body or b"", window_of(calendar, at=at))
    except (FetchFailed, Unreadable) as wrong:
        raise InvalidEntry(Refusal(RefusalCode.INVALID, str(wrong)), field=field) from wrong
    return write_new(calendar, reading, by=by, at=at)


def refuse_what_is_wrong(calendar: BusyCalendar, file: bytes | None) -> None:
    if not calendar.url and file is None:
        message = _("Give the address of the calendar, or choose its file.")
        raise InvalidEntry(Refusal(RefusalCode.INVALID, message), field="url")
    if file is not None and len(file) > MOST_BYTES:
        message = _("The calendar is larger than %(size)s MB.") % {"size": MOST_BYTES // 1_000_000}
        raise InvalidEntry(Refusal(RefusalCode.INVALID, message), field="file")
    if calendar.url.startswith(settings.SITE_URL + "/"):
        message = _("This is a calendar of this clinic: its appointments take time anyway.")
        raise InvalidEntry(Refusal(RefusalCode.INVALID, message), field="url")
    try:
        calendar.clean_fields(exclude=["url"])  # which may be webcal:, and is checked where it is fetched
    except ValidationError as wrong:
        raise InvalidEntry.first_of(wrong) from wrong
    if len(calendar.url) > BusyCalendar._meta.get_field("url").max_length:
        raise InvalidEntry(Refusal(RefusalCode.INVALID, _("The address is too long.")), field="url")
    if BusyCalendar.objects.filter(provider=calendar.provider_id, name=calendar.name).exists():
        raise InvalidEntry(name_taken(), field="name")


def name_taken() -> Refusal:
    return Refusal(RefusalCode.INVALID, _("The provider has a calendar of this name."), _("Choose another name."))


def fetched(url: str) -> tuple[bytes, str]:
    answer = fetch(url)
    return answer.body or b"", answer.etag


@transaction.atomic
def write_new(calendar: BusyCalendar, reading: Reading, *, by: User, at: datetime) -> BusyCalendar:
    calendar.read_at = calendar.expanded_at = at
    calendar.error = left_out(reading)
    try:
        with transaction.atomic():
            calendar.record(by=by, at=at)
    except IntegrityError as twin:
        raise InvalidEntry(name_taken(), field="name") from twin
    replace_times(calendar, reading.spans)
    return calendar


def refresh(calendar: BusyCalendar, *, by: User | None = None, at: datetime | None = None) -> BusyCalendar:
    """Read a calendar once more and take what it says now. What cannot be read changes nothing, and says why.

    Nobody who asks (`by` is None) means the clock: then a calendar that is suddenly empty is believed only when it
    still is an hour later. It asks another machine, so that it must not be called inside a transaction.
    """
    if by is not None:
        own(by, calendar)
    at = at or now()
    if not calendar.url:
        return calendar
    with translation.override(calendar.organisation.language):
        try:
            answer = fetch(calendar.url, etag=known_etag(calendar, at=at))
            reading = busy_in(answer.body, window_of(calendar, at=at)) if answer.body is not None else None
        except (FetchFailed, Unreadable) as wrong:
            return note(calendar, failed_at=at, error=str(wrong)[:LONGEST_ERROR])
        if reading is None:
            return note(calendar, read_at=at, failed_at=None, **({"error": ""} if calendar.failed_at else {}))
        return take(calendar, reading, etag=answer.etag, is_asked=by is not None, at=at)


def known_etag(calendar: BusyCalendar, *, at: datetime) -> str:
    """What spares reading an unchanged calendar, except once a week: the year ahead moves on."""
    is_fresh = calendar.expanded_at is not None and at - calendar.expanded_at < AS_A_WHOLE
    return calendar.etag if is_fresh else ""


@transaction.atomic
def take(calendar: BusyCalendar, reading: Reading, *, etag: str, is_asked: bool, at: datetime) -> BusyCalendar:
    """Put what was read in place of what was known, in one step; nothing, when the calendar has been removed."""
    row = BusyCalendar.objects.select_for_update(of=("self",)).filter(pk=calendar.pk).first()
    if row is None:
        return calendar
    suspicious = _("The calendar came back empty. What it said before is kept until it is empty for an hour.")
    since = row.failed_at if row.failed_at and row.error == suspicious else None
    vanishes = not reading.spans and row.times.filter(ends_at__gt=at).count() >= MANY
    if vanishes and not is_asked and (since is None or at - since < SECOND_LOOK):
        return note(row, failed_at=since or at, error=suspicious)
    replace_times(row, reading.spans)
    return note(row, read_at=at, expanded_at=at, failed_at=None, error=left_out(reading), etag=etag)


def note(calendar: BusyCalendar, **fields: object) -> BusyCalendar:
    """Write down how a reading went; not in the history, which would grow by a version every quarter of an hour."""
    BusyCalendar.objects.filter(pk=calendar.pk).update(**fields)
    for field, value in fields.items():
        setattr(calendar, field, value)
    return calendar


def replace_times(calendar: BusyCalendar, spans: list[Span]) -> None:
    """Write what differs: most readings find what was there before."""
    known = {Span(*row): pk for pk, *row in calendar.times.values_list("pk", "starts_at", "ends_at", "uid")}
    calendar.times.filter(pk__in=[known[span] for span in known.keys() - set(spans)]).delete()
    BusyTime.objects.bulk_create(
        BusyTime(organisation_id=calendar.organisation_id, provider_id=calendar.provider_id, calendar=calendar,
                 **span._asdict())
        for span in spans
        if span not in known
    )  # fmt: skip


@transaction.atomic
def remove(calendar: BusyCalendar, *, by: User) -> None:
    """Forget a calendar and its times, which can be booked again."""
    own(by, calendar)
    calendar._history_user = by
    calendar.delete()


def window_of(calendar: BusyCalendar, *, at: datetime) -> Window:
    """From yesterday to a year ahead; whose calendar names no zone lives where the provider works."""
    clinic = calendar.provider.clinics.order_by("code").first()
    zone = clinic.zone if clinic else ZoneInfo(calendar.organisation.time_zone)
    return Window(at - BACK, at + READ_AHEAD, zone)


def left_out(reading: Reading) -> str:
    if not reading.left_out:
        return ""
    return ngettext(
        "%(count)s entry could not be read and takes no time.", "%(count)s entries could not be read and take no time.",
        reading.left_out,
    ) % {"count": reading.left_out}  # fmt: skip


def to_refresh(*, at: datetime) -> list[int]:
    """The keys of the calendars that are due to be read by themselves, those that were read longest ago first.

    One that has just failed waits for an hour, and then comes last: an address that hangs holds up no other.
    """
    rows = BusyCalendar.objects.filter(~Q(url=""), active=True, provider__active=True)
    rows = rows.exclude(read_at__gt=at - AFTER_A_READING).exclude(failed_at__gt=at - AFTER_A_FAILURE)
    return list(rows.order_by(F("failed_at").asc(nulls_first=True), "read_at", "pk").values_list("pk", flat=True))


def refresh_due(*, at: datetime | None = None, seconds: float = SECONDS_TO_BEGIN) -> None:
    """Read what is due, one after the other, beginning none after so many `seconds`: what is left stays due."""
    ends = monotonic() + seconds
    for pk in to_refresh(at=at or now()):
        if monotonic() >= ends:
            return
        refresh_by_itself(pk)


def refresh_by_itself(pk: int) -> None:
    """Read one calendar, unless it has been removed meanwhile. Whatever happens to it stops no other.

    One that is read when the task's time is up ends the worker, and waits for an hour like every other that fails.
    """
    beat(WORKER, at=now())
    calendar = BusyCalendar.objects.select_related("organisation", "provider").filter(pk=pk, active=True).first()
    if calendar is None:
        return
    with translation.override(calendar.organisation.language):
        try:
            refresh(calendar)
        except TimeoutException:
            note(calendar, failed_at=now(), error=_("Reading this calendar took too long."))
            raise  # the worker ends with it
        except Exception as error:  # whose words may hold the address, which is a secret
            logger.error("Calendar %s could not be read: %s.", pk, type(error).__name__)
            note(calendar, failed_at=now(), error=_("This calendar cannot be read."))
