"""Fetch a calendar from an address that somebody has typed in: in bounded time and size, and from public machines only.

The name is looked up once, and the connection goes to the address that was checked: a name that points elsewhere a
moment later leads nowhere. The same holds again after every redirect.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from clinic.calendars.reading import MOST_BYTES
from clinic.wires import cut_at, shut

MOST_REDIRECTS = 3
MOST_SECONDS = 20.0  # from the first byte sent to the last one received, over all redirects
PATIENCE = 10.0  # for a name to be found, for each connection, and each wait for the next byte
CHUNK = 64 * 1024
PORTS = {"https": 443, "http": 80}
REDIRECTS = {301, 302, 303, 307, 308}
WRAPPING = (ip_network("64:ff9b::/96"), ip_network("::/96"))  # their last 32 bits are an IPv4 address: RFC 6052, 4291


class FetchFailed(Exception):
    """The calendar could not be fetched; the text says why, for staff, without the address, which is a secret."""


@dataclass(frozen=True)
class Fetched:
    """A calendar's bytes and their ETag; `body` is None when it has not changed since the ETag that was sent."""

    body: bytes | None
    etag: str = ""


@dataclass(frozen=True)
class Target:
    """Where a request goes: an address that was checked, and the name that its certificate must have."""

    scheme: str
    host: str
    port: int
    address: str
    path: str


def fetch(url: str, *, etag: str = "") -> Fetched:
    """What stands at an address, which may also begin with webcal://. Raises FetchFailed."""
    deadline = monotonic() + MOST_SECONDS
    for _hop in range(MOST_REDIRECTS + 1):
        answer = asked(target_of(url), etag=etag, deadline=deadline)
        if isinstance(answer, Fetched):
            return answer
        url = urljoin(secure(url), answer)
    raise FetchFailed(_("The address leads on and on, more than %(count)s times.") % {"count": MOST_REDIRECTS})


def secure(url: str) -> str:
    """The address as it is fetched: calendars write webcal:// where they mean https://."""
    scheme, colon, rest = url.strip().partition(":")
    return f"https:{rest}" if colon and scheme.lower() in ("webcal", "webcals") else url.strip()


def target_of(url: str) -> Target:
    """The one machine to ask, checked. Raises FetchFailed for any that is not public and not trusted."""
    parts = split(secure(url))
    host = (parts.hostname or "").rstrip(".")
    trusted = host in settings.TRUSTED_CALENDAR_HOSTS
    if parts.scheme != "https" and not (trusted and parts.scheme == "http"):
        raise FetchFailed(_("The address must begin with https:// or webcal://."))
    if not host or parts.username is not None or parts.password is not None:
        raise FetchFailed(_("The address must name a machine, without a user name or password."))
    port = parts.port or PORTS[parts.scheme]
    if port != PORTS[parts.scheme] and not trusted:
        raise FetchFailed(_("The address must not name a port."))
    address = resolved(host, port, trusted=trusted)
    return Target(parts.scheme, host, port, address, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises where it is no number
    except ValueError as wrong:
        raise FetchFailed(_("This is not an address.")) from wrong
    if any(c.isspace() or not c.isprintable() for c in url) or not url.isascii():
        raise FetchFailed(_("This is not an address."))
    return parts


def resolved(host: str, port: int, *, trusted: bool) -> str:
    """The address behind a name. If only one of its addresses is private, none is asked."""
    try:
        addresses = looked_up(host, port)
    except (OSError, UnicodeError) as unknown:
        raise FetchFailed(_("There is no machine of this name.")) from unknown
    if not trusted and not all(is_public(address) for address in addresses):
        raise FetchFailed(_("The address is inside a private network."))
    return addresses[0]


def looked_up(host: str, port: int) -> list[str]:
    """All addresses behind a name. No signal ends the system's own search for them, so another thread waits for it."""
    found: Future[list[str]] = Future()

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.set_result([str(entry[4][0]) for entry in entries])
        except (OSError, UnicodeError) as unknown:
            found.set_exception(unknown)

    threading.Thread(target=look_up, daemon=True).start()
    return found.result(timeout=PATIENCE)


def is_public(address: str) -> bool:
    """Whether an address belongs to the open internet, also in what it wraps."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.is_site_local:
        return False
    return all(one.is_global and not one.is_multicast for one in [ip, *wrapped(ip)])


def wrapped(ip: IPv4Address | IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(ip, IPv6Address):
        yield from filter(None, [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())])
        if any(ip in network for network in WRAPPING):
            yield IPv4Address(int(ip) & 0xFFFFFFFF)


def asked(target: Target, *, etag: str, deadline: float) -> Fetched | str:
    """The calendar, or the address to which the machine sends us on."""
    headers = {"User-Agent": "Clinic calendar reader", "Accept": "text/calendar, */*;q=0.1"}
    headers |= {"Accept-Encoding": "identity"} | ({"If-None-Match": etag} if etag else {})
    try:
        with connected(target, deadline) as connection:
            connection.request("GET", target.path, headers=headers)
            with connection.getresponse() as response:
                return answered(response, deadline=deadline)
    except ssl.SSLError as wrong:
        raise FetchFailed(_("The connection to this machine is not secure.")) from wrong
    except (OSError, http.client.HTTPException, ValueError) as wrong:
        raise FetchFailed(_("The machine did not answer, or not in time.")) from wrong


@contextmanager
def connected(target: Target, deadline: float) -> Iterator[http.client.HTTPConnection]:
    """A connection to the checked address that is cut at the deadline, whatever the other end sends or does not."""
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    wire = socket.create_connection((target.address, target.port), timeout=min(PATIENCE, left))
    if target.scheme == "https":
        context = ssl.create_default_context()
        wire = context.wrap_socket(wire, server_hostname=target.host, do_handshake_on_connect=False)
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = wire
    with wire, closing(connection), cut_at(deadline, partial(shut, wire)):
        if isinstance(wire, ssl.SSLSocket):
            wire.do_handshake()
        yield connection


def answered(response: http.client.HTTPResponse, *, deadline: float) -> Fetched | str:
    if response.status == http.HTTPStatus.NOT_MODIFIED:
        return Fetched(None, response.headers.get("ETag", ""))
    if response.status in REDIRECTS and (location := response.headers.get("Location")):
        return location
    if response.status != http.HTTPStatus.OK:
        raise FetchFailed(_("The machine answered %(status)s instead of a calendar.") % {"status": response.status})
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise FetchFailed(_("The machine sends something packed that was not asked for."))
    return Fetched(whole(response, deadline=deadline), response.headers.get("ETag", "")[:200])


def whole(response: http.client.HTTPResponse, *, deadline: float) -> bytes:
    """The body, no larger than a calendar may be and no later than the deadline."""
    chunks, size = [], 0
    while chunk := response.read1(CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > MOST_BYTES:
            raise FetchFailed(_("The calendar is larger than %(size)s MB.") % {"size": MOST_BYTES // 1_000_000})
    if monotonic() >= deadline:
        raise TimeoutError
    return b"".join(chunks)
