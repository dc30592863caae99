"""How often signed links may be opened, and by whom that is counted."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client, RequestFactory

from clinic.messaging.links import token_of
from clinic.portal.limits import ADDRESS, LINK, UNKNOWN, Limit, visitor
from tests.clinic.portal.conftest import SOON, everything, text_of
from tests.factories import NINE

pytestmark = pytest.mark.any_engine

MINUTE = timedelta(minutes=1)


def visits(path, times, **who) -> list[int]:
    phone = Client(**who)
    return [phone.get(path).status_code for _time in range(times)]


def test_link_that_is_opened_too_often_asks_for_patience(desk):
    assert set(visits(desk.path(), LINK.most)) == {200}

    reply = desk.phone.get(desk.path())

    assert (reply.status_code, reply["Retry-After"]) == (429, "60")
    assert "Try again in 60 seconds, or call the clinic." in text_of(reply)
    assert "no-store" in reply["Cache-Control"]
    assert "Huda" not in text_of(reply)


def test_who_holds_the_link_is_asked_for_patience_in_the_own_language_with_the_number_of_the_clinic(desk):
    desk.change(desk.patient, language="ar")
    desk.change(desk.clinic, name_ar="العليا")
    visits(desk.path(), LINK.most, headers={"Accept-Language": "en"})

    reply = Client(headers={"Accept-Language": "en"}).get(desk.path())

    shown = text_of(reply)
    assert (reply.status_code, reply["Content-Language"]) == (429, "ar")
    assert '<html lang="ar" dir="rtl">' in shown
    assert "العليا" in shown
    assert 'href="tel:+966112223344"' in shown
    assert "One moment" not in shown


def test_too_many_taps_do_nothing(desk):
    visits(desk.path(), LINK.most)
    before = everything()

    assert desk.phone.post(desk.path(), {"do": "confirm", "sequence": 0}).status_code == 429
    assert everything() == before


def test_link_opens_again_a_minute_later(desk, when):
    visits(desk.path(), LINK.most + 1)
    when(SOON + MINUTE)

    assert visits(desk.path(), 1) == [200]


def test_other_links_are_not_slowed_down(desk, omar):
    visits(desk.path(), LINK.most + 1)
    desk.booked = desk.book(NINE + timedelta(hours=1), patient=omar)

    assert visits(desk.path(), 1) == [200]


def test_who_tries_links_out_is_stopped_and_patients_beside_are_not(desk):
    assert set(visits("/a/guess/", UNKNOWN.most)) == {404}

    assert visits("/a/another-guess/", 1) == [429]
    assert visits("/o/another-guess/", 1) == [429]
    assert visits(desk.path(), 1) == [200]
    assert visits("/a/guess/", 1, REMOTE_ADDR="198.51.100.7") == [404]


@pytest.mark.parametrize(("language", "first"), [("en", "en"), ("ar", "ar"), ("fr", "en")])
def test_who_is_unknown_reads_every_language_the_own_one_first(db, language, first):
    phone = Client(headers={"Accept-Language": language})

    unknown = text_of(phone.get("/a/guess/"))
    for _time in range(UNKNOWN.most):
        too_often = phone.get("/a/guess/")

    assert "It may be incomplete. Open it once more from the message, or call the clinic." in unknown
    assert "Try again in" in text_of(too_often)
    for shown in (unknown, text_of(too_often)):
        sections = re.findall(r'<section lang="(\w+)" dir="(\w+)">', shown)
        assert sections == sorted({"en": "ltr", "ar": "rtl"}.items(), key=lambda section: section[0] != first)
        assert re.search(r"<h1>[\u0621-\u064a ،]+</h1>", shown)


def test_address_that_asks_without_end_is_stopped_before_the_database_is_asked(desk, django_assert_num_queries):
    span = int(SOON.timestamp()) // ADDRESS.seconds
    caches["limits"].set(f"address:127.0.0.1:{span}", ADDRESS.most)

    with django_assert_num_queries(0):
        assert visits(desk.path(), 1) == [429]


def test_forged_link_does_not_ask_the_database(desk, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert visits(f"/a/{token_of(desk.booked)[:-1]}/", 1) == [404]


def test_span_ends_for_everybody_at_the_same_moment():
    limit = Limit("test", 2, seconds=60)
    with time_machine.travel(SOON + timedelta(seconds=45), tick=False):
        assert [limit.wait("huda") for _time in range(4)] == [0, 0, 15, 15]
        assert limit.wait("omar") == 0
    with time_machine.travel(SOON + MINUTE, tick=False):
        assert limit.wait("huda") == 0


def asked(**meta):
    return visitor(RequestFactory().get("/", **meta))


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
    ],
)
def test_visitor_is_an_address_or_the_network_of_one_customer(remote, counted):
    assert asked(REMOTE_ADDR=remote) == counted


@pytest.mark.parametrize(
    ("forwarded", "behind", "direct"),
    [
        ("203.0.113.9", "203.0.113.9", "10.0.0.1"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9", "10.0.0.1"),
        ("nonsense", "10.0.0.1", "10.0.0.1"),
        ("", "10.0.0.1", "10.0.0.1"),
    ],
)
def test_forwarded_address_counts_only_behind_a_proxy_and_only_the_last(settings, forwarded, behind, direct):
    settings.BEHIND_PROXY = True
    assert asked(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded) == behind
    settings.BEHIND_PROXY = False
    assert asked(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded) == direct
