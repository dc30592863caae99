"""Who was refused what with a consultation or its money, and by which door: one RefusedAttempt and a line in the log.

Within a request an attempt waits at the door and written when everything else is over, so that no rollback takes it
away; elsewhere it is written as soon as the service has given up its own transaction.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, wraps
from inspect import signature

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from clinic.constraints.transitions import ChangeRule
from clinic.errors import ChangedMeanwhile, ClinicError, Crowded, InvalidEntry
from clinic.models import RefusedAttempt, User

logger = logging.getLogger("clinic.attempts")

SLIPS = (ChangedMeanwhile, Crowded, InvalidEntry)  # nobody is kept out: whoever wrote it may go on
SERVICE = "service"  # the door of whoever calls a service without a page
LONGEST = {name: RefusedAttempt._meta.get_field(name).max_length for name in ("door", "target", "code", "message")}


@dataclass(frozen=True)
class Attempt:
    by: User | None
    target: str
    code: str
    message: str = ""
    at: datetime = field(default_factory=timezone.now)


@dataclass
class Door:
    """A page with its method, and what was refused behind it: by a service, or without one."""

    name: str = ""
    refused: list[Attempt] = field(default_factory=list)
    broken: list[Attempt] = field(default_factory=list)


current: ContextVar[Door | None] = ContextVar("door", default=None)
watching: ContextVar[bool] = ContextVar("watching", default=False)
trying: ContextVar[bool] = ContextVar("trying", default=False)


def watched[**P, R](service: Callable[P, R]) -> Callable[P, R]:
    """Note it when the service refuses. Stands outside `retried` and `atomic`; what it calls is not noted twice."""
    first = next(iter(signature(service).parameters))

    @wraps(service)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        if watching.get():
            return service(*args, **kwargs)
        token = watching.set(True)
        try:
            return service(*args, **kwargs)
        except (ClinicError, IntegrityError) as error:
            row = args[0] if args else kwargs[first]
            note(error, target=named(row), by=kwargs["by"], at=kwargs.get("at"))
            raise
        finally:
            watching.reset(token)

    return attempt


@contextmanager
def only_tried() -> Iterator[None]:
    """What is refused within is nobody's attempt: it is tried to see whether it could be done, and given up again."""
    token = trying.set(True)
    try:
        yield
    finally:
        trying.reset(token)


def note(error: ClinicError | IntegrityError, *, target: str, by: User | None, at: datetime | None = None) -> None:
    """Keep in mind what a service refused, or that a write broke a rule of how rows may change; no other error.

    Slips are none: a page that saves itself would fill the table with half a number each time.
    """
    moment, door = at or timezone.now(), current.get()
    if trying.get() or isinstance(error, SLIPS):
        return
    if isinstance(error, ClinicError):
        attempt = Attempt(by, target, error.reasons[0].code, str(error), moment)
        keep(attempt, door.refused if door else None)
    elif guard := guard_broken_by(error):
        keep(Attempt(by, target, guard, at=moment), door.broken if door else None)


def keep(attempt: Attempt, at_door: list[Attempt] | None) -> None:
    if at_door is None:
        write(attempt, SERVICE)
    else:
        at_door.append(attempt)


def write(attempt: Attempt, door: str) -> None:
    """One line in the log and, for somebody of an organisation, one row; none in a transaction that is lost anyway."""
    logger.warning("%s: %s refused to %s: %s %s", door, attempt.target, attempt.by, attempt.code, attempt.message)
    organisation = getattr(attempt.by, "organisation_id", None)
    if organisation is None or lost():
        return
    texts = {"door": door, "target": attempt.target, "code": attempt.code, "message": attempt.message}
    RefusedAttempt.objects.create(
        organisation_id=organisation, by=attempt.by, at=attempt.at,
        **{name: text[: LONGEST[name]] for name, text in texts.items()},
    )  # fmt: skip


def lost() -> bool:
    own = transaction.get_connection()
    return own.in_atomic_block and own.needs_rollback


@contextmanager
def at_door(*, by: User, target: str) -> Iterator[Door]:
    """Everything refused within is an attempt at the door that it yields, written at the end.

    What was refused without a service, as by a guard of a table, counts where no service refused, and once.
    """
    door = Door()
    token = current.set(door)

    def listen(execute, sql, params, many, context):  # noqa: ANN001 (as Django calls it)
        try:
            return execute(sql, params, many, context)
        except IntegrityError as error:
            note(error, target=target, by=by)
            raise

    try:
        with connection.execute_wrapper(listen):
            yield door
    finally:
        current.reset(token)
        for attempt in door.refused or door.broken[:1]:
            write(attempt, door.name)


def guard_broken_by(error: IntegrityError) -> str:
    """The name of the rule about changes that the write broke; empty for every other error."""
    return next((name for name in guards() if name in str(error)), "")


@cache
def guards() -> tuple[str, ...]:
    rules = (rule for model in apps.get_models() for rule in model._meta.constraints)
    return tuple(rule.name for rule in rules if isinstance(rule, ChangeRule))


def named(row: Model) -> str:
    return f"{row._meta.model_name} {row.pk}"
