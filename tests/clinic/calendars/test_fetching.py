"""Fetching from addresses that somebody typed in: what is never asked, and what is not waited for."""

import socket
import threading
import time

import pytest

from clinic.calendars import fetching
from clinic.calendars.fetching import Fetched, FetchFailed, fetch, is_public, secure, target_of
from clinic.calendars.reading import MOST_BYTES
from tests.clinic.calendars.files import GOOGLE, crlf
from tests.clinic.calendars.server import Publisher

CALENDAR = crlf(GOOGLE)


@pytest.fixture
def publisher(settings):
    """A machine in the house that is trusted."""
    settings.TRUSTED_CALENDAR_HOSTS = ["127.0.0.1"]
    with Publisher() as machine:
        machine.body = CALENDAR
        yield machine


@pytest.fixture
def names(monkeypatch):
    """The names that are known, each with the addresses behind it, and how often each was looked up."""
    known, asked = {}, []

    def look_up(host, port, **kwargs):
        asked.append(host)
        if host not in known:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    known["asked"] = asked
    return known


def failure(url: str) -> str:
    with pytest.raises(FetchFailed) as failed:
        fetch(url)
    return str(failed.value)


def test_a_calendar_is_fetched_with_its_etag(publisher):
    publisher.headers = {"ETag": '"7"'}

    assert fetch(publisher.url) == Fetched(CALENDAR, '"7"')
    assert publisher.paths == ["/calendar.ics?key=secret"]
    assert publisher.requests[0]["accept-encoding"] == "identity"


def test_what_has_not_changed_is_not_fetched_again(publisher):
    publisher.status = 304

    assert fetch(publisher.url, etag='"7"') == Fetched(None)
    assert publisher.requests[0]["if-none-match"] == '"7"'


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1", "192.0.2.1",
        "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
        "fe80::1%eth0",
        "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:db8::1", "2001:0:7f00:1::", "::127.0.0.1", "nonsense",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_never_asked(address, names):
    names["calendar.example"] = [address]

    assert not is_public(address)
    assert failure("https://calendar.example/") == "The address is inside a private network."


@pytest.mark.parametrize("address", ["8.8.8.8", "142.250.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_open_internet_is_public(address):
    assert is_public(address)


def test_a_name_with_one_private_address_among_public_ones_is_not_asked(names):
    names["calendar.example"] = ["8.8.8.8", "10.0.0.1"]

    assert failure("https://calendar.example/") == "The address is inside a private network."


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://calendar.example/", "The address must begin with https:// or webcal://."),
        ("ftp://calendar.example/", "The address must begin with https:// or webcal://."),
        ("file:///etc/passwd", "The address must begin with https:// or webcal://."),
        ("calendar.example", "The address must begin with https:// or webcal://."),
        ("https://user:word@calendar.example/", "The address must name a machine, without a user name or password."),
        ("https:///calendar", "The address must name a machine, without a user name or password."),
        ("https://calendar.example:22/", "The address must not name a port."),
        ("https://calendar.example:x/", "This is not an address."),
        ("https://calendar.example/a b", "This is not an address."),
        ("https://calendar.example/\r\nHost: inside", "This is not an address."),
        ("https://[::1", "This is not an address."),
        ("https://unknown.example/", "There is no machine of this name."),
    ],
)
def test_an_address_that_cannot_be_asked_is_refused_with_the_reason(url, sentence, names):
    names["calendar.example"] = ["8.8.8.8"]

    assert failure(url) == sentence


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "localhost"])
def test_no_way_to_write_this_machine_leads_to_it(host):
    assert failure(f"https://{host}/") == "The address is inside a private network."


def test_the_machine_that_was_checked_is_the_one_that_is_asked(names, monkeypatch):
    """A name that points elsewhere at the second look, as a rebinding one does, is looked up once."""
    names["calendar.example"] = ["8.8.8.8"]
    connected = []

    def connect(address, **kwargs):
        names["calendar.example"] = ["127.0.0.1"]
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)

    assert failure("https://calendar.example/") == "The machine did not answer, or not in time."
    assert (connected, names["asked"]) == ([("8.8.8.8", 443)], ["calendar.example"])


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("http://169.254.169.254/latest/meta-data/", "The address must begin with https:// or webcal://."),
        ("https://169.254.169.254/latest/meta-data/", "The address is inside a private network."),
        ("https://localhost/", "The address is inside a private network."),
        ("file:///etc/passwd", "The address must begin with https:// or webcal://."),
        ("//10.0.0.1/", "The address must begin with https:// or webcal://."),
    ],
)
def test_a_redirect_is_checked_like_the_address_itself(publisher, location, sentence):
    publisher.status, publisher.headers = 302, {"Location": location}

    assert failure(publisher.url) == sentence


def test_redirects_end_after_three(publisher):
    publisher.status, publisher.headers = 301, {"Location": "/again"}

    assert failure(publisher.url) == "The address leads on and on, more than 3 times."
    assert publisher.paths == ["/calendar.ics?key=secret", "/again", "/again", "/again"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("webcal://a.example/b?c", "https://a.example/b?c"), (" WEBCALS://a.example/ ", "https://a.example/")],
)
def test_webcal_means_https(written, meant, names):
    names["a.example"] = ["8.8.8.8"]

    assert secure(written) == meant
    assert (target_of(written).scheme, target_of(written).port) == ("https", 443)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500, 503])
def test_another_answer_than_a_calendar_is_said(publisher, status):
    publisher.status = status

    assert failure(publisher.url) == f"The machine answered {status} instead of a calendar."


def test_a_calendar_that_does_not_end_is_not_read_to_its_end(publisher):
    publisher.body = b"X" * (MOST_BYTES + 1)

    assert failure(publisher.url) == "The calendar is larger than 5 MB."


def test_what_is_packed_is_not_unpacked(publisher):
    publisher.headers = {"Content-Encoding": "gzip"}

    assert failure(publisher.url) == "The machine sends something packed that was not asked for."


@pytest.mark.parametrize("trouble", ["hangs", "drips"])
def test_nobody_waits_longer_than_the_time_allowed(publisher, monkeypatch, trouble):
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.3)
    setattr(publisher, trouble, True)
    began = time.monotonic()

    assert failure(publisher.url) == "The machine did not answer, or not in time."
    assert time.monotonic() - began < 3


def test_nobody_waits_for_a_name_that_is_never_found(monkeypatch):
    found = threading.Event()
    monkeypatch.setattr(fetching, "PATIENCE", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found.wait(20) and [])
    began = time.monotonic()

    assert failure("https://calendar.example/") == "There is no machine of this name."
    assert time.monotonic() - began < 3
    found.set()


def test_who_does_not_speak_tls_is_not_secure(publisher):
    assert failure(publisher.url.replace("http://", "https://")) == "The connection to this machine is not secure."
