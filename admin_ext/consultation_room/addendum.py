"""Adding to a consultation that is closed."""

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from admin_ext.consultation_room.pages import RoomPage
from admin_ext.forms import ClinicForm
from admin_ext.pages import WorkflowPage
from admin_ext.roles import ADD_ADDENDUM
from clinic.consultations.services import add_addendum


class AddendumForm(ClinicForm):
    text = forms.CharField(
        label=_("Addendum"), widget=forms.Textarea(attrs={"rows": 3, "class": "field", "dir": "auto"})
    )


class AddendumPage(RoomPage, WorkflowPage):
    """POST `text`; a refusal lands on a page with the text as it was typed, under the head of the consultation.

    It is asked for below the consultation.
    """

    title = _("Addendum")
    permission_required = ADD_ADDENDUM
    form_class = AddendumForm
    submit_label = _("Add")
    template_name = "admin_ext/consultation_room/addendum.html"

    def get(self, request, pk):
        return self.leave(self.get_success_url())

    def get_context_data(self, **kwargs):
        return super().get_context_data(**self.facts(), **kwargs)

    def perform(self, form):
        return add_addendum(self.row, text=form.cleaned_data["text"], by=self.request.user)

    def success_message(self, addendum):
        return _("The addendum stands below the consultation.")

    def get_success_url(self):
        return reverse("admin:consultation", args=[self.row.pk])
