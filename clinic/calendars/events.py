"""An appointment as calendars elsewhere know it: one event, the same for ever by its UID, newer by its SEQUENCE.

It says nothing clinical to those who see a patient's telephone, and to a provider's calendar the patient's initials.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Literal

from django.conf import settings
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vUri

from clinic.calendars.zones import vtimezone
from clinic.enums import CANCELLED_STATUSES, UNCONFIRMED_STATUSES, AppointmentKind
from clinic.models import Appointment, Clinic, Patient
from clinic.plain_text import one_line

type Method = Literal["REQUEST", "CANCEL", "PUBLISH"]

PRODUCT = "-//Clinic//Appointments//EN"
MOST_INITIALS = 3
UTC_NAME = "UTC"  # needs no clock of its own
END = b"END:VCALENDAR\r\n"


def calendar_file(
    appointment: Appointment, method: Method = "REQUEST", *, url: str = "", at: datetime | None = None
) -> bytes:
    """A calendar with one event in the patient's language, to attach to a message or to download.

    REQUEST puts it into the patient's calendar or changes it there, CANCEL takes it out, PUBLISH asks nothing back.
    The appointment comes with its clinic and its patient; `url` is where the patient may confirm, move or cancel.
    """
    with translation.override(appointment.patient.language):
        event = event_of(appointment, url=url, at=at)
        if method == "CANCEL":
            event["STATUS"] = "CANCELLED"
        if method != "PUBLISH":
            invite(event, appointment)
        return b"".join(calendar([event], [appointment], method=method))


def event_of(
    appointment: Appointment, *, for_provider: bool = False, url: str = "", at: datetime | None = None
) -> Event:
    """The event of an appointment in the active language, as of `at`: for the patient, or with initials for_provider.

    Its clinic is loaded; for a provider, its patient and service too.
    """
    event = Event()
    event.add("uid", str(appointment.public_id))
    event.add("dtstamp", (at or now()).astimezone(UTC))
    event.add("sequence", appointment.calendar_sequence)
    zone = appointment.clinic.zone
    event.add("dtstart", appointment.starts_at.astimezone(zone))
    event.add("dtend", appointment.ends_at.astimezone(zone))
    called_off = appointment.status in CANCELLED_STATUSES
    event.add("status", "CANCELLED" if called_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if called_off else "OPAQUE")
    event.add("class", "PRIVATE")
    event.add("summary", summary_for_provider(appointment) if for_provider else summary(appointment.clinic))
    event.add("location", location(appointment))
    if url:
        event.add("url", vUri(url))
        event.add("description", _("Confirm, move or cancel: %(link)s") % {"link": url})
    return event


def calendar(
    events: Iterable[Event], appointments: Iterable[Appointment], *, method: Method = "PUBLISH", name: str = ""
) -> Iterator[bytes]:
    """The pieces of a calendar of these events, with the clocks of the clinics of all the `appointments`."""
    head = Calendar()
    head.add("prodid", PRODUCT)
    head.add("version", "2.0")
    head.add("calscale", "GREGORIAN")
    head.add("method", method)
    if name:
        head.add("name", one_line(name))
        head.add("x-wr-calname", one_line(name))
    yield head.to_ical().removesuffix(END)
    yield from clocks(appointments)
    for event in events:
        yield event.to_ical()
    yield END


def clocks(appointments: Iterable[Appointment]) -> Iterator[bytes]:
    """The VTIMEZONE of every clinic's zone, over all the years in which an appointment lies."""
    years: dict[str, set[int]] = defaultdict(set)
    for appointment in appointments:
        years[appointment.clinic.time_zone] |= {appointment.starts_at.year, appointment.ends_at.year}
    for name in sorted(years):
        if name != UTC_NAME:
            yield vtimezone(name, min(years[name]), max(years[name]))


def invite(event: Event, appointment: Appointment) -> None:
    """Name who asks and who is asked, without which mail programs change and cancel nothing."""
    organiser = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organiser.params["CN"] = one_line(name_of(appointment.clinic))
    event["ORGANIZER"] = organiser
    if email := appointment.patient.email:
        patient = vCalAddress(f"mailto:{email}")
        waits = appointment.status in UNCONFIRMED_STATUSES
        patient.params["PARTSTAT"], patient.params["RSVP"] = "NEEDS-ACTION" if waits else "ACCEPTED", "FALSE"
        event["ATTENDEE"] = patient


def summary(clinic: Clinic) -> str:
    return _("Appointment: %(clinic)s") % {"clinic": one_line(name_of(clinic))}


def summary_for_provider(appointment: Appointment) -> str:
    return f"{initials(appointment.patient)} · {one_line(str(appointment.service))}"


def location(appointment: Appointment) -> str:
    if appointment.kind == AppointmentKind.VIRTUAL:
        return _("By video")
    return one_line(", ".join(filter(None, (name_of(appointment.clinic), appointment.clinic.address))))


def name_of(clinic: Clinic) -> str:
    return clinic.name_in(get_language())


def initials(patient: Patient) -> str:
    """The first letters of a name, as in H. A.; what is no letter is nobody's initial."""
    letters = (next(filter(str.isalpha, word), "") for word in patient.name_in(get_language()).split())
    return " ".join(f"{letter}." for letter in filter(None, letters))[: 3 * MOST_INITIALS - 1]
