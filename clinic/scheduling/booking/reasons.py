"""Why somebody did it, in that person's words."""

from django.utils.translation import gettext as _

from clinic.enums import RefusalCode
from clinic.errors import InvalidEntry, Refusal

LONGEST = 250  # letters


def checked(reason: str) -> str:
    """The reason without blanks around it; InvalidEntry where it is too long to be kept whole."""
    reason = reason.replace("\0", "").strip()  # PostgreSQL keeps no such character
    if len(reason) > LONGEST:
        message = _("The reason is longer than %(count)d letters.") % {"count": LONGEST}
        raise InvalidEntry(Refusal(RefusalCode.INVALID, message, _("Write it shorter.")), field="reason")
    return reason
