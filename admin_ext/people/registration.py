"""The page on which a new patient's file is opened."""

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from admin_ext.forms import ClinicForm
from admin_ext.pages import WorkflowPage
from clinic.enums import Channel, Language, Sex
from clinic.models import Patient
from clinic.people.services import register


def text(label, longest: int, *, required=False, **kwargs) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, **{"widget": UnfoldAdminTextInputWidget, **kwargs}
    )


def choice(label, choices, initial) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices.choices, initial=initial, widget=UnfoldAdminSelectWidget)


class RegisterForm(ClinicForm):
    name_en = text(_("name"), 120, required=True)
    name_ar = text(_("name in Arabic"), 120)
    file_number = text(_("file number"), 40, help_text=_("Leave empty for the next number."))
    born_on = forms.DateField(
        label=_("date of birth"), required=False,
        widget=forms.DateInput({"class": " ".join(INPUT_CLASSES), "type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    sex = choice(_("sex"), Sex, Sex.UNKNOWN)
    phone = text(_("phone"), 40)
    email = text(_("e-mail"), 254, widget=UnfoldAdminEmailInputWidget)
    language = choice(_("language"), Language, Language.ARABIC)
    preferred_channel = choice(_("preferred channel"), Channel, Channel.SMS)
    accepts_messages = forms.BooleanField(
        label=_("accepts messages"), required=False, initial=True, widget=UnfoldBooleanSwitchWidget
    )
    notes = text(_("notes"), 4000, widget=UnfoldAdminTextareaWidget({"rows": 3}))


class RegisterPatientPage(WorkflowPage):
    title = _("New patient")
    permission_required = "clinic.add_patient"
    context_model = Patient
    form_class = RegisterForm
    submit_label = _("Register the patient")

    def get_initial(self):
        """What was typed into a search is not typed again."""
        return {"name_en": self.request.GET.get("name", "")}

    def perform(self, form):
        self.patient = register(by=self.request.user, **form.cleaned_data)
        return self.patient

    def success_message(self, patient):
        return _("%(patient)s has file number %(number)s.") % {"patient": patient, "number": patient.file_number}

    def get_success_url(self):
        return reverse("admin:patient", args=[self.patient.pk])
