"""Filters of the outbox that other lists have no use for."""

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from clinic.messaging.selectors import pressing_failures


class DeadLetterFilter(DropdownFilter):
    """What was given up and waits for somebody to send it again, or to call."""

    title = _("to be looked at")
    parameter_name = "dead"

    def lookups(self, request, model_admin):
        return [("yes", _("Failed and not sent again"))]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        return queryset & pressing_failures(request.user.organisation, at=now())
