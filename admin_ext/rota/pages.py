"""Pages of the rota."""

from datetime import datetime, time, timedelta

from django.urls import reverse_lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from admin_ext.pages import WorkflowPage
from admin_ext.rota.forms import AskLeaveForm
from clinic.models import Leave
from clinic.rota.services import ask_leave
from clinic.scheduling.rebooking.hits import stranded


class AskLeavePage(WorkflowPage):
    title = _("Ask for leave")
    template_name = "admin_ext/rota/ask_leave.html"
    permission_required = "clinic.add_leave"
    context_model = Leave
    form_class = AskLeaveForm
    success_url = reverse_lazy("admin:clinic_leave_changelist")
    submit_label = _("Ask for leave")

    def get_initial(self):
        """The whole of tomorrow, so that nobody types a midnight for whole days."""
        first = datetime.combine(localdate() + timedelta(days=1), time.min)
        return {"starts_at": first, "ends_at": first + timedelta(days=1)}

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


class LeaveHitsPage(AskLeavePage):
    """What is booked in the leave that is being asked for; nothing while the form is not complete."""

    http_method_names = ["get"]
    template_name = "admin_ext/rota/leave_hits.html"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "data": self.request.GET}

    def get_context_data(self, **kwargs):
        return super().get_context_data(hits=self.hits(), **kwargs)

    def hits(self):
        form = self.get_form()
        asked = form.cleaned_data if form.is_valid() else {}
        if not asked or asked["ends_at"] <= asked["starts_at"]:
            return None
        return stranded(Leave(organisation=self.organisation, **asked))
