"""A change for several appointments of a series: a dialog that shows exactly which, before anything is saved."""

from datetime import datetime

from django.http import Http404, HttpResponse, QueryDict
from django.utils.functional import cached_property
from django.utils.timezone import now

from admin_ext.pages import StaffPage
from admin_ext.roles import BOOK
from admin_ext.scope import own_rows, row_or_404
from admin_ext.series.actions import Way, ways_of
from clinic.enums import Scope
from clinic.errors import ClinicError
from clinic.models import Appointment, Operation
from clinic.scheduling.series.members import Seen

SHOWN = ("organisation", "patient", "service", "provider", "clinic", "package_purchase", "series")
KEY = 18  # digits at most


class SeriesDialog(StaffPage):
    """A page about a scope of one appointment's series; a subclass says its `verb`, move or cancel."""

    permission_required = BOOK
    template_name = "admin_ext/dialog_page.html"
    frame = "appointment-page"
    context_model = Appointment
    verb = ""

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            rows = own_rows(Appointment, self.organisation).select_related(*SHOWN)
            self.appointment = row_or_404(rows, kwargs["pk"])
            if self.asked.get("scope", Scope.FOLLOWING) not in Scope.values:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def asked(self) -> QueryDict:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @property
    def scope(self) -> Scope:
        return Scope(self.asked.get("scope", Scope.FOLLOWING))

    @cached_property
    def moment(self) -> datetime:
        return now()

    @property
    def ways(self) -> list[Way]:
        return ways_of(self.appointment, self.verb, at=self.moment)

    @property
    def seen(self) -> Seen:
        """The appointments that the dialog showed, as it showed them; what is no such pair is not one of them."""
        pairs = [value.partition("-")[::2] for value in self.request.POST.getlist("seen")]
        return {int(pk): int(number) for pk, number in pairs if is_number(pk) and is_number(number)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(appointment=self.appointment, scope=self.scope, ways=self.ways, **kwargs)

    def again(self, refusal: ClinicError) -> HttpResponse:
        """The dialog with what is against it, and the dates as they are now."""
        return self.render_to_response(self.get_context_data(refusals=refusal.reasons))


def is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= KEY


def operation_of(changed: list[Appointment]) -> Operation:
    """The operation that changed them just now."""
    return changed[0].changes.select_related("operation").latest("pk").operation
