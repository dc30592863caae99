"""Why a consultation cannot be given to another doctor, and what to do instead."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from clinic.billing.entries import length_refusals, reason_refusals
from clinic.consultations.access import doctor_of
from clinic.consultations.refusals import closed_for_ever
from clinic.enums import ConsultationStatus, RefusalCode
from clinic.errors import Refusal
from clinic.models import Consultation, Provider, User
from clinic.models.base import LONGEST_REASON
from clinic.permissions import HAND_OVER


def why_not_hand_over(row: Consultation, to: Provider, *, by: User, reason: str) -> list[Refusal]:
    """All that keeps this person from giving the locked consultation to that doctor; empty when nothing does."""
    return [
        *why_not_let_go(row, by),
        *why_not_take_over(row, to),
        *(reason_refusals(reason) or length_refusals(reason, LONGEST_REASON)),
    ]


def why_not_let_go(row: Consultation, by: User) -> Iterator[Refusal]:
    """What of it does not depend on who would go on."""
    if not by.has_perm(HAND_OVER) and not is_theirs(row, by):
        message = _("Your role does not allow you to give this consultation to another doctor.")
        yield Refusal(RefusalCode.PERMISSION, message, _("Ask its doctor, or a manager."))
    if row.status == ConsultationStatus.CLOSED:
        yield closed_for_ever(row)
    elif row.status == ConsultationStatus.PENDING:
        message = _("The consultation of %(patient)s has not begun.") % {"patient": row.patient}
        yield Refusal(RefusalCode.STATUS, message, _("Let it begin first."))


def is_theirs(row: Consultation, user: User) -> bool:
    doctor = doctor_of(user)
    return doctor is not None and doctor.has(row)


def why_not_take_over(row: Consultation, to: Provider) -> Iterator[Refusal]:
    """What keeps that doctor from going on: nobody is given what he or she could never open."""
    names = {"doctor": to, "clinic": row.clinic, "patient": row.patient}
    if row.doctor_id == to.pk:
        message = _("%(patient)s is the patient of %(doctor)s already.") % names
        yield Refusal(RefusalCode.UNCHANGED, message, _("Choose another doctor."))
    if not to.active:
        yield Refusal(RefusalCode.INACTIVE, _("%(doctor)s is no longer active.") % names, _("Choose another doctor."))
    elif not to.clinics.filter(pk=row.clinic_id).exists():
        message = _("%(doctor)s does not work in %(clinic)s.") % names
        yield Refusal(RefusalCode.NOT_OFFERED, message, _("Choose a doctor of the clinic."))
    elif not User.objects.filter(pk=to.user_id, is_active=True).exists():
        message = _("%(doctor)s has no login to open it with.") % names
        yield Refusal(RefusalCode.INACTIVE, message, _("Choose another doctor."))
