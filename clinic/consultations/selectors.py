"""Questions about who waits for a doctor, and what earlier ones have found."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from clinic.consultations.clearance import CLEARED
from clinic.consultations.refusals import amount_owed, why_not_begin
from clinic.enums import ConsultationStatus
from clinic.models import Clinic, Consultation, Provider

__all__ = [
    "IN_THE_ROOM",
    "NOT_PAID",
    "WAITING",
    "able_doctors",
    "amount_owed",
    "earlier_consultations",
    "queue_of",
    "why_not_begin",
]

S = ConsultationStatus
WAITING, IN_THE_ROOM, NOT_PAID = range(3)  # the order of a queue
LOADED = ("patient", "clinic", "service", "doctor", "organisation", "visit__organisation", "line__invoice")


def queue_of(doctor: Provider, clinics: Iterable[Clinic], *, at: datetime) -> QuerySet[Consultation]:
    """What is the doctor's and what nobody has taken of what is `given_by` him or her, in those of the clinics.

    Each row has `place` (WAITING first, then IN_THE_ROOM, which its doctor has begun, then NOT_PAID), `cleared` and
    `waited`, from when it was asked for until its doctor began; within a place who came first is first. Closed ones are
    left out.
    """
    began = Q(status=S.ACTIVE, activated_by=F("doctor__user"))  # the desk activates what waits for its doctor
    until = Case(When(began, then=F("activated_at")), default=Value(at), output_field=DateTimeField())
    rows = Consultation.objects.filter(
        Q(doctor=doctor) | (Q(doctor=None) & given_by(doctor)),
        organisation=doctor.organisation_id,
        status__in=(S.PENDING, S.ACTIVE),
        clinic__in=doctor.clinics.filter(pk__in=[clinic.pk for clinic in clinics]),
    )
    return (
        rows.annotate(
            cleared=Case(When(CLEARED, then=True), default=False, output_field=BooleanField()),
            waited=ExpressionWrapper(until - F("requested_at"), output_field=DurationField()),
        )
        .annotate(
            place=Case(
                When(Q(status=S.PENDING, cleared=False), then=NOT_PAID),
                When(Q(status=S.ACTIVE) & (began | Q(version__gt=0)), then=IN_THE_ROOM),
                default=WAITING,
                output_field=IntegerField(),
            )
        )
        .select_related(*LOADED)
        .order_by("place", "requested_at", "pk")
    )


def given_by(doctor: Provider) -> Q:
    """Consultations of services that the doctor gives, or that nobody who has a queue in their clinic gives.

    So nobody is offered patients of another profession, and no patient waits in a queue that nobody opens.
    """
    givers = Provider.objects.filter(
        services=OuterRef("service"), clinics=OuterRef("clinic"), active=True, user__is_active=True
    )
    return Q(Exists(givers.filter(pk=doctor.pk))) | ~Q(Exists(givers))


def able_doctors(consultation: Consultation) -> QuerySet[Provider]:
    """Who could go on with it: the other doctors of its clinic who can log in, those who give its service first."""
    gives = Exists(Provider.objects.filter(pk=OuterRef("pk"), services=consultation.service_id))
    rows = Provider.objects.filter(clinics=consultation.clinic_id, active=True, user__is_active=True)
    return rows.exclude(pk=consultation.doctor_id).annotate(gives=gives).order_by("-gives", "name_en", "pk")


def earlier_consultations(consultation: Consultation) -> QuerySet[Consultation]:
    """What was closed before for the same patient, whoever wrote it, newest first; with service, doctor and clinic.

    It stands beside the consultation of a doctor who treats the patient now: show it to nobody else (`can_access`).
    """
    rows = Consultation.objects.filter(patient=consultation.patient_id, status=S.CLOSED).exclude(pk=consultation.pk)
    return rows.select_related("service", "doctor", "clinic", "organisation").order_by("-closed_at", "-pk")
