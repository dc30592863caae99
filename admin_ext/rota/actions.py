"""Buttons of the rota."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from admin_ext.rota.forms import HolidaysForm, LeaveApprovalForm, LeaveDecisionForm
from admin_ext.rota.leading import address_of_batch
from clinic.rota.services import add_public_holidays, decide_leave, withdraw_leave

APPROVE = {
    "title": _("Approve this leave?"),
    "description": _("No new appointments are offered in it."),
    "form_class": LeaveApprovalForm,
    "form_submit_text": _("Approve"),
}
WITHDRAW = {
    "title": _("Withdraw this leave?"),
    "description": _("Its time can be booked again; appointments that have not been moved stay where they are."),
    "form_class": LeaveDecisionForm,
    "form_submit_text": _("Withdraw"),
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
            lead_to=address_of_batch,
        )

    @action(description=_("Refuse"), permissions=["decide"], icon="close", dialog=REFUSE)
    def refuse(self, request, form, object_id):
        leave = self.row_or_404(request, object_id)
        return self.carry_out(
            request,
            lambda: decide_leave(leave, by=request.user, approve=False),
            _("The leave of %(provider)s is refused.") % {"provider": leave.provider},
        )

    @action(description=_("Withdraw"), permissions=["decide"], icon="undo", dialog=WITHDRAW)
    def withdraw(self, request, form, object_id):
        leave = self.row_or_404(request, object_id)
        return self.carry_out(
            request,
            lambda: withdraw_leave(leave, by=request.user),
            _("The leave of %(provider)s is withdrawn.") % {"provider": leave.provider},
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
            lead_to=lambda added: next(filter(None, map(address_of_batch, added)), ""),
        )

    def has_add_holidays_permission(self, request, object_id=None):
        return self.has_add_permission(request)
