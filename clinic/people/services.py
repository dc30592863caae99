"""Register patients and keep their files up to date."""

from datetime import date

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic.enums import Channel, Language, RefusalCode, Sex
from clinic.errors import InvalidEntry, Refusal
from clinic.models import FileNumber, Organisation, Patient, User
from clinic.people.selectors import phone_number
from clinic.tenancy import own

NUMBERS_AT_ONCE = 200
ENTERED = (
    "name_en", "name_ar", "file_number", "born_on", "sex", "phone", "email", "language", "preferred_channel",
    "accepts_messages", "notes", "active",
)  # fmt: skip
TRIMMED = {"name_en", "name_ar", "file_number", "email"}
TEXTS = (*sorted(TRIMMED), "notes")


@transaction.atomic
def register(
    *,
    by: User,
    name_en: str,
    name_ar: str = "",
    file_number: str = "",
    born_on: date | None = None,
    sex: str = Sex.UNKNOWN,
    phone: str = "",
    email: str = "",
    language: str = Language.ARABIC,
    preferred_channel: str = Channel.SMS,
    accepts_messages: bool = True,
    notes: str = "",
) -> Patient:
    """Open a file in the actor's organisation. Without a file number the next one is given out.

    Names and file numbers are kept as given, without the blanks around them; a phone is kept as +966501234567.
    Raises InvalidEntry with everything that is wrong with the first field that is wrong.
    """
    organisation = own(by)
    entered = tidied(
        organisation, name_en=name_en, name_ar=name_ar, file_number=file_number, born_on=born_on, sex=sex, phone=phone,
        email=email, language=language, preferred_channel=preferred_channel, accepts_messages=accepts_messages,
        notes=notes,
    )  # fmt: skip
    patient = Patient(organisation=organisation, **entered)
    patient.file_number = patient.file_number or next_file_number(organisation)
    check(patient)
    write(patient, by=by)
    return patient


@transaction.atomic
def update(patient: Patient, *, by: User, reason: str = "", **entered: object) -> Patient:
    """Change what was entered: any of the fields of `register`, and `active`. Nothing changed writes nothing.

    Raises InvalidEntry as `register` does.
    """
    if unknown := entered.keys() - set(ENTERED):
        raise TypeError(f"not entered by anybody: {', '.join(sorted(unknown))}")
    entered = tidied(own(by, patient), **entered)
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    before = {field: getattr(patient, field) for field in entered}
    for field, value in entered.items():
        setattr(patient, field, value)
    check(patient)
    if changed := [field for field in entered if getattr(patient, field) != before[field]]:
        write(patient, *changed, "search_text", by=by, reason=reason)
    return patient


def tidied(organisation: Organisation, **entered: object) -> dict[str, object]:
    """What was entered without blanks around it, and the phone as dialled in the organisation's country.

    Before it meets the patient: the field itself would read it as dialled in the project's default country.
    """
    entered |= {field: str(entered[field]).strip() for field in TRIMMED & entered.keys()}
    if "phone" in entered:
        entered["phone"] = phone_number(organisation, entered["phone"]) or ""
    return entered


def check(patient: Patient) -> None:
    """Refuse what the fields themselves do not allow; whether a file number is taken, the table says."""
    if patient.phone and not patient.phone.is_valid():
        raise InvalidEntry(no_phone(patient), field="phone")
    try:
        without_null_characters(patient)
        patient.clean_fields()
    except ValidationError as wrong:
        raise InvalidEntry.first_of(wrong) from wrong


def without_null_characters(patient: Patient) -> None:
    """PostgreSQL stores no such character, and no model field refuses it."""
    for field in TEXTS:
        try:
            ProhibitNullCharactersValidator()(getattr(patient, field))
        except ValidationError as wrong:
            raise ValidationError({field: wrong}) from wrong


def no_phone(patient: Patient) -> Refusal:
    mobile = phonenumbers.PhoneNumberType.MOBILE
    example = phonenumbers.example_number_for_type(patient.organisation.country, mobile)
    message = _("“%(phone)s” is not a phone number.") % {"phone": patient.phone}
    if example is None:
        return Refusal(RefusalCode.INVALID, message, _("Write it with its country code."))
    ways = {
        "here": phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL),
        "abroad": phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
    }
    return Refusal(RefusalCode.INVALID, message, _("Write it like %(here)s or %(abroad)s.") % ways)


def write(patient: Patient, *fields: str, by: User, reason: str = "") -> None:
    try:
        with transaction.atomic():
            patient.record(*fields, by=by, reason=reason)
    except IntegrityError as taken:
        message = _("Another patient has the file number %(number)s.") % {"number": patient.file_number}
        hint = _("Look that file up first: it may be the same person.")
        raise InvalidEntry(Refusal(RefusalCode.INVALID, message, hint), field="file_number") from taken


def next_file_number(organisation: Organisation) -> str:
    """The next number that no file has, under the lock of the counter, so that two desks never get the same."""
    counter, _created = FileNumber.objects.select_for_update().get_or_create(organisation=organisation)
    free = None
    while free is None:
        numbers = [str(counter.last + n) for n in range(1, NUMBERS_AT_ONCE + 1)]
        taken = set(
            Patient.objects.of(organisation).filter(file_number__in=numbers).values_list("file_number", flat=True)
        )
        free = next((number for number in numbers if number not in taken), None)
        counter.last = int(free or numbers[-1])
    counter.save(update_fields=["last"])
    return free
