"""The words of a message: which language, which names, which moment, in plain text."""

from collections.abc import Sequence
from datetime import date, datetime

from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.dateformat import format as format_date

from clinic.enums import MessageKind
from clinic.models import Appointment, Clinic, HeldSlot, Organisation, PackagePurchase, Patient

LONGEST_FIRST_NAME = 40
HALF_NAMES = {"عبد", "أبو", "أم", "ابن", "Abd", "Abdul", "Abu", "Umm"}  # half of a first name: عبد الرحمن
LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"  # keeps the plus sign in front of a number between Arabic words


def written(
    kind: MessageKind,
    patient: Patient,
    *,
    appointment: Appointment | None = None,
    purchase: PackagePurchase | None = None,
    sessions: Sequence[Appointment] = (),
    slot: HeldSlot | None = None,
    link: str = "",
) -> tuple[str, str]:
    """The subject and the text of a message in the patient's language, moments in the clinic's zone."""
    language = patient.language
    with translation.override(language):
        facts: dict[str, object] = {"first_name": first_name(patient)}
        if appointment is not None:
            facts |= appointment_facts(appointment, language)
        if purchase is not None:
            facts |= purchase_facts(purchase, language)
        if slot is not None:
            facts |= offer_facts(slot, link, language)
        if sessions:
            facts["dates"] = [appointment_facts(session, language) for session in sessions]
        return rendered(kind, language, facts)


def rendered(kind: MessageKind, language: str, facts: dict[str, object]) -> tuple[str, str]:
    """The subject and the text with these facts; the language is the one that is active."""
    template = get_template(f"clinic/messages/{kind}.{language}.txt").template
    text = template.render(Context(facts, autoescape=False))  # plain text: O'Neil stays O'Neil
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip()


def first_name(patient: Patient) -> str:
    words = patient.name_in(patient.language).split()
    count = 2 if words[:1] and words[0] in HALF_NAMES else 1
    return " ".join(words[:count])[:LONGEST_FIRST_NAME]


def appointment_facts(appointment: Appointment, language: str) -> dict[str, object]:
    return {**place_facts(appointment.starts_at, appointment.clinic, language), "link": appointment.video_link}


def offer_facts(slot: HeldSlot, link: str, language: str) -> dict[str, object]:
    """Where and when the free time is, until when it is kept, and where to answer."""
    until = slot.held_until.astimezone(slot.clinic.zone)
    on = "" if until.date() == slot.opens_at.astimezone(slot.clinic.zone).date() else day(until)
    facts = {"until": format_date(until, "g:i A"), "until_day": on, "link": link}
    return {**place_facts(slot.starts_at, slot.clinic, language), **facts}


def place_facts(starts_at: datetime, clinic: Clinic, language: str) -> dict[str, object]:
    local = starts_at.astimezone(clinic.zone)
    phone = clinic.phone.as_e164 if clinic.phone else ""
    if phone and translation.get_language_bidi():
        phone = LEFT_TO_RIGHT + phone
    return {
        "day": day(local),
        "time": format_date(local, "g:i A"),
        "clinic": clinic.name_in(language),
        "phone": phone,
    }


def purchase_facts(purchase: PackagePurchase, language: str) -> dict[str, object]:
    organisation: Organisation = purchase.organisation
    return {
        "sessions": purchase.total_sessions,
        "last_day": day(purchase.expires_on),
        "organisation": organisation.name_in(language),
    }


def day(moment: date | datetime) -> str:
    return format_date(moment, "l j F Y")
