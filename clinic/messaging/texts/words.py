"""The words of a message: which language, which names, which moment, in plain text."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from django.template import Context
from django.template.backends.django import Template
from django.template.loader import select_template
from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext

from clinic.enums import Channel, MessageKind
from clinic.messaging.links import address_of
from clinic.messaging.texts import own_words
from clinic.messaging.texts.segments import segments
from clinic.models import Appointment, Clinic, HeldSlot, Organisation, PackagePurchase, Patient
from clinic.plain_text import one_line

LONGEST_FIRST_NAME = 40
HALF_NAMES = {"عبد", "أبو", "أم", "ابن", "Abd", "Abdul", "Abu", "Umm"}  # half of a first name: عبد الرحمن
LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"  # keeps the plus sign in front of a number between Arabic words

MOST_SEGMENTS = 2  # of an SMS of ours
DISPENSABLE = ("phone", "clinic", "first_name")  # what a longer one does without, in this order

type Facts = dict[str, object]


def written(
    kind: MessageKind,
    patient: Patient,
    *,
    channel: str = "",
    appointment: Appointment | None = None,
    purchase: PackagePurchase | None = None,
    sessions: Sequence[Appointment] = (),
    slot: HeldSlot | None = None,
    others: int = 0,
    link: str = "",
    move_until: datetime | None = None,
) -> tuple[str, str]:
    """The subject and the text of a message in the patient's language, moments in the clinic's zone.

    `move_until` is the last moment at which the patient may choose another time by the link, None where that will be
    past when the message leaves. They are the organisation's own words where it has some for this kind, else ours; by
    SMS those are short.
    """
    language = patient.language
    with translation.override(language):
        facts: Facts = {"first_name": first_name(patient)}
        if appointment is not None:
            facts |= appointment_facts(appointment, language, move_until=move_until)
        if purchase is not None:
            facts |= purchase_facts(purchase, language)
        if slot is not None:
            facts |= {**offer_facts(slot, link, language), "others": others or ""}
        if sessions:
            facts["dates"] = [place_facts(row.starts_at, row.clinic, language) for row in sessions]
        return rendered(kind, language, facts, channel=channel, organisation=patient.organisation_id)


def rendered(
    kind: MessageKind, language: str, facts: Facts, *, channel: str = "", organisation: int | None = None
) -> tuple[str, str]:
    """The subject and the text with these facts, in the own words of the organisation with this key, if it has any.

    The language is the one that is active.
    """
    own = own_words.rendered(organisation, kind, language, channel, facts)
    if own is not None:
        subject, body = own
        return subject or ours(kind, language, channel, facts)[0], body  # words for an SMS may have to leave by mail
    subject, body = ours(kind, language, channel, facts)
    if channel == Channel.SMS and facts.get("link"):
        names = DISPENSABLE if str(facts["link"]) in body else ("clinic",)  # without its link it needs the others
        for count in range(1, len(names) + 1):
            if segments(body).count > MOST_SEGMENTS:
                subject, body = ours(kind, language, channel, facts | dict.fromkeys(names[:count], ""))
    return subject, body


def ours(kind: str, language: str, channel: str, facts: Facts) -> tuple[str, str]:
    """The words that we ship."""
    text = template_of(kind, language, channel).template.render(Context(facts, autoescape=False))  # O'Neil stays O'Neil
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip()


@cache
def template_of(kind: str, language: str, channel: str) -> Template:
    """Our file for this channel, or else the one for every channel."""
    names = [f"clinic/messages/{kind}.{channel}.{language}.txt"] if channel else []
    return select_template([*names, f"clinic/messages/{kind}.{language}.txt"])


def first_name(patient: Patient) -> str:
    words = one_line(patient.name_in(patient.language)).split()
    count = 2 if words[:1] and words[0] in HALF_NAMES else 1
    return one_line(" ".join(words[:count]), longest=LONGEST_FIRST_NAME)


def appointment_facts(appointment: Appointment, language: str, *, move_until: datetime | None) -> Facts:
    facts = place_facts(appointment.starts_at, appointment.clinic, language)
    until = day_and_time(move_until.astimezone(appointment.clinic.zone)) if move_until else ""
    return {**facts, "link": address_of(appointment), "video": appointment.video_link, "move_until": until}


def offer_facts(slot: HeldSlot, link: str, language: str) -> Facts:
    """Where and when the free time is, until when it is kept, and where to answer."""
    until = slot.held_until.astimezone(slot.clinic.zone)
    on = "" if until.date() == slot.opens_at.astimezone(slot.clinic.zone).date() else day(until)
    facts = {"until": format_date(until, "g:i A"), "until_day": on, "link": link}
    return {**place_facts(slot.starts_at, slot.clinic, language), **facts}


def place_facts(starts_at: datetime, clinic: Clinic, language: str) -> Facts:
    local = starts_at.astimezone(clinic.zone)
    return {
        "day": day(local),
        "short_day": short_day(local),
        "time": format_date(local, "g:i A"),
        "clinic": one_line(clinic.name_in(language)),
        "phone": phone_text(clinic),
    }


def purchase_facts(purchase: PackagePurchase, language: str) -> Facts:
    organisation: Organisation = purchase.organisation
    return {
        "sessions": purchase.total_sessions,
        "last_day": day(purchase.expires_on),
        "organisation": one_line(organisation.name_in(language)),
    }


def phone_text(clinic: Clinic | None) -> str:
    """The clinic's number as it stands among words of the active language; nothing where there is none."""
    phone = clinic.phone.as_e164 if clinic and clinic.phone else ""
    return LEFT_TO_RIGHT + phone if phone and translation.get_language_bidi() else phone


def day(moment: date | datetime) -> str:
    return format_date(moment, "l j F Y")


def short_day(moment: date | datetime) -> str:
    return format_date(moment, "l j F")


def day_and_time(local: datetime) -> str:
    """As in Sunday 6 January, 9:30 AM."""
    return format_date(local, gettext("l j F, g:i A"))
