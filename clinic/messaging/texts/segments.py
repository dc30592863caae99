"""How many pieces a text is sent in by SMS, which is what it is charged by. Only counts, knows no table."""

from dataclasses import dataclass

# The letters of a telephone network's own alphabet, and those of it that take two places (3GPP TS 23.038, 6.2.1).
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("\f^{}\\[~]|€")
ALONE, JOINED = 160, 153  # places in a text that fits into one piece, and in each piece of a longer one
ALONE_UNICODE, JOINED_UNICODE = 70, 67  # the same as soon as one letter is of another alphabet


@dataclass(frozen=True)
class Segments:
    """`count` pieces; `places` are taken in all of them. `is_unicode`: a letter makes every piece hold less."""

    count: int
    places: int
    is_unicode: bool


def segments(text: str) -> Segments:
    """The pieces of a text; none of an empty one."""
    is_unicode = not set(text) <= BASIC | TWICE
    if is_unicode:
        places, alone, joined = len(text.encode("utf-16-le")) // 2, ALONE_UNICODE, JOINED_UNICODE
    else:
        places, alone, joined = len(text) + sum(letter in TWICE for letter in text), ALONE, JOINED
    count = (places > 0) if places <= alone else -(-places // joined)
    return Segments(int(count), places, is_unicode)
