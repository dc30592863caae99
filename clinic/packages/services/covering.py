"""Put an appointment that was booked without a package on a purchase, and take it off again."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic.enums import LIVE_STATUSES, AppointmentStatus, RefusalCode
from clinic.errors import PackageRefused, Refusal
from clinic.models import Appointment, Package, PackagePurchase, Patient, User
from clinic.packages.services.sessions import (
    check_usable,
    give_back_session,
    lock,
    next_session_numbers,
    use_session,
)

COVERED = ("package_purchase", "session_number", "session_used")
A_DAY = timedelta(days=1)


def coverable(patient: Patient, package: Package, *, at: datetime) -> list[Appointment]:
    """Appointments of today, in their clinics, that a session of this package could pay for, in order of time.

    Those that have a package, were called off or missed are left out. One query.
    """
    near = Appointment.objects.filter(
        patient=patient, package_purchase=None, service__in=package.items.values("service"),
        status__in=[*LIVE_STATUSES, AppointmentStatus.COMPLETED], starts_at__range=(at - A_DAY, at + A_DAY),
    )  # fmt: skip
    return [row for row in loaded(near) if is_of_today(row, at=at)]


def cover(purchase: PackagePurchase, appointment: Appointment, *, by: User, at: datetime) -> PackagePurchase:
    """Give the appointment the purchase's next session: used if it was held, reserved if it is still to be held.

    Raises PackageRefused where the appointment is not of today, has a package or cannot be held any more, and where
    the purchase has no session for it. Call it within the transaction that makes the purchase.
    """
    purchase = lock(purchase)
    row = loaded(Appointment.objects.filter(pk=appointment.pk)).locked().get()
    day = row.starts_at.astimezone(row.clinic.zone).date()
    refusals = standing_refusals(row, at=at) or check_usable(purchase, row.patient, row.service, day)
    if refusals:
        raise PackageRefused(*refusals)
    row.package_purchase, row.session_number = purchase, next_session_numbers(purchase, 1)[0]
    if row.status == AppointmentStatus.COMPLETED:
        row.record(*COVERED[:2], by=by, at=at)
        purchase = use_session(row, by=by, at=at)
    row.record(*COVERED, by=by, at=at)
    return purchase


def uncover(appointment: Appointment, *, by: User, at: datetime, reason: str) -> None:
    """The appointment without its purchase; a session that it had used is given back."""
    row = loaded(Appointment.objects.filter(pk=appointment.pk)).locked().get()
    if row.session_used:
        give_back_session(row, by=by, at=at, reason=reason)
    row.package_purchase, row.session_number = None, None
    row.record(*COVERED, by=by, at=at, reason=reason)


def standing_refusals(row: Appointment, *, at: datetime) -> list[Refusal]:
    """Why no session can be put on the appointment as it stands; empty when one can."""
    refusals = []
    if row.package_purchase_id is not None:
        message = _("This appointment has a package already.")
        refusals.append(Refusal(RefusalCode.CHANGED, message, _("Sell the package without using a session.")))
    if row.status not in (*LIVE_STATUSES, AppointmentStatus.COMPLETED):
        message = _("This appointment is %(status)s.") % {"status": AppointmentStatus(row.status).label}
        refusals.append(Refusal(RefusalCode.STATUS, message, _("Sell the package without using a session.")))
    if not is_of_today(row, at=at):
        message = _("This appointment is not of today.")
        refusals.append(Refusal(RefusalCode.INVALID, message, _("Only a session of today is used at the cash desk.")))
    return refusals


def is_of_today(row: Appointment, *, at: datetime) -> bool:
    """Whether the appointment is of the day that it is at `at` in its clinic."""
    zone = row.clinic.zone
    return row.starts_at.astimezone(zone).date() == at.astimezone(zone).date()


def loaded(rows: QuerySet[Appointment]) -> QuerySet[Appointment]:
    return rows.select_related("patient", "service", "provider", "clinic").order_by("starts_at", "pk")
