"""The words of organisations, people, catalogue and rota."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Language(TextChoices):
    ENGLISH = "en", _("English")
    ARABIC = "ar", _("Arabic")


class Sex(TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    UNKNOWN = "unknown", _("Not recorded")


class Weekday(IntegerChoices):
    """ISO weekdays: Monday is 1, Sunday is 7."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class NoShowConsequence(TextChoices):
    FLAG = "flag", _("Flag the patient")
    MUST_CONFIRM = "must_confirm", _("Patient must confirm each appointment")
    MUST_PREPAY = "must_prepay", _("Patient must pay in advance")
    NO_SELF_BOOKING = "no_self_booking", _("Patient can no longer book online")


class WorkflowType(TextChoices):
    APPOINTMENT = "appointment", _("Appointment")
    GOPD_CONSULT = "gopd_consult", _("Outpatient consultation")


class BillTiming(TextChoices):
    BEFORE = "before", _("Before the service")
    AFTER = "after", _("After the service")


class LeaveStatus(TextChoices):
    ASKED = "asked", _("Asked")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
