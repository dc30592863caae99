"""The project as a whole: its migrations, its checks, its files and what its README promises."""

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
TEXT = {".py", ".md", ".html", ".css", ".js", ".toml", ".txt", ".po", ""}
LONGEST = {".py": 400, ".html": 200, ".js": 400, ".css": 400}

# This place's own things, and where packages come from: neither means anything to a reader elsewhere.
FORBIDDEN = re.compile(
    r"/work/|/root/|\bpythonhosted\b|\bpypi\.org\b|registry\.npmjs|deb\.debian\.org|--index-url|file:///opt|\bTODO\b|\bFIXME\b"
)


def tracked() -> list[Path]:
    """The files of the project, also those not yet committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.django_db
def test_migrations_hold_every_change_of_the_models():
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


@pytest.mark.django_db
def test_system_check_finds_nothing():
    call_command("check", "--fail-level", "INFO", "--database", "default", stderr=StringIO())


def test_deployment_check_finds_nothing():
    found = manage("check", "--deploy", "--fail-level", "INFO", DEBUG="off", SECRET_KEY="a9!k_Z" * 12)

    assert found.returncode == 0, found.stderr


def test_start_without_a_key_outside_debug_is_refused():
    found = manage("check", DEBUG="off")

    assert found.returncode == 1
    assert found.stderr.strip().endswith("Outside DEBUG it is required: a long random text, kept secret.")


def test_static_files_can_be_collected_for_deployment(tmp_path, settings):
    manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": manifest}}
    settings.STATIC_ROOT = tmp_path

    call_command("collectstatic", interactive=False, verbosity=0)  # refuses a file that names a missing one

    assert (tmp_path / "staticfiles.json").is_file()
    assert list(tmp_path.glob("admin_ext/icon.*.svg"))


def test_files_are_short_enough_to_read():
    too_long = {
        str(file.relative_to(ROOT)): length
        for file in tracked()
        if file.suffix in LONGEST
        and "migrations" not in file.parts
        and (length := len(file.read_text().splitlines())) > LONGEST[file.suffix]
    }

    assert too_long == {}


def test_files_speak_of_the_project_alone():
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in tracked()
        if file.suffix in TEXT and file != Path(__file__).resolve()
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if FORBIDDEN.search(line)
    ]

    assert found == []


def test_requirements_are_pinned_exactly():
    lines = [line for name in ("requirements.txt", "tests/requirements.txt") for line in lines_of(name)]

    assert [line for line in lines if not re.fullmatch(r"[\w-]+(\[\w+\])?==[\w.]+", line)] == []


def lines_of(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


def test_readme_names_only_commands_that_exist():
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = set(re.findall(r"^    ([a-z_]+)$", manage("help", PATH=os.environ["PATH"]).stdout, re.MULTILINE))

    assert set(re.findall(r"\bmake ([a-z]+)", readme)) <= targets
    assert set(re.findall(r"manage\.py ([a-z_]+)", readme)) <= commands


def test_readme_lists_every_environment_variable():
    sources = "".join((ROOT / "clinic" / name).read_text() for name in ("settings.py", "wsgi.py"))
    read = set(re.findall(r"""(?:env_\w+|environ\.get)\(\s*"([A-Z_]+)\"""", sources))
    listed = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))

    assert listed == read
