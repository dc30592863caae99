"""Forms of the rota."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from admin_ext.forms import ClinicForm, ClinicModelForm, MomentInput
from admin_ext.scope import own_rows, row_or_404
from clinic.enums import LeaveStatus
from clinic.models import Appointment, Closure, ExtraHours, Leave, Provider, WorkingHours
from clinic.rota.selectors import hours_refusals
from clinic.scheduling.rebooking.batches import not_yet_listed
from clinic.scheduling.rebooking.hits import hit_by_change_of, stranded


class TakesTimeForm(ClinicModelForm):
    """Shows the appointments that it would take the time from before it does; saving again is then a decision."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    hits: list[Appointment] = []

    def find_hits(self) -> list[Appointment]:
        """The appointments that lose their time when this is saved."""
        raise NotImplementedError

    def check_rules(self):
        self.instance.hits = self.hits = not_yet_listed(self.cause(), self.find_hits())
        keys = ",".join(str(row.pk) for row in self.hits)
        if self.hits and self.cleaned_data.get("seen") != keys:
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = keys
            raise ValidationError(_("Nothing has been saved yet. Look who loses the time, then save again."))

    def cause(self):
        return self.instance


class WorkingHoursForm(TakesTimeForm):
    class Meta:
        model = WorkingHours
        fields = "__all__"
        help_texts = {
            "valid_from": _(
                "The first day of these hours. With more than one week between, weeks count from its week."
            ),
            "valid_until": _("Empty: until somebody ends them."),
        }

    def check_rules(self):
        Provider.objects.select_for_update(no_key=True).get(pk=self.instance.provider_id)  # his hours come in turn
        refusals = hours_refusals(self.instance)
        for field, refusal in refusals.items():
            self.add_error(field, str(refusal))
        if not refusals:
            super().check_rules()

    def find_hits(self):
        return hit_by_change_of(self.instance)

    def cause(self):
        return self.instance.provider


class ExtraHoursForm(TakesTimeForm):
    class Meta:
        model = ExtraHours
        fields = "__all__"

    def check_rules(self):
        provider, clinic = self.instance.provider, self.instance.clinic
        if not provider.clinics.filter(pk=clinic.pk).exists():
            sentence = _("%(provider)s does not work at %(clinic)s.")
            self.add_error("clinic", sentence % {"provider": provider, "clinic": clinic})
        else:
            super().check_rules()

    def find_hits(self):
        return hit_by_change_of(self.instance)

    def cause(self):
        return self.instance.provider


class LeaveForm(TakesTimeForm):
    class Meta:
        model = Leave
        fields = "__all__"

    def find_hits(self):
        return stranded(self.instance) if self.instance.status == LeaveStatus.APPROVED else []


class ClosureForm(TakesTimeForm):
    class Meta:
        model = Closure
        fields = "__all__"

    def find_hits(self):
        return stranded(self.instance)


class AskLeaveForm(ClinicForm):
    provider = forms.ModelChoiceField(
        Provider.objects.filter(active=True), label=_("provider"), widget=UnfoldAdminSelectWidget
    )
    starts_at = forms.DateTimeField(label=_("from"), widget=MomentInput)
    ends_at = forms.DateTimeField(
        label=_("until"), widget=MomentInput, help_text=_("Whole days end at 00:00 of the day after the last one.")
    )
    reason = forms.CharField(label=_("reason"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget)


class LeaveDecisionForm(BaseDialogForm):
    """Nothing to fill in: it shows whose leave is decided on."""

    form_before_template = "admin_ext/rota/leave.html"

    def get_before_template_context(self, request, object_id=None):
        leave = row_or_404(own_rows(Leave, request.user.organisation).select_related("provider"), object_id)
        return {"leave": leave, "hits": self.hits_of(leave)}

    def hits_of(self, leave):
        return None


class LeaveApprovalForm(LeaveDecisionForm):
    """The same, with what is booked in it."""

    def hits_of(self, leave):
        return stranded(leave)


class HolidaysForm(BaseDialogForm):
    year = forms.IntegerField(
        label=_("year"), min_value=2000, max_value=2100, initial=lambda: localdate().year,
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip
