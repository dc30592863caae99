"""What the reception tells the patient: where to go next, and who will see them."""

from decimal import Decimal

from django.utils.translation import gettext as _

from admin_ext.columns import money_text
from clinic.consultations.offered import Offer
from clinic.models import Clinic, Consultation, Provider, Visit


def doctor_words(doctor: Provider | None, clinic: Clinic) -> str:
    return str(doctor) if doctor else _("any doctor of %(clinic)s") % {"clinic": clinic}


def next_words(offer: Offer) -> str:
    """What will happen when the patient walks in for this."""
    doctor = doctor_words(offer.doctor, offer.clinic)
    values = {"amount": money_text(offer.service.price, offer.service.organisation.currency), "doctor": doctor}
    if offer.is_paid_first:
        return _("First to the cashier: %(amount)s. Then to %(doctor)s.") % values
    if offer.is_free:
        return _("Nothing is to be paid. Straight to %(doctor)s.") % values
    return _("Straight to %(doctor)s. The cashier takes %(amount)s afterwards.") % values


def started_words(visit: Visit, consultation: Consultation | None, left: Decimal) -> str:
    """What happens next to a patient who has just walked in; `left` is what the visit still asks for."""
    if consultation is None or (consultation.status == "pending" and left):
        amount = money_text(left, visit.organisation.currency)
        return _("Send %(patient)s to the cashier: %(amount)s.") % {"patient": visit.patient, "amount": amount}
    doctor = doctor_words(consultation.doctor, visit.clinic)
    return _("%(patient)s waits for %(doctor)s.") % {"patient": visit.patient, "doctor": doctor}
