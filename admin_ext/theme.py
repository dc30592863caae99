"""The look's few decisions: one calm accent, and the name over the sidebar."""

from django.templatetags.static import static
from django.utils.translation import gettext as _
from unfold.settings import CONFIG_DEFAULTS

TEAL = {
    "50": "oklch(98% .012 185)",
    "100": "oklch(95% .028 185)",
    "200": "oklch(90% .055 184)",
    "300": "oklch(83% .085 183)",
    "400": "oklch(75% .105 183)",
    "500": "oklch(64% .105 185)",
    "600": "oklch(51.5% .088 188)",
    "700": "oklch(44% .075 190)",
    "800": "oklch(38% .062 191)",
    "900": "oklch(33% .052 193)",
    "950": "oklch(24% .042 195)",
}


def colours(request) -> dict[str, dict[str, str]]:
    return {**{name: dict(weights) for name, weights in CONFIG_DEFAULTS["COLORS"].items()}, "primary": dict(TEAL)}


def header(request) -> str:
    organisation = getattr(request.user, "organisation", None)
    return str(organisation or _("Clinic"))


def stylesheet(request) -> str:
    return static("admin_ext/clinic.css")


def packages_stylesheet(request) -> str:
    return static("admin_ext/packages.css")


def appointments_stylesheet(request) -> str:
    return static("admin_ext/appointments.css")


def booking_stylesheet(request) -> str:
    return static("admin_ext/booking.css")


def waitlist_stylesheet(request) -> str:
    return static("admin_ext/waitlist.css")


def series_stylesheet(request) -> str:
    return static("admin_ext/series.css")


def cash_desk_stylesheet(request) -> str:
    return static("admin_ext/cash_desk.css")


def receipt_stylesheet(request) -> str:
    return static("admin_ext/receipt.css")


def labels_script(request) -> str:
    return static("admin_ext/labels.js")


def keyboard_script(request) -> str:
    return static("admin_ext/keyboard.js")


def palette_script(request) -> str:
    return static("admin_ext/palette.js")


def cash_desk_script(request) -> str:
    return static("admin_ext/cash_desk.js")


def toast_script(request) -> str:
    return static("admin_ext/toast.js")


def failures_script(request) -> str:
    return static("admin_ext/failures.js")


def unsaved_script(request) -> str:
    return static("admin_ext/unsaved.js")


def icon(request) -> str:
    return static("admin_ext/icon.svg")
