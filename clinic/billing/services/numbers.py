"""Numbers of documents: one after the other in an organisation, none missing, none twice."""

from clinic.enums import DocumentKind
from clinic.models import DocumentNumber, Organisation


def next_number(organisation: Organisation, kind: DocumentKind) -> int:
    """The next number, under the lock of the last one, which the caller's transaction keeps.

    A number is spent only if the document is written: what rolls back gives it back. Take it late, others wait.
    """
    given, _created = DocumentNumber.objects.select_for_update().get_or_create(organisation=organisation, kind=kind)
    given.last += 1
    given.save(update_fields=["last"])
    return given.last
