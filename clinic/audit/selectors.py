"""Questions about the certificates of the nightly audit."""

from datetime import datetime, timedelta

from clinic.audit.invariant import Invariant
from clinic.audit.look import invariants
from clinic.models import Certificate, Organisation

STALE = timedelta(days=2)  # a night may be missed, not two


def newest_certificate(organisation: Organisation) -> Certificate | None:
    """The organisation's last certificate; one query."""
    return Certificate.objects.of(organisation).order_by("-checked_at", "-pk").first()


def is_stale(certificate: Certificate, *, at: datetime) -> bool:
    """Whether the certificate is too old to rely on."""
    return at - certificate.checked_at > STALE


def invariants_by_name() -> dict[str, Invariant]:
    """Everything that a certificate may speak of; no query."""
    return {invariant.name: invariant for invariant in invariants()}
