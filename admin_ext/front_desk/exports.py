"""Appointments as rows of a spreadsheet, at the times that the clinics' own clocks show."""

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from admin_ext.exports import SafeResource
from clinic.models import Appointment


class AppointmentResource(SafeResource):
    """One appointment a row. Day and times are of the clinic's zone, which stands beside them."""

    day = Field(column_name=_("day"))
    starts = Field(column_name=_("starts"))
    ends = Field(column_name=_("ends"))
    zone = Field("clinic__time_zone", _("time zone"))
    clinic = Field("clinic__name", _("clinic"))
    provider = Field("provider__name", _("provider"))
    file_number = Field("patient__file_number", _("file number"))
    patient = Field("patient__name", _("patient"))
    service = Field("service__name", _("service"))
    kind = Field("get_kind_display", _("kind"))
    status = Field("get_status_display", _("status"))
    package = Field("package_purchase__package__name", _("package"))
    session = Field("session_number", _("session"))

    class Meta:
        model = Appointment
        name = _("Appointments")
        fields = (
            "day", "starts", "ends", "zone", "clinic", "provider", "file_number", "patient", "service", "kind",
            "status", "package", "session",
        )  # fmt: skip

    def dehydrate_day(self, row) -> str:
        return localtime(row.starts_at, row.clinic.zone).date().isoformat()

    def dehydrate_starts(self, row) -> str:
        return f"{localtime(row.starts_at, row.clinic.zone):%H:%M}"

    def dehydrate_ends(self, row) -> str:
        return f"{localtime(row.ends_at, row.clinic.zone):%H:%M}"
