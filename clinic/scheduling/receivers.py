"""What scheduling does when an earlier subject says that something has happened; `ClinicConfig.ready` imports this."""

from datetime import datetime

from django.dispatch import receiver

from clinic.models import Appointment, Operation, PackagePurchase, User
from clinic.packages.signals import sessions_released
from clinic.scheduling.remaining import cancel_remaining_of


@receiver(sessions_released, dispatch_uid="clinic.scheduling.cancel_released_sessions")
def cancel_released_sessions(
    sender: type,
    *,
    purchase: PackagePurchase,
    operation: Operation,
    by: User,
    at: datetime,
    reason: str,
    **named: object,
) -> list[Appointment]:
    return cancel_remaining_of(purchase, operation=operation, by=by, at=at, reason=reason)
