"""One series: its rule in words, and everything that was booked by it."""

from django.utils.timezone import now

from admin_ext.pages import StaffPage
from admin_ext.roles import BOOK
from admin_ext.scope import own_rows, row_or_404
from clinic.enums import CANCELLED_STATUSES, LIVE_STATUSES
from clinic.models import Appointment, Series
from clinic.scheduling.series.words import series_words

SHOWN = ("patient", "service", "provider", "clinic", "package_purchase__package", "booked_by")


class SeriesPage(StaffPage):
    """Each appointment with what has become of it; a fixed number of queries."""

    permission_required = "clinic.view_series"
    template_name = "admin_ext/series/series.html"
    context_model = Series

    def get(self, request, pk):
        self.series = row_or_404(own_rows(Series, self.organisation).select_related(*SHOWN), pk)
        return super().get(request)

    @property
    def title(self) -> str:
        return str(self.series)

    def get_context_data(self, **kwargs):
        rows = list(
            Appointment.objects.filter(series=self.series)
            .select_related("provider", "clinic", "service")
            .order_by("starts_at", "pk")
        )
        ahead = [row for row in rows if row.status in LIVE_STATUSES and row.starts_at > now()]
        shown = {
            "series": self.series, "words": series_words(self.series), "rows": rows, "ahead": ahead,
            "moved": sum(row.moves > 0 for row in rows if row.status not in CANCELLED_STATUSES),
            "may_book": self.request.user.has_perm(BOOK),
        }  # fmt: skip
        return super().get_context_data(**shown, **kwargs)
