"""Forms of the rota."""

from django.utils.translation import gettext_lazy as _

from admin_ext.forms import ClinicModelForm
from clinic.models import ExtraHours, WorkingHours


class ProviderAtClinicForm(ClinicModelForm):
    """Hours are given where the provider works."""

    def clean(self):
        cleaned = super().clean()
        provider, clinic = cleaned.get("provider"), cleaned.get("clinic")
        if provider and clinic and not provider.clinics.filter(pk=clinic.pk).exists():
            sentence = _("%(provider)s does not work at %(clinic)s.")
            self.add_error("clinic", sentence % {"provider": provider, "clinic": clinic})
        return cleaned


class WorkingHoursForm(ProviderAtClinicForm):
    class Meta:
        model = WorkingHours
        fields = "__all__"


class ExtraHoursForm(ProviderAtClinicForm):
    class Meta:
        model = ExtraHours
        fields = "__all__"
