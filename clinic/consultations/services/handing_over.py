"""Giving a consultation that goes on to another doctor, as when its own falls ill."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import now

from clinic.attempts import watched
from clinic.billing.entries import trimmed
from clinic.consultations.handing_over import why_not_hand_over
from clinic.consultations.services.locks import locked_with_visit
from clinic.errors import ConsultationRefused
from clinic.models import Consultation, Provider, User
from clinic.retries import retried
from clinic.tenancy import own


@watched
@retried
@transaction.atomic
def hand_over(
    consultation: Consultation, *, to: Provider, by: User, reason: str, at: datetime | None = None
) -> Consultation:
    """Make the active consultation another doctor's, with every word as it stands; the former one is out of the room.

    Its own doctor does it, or who may hand over consultations, and says why. Raises ConsultationRefused with all that
    is in the way: not active, not theirs to give, no reason, or a doctor who could not go on here.
    """
    own(by, consultation, to)
    row, reason = locked_with_visit(consultation, by=by), trimmed(reason)
    doctor = Provider.objects.get(pk=to.pk)
    if refusals := why_not_hand_over(row, doctor, by=by, reason=reason):
        raise ConsultationRefused(*refusals)
    row.doctor = doctor
    row.record("doctor", by=by, reason=reason, at=at or now())
    return row
