"""Knocking at every door by one role, and what came of it; every trace is wiped out before the next one."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from types import SimpleNamespace

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from admin_ext.roles import PROVIDER
from clinic.models import (
    Addendum,
    Consultation,
    DayClosing,
    FollowUp,
    Invoice,
    InvoiceLine,
    Payment,
    RefundRequest,
    RefusedAttempt,
    Visit,
)
from tests.doors.pages import knocks_at_page
from tests.doors.site import Door, Knock, doors, knocks_at_list
from tests.factories import make_user

NOBODY, NO_ROLE = "nobody", "no role"
GUARDED = (Visit, Consultation, Addendum, FollowUp, Invoice, InvoiceLine, Payment, RefundRequest, DayClosing)
ELSEWHERE = "mine"  # whose rows are named at doors that lead to other things
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")

type Key = tuple[str, int]
type Rows = dict[Key, tuple]


@dataclass(frozen=True)
class Cell:
    """What came of one request: the rows that are not as they were, and what the answer said."""

    role: str
    knock: Knock
    state: str
    is_watched: bool
    status: int
    changed: frozenset[Key]
    is_refused: bool
    is_noted: bool

    def __str__(self) -> str:
        return f"{self.role}: {self.knock} of {self.state} -> {self.status}"


class Visitor:
    """Somebody with a role, at the keyboard or without one. The provider is the doctor of the rows called mine."""

    def __init__(self, role: str, subject: SimpleNamespace) -> None:
        self.role, self.client = role, Client(raise_request_exception=False)
        self.asked: set[tuple] = set()
        if role != NOBODY:
            self.sign_in(subject)
        self.before = stored()

    def sign_in(self, subject: SimpleNamespace) -> None:
        self.user = make_user(subject.organisation, is_staff=True)
        self.user.groups.set(Group.objects.filter(name=self.role))
        if self.role == PROVIDER:
            subject.doctor.user = self.user
            subject.doctor.save()
        self.client.force_login(self.user)

    def knocks(self, door: Door, subjects: dict[str, SimpleNamespace]) -> Iterator[Cell]:
        find = knocks_at_list if door.model_admin else knocks_at_page
        for state in subjects if door.is_watched else [ELSEWHERE]:
            for knock in find(door, subjects[state]):
                if self.is_new(knock):
                    yield self.knock(door, knock, state)

    def is_new(self, knock: Knock) -> bool:
        """A list looks the same whichever row it is about, and a button may stand in two places."""
        asked = (knock.method, knock.address, knock.method == "POST" and repr(knock))
        is_new = asked not in self.asked
        self.asked.add(asked)
        return is_new

    def knock(self, door: Door, knock: Knock, state: str) -> Cell:
        cookies = SimpleCookie({name: morsel.value for name, morsel in self.client.cookies.items()})
        before, is_noted = self.before, False
        after = before
        with transaction.atomic():
            with writes_counted() as writes:
                answer = self.answer_to(knock)
            if writes:
                transaction.set_rollback(False)
                after, is_noted = stored(), RefusedAttempt.objects.filter(by=self.user_key, at=now()).exists()
            transaction.set_rollback(True)
        self.client.cookies = cookies
        changed = frozenset(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        is_refused = is_noted or refused(answer)
        return Cell(self.role, knock, state, door.is_watched, answer.status_code, changed, is_refused, is_noted)

    def answer_to(self, knock: Knock):
        return self.client.get(knock.address) if knock.sent is None else self.client.post(knock.address, knock.sent)

    @property
    def user_key(self) -> int | None:
        return self.user.pk if self.role != NOBODY else None


def cells(role: str, subjects: dict[str, SimpleNamespace], names: Collection[str] = ()) -> Iterator[Cell]:
    """Every cell of one role, or those of the doors named."""
    visitor = Visitor(role, subjects["mine"])
    for door in doors():
        if not names or door.name in names:
            yield from visitor.knocks(door, subjects)


def stored() -> Rows:
    """Every value of every column of the guarded tables."""
    rows: Rows = {}
    with connection.cursor() as cursor:
        for model in GUARDED:
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute(f"SELECT {key}, {table}.* FROM {table}")
            rows |= {(table, row[0]): row for row in cursor.fetchall()}
    return rows


@contextmanager
def writes_counted() -> Iterator[list[str]]:
    """The statements within that write anything; without one no row can have changed."""
    found: list[str] = []

    def listen(execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(WRITES):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        yield found


def refused(answer) -> bool:
    """An error, the login, the first page (as of a row that is not there), or a form that is still open."""
    if answer.status_code >= 400:
        return True
    address = answer.headers.get("Location", "").partition("?")[0]
    context = getattr(answer, "context_data", None) or {}
    form = context.get("form")
    return address in (reverse("admin:login"), reverse("admin:index")) or bool(form is not None and form.errors)
