"""A list of diagnoses that outpatients often have: ICD-10 codes with short titles of our own in two languages.

The codes are those of the World Health Organization's tenth revision; the titles are not its official wording. What is
not in the list may be written down all the same.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from clinic.models.base import in_language
from clinic.models.fields import fold

LIST = Path(__file__).with_suffix(".csv")


@dataclass(frozen=True)
class Diagnosis:
    """A code and its title in the language of the page."""

    code: str
    title: str


@dataclass(frozen=True)
class Entry:
    """A line of the list; `words` are what people search for it by: more than its two titles."""

    code: str
    english: str
    arabic: str
    words: tuple[str, ...]

    def here(self) -> Diagnosis:
        return Diagnosis(self.code, in_language(get_language(), self.english, self.arabic))

    def rank(self, asked: list[str]) -> int | None:
        """How well it fits, zero best; None if a word is neither how the code nor how one of its words begins."""
        if self.code.replace(".", "").casefold().startswith("".join(asked).replace(".", "")):
            return 0
        if not all(any(word.startswith(one) for word in self.words) for one in asked):
            return None
        return 1 if any(title.startswith(" ".join(asked)) for title in map(fold, (self.english, self.arabic))) else 2


@cache
def entries() -> dict[str, Entry]:
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = [Entry(row["code"], row["en"], row["ar"], words_of(row)) for row in csv.DictReader(file)]
    return {entry.code: entry for entry in rows}


def words_of(row: dict[str, str]) -> tuple[str, ...]:
    """Every word of both titles and what doctors also call it; an Arabic one with its article and without."""
    words = fold(f"{row['en']} {row['ar']} {row['also']}").replace("-", " ").replace("(", " ").split()
    return (*words, *(word.removeprefix("ال") for word in words if word.startswith("ال")))


def search(text: str, limit: int = 10) -> list[Diagnosis]:
    """The diagnoses that begin with this code, or have words that begin like these, in either language.

    A code first, then titles that begin with the text, then the others, each in the order of the codes; empty for an
    empty text.
    """
    asked = fold(text).split()
    ranked = [(rank, entry) for entry in entries().values() if asked and (rank := entry.rank(asked)) is not None]
    ranked.sort(key=lambda pair: (pair[0], pair[1].code))
    return [entry.here() for _rank, entry in ranked[:limit]]


def title_of(code: str) -> str:
    """The title of the code in the language of the page; empty for a code that is not in the list."""
    entry = entries().get(code)
    return entry.here().title if entry else ""
