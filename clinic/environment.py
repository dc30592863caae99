"""Settings read from environment variables: each is understood completely or stops the start with a sentence."""

import os
from collections.abc import Collection
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "on", "true", "yes"}
NO = {"0", "off", "false", "no", ""}

# PostgreSQL lets people wait for each other without end: this long, then somebody has to be told. What it is to keep
# planned (see `clinic.scheduling.prepared`) it would plan five times more before it keeps it.
SESSION = "-c lock_timeout=5s -c plan_cache_mode=force_generic_plan"


def env_bool(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in YES:
        return True
    if value.strip().lower() in NO:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no: write on or off.")


def env_int(name: str, *, default: int, minimum: int = 0) -> int:
    value = os.environ.get(name) or str(default)
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number.") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name}={value} is too small: the least is {minimum}.")
    return number


def env_choice(name: str, choices: Collection[str], *, default: str, hint: str) -> str:
    """One of the choices, which are in capital letters."""
    value = (os.environ.get(name) or default).strip().upper()
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} is not known: {hint}.")
    return value


def env_address(name: str, *, default: str) -> str:
    """The address of a site, as in ``https://clinic.example``, without a slash at its end."""
    value = os.environ.get(name) or default
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name}={value!r} is not the address of a site, as in https://clinic.example.")
    return value.rstrip("/")


def env_list(name: str, *, default: str = "") -> list[str]:
    """The parts of a comma-separated value, without blanks and empty parts."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_secret(name: str, *, development: str, debug: bool) -> str:
    """The secret; only a development machine may go without and gets the fixed, public one."""
    value = os.environ.get(name, "")
    if value:
        return value
    if debug:
        return development
    raise ImproperlyConfigured(f"{name} is not set. Outside DEBUG it is required: a long random text, kept secret.")


def database_from_url(url: str, *, base: Path) -> dict[str, object]:
    """Django's DATABASES entry for ``sqlite:///file`` (relative to base, or absolute with four slashes) or
    ``postgres://user:password@host:port/name?option=value``."""
    parts = urlsplit(url)
    name = unquote(parts.path).removeprefix("/")
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database: sqlite:///FILE or postgres://host/NAME.")
    if parts.scheme == "sqlite":
        return sqlite(base / name)
    if parts.scheme in {"postgres", "postgresql"}:
        return postgresql(name, parts)
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:///, postgres:// or postgresql://.")


def sqlite(file: Path) -> dict[str, object]:
    """IMMEDIATE: a transaction that reads first and writes later cannot fail with "database is locked" half-way."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            # recursive triggers: REPLACE deletes rows, and without them no trigger would see it
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
        },
    }


def postgresql(name: str, parts: SplitResult) -> dict[str, object]:
    options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),  # ?host=/folder is a Unix socket
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": SESSION, **options},
    }


def mailer_from_url(url: str) -> dict[str, object]:
    """Django's MAILERS entry for ``console:``, ``smtp://user:password@host:port`` or ``smtps://…`` (all in TLS)."""
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must be console: or smtp://user:password@host:port.")
    tls = parts.scheme == "smtps"
    return {
        "BACKEND": "clinic.messaging.channels.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or (465 if tls else 587),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_ssl": tls,
            "use_tls": not tls and bool(parts.username),
            "timeout": 10,  # for each answer
        },
    }


def env_sender(name: str, *, default: str) -> str:
    """What e-mail comes from: ``desk@noor.example`` or ``Noor <desk@noor.example>``."""
    value = os.environ.get(name) or default
    local, _, domain = parseaddr(value)[1].rpartition("@")
    if not local or not domain or not value.isprintable():
        raise ImproperlyConfigured(f"{name}={value!r} is not an e-mail address, as in Noor <desk@noor.example>.")
    return value


def env_gateway(name: str, *, debug: bool) -> str:
    """The address of a gateway for text messages: Apprise's with {to} in it, ``console:``, ``file:PATH`` or nothing.

    Whether Apprise understands its own is asked by a system check: loading it takes a second.
    """
    address = os.environ.get(name) or ("console:" if debug else "")
    scheme, _, rest = address.partition(":")
    if not address or address == "console:" or (scheme == "file" and rest):
        return address
    if not rest.startswith("//") or "{to}" not in rest:  # the value is not repeated: it holds a password
        raise ImproperlyConfigured(
            f"{name} must be console:, file:PATH or an address of Apprise with {{to}} where the number goes, as in "
            "jsons://user:password@gateway.example/send?:to={to}&+Idempotency-Key={key}."
        )
    return address
