"""Names and texts that somebody has typed, without what nobody sees and what would break or turn the words around it.

Marks stay, which only say which way a number or a bracket belongs, and joiners, which are part of how Arabic, Persian
and Urdu are written; isolates stay where each ends, for they turn nothing but what stands between them.
"""

import unicodedata
from itertools import accumulate

MARKS = frozenset("\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}")
JOINERS = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
OPENING = frozenset("\N{LEFT-TO-RIGHT ISOLATE}\N{RIGHT-TO-LEFT ISOLATE}\N{FIRST STRONG ISOLATE}")
CLOSING = "\N{POP DIRECTIONAL ISOLATE}"
HARMLESS = MARKS | JOINERS | OPENING | {CLOSING}
BREAKS = {"Cc", "Zl", "Zp"}  # control characters and the separators of lines and paragraphs
UNSEEN = {"Cf", "Cs"}  # format characters, and the halves of characters


def one_line(text: str, *, longest: int | None = None) -> str:
    """The text on one line, its blanks single; one that is longer than `longest` ends in an ellipsis."""
    line = " ".join(_closed(_visible(text)).split())
    if longest is None or len(line) <= longest:
        return line
    return _closed(line[: longest - 1]).rstrip() + "…"


def paragraphs(text: str) -> str:
    """The text with its lines, which all end alike, and its tabs."""
    return "\n".join("\t".join(map(_visible, _closed(line).split("\t"))) for line in text.splitlines())


def _visible(text: str) -> str:
    kinds = ((letter, unicodedata.category(letter)) for letter in text)
    return "".join(
        " " if kind in BREAKS else letter for letter, kind in kinds if kind not in UNSEEN or letter in HARMLESS
    )


def _closed(line: str) -> str:
    """The line as it is if every isolate in it ends, without all of them if one does not."""
    steps = (1 if letter in OPENING else -1 for letter in line if letter in OPENING or letter == CLOSING)
    depths = [0, *accumulate(steps)]
    if min(depths) == depths[-1] == 0:
        return line
    return "".join(letter for letter in line if letter not in OPENING and letter != CLOSING)
