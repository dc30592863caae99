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

    def perform(self, form):
        return ask_leave(by=self.request.user, **form.cleaned_data)

    def success_message(self, leave):
        return _("Leave for %(provider)s waits to be approved.") % {"provider": leave.provider}
