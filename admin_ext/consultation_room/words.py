"""What the doctor writes, as it stands on the sheet and comes back from it: every word a text."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.text import capfirst

from clinic.consultations.diagnoses import Diagnosis, title_of
from clinic.models import Consultation
from clinic.models.consultations import POSSIBLE

LINES = {"complaint": 2, "findings": 5, "diagnosis": 2, "plan": 4}  # of the texts


@dataclass(frozen=True)
class Word:
    """A field of the sheet with its value as text."""

    name: str
    value: str

    @property
    def label(self) -> str:
        return capfirst(Consultation._meta.get_field(self.name).verbose_name)

    @property
    def lines(self) -> int:
        return LINES[self.name]

    @property
    def is_text(self) -> bool:
        return self.name in LINES

    @property
    def codes(self) -> list[Diagnosis]:
        return [Diagnosis(code, title_of(code)) for code in self.value.split(",") if code]


def words_of(row: Consultation) -> dict[str, Word]:
    """The whole sheet, by name."""
    return {name: Word(name, as_text(getattr(row, name))) for name in Consultation.WORDS}


def vitals_of(words: Mapping[str, Word]) -> list[Word]:
    return [words[name] for name in POSSIBLE]


def as_text(value: str | list[str] | Decimal | int | None) -> str:
    """Codes with commas between them, numbers with Latin digits and no more of them than needed."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ",".join(value)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def posted(sent: Mapping[str, str]) -> dict[str, str | list[str]]:
    """Those of the words that were sent, as the service takes them."""
    words = {name: sent[name].replace("\r\n", "\n") for name in Consultation.WORDS if name in sent}
    if "diagnosis_codes" in words:
        words["diagnosis_codes"] = [code for code in words["diagnosis_codes"].split(",") if code.strip()]
    return words
