"""The appointment in which a doctor wants to see the patient again."""

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.attempts import watched
from clinic.consultations.services.locks import locked
from clinic.enums import ConsultationStatus, RefusalCode
from clinic.errors import ConsultationRefused, Refusal
from clinic.models import Appointment, Consultation, FollowUp, User
from clinic.retries import retried
from clinic.scheduling.booking import book
from clinic.tenancy import own


@watched
@retried
@transaction.atomic
def note_follow_up(consultation: Consultation, appointment: Appointment, *, by: User) -> FollowUp:
    """Note that the appointment was booked as the consultation's follow-up; noted twice, it is one row.

    Also for a closed one, which does not change by it. Raises ConsultationRefused for an appointment of another
    patient or the follow-up of another consultation, and for a consultation that has not begun.
    """
    own(by, consultation, appointment)
    row = locked(consultation)
    noted = FollowUp.objects.filter(appointment=appointment).first()
    if noted is not None and noted.consultation_id == row.pk:
        return noted
    if refusals := why_not_follow(row, appointment, noted):
        raise ConsultationRefused(*refusals)
    return FollowUp.objects.create(organisation_id=row.organisation_id, consultation=row, appointment=appointment)


@retried
@transaction.atomic
def book_follow_up(consultation: Consultation, *, by: User, **booking: object) -> Appointment:
    """Book an appointment and note it as the consultation's follow-up: both or neither.

    `booking` is as for `book`. Raises like `book` and `note_follow_up`.
    """
    appointment = book(by=by, **booking)
    note_follow_up(consultation, appointment, by=by)
    return appointment


def why_not_follow(row: Consultation, appointment: Appointment, noted: FollowUp | None) -> list[Refusal]:
    refusals = []
    if appointment.patient_id != row.patient_id:
        message = _("The appointment is another patient's, not one of %(patient)s.") % {"patient": row.patient}
        refusals.append(Refusal(RefusalCode.WRONG_PATIENT, message, _("Book one for this patient.")))
    if noted is not None:
        message = _("This appointment is the follow-up of another consultation.")
        refusals.append(Refusal(RefusalCode.UNCHANGED, message, _("Book another one.")))
    if row.status == ConsultationStatus.PENDING:
        message = _("The consultation of %(patient)s has not begun.") % {"patient": row.patient}
        refusals.append(Refusal(RefusalCode.STATUS, message, _("Begin it from your queue.")))
    return refusals
