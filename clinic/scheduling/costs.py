"""What an appointment costs a patient that is not held, as the organisation's policy says."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clinic.models import Appointment, Policy


@dataclass(frozen=True)
class Cost:
    """`uses_session`: the reserved session of the package is spent. `fee`: in the organisation's currency."""

    is_late: bool = False
    uses_session: bool = False
    fee: Decimal = Decimal(0)

    @property
    def is_nothing(self) -> bool:
        return not self.uses_session and not self.fee


def cost_of_cancelling(appointment: Appointment, policy: Policy, *, by_patient: bool, at: datetime) -> Cost:
    """What calling it off at `at` costs: nothing for the clinic's own cancellation, nor for a patient in good time.

    Exactly as long before as the policy's window is still in good time.
    """
    if not by_patient or appointment.starts_at - at >= policy.cancellation_window:
        return Cost()
    return Cost(
        is_late=True,
        uses_session=policy.late_cancellation_uses_session and appointment.package_purchase_id is not None,
        fee=policy.late_cancellation_fee,
    )


def cost_of_no_show(appointment: Appointment, policy: Policy) -> Cost:
    """What it costs the patient not to have come."""
    uses_session = policy.no_show_uses_session and appointment.package_purchase_id is not None
    return Cost(uses_session=uses_session, fee=policy.no_show_fee)
