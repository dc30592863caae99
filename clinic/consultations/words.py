"""What a doctor may write: texts, diagnosis codes, and vital signs that a body can have."""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.db.models import DecimalField
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic.enums import RefusalCode
from clinic.errors import InvalidEntry, Refusal
from clinic.models import Consultation
from clinic.models.consultations import POSSIBLE

LONGEST_TEXT = 20_000  # letters; some ten printed pages
MOST_CODES = 12
TENTH = Decimal("0.1")
CODE = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")

type Value = str | int | Decimal | list[str] | None


class Wrong(Exception):
    """This one field cannot be taken; carries the refusal."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.refusal = Refusal(RefusalCode.INVALID, message, hint)


def cleaned(words: Mapping[str, object], *, beside: Consultation) -> dict[str, Value]:
    """The words as the table keeps them; texts are kept to the letter, an empty vital sign is None.

    `beside` is the consultation that they are for: a pressure is looked at together with the other one. Raises
    InvalidEntry with a sentence for every field that is wrong.
    """
    clean, wrong = {}, {}
    for name, value in words.items():
        try:
            clean[name] = cleaner_of(name)(name, value)
        except Wrong as error:
            wrong[name] = error.refusal
    if wrong := wrong | upside_down(clean, beside):
        raise InvalidEntry.at(wrong)
    return clean


def cleaner_of(name: str) -> Callable[[str, object], Value]:
    if name not in Consultation.WORDS:
        raise Wrong(_("“%(name)s” is nothing that a doctor writes.") % {"name": name})
    if name == "diagnosis_codes":
        return codes
    return vital if name in POSSIBLE else text


def text(name: str, value: object) -> str:
    written = str(value or "").replace("\x00", "")
    if len(written) > LONGEST_TEXT:
        message = _("%(field)s: longer than %(count)d letters.") % {"field": label(name), "count": LONGEST_TEXT}
        raise Wrong(message, _("Write it shorter."))
    return written


def vital(name: str, value: object) -> Decimal | int | None:
    """The number, to the tenth where the field has tenths; digits of every script, point or comma."""
    if value is None or not str(value).strip():
        return None
    number, whole = parsed(name, value), not isinstance(Consultation._meta.get_field(name), DecimalField)
    low, high = POSSIBLE[name]
    if not low <= number <= high:
        values = {"field": label(name), "value": str(value).strip()[:20], "low": low, "high": high}
        message = _("%(field)s: %(value)s is not possible, only %(low)d to %(high)d.") % values
        raise Wrong(message, _("Is it in the right unit?"))
    if whole and number != int(number):
        raise Wrong(_("%(field)s: a whole number, without decimals.") % {"field": label(name)})
    return int(number) if whole else number.quantize(TENTH, rounding=ROUND_HALF_UP)


def parsed(name: str, value: object) -> Decimal:
    try:
        number = Decimal(str(value).strip().replace("٫", ".").replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        values = {"field": label(name), "value": str(value)[:20]}
        raise Wrong(_("%(field)s: “%(value)s” is not a number.") % values)
    return number


def codes(name: str, value: object) -> list[str]:
    """The ICD-10 codes in the order they were chosen, each once; the shipped list need not know them."""
    asked = list(value or []) if isinstance(value, list | tuple | None) else [str(value)]
    listed = list(dict.fromkeys(str(code).strip().upper() for code in asked))
    for code in listed:
        if not CODE.fullmatch(code):
            raise Wrong(_("“%(code)s” is not an ICD-10 code.") % {"code": code[:20]}, _("Write it like J06.9."))
    if len(listed) > MOST_CODES:
        raise Wrong(_("More than %(count)d diagnoses.") % {"count": MOST_CODES}, _("Leave the most important ones."))
    return listed


def upside_down(clean: Mapping[str, Value], beside: Consultation) -> dict[str, Refusal]:
    """Pressures of which the lower is not below the upper one, as they would stand: each that was written is wrong."""
    if not {"systolic", "diastolic"} & clean.keys():
        return {}
    upper, lower = (clean.get(name, getattr(beside, name)) for name in ("systolic", "diastolic"))
    if upper is None or lower is None or lower < upper:
        return {}
    messages = {
        "diastolic": _("Diastolic pressure: %(lower)d is not below the systolic %(upper)d."),
        "systolic": _("Systolic pressure: %(upper)d is not above the diastolic %(lower)d."),
    }
    values, hint = {"lower": lower, "upper": upper}, _("Are the two in the wrong order?")
    return {
        name: Refusal(RefusalCode.INVALID, message % values, hint)
        for name, message in messages.items()
        if name in clean
    }


def label(name: str) -> str:
    return capfirst(str(Consultation._meta.get_field(name).verbose_name))
