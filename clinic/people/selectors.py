"""Questions about patients."""

import re

from django.db.models import Case, Q, QuerySet, When
from phonenumber_field.phonenumber import PhoneNumber, to_python

from clinic.models import Organisation, Patient
from clinic.models.fields import fold

NUMBER = re.compile(r"[\d+][\d()+.-]*")


def search_patients(organisation: Organisation | None, text: str, limit: int = 10) -> QuerySet[Patient]:
    """At most `limit` active patients in whom every word of `text` occurs; none for an empty text.

    Who is called like the text from the beginning comes first, then who has a word that begins so, then by name.
    """
    text = text.replace("\0", " ").strip()  # PostgreSQL compares with no such character
    words = fold(text).split()
    if not words:
        return Patient.objects.none()
    found = Patient.objects.of(organisation).filter(active=True)
    for word in words:
        found = found.filter(Q(search_text__contains=word) | Q(search_text__contains=stored_number(word)))
    rank = Case(
        When(Q(search_text__startswith=" ".join(words)) | Q(name_ar__startswith=text), then=0),
        When(search_text__contains=f" {words[0]}", then=1),
        default=2,
    )
    return found.order_by(rank, "name_en", "pk")[:limit]


def stored_number(word: str) -> str:
    """The part of a phone that stands in its stored form: 050-123 and 0096650123 begin as dialled, not as stored."""
    return re.sub(r"\D", "", word).lstrip("0") or word if NUMBER.fullmatch(word) else word


def possible_duplicates(organisation: Organisation | None, phone: str) -> QuerySet[Patient]:
    """Patients with the same phone, open and closed files, by name; none where the phone is missing or wrong."""
    number = phone_number(organisation, phone)
    if not number or not number.is_valid():
        return Patient.objects.none()
    return Patient.objects.of(organisation).filter(phone=number.as_e164).order_by("name_en", "pk")


def phone_number(organisation: Organisation | None, text: str | PhoneNumber) -> PhoneNumber | None:
    """The number as dialled in the organisation's country; it may be invalid. None for an empty text."""
    return to_python(text, region=organisation.country) if organisation is not None and text else None
