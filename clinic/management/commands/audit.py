"""`manage.py audit`: whether what must never happen has happened, anywhere in the database."""

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from clinic.audit.look import MOST_NAMED, Finding, invariants, look


class Command(BaseCommand):
    help = "Check every invariant over the whole database and name the rows that break one. Exits with 1 if any does."

    def add_arguments(self, parser):
        parser.add_argument("--most", type=int, default=MOST_NAMED, help="broken rows named of each organisation")
        parser.add_argument("--only", action="append", metavar="NAME", help="only this invariant; may be repeated")
        parser.add_argument("--history", action="store_true", help="also compare every row with its history")

    def handle(self, *, most: int, only: list[str] | None, history: bool, **options):
        asked = invariants(history=history or bool(only))
        if only:
            asked = [invariant for invariant in asked if invariant.name in only]
            if unknown := set(only) - {invariant.name for invariant in asked}:
                raise CommandError(f"There is no invariant of this name: {', '.join(sorted(unknown))}")
        findings = []
        for finding in look(asked, at=timezone.now(), most=most):
            self.tell(finding)
            findings.append(finding)
        self.sum_up(findings)

    def tell(self, finding: Finding):
        word = self.style.ERROR("BROKEN") if finding.count else self.style.SUCCESS("OK    ")
        self.stdout.write(
            f"{word} {finding.invariant.name:<40} {finding.checked.total():>12,} rows {finding.seconds:>7.2f} s"
        )
        for broken in finding.broken.values():
            for row in broken.rows:
                table = finding.invariant.model._meta.db_table
                self.stdout.write(f"       {table} {row['key']}: {finding.invariant.sentence(row)}")
            if left := broken.count - len(broken.rows):
                self.stdout.write(f"       … and {left:,} more")
        if finding.count:
            self.stdout.write(f"       → {finding.invariant.rule} {finding.invariant.remedy}")

    def sum_up(self, findings: list[Finding]):
        rows = sum(checked.total() for checked in {f.invariant.model: f.checked for f in findings}.values())
        seconds = sum(finding.seconds for finding in findings)
        broken = [finding for finding in findings if finding.count]
        self.stdout.write(f"{rows:,} rows, {len(findings)} invariants, {seconds:.1f} s")
        if broken:
            number = sum(finding.count for finding in broken)
            raise CommandError(f"Broken invariants: {len(broken)} of {len(findings)}; broken rows: {number:,}.")
        self.stdout.write(self.style.SUCCESS("All invariants hold."))
