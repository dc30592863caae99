"""What stands in a signed address: short enough for an SMS, and of no use to who only knows the public id."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

ID_BYTES, MAC_BYTES = 16, 10  # RFC 2104 §5: a truncated MAC keeps 80 bits at least


def token_of(public_id: UUID, *, salt: str) -> str:
    """The id with its signature, 35 characters that need no escaping in an address."""
    return signed(public_id, salt=salt, key=settings.SECRET_KEY)


def public_id_of(token: str, *, salt: str) -> UUID | None:
    """The id that the token names; None for a token that we have not signed, also in only one character."""
    try:
        public_id = UUID(bytes=urlsafe_b64decode(token.encode("ascii") + b"=")[:ID_BYTES])
    except ValueError:
        return None
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    is_ours = any(constant_time_compare(token, signed(public_id, salt=salt, key=key)) for key in keys)
    return public_id if is_ours else None


def signed(public_id: UUID, *, salt: str, key: str) -> str:
    mac = salted_hmac(salt, public_id.bytes, secret=key, algorithm="sha256").digest()[:MAC_BYTES]
    return urlsafe_b64encode(public_id.bytes + mac).decode("ascii").rstrip("=")
