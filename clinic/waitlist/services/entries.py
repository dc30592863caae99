"""Who waits, and for what."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.enums import RefusalCode, Urgency, WaitlistStatus
from clinic.errors import Refusal, WaitlistRefused, WrongStatus
from clinic.models import Clinic, PackagePurchase, Patient, Provider, Service, User, WaitlistEntry
from clinic.retries import retried
from clinic.tenancy import own
from clinic.waitlist.refusals import refusals
from clinic.waitlist.services.ending import withdraw_from

CHANGEABLE = (
    "clinic", "provider", "package_purchase", "first_on", "last_on", "weekdays", "earliest", "latest", "urgency",
    "note",
)  # fmt: skip


@retried
@transaction.atomic
def join(  # noqa: PLR0913 (what somebody may wait for)
    patient: Patient,
    service: Service,
    *,
    by: User,
    clinic: Clinic | None = None,
    provider: Provider | None = None,
    purchase: PackagePurchase | None = None,
    first_on: date,
    last_on: date,
    weekdays: Sequence[int] = (),
    earliest: time | None = None,
    latest: time | None = None,
    urgency: int = Urgency.ROUTINE,
    note: str = "",
    at: datetime | None = None,
) -> WaitlistEntry:
    """Put the patient on the waiting list for a service. What is not given does not matter to the patient.

    Days and times are those of the clinic in which the patient is treated; an appointment begins at `earliest` at the
    soonest and is over by `latest`. Raises WaitlistRefused with everything that speaks against it.
    """
    organisation, at = own(by, patient, service, clinic, provider, purchase), at or timezone.now()
    entry = WaitlistEntry(
        organisation=organisation, patient=patient, service=service, clinic=clinic, provider=provider,
        package_purchase=purchase, first_on=first_on, last_on=last_on, weekdays=sorted(set(weekdays)),
        earliest=earliest, latest=latest, urgency=urgency, note=note.strip(), joined_at=at, joined_by=by,
    )  # fmt: skip
    return write(entry, by=by, at=at)


@retried
@transaction.atomic
def change(entry: WaitlistEntry, *, by: User, at: datetime | None = None, **wishes: object) -> WaitlistEntry:
    """Change what the patient waits for: any of the fields of CHANGEABLE. The place in the list stays.

    Raises WaitlistRefused as `join` does, and WrongStatus for somebody who waits no longer.
    """
    if unknown := wishes.keys() - set(CHANGEABLE):
        raise TypeError(f"not changed by anybody: {', '.join(sorted(unknown))}")
    own(by, entry, *(row for row in wishes.values() if isinstance(row, Clinic | Provider | PackagePurchase)))
    row = reread(entry)
    for field, value in wishes.items():
        setattr(row, field, sorted(set(value)) if field == "weekdays" else value)
    row.note = row.note.strip()
    return write(row, *wishes, by=by, at=at or timezone.now())


@retried
@transaction.atomic
def withdraw(entry: WaitlistEntry, *, by: User, reason: str = "", at: datetime | None = None) -> WaitlistEntry:
    """Take the patient off the list; an offer that is still open is withdrawn, and the next in line is asked.

    Raises WrongStatus for somebody who waits no longer.
    """
    own(by, entry)
    at = at or timezone.now()
    withdraw_from(entry, by=by, at=at)
    row = reread(entry)
    row.status, row.closed_at = WaitlistStatus.WITHDRAWN, at
    row.record("status", "closed_at", by=by, reason=reason, at=at)
    return row


def reread(entry: WaitlistEntry) -> WaitlistEntry:
    """The row as it is now, locked. Raises WrongStatus unless the patient still waits."""
    named = ("patient", "service", "clinic", "provider", "package_purchase", "organisation")
    row = WaitlistEntry.objects.filter(pk=entry.pk).select_related(*named).locked().get()
    if row.status != WaitlistStatus.WAITING:
        values = {"patient": row.patient, "status": row.get_status_display()}
        message = _("%(patient)s waits no longer: %(status)s.") % values
        raise WrongStatus(Refusal(RefusalCode.STATUS, message, _("Put the patient on the list anew if need be.")))
    return row


def write(entry: WaitlistEntry, *fields: str, by: User, at: datetime) -> WaitlistEntry:
    if reasons := refusals(entry, at):
        raise WaitlistRefused(*reasons)
    try:
        with transaction.atomic():
            entry.record(*fields, by=by, at=at)
    except IntegrityError as error:
        if "patient_waits_once_for_a_service" not in str(error) and "patient_id" not in str(error):
            raise
        raise WaitlistRefused(*refusals(entry, at)) from error
    return entry
