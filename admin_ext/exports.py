"""Files of a list's rows, as filtered, for a spreadsheet: CSV and XLSX, with nothing in them that runs as a formula."""

from django.utils.text import capfirst
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
    formats = [CSV, XLSX]
