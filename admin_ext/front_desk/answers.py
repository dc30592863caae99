"""What a page of the desk answers after a change: a toast with Undo to htmx, a sentence on the next page to others."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinic.models import Appointment


def changed(request, appointment: Appointment, text: str, *, undo: str = "", tags: str = "success") -> HttpResponse:
    """Say in `text` what became of the appointment; `undo` is the address to which taking it back is posted.

    To htmx 204 with two events: `appointment-changed`, on which pages that show appointments ask again, and `toast`.
    Otherwise the appointment's page, with the sentence above it.
    """
    if "HX-Request" not in request.headers:
        messages.add_message(request, messages.ERROR if tags == "error" else messages.SUCCESS, text)
        return redirect("admin:appointment", appointment.pk)
    toast = {"text": str(text), "undo": undo, "tags": tags, "words": {"undo": _("Undo"), "close": _("Close")}}
    events = {"appointment-changed": {"id": appointment.pk}, "toast": toast}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events)})


def refused(request, appointment: Appointment, refusal: object) -> HttpResponse:
    """The same for a change that was refused: nothing is different, but what is shown may be out of date."""
    return changed(request, appointment, str(refusal), tags="error")
