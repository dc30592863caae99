"""Where a gateway tells what became of letters. It is no page: only who knows RECEIPTS_SECRET is listened to.

    POST /gateway/receipts/
    X-Timestamp: 1795251600                  seconds since 1970, at most five minutes off
    X-Signature: sha256=<hex>                HMAC-SHA256 of "<timestamp>.<body>" with the secret
    {"receipts": [{"key": "<idempotency key>", "status": "delivered", "at": "2026-11-21T17:00:00Z"},
                  {"key": "…", "status": "failed", "reason": "number unknown"}]}

The answer is {"noted": 1, "unknown": ["…"]}: keys that are not ours are no error, so that nobody sends them for ever.
The same receipts sent again change nothing.
"""

import hmac
import json
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils.decorators import method_decorator
from django.utils.timezone import now
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from clinic.messaging.outcomes import DeliveryReceipt, known, note

MOST_BYTES = 64 * 1024
MOST_RECEIPTS = 200
ENDS = ("delivered", "failed")  # what else gateways tell, such as "sent", is not the end
FRESH = timedelta(minutes=5)  # what is older may have been overheard and played again


@method_decorator(csrf_exempt, name="dispatch")  # no browser and no session: the signature is what counts
class DeliveryReceipts(View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        at = now()
        if not settings.RECEIPTS_SECRET:
            raise Http404
        try:
            body = request.body
        except UnreadablePostError:
            return refused("cut short", HTTPStatus.BAD_REQUEST)
        if len(body) > MOST_BYTES:
            return refused("too long", HTTPStatus.CONTENT_TOO_LARGE)
        if not is_signed(body, request, at=at):
            return refused("not signed, or signed too long ago", HTTPStatus.FORBIDDEN)
        try:
            told = reports_in(body)
        except ValueError as error:
            return refused(str(error), HTTPStatus.BAD_REQUEST)
        return JsonResponse(answer_to(told, at=at))


def refused(reason: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"error": reason}, status=status)


def is_signed(body: bytes, request: HttpRequest, *, at: datetime) -> bool:
    """Whether the body was signed with our secret, and a short while ago."""
    stamp, signature = request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", "")
    if not (stamp.isascii() and stamp.isdigit()) or abs(at.timestamp() - int(stamp[:12])) > FRESH.total_seconds():
        return False
    expected = hmac.digest(settings.RECEIPTS_SECRET.encode(), f"{stamp}.".encode() + body, "sha256").hex()
    return hmac.compare_digest(f"sha256={expected}".encode(), signature.encode())


def reports_in(body: bytes) -> list[dict[str, object]]:
    """What the body tells, each with a key. Raises ValueError, in words for who wrote the gateway."""
    try:
        told = json.loads(body)["receipts"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ValueError('expected JSON: {"receipts": [{"key": …, "status": …}]}') from None
    if not isinstance(told, list) or not all(isinstance(report, dict) and "key" in report for report in told):
        raise ValueError("receipts must be a list of objects with a key")
    if len(told) > MOST_RECEIPTS:
        raise ValueError(f"at most {MOST_RECEIPTS} receipts at once")
    return told


def answer_to(told: list[dict[str, object]], *, at: datetime) -> dict[str, object]:
    """Note what is told of our letters; how many of them there are, and the keys of the others."""
    keys = [key_of(report) for report in told]
    ours = known(key for key in keys if key)
    note(
        [
            DeliveryReceipt(
                key, delivered=report["status"] == "delivered", at=moment_of(report, at=at), reason=reason_of(report)
            )
            for key, report in zip(keys, told, strict=True)
            if key in ours and report.get("status") in ENDS
        ]
    )
    unknown = {str(report["key"]) for key, report in zip(keys, told, strict=True) if key not in ours}
    return {"noted": len(ours), "unknown": sorted(unknown)}


def key_of(report: dict[str, object]) -> UUID | None:
    try:
        return UUID(str(report["key"]))
    except ValueError:
        return None


def reason_of(report: dict[str, object]) -> str:
    return str(report.get("reason") or "")


def moment_of(report: dict[str, object], *, at: datetime) -> datetime:
    """When it happened, as the gateway says; now where it says nothing that can be so."""
    try:
        moment = datetime.fromisoformat(str(report.get("at")))
    except ValueError:
        return at
    return moment if moment.tzinfo and at - timedelta(days=7) <= moment <= at else at
