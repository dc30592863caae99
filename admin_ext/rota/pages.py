"""Pages of the rota."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from admin_ext.pages import WorkflowPage
from admin_ext.rota.forms import AskLeaveForm
from clinic.models import Leave
from clinic.rota.services import ask_leave


class AskLeavePage(WorkflowPage):
    title = _("Ask for leave")
    permission_required = "clinic.add_leave"
    context_model = Leave
    form_class = AskLeaveForm
    success_url = reverse_lazy("admin:clinic_leave_changelist")
    submit_label = _("Ask for leave")

    def get_form(self, form_class=None):
        """Who does not decide on leave asks for nobody else's."""
        form = super().get_form(form_class)
        if not self.request.user.has_perm("clinic.change_leave"):
            field = form.fields["provider"]
            field.queryset = field.queryset.filter(user=self.request.user)
            field.initial = field.queryset.first()
        return form

    def perform(self, form):
        return ask_leave(by=self.request.user, **form.cleaned_data)

    def success_message(self, leave):
        return _("Leave for %(provider)s waits to be approved.") % {"provider": leave.provider}
