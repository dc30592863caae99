"""`manage.py bench`: what was promised about speed, as ratios measured side by side in one run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path

from django.core.management import BaseCommand, CommandError, call_command

from clinic.management.bench import databases
from clinic.management.bench.report import Row, as_dicts, as_table

SCALES = ("small", "million")
PARTS = ("slots", "plans", "bookings", "lists", "rebooking", "audit", "reminders", "people")
WITHOUT_DATABASE = ("plans",)


class Command(BaseCommand):
    help = "Measure what was promised about speed, part by part, in throw-away databases."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--scale", choices=SCALES, default="small", help="how much is in the diary")
        parser.add_argument("--json", action="store_true", help="rows as JSON instead of a table")
        parser.add_argument("--postgres", metavar="URL", help="a PostgreSQL server to measure beside SQLite")
        parser.add_argument("--people", metavar="CSV", type=Path, help="the file of real appointments for “people”")
        parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be repeated")
        parser.add_argument("--here", action="store_true", help="in the database of DATABASE_URL, which must be empty")

    def handle(self, **options):
        parts = options["part"] or [part for part in PARTS if part != "people" or options["people"]]
        if "people" in parts and not options["people"]:
            raise CommandError("The part “people” needs a file: --people FILE")
        rows = self.here(parts, options) if options["here"] else self.everywhere(parts, options)
        report = json.dumps(as_dicts(rows), ensure_ascii=False, indent=2) if options["json"] else as_table(rows)
        self.stdout.write(report)

    def here(self, parts: list[str], options: dict) -> list[Row]:
        rows = []
        for part in parts:
            if part not in WITHOUT_DATABASE:
                call_command("migrate", verbosity=0)
            people = {"people": options["people"]} if part == "people" else {}
            rows += import_module(f"clinic.management.bench.{part}").rows(scale=options["scale"], **people)
        return rows

    def everywhere(self, parts: list[str], options: dict) -> list[Row]:
        """Each part in a process and a database of its own."""
        rows = []
        for part in parts:
            for database in engines(part, options["postgres"]):
                with database as url:
                    self.stderr.write(f"{part} on {url.partition(':')[0]} …")
                    rows += self.measured(part, url, options)
        return rows

    def measured(self, part: str, url: str, options: dict) -> Iterator[Row]:
        command = [
            sys.executable,
            sys.argv[0],
            "bench",
            "--here",
            "--json",
            "--part",
            part,
            "--scale",
            options["scale"],
        ]
        if part == "people":
            command += ["--people", str(options["people"])]
        environment = {**os.environ, "DATABASE_URL": url}
        child = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        for row in json.loads(child.stdout):
            row.pop("ratio")
            yield Row(**row)


def engines(part: str, postgres: str | None) -> Iterator[AbstractContextManager[str]]:
    yield databases.sqlite()
    if postgres and part not in WITHOUT_DATABASE:
        yield databases.postgresql(postgres)
