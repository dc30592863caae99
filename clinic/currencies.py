"""How a patient reads the name of a currency."""

from django.utils.translation import get_language_bidi

IN_ARABIC = {
    "AED": "د.إ", "BHD": "د.ب", "EGP": "ج.م", "JOD": "د.أ", "KWD": "د.ك", "OMR": "ر.ع", "QAR": "ر.ق", "SAR": "ر.س",
}  # fmt: skip


def currency_name(code: str) -> str:
    """As the active language writes it; the code where there is no such name."""
    return IN_ARABIC.get(code, code) if get_language_bidi() else code
