"""What the dialogs of one appointment ask about its series: for how much of it a change is meant."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from clinic.enums import Scope
from clinic.models import Appointment
from clinic.scheduling.series.members import in_scope


@dataclass(frozen=True)
class Way:
    """The dialog that makes the change for this much of the series, which is `count` appointments."""

    scope: Scope
    count: int
    address: str


def ways_of(appointment: Appointment, verb: str, *, at: datetime) -> list[Way]:
    """The scopes that differ, the narrowest first; none for an appointment that is alone. `verb` is move or cancel.

    One query for an appointment of a series.
    """
    if appointment.series_id is None:
        return []
    rows = in_scope(appointment, Scope.ALL, at=at).values_list("pk", "starts_at")
    counts = {
        Scope.THIS: sum(pk == appointment.pk for pk, _starts_at in rows),
        Scope.FOLLOWING: sum(starts_at >= appointment.starts_at for _pk, starts_at in rows),
        Scope.ALL: len(rows),
    }
    wider = [scope for scope in (Scope.FOLLOWING, Scope.ALL) if counts[scope] > counts[Scope.THIS]]
    if len({counts[scope] for scope in wider}) < len(wider):
        wider.remove(Scope.ALL)  # nothing that could change lies before it
    ways = [Way(scope, counts[scope], address_of(appointment, verb, scope)) for scope in [Scope.THIS, *wider]]
    return ways if wider else []


def address_of(appointment: Appointment, verb: str, scope: Scope) -> str:
    if scope == Scope.THIS:
        return reverse(f"admin:appointment_{verb}", args=[appointment.pk])
    return f"{reverse(f'admin:appointment_series_{verb}', args=[appointment.pk])}?scope={scope}"
