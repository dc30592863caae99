"""Buttons of the rota."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from admin_ext.rota.forms import HolidaysForm, LeaveDecisionForm
from clinic.rota.services import add_public_holidays, decide_leave

APPROVE = {
    "title": _("Approve this leave?"),
    "description": _("No new appointments are offered in it. Those already booked stay until they are moved."),
    "form_class": LeaveDecisionForm,
    "form_submit_text": _("Approve"),
}
REFUSE = {"title": _("Refuse this leave?"), "form_class": LeaveDecisionForm, "form_submit_text": _("Refuse")}
HOLIDAYS = {
    "title": _("Close every clinic on the public holidays of a year"),
    "description": _("Days that are closed already are left as they are. Check the dates that the moon decides."),
    "form_class": HolidaysForm,
    "form_submit_text": _("Add closures"),
}


class LeaveActions:
    @action(description=_("Approve"), permissions=["decide"], icon="check", dialog=APPROVE)
    def approve(self, request, form, object_id):
        leave = self.row_or_404(request, object_id)
        return self.carry_out(
            request,
            lambda: decide_leave(leave, by=request.user, approve=True),
            _("The leave of %(provider)s is approved.") % {"provider": leave.provider},
        )

    @action(description=_("Refuse"), permissions=["decide"], icon="close", dialog=REFUSE)
    def refuse(self, request, form, object_id):
        leave = self.row_or_404(request, object_id)
        return self.carry_out(
            request,
            lambda: decide_leave(leave, by=request.user, approve=False),
            _("The leave of %(provider)s is refused.") % {"provider": leave.provider},
        )

    def has_decide_permission(self, request, object_id=None):
        return request.user.has_perm("clinic.change_leave")


class ClosureActions:
    @action(description=_("Public holidays…"), permissions=["add_holidays"], icon="celebration", dialog=HOLIDAYS)
    def add_holidays(self, request, form):
        year = form.cleaned_data["year"]
        return self.carry_out(
            request,
            lambda: add_public_holidays(request.user.organisation, year, by=request.user),
            lambda added: ngettext("%(n)s closure added.", "%(n)s closures added.", len(added)) % {"n": len(added)},
        )

    def has_add_holidays_permission(self, request, object_id=None):
        return self.has_add_permission(request)
