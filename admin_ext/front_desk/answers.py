"""What a page of the desk answers after a change of one appointment."""

from django.http import HttpResponse
from django.urls import reverse

from admin_ext.answers import told
from clinic.models import Appointment


def changed(request, appointment: Appointment, text: str, *, undo: str = "", tags: str = "success") -> HttpResponse:
    """Say in `text` what became of the appointment; `undo` is the address to which taking it back is posted.

    Pages that show appointments ask again on the event `appointment-changed`; who has no htmx gets the appointment's
    page.
    """
    page = reverse("admin:appointment", args=[appointment.pk])
    return told(request, text, otherwise=page, undo=undo, tags=tags, appointment_changed={"id": appointment.pk})


def refused(request, appointment: Appointment, refusal: object) -> HttpResponse:
    """The same for a change that was refused: nothing is different, but what is shown may be out of date."""
    return changed(request, appointment, str(refusal), tags="error")
