"""Questions about calendars elsewhere."""

from django.db.models import Count, Max, Q, QuerySet

from clinic.models import BusyCalendar, Provider


def calendars_of(provider: Provider) -> QuerySet[BusyCalendar]:
    """A provider's calendars by name, each with `ahead`, the number of its times."""
    return BusyCalendar.objects.filter(provider=provider).annotate(ahead=Count("times")).order_by("name", "pk")


def with_calendars(providers: QuerySet[Provider]) -> QuerySet[Provider]:
    """The providers by name, each with how many `calendars` are read, how many of them `failing`, and when last."""
    return providers.annotate(
        calendars=Count("busy_calendars"),
        failing=Count("busy_calendars", filter=Q(busy_calendars__failed_at__isnull=False)),
        last_read_at=Max("busy_calendars__read_at"),
    ).order_by("name_en", "pk")
