"""What an appointment that was not held costs the patient, in words: before it is done and afterwards."""

from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from admin_ext.columns import money_text
from clinic.billing.selectors import charge_of
from clinic.enums import CANCELLED_STATUSES, AppointmentStatus, ChargeStatus
from clinic.models import Appointment
from clinic.scheduling.costs import Cost


def cost_words(appointment: Appointment, cost: Cost) -> str:
    """What cancelling would cost."""
    words = what_it_costs(appointment, cost)
    return capfirst(words) if cost.is_nothing else _("Late: %(cost)s") % {"cost": words}


def no_show_words(appointment: Appointment, cost: Cost) -> str:
    """What marking it as a no-show would cost."""
    return _("No-show: %(cost)s") % {"cost": what_it_costs(appointment, cost)}


def what_it_costs(appointment: Appointment, cost: Cost) -> str:
    values = {"number": appointment.session_number, "fee": amount_text(appointment, cost.fee)}
    if cost.uses_session and cost.fee:
        return _("uses session %(number)s, fee %(fee)s.") % values
    if cost.uses_session:
        return _("uses session %(number)s, no fee.") % values
    if cost.fee and appointment.package_purchase_id:
        return _("fee %(fee)s, session %(number)s is free again.") % values
    if cost.fee:
        return _("fee %(fee)s.") % values
    if appointment.package_purchase_id:
        return _("costs nothing, session %(number)s is free again.") % values
    return _("costs nothing.")


def consequences(appointment: Appointment) -> str:
    """What a cancellation or a no-show has cost, to follow the sentence that says it; empty for nothing."""
    if appointment.status not in (*CANCELLED_STATUSES, AppointmentStatus.NO_SHOW):
        return ""
    words, charge = "", charge_of(appointment)
    if appointment.session_used:
        words += " " + _("Session %(number)s is used.") % {"number": appointment.session_number}
    if charge and charge.status == ChargeStatus.OPEN:
        words += " " + _("Fee: %(fee)s.") % {"fee": amount_text(appointment, charge.amount)}
    return words


def amount_text(appointment: Appointment, amount: Decimal) -> str:
    return money_text(amount, appointment.organisation.currency)
