"""The address at which a calendar program reads a person's appointments: GET alone, by its secret."""

from datetime import datetime
from hashlib import sha256

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views import View

from clinic.calendars.feeds import appointments_of, etag_of, feed_at, last_change_of, mark_read, written
from clinic.models import Appointment, CalendarFeed
from clinic.portal import limits
from clinic.portal.pages import private

FEED = limits.Limit("feed", 20)
REMEMBERED = 2 * 24 * 60 * 60  # seconds: programs ask at least once a day


class FeedView(View):
    """What is unknown, renewed or of somebody who is not active any more is not there at all."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        address, at = limits.visitor(request), timezone.now()
        if not was_there(secret) and (wait := limits.UNKNOWN.wait_of_next(address)):
            return private(too_often(wait))
        feed = feed_at(secret)
        if wait := FEED.wait(secret) if feed else limits.UNKNOWN.wait(address):
            return private(too_often(wait))
        if feed is None:
            return private(HttpResponse("This calendar does not exist any more.\n", "text/plain", status=404))
        remember(secret)
        mark_read(feed, at=at)
        return private(answer(request, feed, appointments_of(feed, at=at), at=at))


def was_there(secret: str) -> bool:
    """Whether it is the secret of a feed that was read a short while ago.

    Many programs ask from one address, and whoever tries secrets out among them must not stop the others.
    """
    return caches["limits"].get(key_of(secret), default=False)


def remember(secret: str) -> None:
    caches["limits"].set(key_of(secret), True, REMEMBERED)


def key_of(secret: str) -> str:
    return f"feed-known:{sha256(secret.encode()).hexdigest()}"


def answer(request: HttpRequest, feed: CalendarFeed, rows: list[Appointment], *, at: datetime) -> HttpResponseBase:
    """The calendar, or only that it is what the program has already."""
    etag, changed = etag_of(feed, rows), int(last_change_of(feed, rows, at=at).timestamp())
    response = get_conditional_response(request, etag=etag, last_modified=changed)
    if response is None:
        response = StreamingHttpResponse(written(feed, rows), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="appointments.ics"'
    response["ETag"], response["Last-Modified"] = etag, http_date(changed)
    return response


def too_often(wait: int) -> HttpResponse:
    """Programs read no page: a sentence, and the seconds to wait."""
    return HttpResponse("Too often.\n", "text/plain", status=429, headers={"Retry-After": str(wait)})
