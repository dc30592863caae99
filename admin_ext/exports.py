"""Files of a list's rows, as filtered, for a spreadsheet: CSV and XLSX, with nothing in them that runs as a formula."""

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource
from unfold.contrib.import_export.forms import ExportForm

RUNS_IN_A_SPREADSHEET = tuple("=+-@\t\r\0")


def as_text(value):
    """Text that a spreadsheet would run is marked as text with the apostrophe that spreadsheets themselves use."""
    if isinstance(value, str) and value.startswith(RUNS_IN_A_SPREADSHEET):
        return f"'{value}"
    return value


class SafeResource(ModelResource):
    def get_export_headers(self, **kwargs):
        return [capfirst(header) for header in super().get_export_headers(**kwargs)]

    def export_field(self, field, instance, **kwargs):
        return as_text(super().export_field(field, instance, **kwargs))


class Exported(ExportMixin):
    """A list whose rows may be taken away by those with the permission `export_<model>`."""

    export_form_class = ExportForm
    export_template_name = "admin_ext/export.html"
    formats = [CSV, XLSX]
    to_encoding = "utf-8-sig"  # by its mark spreadsheets know that the file is Arabic

    def init_request_context_data(self, request, form):
        context = super().init_request_context_data(request, form)
        rows = self.get_export_queryset(request).count()
        return {**context, "title": _("Download"), "rows": rows, "export_url": request.get_full_path()}
