"""From what has taken time away to the list of the appointments that it hit."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext

from admin_ext.roles import SEE_REBOOKINGS
from clinic.models import Closure, Leave, Provider
from clinic.scheduling.rebooking.batches import open_batch_of


def address_of_batch(cause: Leave | Closure | Provider) -> str:
    """The page of the open list of this cause; empty where nothing was hit."""
    batch = open_batch_of(cause)
    return reverse("admin:rebooking", args=[batch.public_id]) if batch else ""


class LeadsToBatch:
    """A ModelAdmin whose form is a TakesTimeForm: after saving it goes on to the list of what was hit."""

    change_form_before_template = "admin_ext/rota/takes_time.html"

    class Media:
        css = {"all": ["admin_ext/rebooking.css"]}

    def response_post_save_add(self, request, obj):
        return self.lead_on(request, obj) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request, obj):
        return self.lead_on(request, obj) or super().response_post_save_change(request, obj)

    def lead_on(self, request, obj):
        hits = len(getattr(obj, "hits", ()))
        address = address_of_batch(self.cause_of(obj)) if hits and request.user.has_perm(SEE_REBOOKINGS) else ""
        if not address:
            return None
        sentence = ngettext("%(n)s appointment has lost its time.", "%(n)s appointments have lost their time.", hits)
        messages.warning(request, sentence % {"n": hits})
        return redirect(address)

    def cause_of(self, obj):
        return obj


class HoursLeadToBatch(LeadsToBatch):
    def cause_of(self, obj):
        return obj.provider
