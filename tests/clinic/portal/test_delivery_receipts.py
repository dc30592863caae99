"""The door at which gateways tell what became of letters: open to who knows the secret, and to nobody else."""

import json
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from clinic.enums import MessageStatus
from tests.clinic.messaging.outbox import NOON, Outbox
from tests.gateway import receipt

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

SECRET = "a secret of this test"
ADDRESS = "/gateway/receipts/"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(autouse=True)
def secret(settings):
    settings.RECEIPTS_SECRET = SECRET
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def outbox(db):
    return Outbox()


@pytest.fixture
def message(outbox):
    return outbox.message(status=MessageStatus.SENT, sent_at=NOON)


def post(body: bytes, headers: dict[str, str]):
    """What a gateway is answered: it has no cookie and no token of a form."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=True)
    return client.post(ADDRESS, body, content_type="application/json", headers=headers)


def told(*reports, secret=SECRET, at=None):
    return post(*receipt(*reports, secret=secret, at=NOON.timestamp() if at is None else at))


def raw(body: bytes, **headers):
    """A body that says anything, rightly signed."""
    _body, signed = receipt(body=body, secret=SECRET, at=NOON.timestamp())
    return post(body, {**signed, **headers})


def status_of(message) -> str:
    message.refresh_from_db()
    return message.status


def test_gateway_tells_of_several_letters_at_once(outbox, message):
    lost = outbox.message(status=MessageStatus.SENT, sent_at=NOON)

    answer = told(
        {"key": str(message.public_id), "status": "delivered", "at": "2030-01-06T11:59:00+03:00"},
        {"key": str(lost.public_id), "status": "failed", "reason": "number unknown"},
    )

    assert (answer.status_code, answer.json()) == (200, {"noted": 2, "unknown": []})
    assert (status_of(message), status_of(lost)) == (MessageStatus.SENT, MessageStatus.FAILED)
    assert f"{message.delivered_at:%Y-%m-%d %H:%M %Z}" == "2030-01-06 08:59 UTC"
    assert lost.error == "The gateway could not deliver it: number unknown"


def test_receipt_played_again_changes_nothing(message):
    sent = receipt({"key": str(message.public_id), "status": "delivered"}, secret=SECRET, at=NOON.timestamp())

    first, second = post(*sent), post(*sent)

    assert first.json() == second.json() == {"noted": 1, "unknown": []}
    assert status_of(message) == MessageStatus.SENT
    assert message.delivered_at == NOON


def test_letters_that_are_not_ours_are_named_and_are_no_error(message):
    stranger = str(uuid4())

    answer = told({"key": stranger, "status": "failed"}, {"key": "17\x00", "status": "delivered"}, {"key": None})

    assert (answer.status_code, answer.json()) == (200, {"noted": 0, "unknown": sorted([stranger, "17\x00", "None"])})
    assert status_of(message) == MessageStatus.SENT


def test_steps_before_the_end_are_taken_note_of_politely(message):
    answer = told({"key": str(message.public_id), "status": "sent"})

    assert (answer.status_code, answer.json()) == (200, {"noted": 1, "unknown": []})
    assert message.delivered_at is None


@pytest.mark.parametrize(
    "moment", ["yesterday", None, 5, "2030-01-06T12:00:00", "2999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_moment_that_cannot_be_is_taken_for_now(message, moment):
    told({"key": str(message.public_id), "status": "delivered", "at": moment})

    assert status_of(message) == MessageStatus.SENT
    assert message.delivered_at == NOON


@pytest.mark.parametrize("minutes", [-6, 6], ids=["old", "of the future"])
def test_receipt_of_another_time_is_refused(message, minutes):
    answer = told({"key": str(message.public_id), "status": "failed"}, at=NOON.timestamp() + 60 * minutes)

    assert answer.status_code == 403
    assert status_of(message) == MessageStatus.SENT


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"X-Timestamp": "1893920400"}, {"X-Signature": "sha256=00"}, {"X-Timestamp": "", "X-Signature": ""},
        {"X-Timestamp": "١٨٩٣٩٢٠٤٠٠", "X-Signature": "sha256=é"}, {"X-Timestamp": "9" * 5000, "X-Signature": "sha256="},
        {"X-Timestamp": "-1", "X-Signature": "md5=00"}, {"X-Timestamp": "1e9", "X-Signature": "sha256=\x00"},
    ],
)  # fmt: skip
def test_receipt_without_our_signature_is_refused(message, headers):
    body, _signed = receipt({"key": str(message.public_id), "status": "failed"}, secret=SECRET, at=NOON.timestamp())

    answer = post(body, headers)

    assert (answer.status_code, answer.json()) == (403, {"error": "not signed, or signed too long ago"})
    assert status_of(message) == MessageStatus.SENT


def test_signature_of_another_secret_body_or_moment_is_refused(message):
    report = {"key": str(message.public_id), "status": "failed"}
    body, signed = receipt(report, secret=SECRET, at=NOON.timestamp())
    other_body, _ = receipt({**report, "reason": "changed"}, secret=SECRET, at=NOON.timestamp())

    answers = [
        told(report, secret="another"),
        post(other_body, signed),
        post(body, {**signed, "X-Timestamp": str(int(NOON.timestamp()) + 1)}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert status_of(message) == MessageStatus.SENT


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b'{"receipts": {}}', b'{"receipts": [1]}', b'{"receipts": [{}]}', b"\xff\xfe",
        b'{"receipts": "delivered"}', b"[" * 50_000, b'{"receipts": [{"key": 1}, null]}', b"1" * 60_000,
        json.dumps({"receipts": [{"key": "1"}] * 201}).encode(),
    ],
    ids=range(13),
)  # fmt: skip
def test_signed_nonsense_is_refused_with_a_sentence(body):
    answer = raw(body)

    assert answer.status_code == 400
    assert "receipts" in answer.json()["error"]


@pytest.mark.parametrize(
    ("report", "error"),
    [
        ({"status": []}, ""),
        ({"status": {"a": 1}}, ""),
        ({"reason": {"\ud800": ["\x00"]}, "status": "failed"}, "{'\\ud800': ['\\x00']}"),
        ({"reason": 5, "at": [], "status": "failed"}, "5"),
        ({"at": "2030-01-06T09:00:00+99:99", "status": "failed"}, "no reason given"),
    ],
    ids=range(5),
)
def test_odd_values_are_taken_as_they_come(message, report, error):
    answer = told({"key": str(message.public_id), **report})

    assert (answer.status_code, answer.json()) == (200, {"noted": 1, "unknown": []})
    assert status_of(message) == (MessageStatus.FAILED if error else MessageStatus.SENT)
    assert message.error == (f"The gateway could not deliver it: {error}" if error else "")


def test_body_that_is_too_long_is_refused():
    assert raw(b" " * 70_000).status_code == 413


def test_nobody_reads_here():
    assert Client().get(ADDRESS).status_code == 405


def test_without_a_secret_there_is_no_door(settings, message):
    settings.RECEIPTS_SECRET = ""

    answer = told({"key": str(message.public_id), "status": "failed"}, secret="")

    assert answer.status_code == 404
    assert status_of(message) == MessageStatus.SENT
