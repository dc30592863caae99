"""What a process has loaded from which others are forked, so that none of them has to."""

import django
from django.conf import settings
from django.urls import reverse
from django.utils import translation


def load() -> None:
    """Django, and all addresses in every language, as whoever has answered a request has them.

    A booking writes an address into its message. Who is the first in its process to ask for one loads every page, for
    a third of a second, in which others wait for its lock.
    """
    django.setup()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("admin:index")
