"""Giving a consultation that goes on to another doctor: a dialog for its doctor, and for who oversees them all."""

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from admin_ext.consultation_room.pages import RoomPage
from admin_ext.forms import ClinicForm
from admin_ext.pages import WorkflowPage
from admin_ext.roles import HAND_OVER
from clinic.consultations.handing_over import is_theirs, why_not_let_go
from clinic.consultations.selectors import able_doctors
from clinic.consultations.services import hand_over
from clinic.models import Provider
from clinic.models.base import LONGEST_REASON

FIELD = {"class": "field"}


class HandOverForm(ClinicForm):
    doctor = forms.ModelChoiceField(
        label=_("To"), queryset=Provider.objects.all(), empty_label=_("Choose a doctor"), widget=forms.Select(FIELD),
        error_messages={"required": _("Choose who goes on.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, error_messages={"required": _("Write why it is done.")},
        widget=forms.TextInput({**FIELD, "dir": "auto", "autocomplete": "off"}),
    )  # fmt: skip
    presets = (_("Is ill"), _("Shift is over"), _("Another specialty"))

    def __init__(self, *args, doctors, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["doctor"].queryset = doctors


class HandOverPage(RoomPage, WorkflowPage):
    """Shows whose consultation it is and not a word of what was found."""

    title = _("Hand over the consultation")
    permission_required = HAND_OVER
    template_name = "admin_ext/dialog_page.html"
    fragment_name = "admin_ext/consultation_room/hand_over.html"
    form_class = HandOverForm
    submit_label = _("Hand over")

    def has_permission(self) -> bool:
        """Its doctor needs no permission but to be that."""
        return super().has_permission() or (self.organisation is not None and is_theirs(self.row, self.request.user))

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "doctors": able_doctors(self.row)}

    def get_context_data(self, **kwargs):
        refusals = list(why_not_let_go(self.row, self.request.user))
        return super().get_context_data(row=self.row, refusals=refusals, **kwargs)

    def form_invalid(self, form):
        """The dialog as it was filled in, whatever page had asked."""
        response = super().form_invalid(form)
        response["HX-Retarget"], response["HX-Reswap"] = "#modal-content", "innerHTML"
        return response

    def perform(self, form):
        asked = form.cleaned_data
        return hand_over(self.row, to=asked["doctor"], reason=asked["reason"], by=self.request.user)

    def success_message(self, row):
        names = {"patient": row.patient, "doctor": row.doctor}
        return _("%(patient)s is the patient of %(doctor)s from now on.") % names

    def get_success_url(self):
        """Back to the queue for who was in the room, to the visit for everybody else."""
        if self.doctor is not None and self.row.doctor_id == self.doctor.pk:
            return reverse("admin:doctors_queue")
        return reverse("admin:visit", args=[self.row.visit_id])
