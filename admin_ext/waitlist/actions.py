"""What other workflows say and link to of the waiting list."""

from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext

from admin_ext.columns import clock
from clinic.models import Clinic, HeldSlot, Provider, Service


def offer_address(provider: Provider, clinic: Clinic, starts_at: datetime, service: Service | None = None) -> str:
    """The dialog that offers a free time by hand."""
    asked = {"provider": provider.pk, "clinic": clinic.pk, "starts_at": starts_at.isoformat()}
    if service is not None:
        asked["service"] = service.pk
    return f"{reverse('admin:offer_time')}?{urlencode(asked)}"


def offered_words(slot: HeldSlot) -> str:
    count = slot.offers.count()
    sentence = ngettext("Offered to %(count)d, until %(until)s.", "Offered to %(count)d, until %(until)s.", count)
    return sentence % {"count": count, "until": clock(slot.held_until, slot.clinic.zone)}
