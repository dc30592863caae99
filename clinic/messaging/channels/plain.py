"""Text that may stand in a header or a message whatever somebody has typed into a name."""

import re
import unicodedata

LONGEST_LINE = 200

# They turn the reading of all that follows, so that a name could rewrite the sentence around it. Marks, which only say
# which way a number or a bracket belongs, and isolates, which end where they began, stay.
TURNS = dict.fromkeys(range(0x202A, 0x202F))
BREAKS = re.compile(r"[\s\u0085\u2028\u2029]+")


def one_line(text: str, *, longest: int = LONGEST_LINE) -> str:
    """The text in one line without anything that cannot be seen, and not longer than this."""
    line = " ".join(BREAKS.split(_seen(text, but=" \n\r\t\v\f\x85\u2028\u2029"))).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def paragraphs(text: str) -> str:
    """The text with its line breaks, all of one kind, and without anything else that cannot be seen."""
    return _seen("\n".join(text.splitlines()), but="\n\t")


def _seen(text: str, *, but: str) -> str:
    return "".join(
        letter for letter in text.translate(TURNS) if letter in but or unicodedata.category(letter) not in {"Cc", "Cs"}
    )
