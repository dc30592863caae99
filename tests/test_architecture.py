"""Who may import whom, and who may write. Every offender is named with its line and what to do instead."""

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

TOP_LEVEL = {
    ".ci", ".gitignore", ".python-version", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "manage.py",
    "pyproject.toml", "requirements.txt", "clinic", "admin_ext", "reports", "fixtures", "tests",
}  # fmt: skip

# Each part of clinic may import those before it, never those after it.
ORDER = (
    "enums", "currencies", "plain_text", "wires", "wall_time", "permissions", "errors", "constraints", "models",
    "tenancy", "retries", "heartbeats", "queue", "people", "rota", "jobs", "operations", "attempts", "calendars",
    "messaging", "billing", "packages", "scheduling", "waitlist", "consultations", "portal", "audit", "tasks",
    "schedules", "management",
)  # fmt: skip
START_UP = {
    "apps",
    "environment",
    "formats",
    "migrations",
    "settings",
    "urls",
    "wsgi",
}  # may import all, imported by no part
SCREEN_LIBRARIES = {"admin_ext", "reports", "unfold", "plotly", "polars", "pandas", "narwhals"}

# Arithmetic on time and money: tested without a database, so neither they nor what they import know Django.
PURE = (
    "clinic.wall_time",
    "clinic.messaging.sending.backoff",
    "clinic.messaging.reminders.moments",
    "clinic.messaging.texts.segments",
    "clinic.scheduling.intervals",
    "clinic.scheduling.local_time",
    "clinic.scheduling.planning.solve",
    "clinic.scheduling.series.rule",
    "clinic.scheduling.planning.assignment",
    "clinic.scheduling.planning.disturbance",
    "reports.metrics",
    "reports.figures",
)
ORM_WRITES = {
    "save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "asave", "acreate", "aupdate", "adelete",
}  # fmt: skip


@dataclass(frozen=True)
class Module:
    name: str
    tree: ast.Module

    @property
    def parts(self) -> list[str]:
        return self.name.split(".")

    def imports(self) -> Iterator[tuple[int, str]]:
        """The line and the dotted name of everything imported; `from a import b` counts as a.b."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


Rule = Callable[[Module], Iterator[tuple[int, str]]]


def relative_import(module: Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node.lineno, "imports relatively: write the whole name"


def clinic_part_without_a_place(module: Module) -> Iterator[tuple[int, str]]:
    if module.parts[0] == "clinic" and len(module.parts) > 1 and module.parts[1] not in {*ORDER, *START_UP}:
        yield 1, "has no place in ORDER: say there which parts it may import"


def clinic_part_imports_a_later_one(module: Module) -> Iterator[tuple[int, str]]:
    if module.parts[0] != "clinic" or len(module.parts) < 2 or module.parts[1] not in ORDER:
        return
    place = ORDER.index(module.parts[1])
    for line, name in module.imports():
        part = name.split(".")[1] if name.startswith("clinic.") else ""
        if part in START_UP or (part in ORDER and ORDER.index(part) > place):
            yield line, f"imports {name}: {module.parts[1]} comes before {part}; let {part} listen to a signal"


def clinic_knows_a_screen(module: Module) -> Iterator[tuple[int, str]]:
    if module.parts[0] == "clinic":
        for line, name in module.imports():
            if name.split(".")[0] in SCREEN_LIBRARIES:
                yield line, f"imports {name}: the clinic stands without screens and frames"


def reports_know_the_staff_screens(module: Module) -> Iterator[tuple[int, str]]:
    if module.parts[0] == "reports":
        for line, name in module.imports():
            if name.split(".")[0] == "admin_ext":
                yield line, f"imports {name}: admin_ext composes reports, not the other way round"


def report_queries_outside_frames(module: Module) -> Iterator[tuple[int, str]]:
    if module.parts[0] != "reports" or module.parts[1:2] == ["frames"]:
        return
    for line, name in module.imports():
        if name.startswith("django.db"):
            yield line, f"imports {name}: only reports.frames queries"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            yield node.lineno, f"asks .{node.attr}: only reports.frames queries"


def notebook_reaches_past_the_reports(module: Module) -> Iterator[tuple[int, str]]:
    if module.parts[:2] == ["reports", "notebooks"]:
        for line, name in module.imports():
            if name.split(".")[0] in {"clinic", "django", "admin_ext"}:
                yield line, f"imports {name}: a notebook uses frames, metrics and figures"


def workflow_imports_more_than_actions(module: Module) -> Iterator[tuple[int, str]]:
    if module.parts[0] != "admin_ext" or len(module.parts) < 3:
        return
    for line, name in module.imports():
        top, *rest = name.split(".")
        if top == "admin_ext" and not is_shared(rest[0]) and rest[0] != module.parts[1] and rest[1:2] != ["actions"]:
            yield line, f"imports {name}: of another workflow only its actions"


def is_shared(name: str) -> bool:
    """A module of admin_ext itself, such as base or columns; a package is a workflow."""
    return (ROOT / "admin_ext" / f"{name}.py").exists()


def screen_writes_to_the_database(module: Module) -> Iterator[tuple[int, str]]:
    if module.parts[0] in {"admin_ext", "reports"}:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ORM_WRITES:
                yield node.lineno, f"calls .{node.func.attr}(): call a service instead"


def pure_module_knows_django(module: Module) -> Iterator[tuple[int, str]]:
    if any(module.name == pure or module.name.startswith(f"{pure}.") for pure in PURE):
        for line, name in module.imports():
            if knows_django(name):
                yield line, f"imports {name}, which needs Django: pure arithmetic runs without"


def knows_django(name: str) -> bool:
    """Whether the thing imported is Django's, or needs such a thing over any number of our modules."""
    waiting, seen = [name], set()
    while waiting:
        seen.add(current := waiting.pop())
        if current.split(".")[0] == "django":
            return True
        if file := file_of(current):
            waiting += [other for _, other in read(file).imports() if other not in seen]
    return False


def file_of(name: str) -> Path | None:
    """The file of the module, or of the module that defines the name; none if it is not ours."""
    whole = ROOT.joinpath(*name.split("."))
    candidates = [
        path for module in (whole, whole.parent) for path in (module.with_suffix(".py"), module / "__init__.py")
    ]
    return next((path for path in candidates if path.is_file()), None)


def model_overrides_saving(module: Module) -> Iterator[tuple[int, str]]:
    if module.parts[:2] == ["clinic", "models"]:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}:
                yield node.lineno, f"overrides {node.name}(): a rule is a constraint or a service"


PLANTED = [
    (relative_import, "clinic.billing.fees", "from .services import refund"),
    (clinic_part_without_a_place, "clinic.helpers", ""),
    (clinic_part_imports_a_later_one, "clinic.packages.services", "from clinic.scheduling import booking"),
    (clinic_part_imports_a_later_one, "clinic.models.people", "import clinic.messaging.services"),
    (clinic_part_imports_a_later_one, "clinic.enums", "from clinic import errors"),
    (clinic_part_imports_a_later_one, "clinic.messaging.outbox", "from clinic.settings import DEBUG"),
    (clinic_knows_a_screen, "clinic.scheduling.slots", "import polars as pl"),
    (clinic_knows_a_screen, "clinic.tasks", "from admin_ext.roles import FRONT_DESK"),
    (reports_know_the_staff_screens, "reports.pages.no_shows", "from admin_ext.base import WorkflowPage"),
    (report_queries_outside_frames, "reports.pages.no_shows", "rows = Appointment.objects.all()"),
    (report_queries_outside_frames, "reports.pages.no_shows", "from django.db.models import Count"),
    (notebook_reaches_past_the_reports, "reports.notebooks.no_shows", "from clinic.models import Appointment"),
    (workflow_imports_more_than_actions, "admin_ext.rota.pages", "from admin_ext.calendar.forms import BookForm"),
    (screen_writes_to_the_database, "admin_ext.rota.actions", "leave.save(update_fields=['status'])"),
    (screen_writes_to_the_database, "reports.frames.money", "Payment.objects.filter(pk=1).update(amount=0)"),
    (pure_module_knows_django, "clinic.scheduling.intervals", "from django.utils import timezone"),
    (pure_module_knows_django, "clinic.scheduling.intervals", "from clinic.enums import Weekday"),
    (pure_module_knows_django, "reports.metrics.no_shows", "from clinic.models import Appointment"),
    (model_overrides_saving, "clinic.models.rota", "class Leave:\n    def save(self): ..."),
]
RULES = list(dict.fromkeys(rule for rule, *_ in PLANTED))


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    files = [file for app in ("clinic", "admin_ext", "reports") for file in (ROOT / app).rglob("*.py")]
    return [read(file) for file in sorted(files)]


@cache
def read(file: Path) -> Module:
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return Module(name, ast.parse(file.read_text()))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_breaks_the_rule(rule: Rule, modules: list[Module]):
    offenders = [f"{module.name}:{line} {what}" for module in modules for line, what in rule(module)]

    assert not offenders, "\n".join(["", *offenders])


@pytest.mark.parametrize(("rule", "name", "source"), PLANTED)
def test_rule_when_broken_names_the_line(rule: Rule, name: str, source: str):
    offenders = list(rule(Module(name, ast.parse(source))))

    assert [line for line, _ in offenders] == [2 if source.startswith("class") else 1]


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (clinic_part_imports_a_later_one, "clinic.scheduling.booking", "from clinic.packages.services import reserve"),
        (clinic_part_imports_a_later_one, "clinic.errors", "from clinic.enums import RefusalCode"),
        (clinic_knows_a_screen, "reports.figures.no_shows", "import plotly.graph_objects as go"),
        (report_queries_outside_frames, "reports.frames.no_shows", "rows = Appointment.objects.all()"),
        (workflow_imports_more_than_actions, "admin_ext.rota.pages", "from admin_ext.site import ClinicAdminSite"),
        (workflow_imports_more_than_actions, "admin_ext.rota.admin", "from admin_ext.calendar.actions import Move"),
        (screen_writes_to_the_database, "clinic.billing.services", "payment.save()"),
        (pure_module_knows_django, "clinic.scheduling.planning.solve", "import numpy as np"),
        (pure_module_knows_django, "clinic.scheduling.openings", "from clinic.scheduling.intervals import Interval"),
    ],
)
def test_rule_when_kept_stays_silent(rule: Rule, name: str, source: str):
    assert list(rule(Module(name, ast.parse(source)))) == []


def test_nothing_else_stands_at_the_top_level():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert {line.split("/")[0] for line in listed.stdout.splitlines()} - TOP_LEVEL == set()
