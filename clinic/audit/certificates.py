"""The nightly audit: what it found, written down for each organisation, about its own rows alone."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from time import perf_counter

from django.db import transaction
from django.utils.timezone import now

from clinic.audit.look import Finding, invariants, look
from clinic.heartbeats import WORKER, beat
from clinic.models import Certificate, Organisation

KEPT = 400  # of an organisation: a year of nights


def certify(*, at: datetime | None = None) -> list[Certificate]:
    """Audit the whole database, history too, and give each organisation its certificate; the certificates.

    A certificate names rows of its own organisation and, because it concerns everybody, what the database itself
    lacks. The oldest beyond KEPT are taken away.
    """
    at, started = at or now(), perf_counter()
    findings = list(_alive(look(invariants(), at=at)))
    seconds = perf_counter() - started
    return [
        write(organisation, findings, at=at, seconds=seconds) for organisation in Organisation.objects.order_by("pk")
    ]


def _alive(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same, with a sign of life after each: the whole may take minutes."""
    for finding in findings:
        beat(WORKER, at=now())
        yield finding


@transaction.atomic
def write(organisation: Organisation, findings: Iterable[Finding], *, at: datetime, seconds: float) -> Certificate:
    checked = {finding.invariant.model: finding.checked[organisation.pk] for finding in findings}
    certificate = Certificate.objects.create(
        organisation=organisation, checked_at=at, seconds=seconds, rows_checked=sum(checked.values()),
        findings=[told for finding in findings for told in of_organisation(finding, organisation.pk)],
    )  # fmt: skip
    newest = Certificate.objects.filter(organisation=organisation).order_by("-checked_at", "-pk")
    Certificate.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[KEPT:])).delete()
    return certificate


def of_organisation(finding: Finding, organisation: int) -> list[dict[str, object]]:
    """What this finding says to the organisation; nothing where its rows keep the rule."""
    concerned = [finding.broken[owner] for owner in (organisation, None) if owner in finding.broken]
    return [{"invariant": finding.invariant.name, "count": broken.count, "rows": broken.rows} for broken in concerned]
