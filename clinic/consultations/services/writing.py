"""What the doctor writes, and how it ends: autosave, closing, addenda."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.attempts import watched
from clinic.consultations.access import doctor_of
from clinic.consultations.refusals import not_theirs, why_not_write, written_meanwhile
from clinic.consultations.services.history import record_words
from clinic.consultations.services.locks import locked, locked_with_visit
from clinic.consultations.services.visits import close_if_over
from clinic.consultations.words import LONGEST_TEXT, cleaned
from clinic.enums import ConsultationStatus, RefusalCode
from clinic.errors import ConsultationRefused, InvalidEntry, Refusal
from clinic.models import Addendum, Consultation, User
from clinic.retries import retried
from clinic.tenancy import own


@watched
@retried
@transaction.atomic
def write(
    consultation: Consultation,
    words: Mapping[str, object],
    *,
    by: User,
    expected_version: int,
    at: datetime | None = None,
) -> Consultation:
    """Save these words, some or all of `Consultation.WORDS`; the row with its new version.

    A page calls this while its doctor types: `record_words` says what the history keeps of that. The same words again
    change nothing and are no conflict, whatever the version: an answer that was lost is asked for again. Who writes
    into a consultation that nobody has taken has taken it.
    Raises ChangedMeanwhile when others have written something else since `expected_version`, InvalidEntry with a
    sentence for each field that cannot be, ConsultationRefused when it is not this doctor's or not active.
    """
    own(by, consultation)
    row = locked(consultation)
    doctor = doctor_of(by)
    if refusals := why_not_write(row, doctor):
        raise ConsultationRefused(*refusals)
    changed = {name: value for name, value in cleaned(words, beside=row).items() if getattr(row, name) != value}
    if not changed:
        return row
    if row.version != expected_version:
        raise written_meanwhile(row)
    for name, value in (changed | {"doctor": doctor.provider, "version": row.version + 1}).items():
        setattr(row, name, value)
    record_words(row, ["doctor", "version", *changed], by=by, at=at or now())
    return row


@watched
@retried
@transaction.atomic
def close(
    consultation: Consultation, *, by: User, expected_version: int | None = None, at: datetime | None = None
) -> Consultation:
    """End the consultation for ever: from now on it can be read, and added to by an addendum.

    The visit ends with it when nothing in it is left to be done or to be paid. `expected_version` is what the doctor
    saw: ChangedMeanwhile when something else stands there. ConsultationRefused when it is not active or not theirs.
    """
    row = locked_with_visit(consultation, by=by)
    doctor = doctor_of(by)
    if refusals := why_not_write(row, doctor):
        raise ConsultationRefused(*refusals)
    if expected_version is not None and row.version != expected_version:
        raise written_meanwhile(row)
    row.doctor, row.status, row.closed_by, row.closed_at = doctor.provider, ConsultationStatus.CLOSED, by, at or now()
    row.record("doctor", "status", "closed_by", "closed_at", by=by, at=row.closed_at)
    close_if_over(row.visit, by=by, at=row.closed_at)
    return row


@watched
@retried
@transaction.atomic
def add_addendum(consultation: Consultation, *, text: str, by: User, at: datetime | None = None) -> Addendum:
    """Add to a closed consultation of one's own; the same text sent twice is one addendum.

    Raises ConsultationRefused when it is not closed or not this doctor's, InvalidEntry for no text or a boundless one.
    """
    own(by, consultation)
    row = locked(consultation)
    if refusals := [*not_theirs(row, doctor_of(by)), *not_closed(row)]:
        raise ConsultationRefused(*refusals)
    text = sayable(text)
    same = row.addenda.filter(text=text, written_by=by).first()
    return same or Addendum.objects.create(
        organisation_id=row.organisation_id, consultation=row, text=text, written_by=by, written_at=at or now()
    )


def not_closed(row: Consultation) -> list[Refusal]:
    if row.status == ConsultationStatus.CLOSED:
        return []
    message = _("The consultation of %(patient)s is not closed.") % {"patient": row.patient}
    return [Refusal(RefusalCode.STATUS, message, _("Write into the consultation itself."))]


def sayable(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise InvalidEntry(Refusal(RefusalCode.INVALID, _("The addendum says nothing."), _("Write it.")), field="text")
    if len(text) > LONGEST_TEXT:
        message = _("The addendum is longer than %(count)d letters.") % {"count": LONGEST_TEXT}
        raise InvalidEntry(Refusal(RefusalCode.INVALID, message, _("Write it shorter.")), field="text")
    return text
