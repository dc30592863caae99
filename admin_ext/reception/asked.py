"""What the walk-in page is asked for by its address or its form: rows of the person's own organisation, or 404."""

from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from admin_ext.reading import read_key, read_words
from admin_ext.scope import own_rows, row_or_404
from admin_ext.who import Who, who
from clinic.models import Appointment, Clinic, Organisation, Service

LONGEST_COMPLAINT = 2_000


@dataclass(frozen=True)
class Asked(Who):
    """`appointment` is what the patient has come for, if it was booked."""

    clinic: Clinic | None = None
    service: Service | None = None
    appointment: Appointment | None = None
    complaint: str = ""
    request_key: UUID | None = None


def asked(query: QueryDict, organisation: Organisation) -> Asked:
    """Read the address of the page, or its form; a booked appointment says what nothing else does."""
    booked = row(query, "appointment", Appointment, organisation)
    return Asked(
        **who(query, organisation, otherwise=booked and booked.patient),
        clinic=row(query, "clinic", Clinic, organisation) or (booked and booked.clinic),
        service=row(query, "service", Service, organisation) or (booked and booked.service),
        appointment=booked,
        complaint=read_words(query.get("complaint", ""), LONGEST_COMPLAINT),
        request_key=read_key(query.get("request_key", "")),
    )


def row(query: QueryDict, name: str, model, organisation: Organisation):
    key = query.get(name)
    return row_or_404(own_rows(model, organisation), key) if key else None
