"""Reading a visit and a consultation anew, under lock: the visit first, always."""

from clinic.models import Consultation, User, Visit
from clinic.tenancy import own


def locked_visit(visit: Visit) -> Visit:
    """The visit as it is now, nobody else's to change until the transaction ends."""
    rows = Visit.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("patient", "clinic", "organisation").get(pk=visit.pk)


def locked(consultation: Consultation) -> Consultation:
    """The consultation as it is now, nobody else's to change; a caller who looks at the visit has locked that first.

    Nothing is joined: PostgreSQL would show the doctor as it was before the wait for the lock.
    """
    return Consultation.objects.select_for_update(no_key=True).get(pk=consultation.pk)


def locked_with_visit(consultation: Consultation, *, by: User) -> Consultation:
    """Both as they are now; the consultation carries the visit. A row of another organisation DoesNotExist."""
    own(by, consultation)
    visit = locked_visit(Visit(pk=consultation.visit_id))
    row = locked(consultation)
    row.visit = visit
    return row
