"""Forms of the catalogue."""

from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from admin_ext.forms import ClinicModelForm
from clinic.consultations.offered import check_workflow
from clinic.models import Service


class PackageItems(PaginationInlineFormSet):
    def clean(self):
        """A package has something in it."""
        super().clean()
        kept = {form for form in self.forms if form.instance.pk or form.has_changed()}
        if not kept - set(self.deleted_forms):
            raise ValidationError(_("A package needs at least one service with its sessions."))


class ServiceForm(ClinicModelForm):
    class Meta:
        model = Service
        fields = "__all__"
        help_texts = {
            "workflow_type": _("For an outpatient consultation patients walk in; all others are booked."),
            "bill_timing": _("Of outpatients. Before: the doctor can begin when it is paid. After: the doctor begins."),
            "auto_assign_doctor": _("Outpatients go to this doctor. Empty: any doctor of the clinic takes them."),
        }

    def check_rules(self) -> None:
        """Nobody waits for what changes; the doctor whom every outpatient goes to works wherever they walk in."""
        check_workflow(self.instance)
        doctor, clinics = self.cleaned_data.get("auto_assign_doctor"), self.cleaned_data.get("clinics")
        if doctor is None or not clinics:
            return
        missing = [str(clinic) for clinic in clinics.exclude(providers=doctor)]
        if missing:
            message = _("%(doctor)s does not work in %(clinics)s. Choose a doctor of all its clinics, or none.")
            values = {"doctor": doctor, "clinics": get_text_list(missing, _("or"))}
            raise ValidationError({"auto_assign_doctor": message % values})
