"""Every door of the site, found by looking: each address, and behind a list each action, form, inline and version."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from uuid import uuid4

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import BooleanField, DateTimeField, ForeignKey, Model
from django.forms.models import inlineformset_factory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from admin_ext.middleware import DoorMiddleware, model_admin_behind
from clinic.models import Consultation
from tests.factories import NINE

AMOUNT = "150.00"


@dataclass(frozen=True)
class Knock:
    """One request at a door: what a browser, or somebody without one, would send."""

    door: str
    address: str
    sent: dict[str, object] | None = None
    names_row: bool = True

    @property
    def method(self) -> str:
        return "GET" if self.sent is None else "POST"

    def __str__(self) -> str:
        return f"{self.method} {self.door}"


@dataclass(frozen=True)
class Door:
    """An address of the site by its name, with the ModelAdmin behind it if there is one."""

    name: str
    pattern: URLPattern
    namespace: str = ""
    model_admin: admin.ModelAdmin | None = field(default=None)

    @property
    def is_watched(self) -> bool:
        """Whether it leads to consultations or their money."""
        model = self.model_admin and self.model_admin.model
        return model in DoorMiddleware.MODELS or self.pattern.callback.__module__.startswith(DoorMiddleware.WORKFLOWS)

    def at(self, *args: object, **kwargs: object) -> str:
        name = f"{self.namespace}:{self.name}" if self.namespace else self.name
        return reverse(name, args=args, kwargs=kwargs)


@cache
def doors() -> tuple[Door, ...]:
    return tuple(dict.fromkeys(found_in(get_resolver())))


def found_in(resolver: URLResolver, namespace: str = "") -> Iterator[Door]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from found_in(pattern, pattern.namespace or namespace)
        elif pattern.name:
            one = model_admin_behind(pattern.callback)
            yield Door(pattern.name, pattern, namespace, one if isinstance(one, admin.ModelAdmin) else None)


def row_of(model: type[Model], subject) -> Model | None:
    """The subject's row of this table; a world has one of most."""
    return next((row for name, row in vars(subject).items() if type(row) is model and "closed" not in name), None)


def knocks_at_list(door: Door, subject) -> Iterator[Knock]:
    """Whatever can be sent to an address of a ModelAdmin about the subject's row; nothing where there is no row."""
    one, name = door.model_admin, door.name
    row = row_of(one.model, subject)
    kind = name.removeprefix(f"{one.opts.app_label}_{one.opts.model_name}_")
    forged = forged_row(one.model, subject)
    if kind in ("changelist", "add"):
        yield Knock(name, door.at(), names_row=False)
        yield from knocks_at_rows(door, row, forged) if kind == "changelist" else adding(door, forged)
        return
    if row is None:
        return
    keys = [row.pk, row.history.first().pk] if kind == "simple_history" else [row.pk]
    args = keys[: door.pattern.pattern.regex.groups]  # none of an export or of a button above the list
    shows_row = kind in ("change", "delete", "history", "simple_history")  # a button's dialog asks without looking
    yield Knock(name, door.at(*args), names_row=shows_row)
    if kind == "history":
        return  # a POST to it is a GET
    yield Knock(name, door.at(*args), {**forged, **inlines_of(one, row, subject), "post": "yes"}, bool(args))
    if kind == "change" and one.inlines:
        yield Knock(f"{name} inline delete", door.at(*args), {**forged, **inlines_of(one, row, subject, delete="on")})


def knocks_at_rows(door: Door, row: Model | None, forged: dict[str, object]) -> Iterator[Knock]:
    """Bulk actions, also those that are switched off, and the list edited in place."""
    if row is None:
        return
    one = door.model_admin
    for action in sorted({"delete_selected", *(name for _, name, _ in one._get_base_actions())}):
        sent = {"action": action, "_selected_action": [row.pk], "post": "yes"}
        yield Knock(f"{door.name} action {action}", door.at(), sent, names_row=False)
    edited = {f"form-0-{name}": value for name, value in forged.items()}
    count = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-MAX_NUM_FORMS": 1, "_save": "on"}
    yield Knock(f"{door.name} edited in place", door.at(), {**edited, **count, "form-0-id": row.pk}, names_row=False)


def adding(door: Door, forged: dict[str, object]) -> Iterator[Knock]:
    yield Knock(door.name, door.at(), forged, names_row=False)


def forged_row(model: type[Model], subject) -> dict[str, object]:
    """A value for every column, valid where that can be known, and other than what the row has."""
    return {
        "_form_submitted": "on", "_save": "on",
        **{name: value for column in model._meta.local_fields for name, value in forged(column, subject).items()},
    }  # fmt: skip


def forged(column, subject) -> dict[str, object]:
    name = column.name
    if isinstance(column, ForeignKey):
        row = row_of(column.related_model, subject)
        return {name: row.pk} if row else {}
    if column.choices:
        return {name: column.choices[-1][0]}
    if isinstance(column, DateTimeField):
        return {name: "2030-01-07 10:00", f"{name}_0": "2030-01-07", f"{name}_1": "10:00"}
    return {name: "on" if isinstance(column, BooleanField) else "37"}


def inlines_of(one: admin.ModelAdmin, row: Model, subject, **more: str) -> dict[str, object]:
    """The formset of every inline with one row that is there already and a new one."""
    sent: dict[str, object] = {}
    for inline in one.inlines:
        formset = inlineformset_factory(one.model, inline.model, fields=(), fk_name=inline.fk_name)
        prefix, there = formset.get_default_prefix(), formset(instance=row).queryset.first()
        sent |= {f"{prefix}-TOTAL_FORMS": 2, f"{prefix}-INITIAL_FORMS": 1 if there else 0, f"{prefix}-MAX_NUM_FORMS": 9}
        for number in range(2):
            sent |= {f"{prefix}-{number}-{name}": value for name, value in forged_row(inline.model, subject).items()}
            sent[f"{prefix}-{number}-{formset.fk.name}"] = row.pk
        sent |= {f"{prefix}-0-id": there.pk if there else "", **{f"{prefix}-0-{n.upper()}": v for n, v in more.items()}}
    return sent


def words_for(subject) -> dict[str, object]:
    """A form that fits every page: each name that any of them asks for."""
    row = subject.consultation
    version = Consultation.objects.filter(pk=row.pk).values_list("version", flat=True).get()
    rows = {name: getattr(subject, name).pk for name in ("patient", "provider", "clinic", "purchase", "package")}
    return {
        **rows, "providers": [subject.provider.pk], "clinics": [subject.clinic.pk], "service": subject.service.pk,
        "consultation": row.pk, "starts_at": (NINE + timedelta(hours=3)).isoformat(), "reason": "Because",
        "amount": AMOUNT, "method": "cash", "request_key": str(uuid4()), "text": "More words", "note": "More words",
        "answer": "More words", "version": version, "cash_counted": "0.00", "anyway": "on", "confirm": "on",
        "findings": "Forged", "diagnosis": "Forged", "plan": "Forged", "complaint": "Forged", "status": "closed",
        "name": "Amal", "phone": "+966501112233", "_form_submitted": "on", "post": "yes", "q": "Ours", "s": "Ours",
    }  # fmt: skip


def content_type_of(row: Model) -> int:
    return ContentType.objects.get_for_model(row).pk
