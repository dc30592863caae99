"""Which way parts of a text read: addresses, numbers and tags stay as they are, whatever the words around them do."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

TAG = r"\{\{.*?\}\}|\{%.*?%\}"
ADDRESS = r"https?://[^\s<>،؛]*[^\s<>،؛.,:;)]"
NUMBER = r"\+?\d[\d ()/-]{5,}\d"
PARTS = re.compile(f"({TAG}|{ADDRESS}|{NUMBER})")


def isolated(text) -> SafeString:
    """The text, escaped, with each tag, web address and long number of its own direction: left to right."""
    parts = enumerate(PARTS.split(str(text)))
    return mark_safe("".join(f'<bdi dir="ltr">{escape(part)}</bdi>' if i % 2 else escape(part) for i, part in parts))
