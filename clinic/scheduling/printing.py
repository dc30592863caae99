"""What has been printed of the diary, by whom and when: paper leaves the house, so the book says who made it."""

from datetime import date

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.models import Organisation, User
from clinic.tenancy import own


@transaction.atomic
def record_print(first_day: date, last_day: date, *, appointments: int, by: User) -> LogEntry:
    """Write down that `by` has printed the days from `first_day` to `last_day` with so many appointments on them.

    The entry is about the organisation, in the admin's own log. Raises DoesNotExist for a person without one.
    """
    organisation: Organisation = own(by)
    days = " – ".join(date_format(one, "j F Y") for one in dict.fromkeys((first_day, last_day)))
    number = ngettext("%(n)s appointment", "%(n)s appointments", appointments) % {"n": appointments}
    sentence = _("Printed the calendar of %(days)s: %(number)s.") % {"days": days, "number": number}
    return LogEntry.objects.log_actions(by.pk, [organisation], CHANGE, sentence, single_object=True)
