"""Forms of one appointment."""

from django import forms
from django.utils.translation import gettext_lazy as _

from admin_ext.forms import ClinicForm
from clinic.models import Appointment
from clinic.scheduling.booking.notes import words_version

FIELD = {"class": "field", "dir": "auto"}


class NotesForm(ClinicForm):
    reason = forms.CharField(label=_("reason"), max_length=250, required=False, widget=forms.TextInput(FIELD))
    notes = forms.CharField(
        label=_("notes"), max_length=4000, required=False, widget=forms.Textarea({**FIELD, "rows": 3})
    )
    version = forms.CharField(widget=forms.HiddenInput)


def notes_form(appointment: Appointment) -> NotesForm:
    """The form with what is written now."""
    written = {"reason": appointment.reason, "notes": appointment.notes, "version": words_version(appointment)}
    return NotesForm(initial=written, organisation=appointment.organisation, auto_id="note-%s")
