"""What to know about an appointment before the patient stands at the desk, as words in a colour."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.front_desk.cost_words import amount_text
from clinic.enums import AppointmentKind
from clinic.models import Appointment
from clinic.scheduling.attendance import NoShowRecord
from clinic.scheduling.booking.overruling import is_overbooked


@dataclass(frozen=True)
class Mark:
    """Words that somebody should see, in a colour, with what is behind them and where that is found."""

    colour: str
    text: str
    more: str = ""
    link: str = ""


def warnings_of(row: Appointment, record: NoShowRecord, owed: Decimal) -> Iterator[Mark]:
    """What may not be overlooked of an appointment of a patient with this record who owes this much."""
    if row.kind == AppointmentKind.EMERGENCY:
        yield Mark("red", _("Emergency"), row.overbook_reason)
    if is_overbooked(row):
        yield Mark("orange", _("Overbooked"), row.overbook_reason)
    if record.must_confirm(row):
        yield Mark("violet", _("Must confirm"), missed_words(record))
    elif record.consequence:
        yield Mark("red", missed_words(record), str(record.consequence.label))
    if owed:
        yield Mark("amber", _("Owes %(amount)s") % {"amount": amount_text(row, owed)}, link=charges_address(row))


def missed_words(record: NoShowRecord) -> str:
    return ngettext(
        "%(count)d no-show in %(days)d days", "%(count)d no-shows in %(days)d days", record.count
    ) % {"count": record.count, "days": record.days}  # fmt: skip


def charges_address(row: Appointment) -> str:
    return f"{reverse('admin:clinic_charge_changelist')}?patient__id__exact={row.patient_id}&status__exact=open"
