"""Many appointments under one lock: read anew, put aside, and seated one after the other in one situation.

Everybody is locked in one call, then the purchases, then the rows, each in the order of their keys, so that two desks
that change the same appointments in another order wait for each other instead of meeting.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from clinic.enums import AppointmentKind, AppointmentStatus
from clinic.models import Appointment, Clinic, PackagePurchase, Patient, Provider, Service
from clinic.packages import services as packages
from clinic.scheduling import selectors
from clinic.scheduling.booking.rows import LOADED
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.locks import lock
from clinic.scheduling.refusals import Question
from clinic.scheduling.situation import UNLIMITED, Busy, RoomPlace, Situation

#: Takes no time from anybody. No row keeps it beyond the transaction that puts it aside.
ASIDE = AppointmentStatus.CANCELLED_BY_CLINIC


@dataclass(frozen=True)
class Place:
    """Where and when somebody is to be treated."""

    patient: Patient
    service: Service
    provider: Provider
    clinic: Clinic
    starts_at: datetime
    kind: AppointmentKind | None = None

    @property
    def day(self) -> date:
        """On the calendar of the clinic."""
        return self.starts_at.astimezone(self.clinic.zone).date()

    def question(self, situation: Situation, *, at: datetime) -> Question:
        start = instant_of(self.starts_at)
        return Question(situation, self.service, self.provider, self.clinic, start, at, self.patient, self.kind)


def lock_everybody(appointments: Collection[Appointment], places: Collection[Place] = ()) -> None:
    """Hold everybody whom these appointments and places need, and the rooms of their clinics."""
    providers = {row.provider_id for row in appointments} | {place.provider.pk for place in places}
    patients = {row.patient_id for row in appointments} | {place.patient.pk for place in places}
    clinics = {row.clinic_id for row in appointments} | {place.clinic.pk for place in places}
    lock(
        providers=Provider.objects.filter(pk__in=providers),
        patients=Patient.objects.filter(pk__in=patients),
        clinics=Clinic.objects.filter(pk__in=clinics),
    )


def reread_all(
    appointments: Iterable[Appointment], purchases: Iterable[PackagePurchase] = ()
) -> tuple[dict[int, Appointment], dict[int, PackagePurchase]]:
    """The rows as they are now and their purchases, with others if given; both by key, both locked."""
    keys = {appointment.pk for appointment in appointments}
    booked_on = PackagePurchase.objects.filter(appointments__in=keys).distinct()
    locked = packages.lock_all([*booked_on, *purchases])
    found = Appointment.objects.filter(pk__in=keys).select_related(*LOADED).locked()
    rows = {row.pk: row for row in found.order_by("pk")}
    for row in rows.values():
        row.package_purchase = locked.get(row.package_purchase_id)
    return rows, locked


def put_aside(rows: Iterable[Appointment]) -> None:
    """Take the rows' times from nobody until they are written anew, in the same transaction: there is no history."""
    Appointment.objects.filter(pk__in=[row.pk for row in rows]).update(status=ASIDE)


def situation_around(places: Collection[Place], *, at: datetime) -> Situation:
    """What is open and taken around all these places; as many queries as around one."""
    days = [place.day for place in places]
    return selectors.situation(
        {place.service.pk: place.service for place in places}.values(),
        clinics={place.clinic for place in places},
        providers={place.provider for place in places},
        patients={place.patient for place in places},
        first_day=min(days),
        last_day=max(days),
        at=at,
    )


def take(situation: Situation, row: Appointment) -> None:
    """Go on as if the row stood where it says: the next question finds its time taken."""
    busy = Busy(instant_of(row.busy_from), instant_of(row.busy_until), row.lane, row.service.capacity or UNLIMITED)
    treatment = instant_of(row.starts_at), instant_of(row.ends_at)
    place = RoomPlace(row.room_id, row.room_place) if row.room_id else None
    situation.take(row.provider_id, row.patient_id, busy, treatment, place)
