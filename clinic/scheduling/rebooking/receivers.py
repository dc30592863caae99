"""Whatever takes time away or gives it back, through whichever door, is followed up in the same transaction."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from django.utils import timezone

from clinic.enums import LeaveStatus
from clinic.models import Appointment, Closure, ExtraHours, Leave, Provider, User, WorkingHours
from clinic.scheduling.locks import lock
from clinic.scheduling.rebooking.batches import follow, open_batch, settle_what_fits
from clinic.scheduling.rebooking.hits import HoursRow, after_hours_change, during_closure, during_leave
from clinic.scheduling.signals import appointment_released


def actor_of(row: Any) -> User | None:
    """Who writes the row, as its history will say."""
    return getattr(row, "_history_user", None)


@receiver(post_save, sender=Leave)
@receiver(post_delete, sender=Leave)
@transaction.atomic
def follow_leave(instance: Leave, raw: bool = False, signal: object = None, **_kwargs: object) -> None:
    """Approved leave opens its batch; leave that is shortened, withdrawn or deleted gives the time back."""
    if raw:
        return
    at = timezone.now()
    lock(providers=[instance.provider])
    settle_what_fits(at=at, appointment__provider=instance.provider_id)
    if signal is post_save and instance.status == LeaveStatus.APPROVED:
        open_batch(instance, list(during_leave(instance, at)), by=actor_of(instance), at=at)


@receiver(post_save, sender=Closure)
@receiver(post_delete, sender=Closure)
@transaction.atomic
def follow_closure(instance: Closure, raw: bool = False, signal: object = None, **_kwargs: object) -> None:
    if raw:
        return
    at = timezone.now()
    lock(providers=those_working_at(instance))
    settle_what_fits(at=at, organisation=instance.organisation_id)
    if signal is post_save:
        open_batch(instance, during_closure(instance, at), by=actor_of(instance), at=at)


def those_working_at(closure: Closure) -> Iterable[Provider]:
    """Everybody whose bookings the closure may meet."""
    rows = Provider.objects.filter(organisation=closure.organisation_id)
    return rows.filter(clinics=closure.clinic_id) if closure.clinic_id else rows


@receiver(pre_save, sender=WorkingHours)
@receiver(pre_save, sender=ExtraHours)
def remember_hours(instance: HoursRow, raw: bool = False, **_kwargs: object) -> None:
    """Keep the hours as the table has them: what they hold now may lose its time."""
    instance._were = None if raw or instance.pk is None else type(instance).objects.filter(pk=instance.pk).first()


@receiver(post_save, sender=WorkingHours)
@receiver(post_save, sender=ExtraHours)
@transaction.atomic
def follow_hours(instance: HoursRow, raw: bool = False, **_kwargs: object) -> None:
    if not raw:
        hours_changed(instance._were, becomes=instance)


@receiver(post_delete, sender=WorkingHours)
@receiver(post_delete, sender=ExtraHours)
@transaction.atomic
def follow_lost_hours(instance: HoursRow, **_kwargs: object) -> None:
    hours_changed(instance, becomes=None)


def hours_changed(were: HoursRow | None, *, becomes: HoursRow | None) -> None:
    """Settle what the hours hold again, and open a batch of what they held and hold no more."""
    at, rows = timezone.now(), [row for row in (were, becomes) if row]
    lock(providers={row.provider for row in rows})
    settle_what_fits(at=at, appointment__provider__in=[row.provider_id for row in rows])
    if were is not None:
        open_batch(were.provider, after_hours_change(were, becomes, at=at), by=actor_of(rows[-1]), at=at)


@receiver(post_save, sender=Appointment)
def follow_appointment(instance: Appointment, created: bool, raw: bool = False, **_kwargs: object) -> None:
    """Moved or cancelled by hand, nothing is left to be settled; put back to where nobody is, it is open again."""
    if not created and not raw:
        follow(instance.pk, by=actor_of(instance))


@receiver(appointment_released)
def follow_release(appointment: Appointment, by: User, **_kwargs: object) -> None:
    """The same for what is cancelled in bulk, of which no row says that it was saved."""
    follow(appointment.pk, by=by)
