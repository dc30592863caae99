"""The secret addresses at which providers and patients read their own appointments, and what is read there."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from clinic.calendars.events import calendar, event_of
from clinic.enums import CANCELLED_STATUSES
from clinic.models import Appointment, CalendarFeed, Patient, Provider, User
from clinic.tenancy import own

BACK = timedelta(days=30)
AHEAD = timedelta(days=365)
STAYS_CANCELLED = timedelta(days=30)  # until then every calendar has asked, and has taken the event out
MOST_EVENTS = 5_000
SECRET_BYTES = 32
SEEN_AGAIN = timedelta(minutes=5)  # calendars ask often; it need not be written down each time


@transaction.atomic
def feed_of(person: Provider | Patient, *, by: User, at: datetime | None = None) -> CalendarFeed:
    """The feed of a provider or a patient, with a new address if there was none."""
    organisation = own(by, person)
    whose = {"provider" if isinstance(person, Provider) else "patient": person}
    fresh = {"organisation": organisation, "secret": new_secret(), "renewed_at": at or now()}
    return CalendarFeed.objects.get_or_create(**whose, defaults=fresh)[0]


@transaction.atomic
def renew(feed: CalendarFeed, *, by: User, at: datetime | None = None) -> CalendarFeed:
    """Give the feed a new address. Whoever reads the old one finds nothing there from now on."""
    own(by, feed)
    feed = CalendarFeed.objects.select_for_update().get(pk=feed.pk)
    feed.secret, feed.renewed_at, feed.read_at = new_secret(), at or now(), None
    feed.save(update_fields=["secret", "renewed_at", "read_at"])
    return feed


def new_secret() -> str:
    return token_urlsafe(SECRET_BYTES)


def address_of(feed: CalendarFeed) -> str:
    """The whole address, as it is copied into a calendar."""
    return settings.SITE_URL + reverse("feed", args=[feed.secret])


def feed_at(secret: str) -> CalendarFeed | None:
    """The feed with this secret and its person, while that person is active."""
    feeds = CalendarFeed.objects.select_related("organisation", "provider__user", "patient")
    return feeds.filter(Q(provider__active=True) | Q(patient__active=True), secret=secret).first()


def mark_read(feed: CalendarFeed, *, at: datetime) -> None:
    """Remember that the feed is read, at most every few minutes."""
    if feed.read_at is None or at - feed.read_at > SEEN_AGAIN:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=at)


def language_of(feed: CalendarFeed) -> str:
    """What the patient chose; of providers what their login says, or else their organisation."""
    if feed.patient is not None:
        return feed.patient.language
    return feed.provider.user.language if feed.provider.user else feed.organisation.language


def appointments_of(feed: CalendarFeed, *, at: datetime) -> list[Appointment]:
    """What the feed shows, in order of time: from a month back to a year ahead, the first few thousand; one query.

    Cancelled ones stay for a month. Each row has `changed_at`, the moment of its last change.
    """
    recently = Q(cancelled_at__isnull=True) | Q(cancelled_at__gt=at - STAYS_CANCELLED)
    versions = Appointment.history.filter(id=OuterRef("pk")).order_by().values("id")
    changed = Subquery(versions.annotate(last=Max("history_date")).values("last"), output_field=DateTimeField())
    rows = Appointment.objects.filter(
        recently | ~Q(status__in=CANCELLED_STATUSES),
        organisation=feed.organisation_id, starts_at__gte=at - BACK, starts_at__lt=at + AHEAD,
        **({"provider": feed.provider_id} if feed.provider_id else {"patient": feed.patient_id}),
    )  # fmt: skip
    rows = rows.select_related("clinic", "patient", "service").order_by("starts_at", "pk")
    return list(rows.annotate(changed_at=Coalesce(changed, "booked_at"))[:MOST_EVENTS])


def etag_of(feed: CalendarFeed, rows: Sequence[Appointment]) -> str:
    """What tells one state of the feed from another: all that it says, without the work of writing it out."""
    names = [(one.name_en, one.name_ar) for one in (feed.organisation, feed.provider) if one]
    said = sha256(repr((feed.pk, feed.secret, language_of(feed), names)).encode())
    for row in rows:
        patient = row.patient if feed.provider_id else None
        said.update(
            repr((
                row.public_id, row.calendar_sequence, row.status, row.kind, row.starts_at, row.ends_at, row.changed_at,
                row.clinic.name_en, row.clinic.name_ar, row.clinic.address, row.clinic.time_zone,
                row.service.name_en, row.service.name_ar, patient and (patient.name_en, patient.name_ar),
            )).encode()
        )  # fmt: skip
    return f'"{said.hexdigest()}"'


def last_change_of(feed: CalendarFeed, rows: Sequence[Appointment], *, at: datetime) -> datetime:
    """Since when the feed says what it says, at the earliest midnight, when its window moved on."""
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(midnight, feed.renewed_at, *(row.changed_at for row in rows))


def written(feed: CalendarFeed, rows: Sequence[Appointment]) -> Iterator[bytes]:
    """The feed piece by piece, in its own language. No event says where it can be answered: feeds are passed on."""
    language, for_provider = language_of(feed), feed.patient_id is None
    with translation.override(language):
        name = f"{feed.organisation}: {feed.provider}" if for_provider else str(feed.organisation)
        *head, end = calendar((), rows, name=name)
    yield from head
    for row in rows:
        with translation.override(language):  # only while it is written: between two pieces others speak theirs
            event = event_of(row, for_provider=for_provider, at=row.changed_at).to_ical()
        yield event
    yield end
