"""Why a message did not leave: kept in English, told in the language of whoever reads it.

A sentence with values in it is found again by its words, so that those sentences stand here, all of them.
"""

import re
from functools import cache

from django.utils.translation import gettext, gettext_noop, override

from clinic.enums import Language

CALLED_OFF = gettext_noop("Called off by %(name)s on %(day)s.")
NO_GATEWAY = gettext_noop("No gateway for %(channel)s is set up, and the patient has no e-mail address.")
NO_GATEWAY_NOW = gettext_noop(
    "No gateway for %(channel)s is set up. Tell your administrator, or write by another channel."
)
NOT_DELIVERED = gettext_noop("The gateway could not deliver it: %(reason)s")
UNEXPECTED = gettext_noop("Sending failed unexpectedly (%(error)s).")
UNWRITABLE = gettext_noop("The file of messages cannot be written: %(error)s.")

GATEWAY_IS_SILENT = gettext_noop("The gateway did not answer within %(count)d seconds.")
GATEWAY_IN_TROUBLE = gettext_noop("The gateway is in trouble (error %(code)d).")
GATEWAY_LETS_NOTHING = gettext_noop("The gateway lets us send nothing now (error %(code)d).")
GATEWAY_REFUSES = gettext_noop("The gateway refuses this number or this text (error %(code)d).")
MAIL_REFUSED = gettext_noop("The mail server refuses this address or text: %(code)d %(answer)s")
MAIL_NOT_NOW = gettext_noop("The mail server could not take the letter now (error %(code)d).")
MAIL_SHUT = gettext_noop("The mail server refuses the sign-in of the clinic (error %(code)d).")

WITH_VALUES = (
    CALLED_OFF, NO_GATEWAY, NO_GATEWAY_NOW, NOT_DELIVERED, UNEXPECTED, UNWRITABLE, GATEWAY_IS_SILENT,
    GATEWAY_IN_TROUBLE, GATEWAY_LETS_NOTHING, GATEWAY_REFUSES, MAIL_REFUSED, MAIL_NOT_NOW, MAIL_SHUT,
)  # fmt: skip
OURS = ("channel", "reason")  # values that may be words of ours as well
VALUE = re.compile(r"%\((\w+)\)([sd])")
VALUES = {"s": "(?P<%s>.*)", "d": r"(?P<%s>\d+)"}


def as_kept() -> override:
    """The language in which sentences are kept, for as long as one is written."""
    return override(Language.ENGLISH)


def told(sentence: str) -> str:
    """What is kept, in the reader's language; words of a gateway are left as they are."""
    for known in WITH_VALUES:
        if match := pattern(known).fullmatch(sentence):
            values = {name: gettext(value) if name in OURS else value for name, value in match.groupdict().items()}
            return VALUE.sub(r"%(\1)s", gettext(known)) % values
    return gettext(sentence) if sentence else ""


@cache
def pattern(sentence: str) -> re.Pattern[str]:
    """What this sentence looks like with any values."""
    words = VALUE.split(sentence)  # words, name, letter, words, and so on
    values = [VALUES[letter] % name for name, letter in zip(words[1::3], words[2::3], strict=True)]
    return re.compile("".join(re.escape(text) + value for text, value in zip(words[::3], [*values, ""], strict=True)))
