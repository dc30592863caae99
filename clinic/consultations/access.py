"""Who may look into a consultation: the doctor it belongs to, and nobody else, whatever their role."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from clinic.consultations.clearance import CLEARED
from clinic.enums import ConsultationStatus
from clinic.models import Consultation, Provider, User


@dataclass(frozen=True)
class Doctor:
    """A provider with a login, and the keys of the clinics that he or she works in."""

    provider: Provider
    clinics: frozenset[int]

    def has(self, consultation: Consultation) -> bool:
        return consultation.doctor_id == self.provider.pk

    def may_take(self, consultation: Consultation) -> bool:
        return consultation.doctor_id is None and consultation.clinic_id in self.clinics


def doctor_of(user: User) -> Doctor | None:
    """The doctor who logs in as `user`; None for everybody else and for those no longer active. Two queries."""
    provider = Provider.objects.of(user.organisation).filter(user=user.pk, user__is_active=True, active=True).first()
    return provider and Doctor(provider, frozenset(provider.clinics.values_list("pk", flat=True)))


def accessible(rows: QuerySet[Consultation], doctor: Doctor | None) -> QuerySet[Consultation]:
    """Those of the rows that the doctor may look into: their own, and what is free in their clinics.

    Nobody looks into one that waits for its payment. Managers and the front desk look into none.
    """
    if doctor is None:
        return rows.none()
    theirs = Q(doctor=doctor.provider) | Q(doctor=None, clinic__in=doctor.clinics)
    begun = ~Q(status=ConsultationStatus.PENDING)
    return rows.filter(theirs & (begun | CLEARED), organisation=doctor.provider.organisation_id)


def can_access(consultation: Consultation, user: User) -> bool:
    """Whether the person may see the consultation as it stands now in the table; three queries."""
    return accessible(Consultation.objects.filter(pk=consultation.pk), doctor_of(user)).exists()


def can_write(consultation: Consultation, user: User) -> bool:
    """Whether the person may write into it now: only while it is active."""
    rows = Consultation.objects.filter(pk=consultation.pk, status=ConsultationStatus.ACTIVE)
    return accessible(rows, doctor_of(user)).exists()
