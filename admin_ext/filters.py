"""Filters of the lists. They offer rows of the person's own organisation and count nothing."""

from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import get_current_timezone, localdate
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesCheckboxFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.contrib.filters.forms import AutocompleteDropdownForm
from unfold.utils import parse_date_str

from admin_ext.scope import own_rows
from clinic.enums import PurchaseStatus
from clinic.models.fields import fold
from clinic.people.selectors import stored_number

ChoicesFilter = ChoicesCheckboxFilter
DayRangeFilter = RangeDateFilter


class OwnAutocompleteForm(AutocompleteDropdownForm):
    """Also the row already chosen, named in the address, is looked up among one's own."""

    def __init__(self, request, name, *args, **kwargs):
        super().__init__(request, name, *args, **kwargs)
        field = self.fields[name]
        field.queryset = own_rows(field.queryset.model, request.user.organisation)


class OwnAutocompleteFilter(AutocompleteSelectFilter):
    """Choose one row of many by typing: patients, purchases."""

    form_class = OwnAutocompleteForm


class OwnRowsFilter(RelatedDropdownFilter):
    """Choose one row of a few: clinics, providers, services."""

    def field_choices(self, field, request, model_admin):
        rows = own_rows(field.remote_field.model, request.user.organisation)
        return [(row.pk, str(row)) for row in rows]


class MomentRangeFilter(RangeDateFilter):
    """Moments between two days of the page's time zone, both days included."""

    def queryset(self, request, queryset):
        first, last = (self.day(end) for end in ("from", "to"))
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": midnight(first)})
        if last:
            queryset = queryset.filter(**{f"{self.field_path}__lt": midnight(last + timedelta(days=1))})
        return queryset

    def day(self, end: str):
        text = self.used_parameters.get(f"{self.parameter_name}_{end}")
        return parse_date_str(text) if isinstance(text, str) else None


def midnight(day) -> datetime:
    return datetime.combine(day, time(), tzinfo=get_current_timezone())


class PatientSearch:
    """The search of a list by patient: names as anybody spells them, phones as they are dialled, file numbers.

    `patient_path` leads from the row to the patient; a list of patients leaves it empty.
    """

    patient_path = "patient__"
    search_fields = ["pk"]  # shows the search box; what it searches is said below
    search_help_text = _("Patient: name, phone or file number")

    def get_search_results(self, request, queryset, search_term):
        return matching_patients(queryset, search_term, f"{self.patient_path}search_text__contains"), False


def matching_patients(rows: QuerySet, text: str, lookup: str) -> QuerySet:
    """Rows whose patient, active or not, holds every word of `text`."""
    for word in fold(text.replace("\0", " ")).split():
        rows = rows.filter(Q(**{lookup: word}) | Q(**{lookup: stored_number(word)}))
    return rows


class NearDayFilter(DropdownFilter):
    """The days a desk works with; `field` is a moment."""

    title = _("day")
    parameter_name = "day"
    field = "starts_at"
    days = {"yesterday": (-1, 1), "today": (0, 1), "tomorrow": (1, 1), "week": (0, 7)}  # first day, number of days

    def lookups(self, request, model_admin):
        return [
            ("today", _("Today")), ("tomorrow", _("Tomorrow")), ("week", _("Next 7 days")),
            ("yesterday", _("Yesterday")), ("any", _("Any day")),
        ]  # fmt: skip

    def queryset(self, request, queryset):
        if self.value() not in self.days:
            return queryset
        offset, length = self.days[self.value()]
        first = localdate() + timedelta(days=offset)
        span = {f"{self.field}__gte": midnight(first), f"{self.field}__lt": midnight(first + timedelta(days=length))}
        return queryset.filter(**span)


class ExpiresFilter(DropdownFilter):
    """Purchases by how soon their last day comes."""

    title = _("last day")
    parameter_name = "expires"

    def lookups(self, request, model_admin):
        return [("7", _("Within 7 days")), ("30", _("Within 30 days")), ("past", _("Already past"))]

    def queryset(self, request, queryset):
        today = localdate()
        if self.value() == "past":
            return queryset.filter(expires_on__lt=today)
        if self.value() in ("7", "30"):
            return queryset.filter(expires_on__range=(today, today + timedelta(days=int(self.value()))))
        return queryset


class UnbookedFilter(DropdownFilter):
    """Purchases that can be used and have sessions which nobody has booked; the list's rows know `free`."""

    title = _("unbooked sessions")
    parameter_name = "unbooked"

    def lookups(self, request, model_admin):
        return [("yes", _("With unbooked sessions"))]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        return queryset.filter(status=PurchaseStatus.ACTIVE, expires_on__gte=localdate(), free__gt=0)
