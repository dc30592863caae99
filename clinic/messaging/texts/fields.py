"""The fields that the words of each kind of message may use, with what each of them says to somebody who is no one.

None of them tells what a patient is treated for, or by whom.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.currencies import currency_name
from clinic.enums import Language, MessageKind
from clinic.messaging.links import address_of
from clinic.messaging.texts.words import LEFT_TO_RIGHT, day, day_and_time, short_day
from clinic.models import Appointment

MONDAY, NEXT_MONDAY, LAST_DAY = date(2030, 1, 7), date(2030, 1, 14), date(2030, 3, 31)
SUNDAY = datetime(2030, 1, 6, 9, 30, tzinfo=UTC)
PHONE = "+966112345678"


@dataclass(frozen=True)
class Field:
    """`{{ name }}` in a text. One with `items` is a list: `{% for date in dates %}{{ date.day }}{% endfor %}`."""

    name: str
    about: Promise
    items: tuple["Field", ...] = ()


FIRST_NAME = Field("first_name", _("The patient's first name."))
DAY = Field("day", _("The day, as in Monday 7 January 2030."))
SHORT_DAY = Field("short_day", _("The day without its year, as in Monday 7 January."))
TIME = Field("time", _("The time on the clock of the clinic."))
CLINIC = Field("clinic", _("The name of the clinic."))
PHONE_NUMBER = Field("phone", _("The clinic's phone number; empty where it has none."))
LINK = Field("link", _("The address at which the patient confirms, cancels or chooses another time."))
VIDEO_LINK = Field("video", _("The address of the video room; empty where the patient comes to the clinic."))
MOVE_UNTIL = Field("move_until", _("Until when the patient can choose another time by link; empty where that is past."))
OFFER_LINK = Field("link", _("The address at which the patient accepts or declines."))
UNTIL = Field("until", _("The time until which the free time is kept."))
OTHERS = Field("others", _("How many others are asked too; empty where nobody else is."))
UNTIL_DAY = Field("until_day", _("The day until which it is kept; empty where it is the same day."))
SESSIONS = Field("sessions", _("How many sessions."))
LAST_DAY_OF_USE = Field("last_day", _("The last day on which they can be used."))
ORGANISATION = Field("organisation", _("The name of the organisation."))
AMOUNT = Field("amount", _("The amount that was paid."))
LEFT = Field("left", _("The amount that is still to be paid; empty where nothing is."))
CURRENCY = Field("currency", _("The currency, as in SAR."))
NUMBER = Field("number", _("The number of the receipt."))
DATES = Field("dates", _("The sessions, one after the other."), (DAY, SHORT_DAY, TIME, CLINIC))

PLACE = (FIRST_NAME, DAY, SHORT_DAY, TIME, CLINIC, PHONE_NUMBER)
FIELDS = {
    MessageKind.BOOKED: (*PLACE, LINK, MOVE_UNTIL, VIDEO_LINK),
    MessageKind.REMINDER: (*PLACE, LINK, MOVE_UNTIL, VIDEO_LINK),
    MessageKind.MOVED: (*PLACE, LINK, MOVE_UNTIL, VIDEO_LINK),
    MessageKind.CANCELLED: PLACE,
    MessageKind.NO_SHOW: (*PLACE, LINK),
    MessageKind.ASSIGNED: (FIRST_NAME, SESSIONS, LAST_DAY_OF_USE, ORGANISATION),
    MessageKind.PLANNED: (*PLACE, DATES),
    MessageKind.PLAN_UNDONE: (*PLACE, DATES),
    MessageKind.SESSIONS_MOVED: (*PLACE, DATES),
    MessageKind.WAITLIST_OFFER: (*PLACE, UNTIL, UNTIL_DAY, OTHERS, OFFER_LINK),
    MessageKind.RECEIPT: (FIRST_NAME, CLINIC, DAY, AMOUNT, LEFT, CURRENCY, NUMBER),
    MessageKind.PACKAGE_EXPIRING: (FIRST_NAME, SESSIONS, LAST_DAY_OF_USE, ORGANISATION, PHONE_NUMBER),
}

WHEN = (("day", "short_day"), ("time",))
EACH_TIME = (("dates.day", "dates.short_day"), ("dates.time",))

#: What a text must say to be of any use: of each tuple, one field at least; `dates.day` is the day of each date.
NEEDED = {
    **dict.fromkeys((MessageKind.BOOKED, MessageKind.REMINDER, MessageKind.MOVED, MessageKind.CANCELLED), WHEN),
    **dict.fromkeys((MessageKind.PLANNED, MessageKind.PLAN_UNDONE, MessageKind.SESSIONS_MOVED), EACH_TIME),
    MessageKind.WAITLIST_OFFER: (*WHEN, ("link",)),
    MessageKind.RECEIPT: (("amount",), ("number",)),
    MessageKind.PACKAGE_EXPIRING: (("last_day",),),
}


def fields_of(kind: MessageKind) -> tuple[Field, ...]:
    """What the words of this kind may use, in the order in which they are shown."""
    return FIELDS[MessageKind(kind)]


def sample_facts(kind: MessageKind, language: str) -> dict[str, object]:
    """Facts of somebody who does not exist; the language is the active one."""
    names = {field.name for field in fields_of(kind)}
    is_arabic = language == Language.ARABIC
    place = {
        "day": day(MONDAY), "short_day": short_day(MONDAY), "time": "9:30 ص" if is_arabic else "9:30 AM",
        "clinic": "العليا" if is_arabic else "Olaya",
    }  # fmt: skip
    later = {**place, "day": day(NEXT_MONDAY), "short_day": short_day(NEXT_MONDAY)}
    facts: dict[str, object] = {
        **place, "first_name": "سارة" if is_arabic else "Sara", "phone": (LEFT_TO_RIGHT if is_arabic else "") + PHONE,
        "link": address_of(Appointment()), "video": "", "until": "10:00 ص" if is_arabic else "10:00 AM",
        "until_day": "", "others": 2, "sessions": 4, "last_day": day(LAST_DAY), "amount": "150.00", "left": "50.00",
        "organisation": "مراكز النور" if is_arabic else "Noor Group", "currency": currency_name("SAR"), "number": 1042,
        "dates": [place, later], "move_until": day_and_time(SUNDAY),
    }  # fmt: skip
    return {name: fact for name, fact in facts.items() if name in names}


def names_of(fields: Iterable[Field]) -> str:
    """As they are written in a text, one after the other."""
    return ", ".join(f"{{{{ {field.name} }}}}" for field in fields if not field.items)
