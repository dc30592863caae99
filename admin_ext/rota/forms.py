"""Forms of the rota."""

from django import forms
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
from clinic.models import ExtraHours, Leave, Provider, WorkingHours
from clinic.rota.selectors import booked_during, hours_refusals


class WorkingHoursForm(ClinicModelForm):
    class Meta:
        model = WorkingHours
        fields = "__all__"

    def check_rules(self):
        Provider.objects.select_for_update().get(pk=self.instance.provider_id)  # two of his hours are entered in turn
        for field, refusal in hours_refusals(self.instance).items():
            self.add_error(field, str(refusal))


class ExtraHoursForm(ClinicModelForm):
    class Meta:
        model = ExtraHours
        fields = "__all__"

    def check_rules(self):
        provider, clinic = self.instance.provider, self.instance.clinic
        if not provider.clinics.filter(pk=clinic.pk).exists():
            sentence = _("%(provider)s does not work at %(clinic)s.")
            self.add_error("clinic", sentence % {"provider": provider, "clinic": clinic})


class AskLeaveForm(ClinicForm):
    provider = forms.ModelChoiceField(
        Provider.objects.filter(active=True), label=_("provider"), widget=UnfoldAdminSelectWidget
    )
    starts_at = forms.DateTimeField(label=_("from"), widget=MomentInput)
    ends_at = forms.DateTimeField(label=_("until"), widget=MomentInput)
    reason = forms.CharField(label=_("reason"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget)


class LeaveDecisionForm(BaseDialogForm):
    """Nothing to fill in: it shows whose leave is decided on, and what is booked in it."""

    form_before_template = "admin_ext/rota/leave.html"

    def get_before_template_context(self, request, object_id=None):
        leave = row_or_404(own_rows(Leave, request.user.organisation).select_related("provider"), object_id)
        return {"leave": leave, "booked": booked_during(leave).count()}


class HolidaysForm(BaseDialogForm):
    year = forms.IntegerField(
        label=_("year"), min_value=2000, max_value=2100, initial=lambda: localdate().year,
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip
