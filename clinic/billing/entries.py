"""What cashiers write beside an amount: reasons, references and notes, kept whole or refused."""

from django.utils.translation import gettext as _

from clinic.enums import PaymentMethod, RefusalCode
from clinic.errors import Refusal

LONGEST_REASON = 250
LONGEST_REFERENCE = 80


def trimmed(text: str) -> str:
    return text.replace("\0", "").strip()  # PostgreSQL keeps no such character


def reason_refusals(reason: str) -> list[Refusal]:
    """What is wrong with a reason that must be given."""
    if not reason:
        return [_invalid(_("This needs a reason."), _("Write why it is done."))]
    return length_refusals(reason, LONGEST_REASON)


def length_refusals(text: str, longest: int) -> list[Refusal]:
    if len(text) > longest:
        message = _("The text is longer than %(count)d letters.") % {"count": longest}
        return [_invalid(message, _("Write it shorter."))]
    return []


def method_refusals(method: str) -> list[Refusal]:
    if method not in PaymentMethod.values:
        return [_invalid(_("There is no such way to pay."), _("Choose cash, card or bank transfer."))]
    return []


def _invalid(message: str, hint: str) -> Refusal:
    return Refusal(RefusalCode.INVALID, message, hint)
