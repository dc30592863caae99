"""Why a purchase cannot be used, in words for the desk. Reads only what it is given: no query."""

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.enums import PurchaseStatus, RefusalCode
from clinic.errors import Refusal
from clinic.models import PackagePurchase, Patient, PurchaseItem, Service
from clinic.packages.balance import Balance


def purchase_refusals(purchase: PackagePurchase, balance: Balance, *, on: date) -> list[Refusal]:
    """Why no session of this purchase can be booked on `on`, whatever the service; empty when one can."""
    refusals = validity_refusals(purchase, on=on)
    if not refusals and balance.free < 1:
        refusals.append(nothing_free(_("this package"), balance, count=1))
    return refusals


def usability_refusals(
    purchase: PackagePurchase,
    patient: Patient,
    service: Service,
    balances: Mapping[PurchaseItem, Balance],
    *,
    on: date,
    count: int,
) -> list[Refusal]:
    """Why `count` more sessions of `service` cannot be booked for the patient on `on`, from the items' balances."""
    if purchase.patient_id != patient.pk:
        return [wrong_patient()]  # and not a word about somebody else's package
    refusals = validity_refusals(purchase, on=on)
    balance = next((balance for item, balance in balances.items() if item.service_id == service.pk), None)
    if balance is None:
        refusals.append(not_in_package(purchase, service, balances))
    elif balance.free < count:
        refusals.append(nothing_free(str(service), balance, count=count))
    return refusals


def validity_refusals(purchase: PackagePurchase, *, on: date) -> list[Refusal]:
    if on > purchase.expires_on:
        return [after_expiry(purchase), *wrong_status(purchase, besides=PurchaseStatus.EXPIRED)]
    return wrong_status(purchase)


def wrong_status(purchase: PackagePurchase, *, besides: PurchaseStatus | None = None) -> list[Refusal]:
    """A completed purchase has the right status and no session left, which its balance says better."""
    sentences = {
        PurchaseStatus.EXPIRED: (
            _("The package has been closed because it expired."), _("Extend it or assign a new package."),
        ),
        PurchaseStatus.FROZEN: (_("The package is frozen."), _("Unfreeze it first.")),
        PurchaseStatus.CANCELLED: (_("The package has been cancelled."), _("Assign a new package.")),
        PurchaseStatus.TRANSFERRED: (
            _("The package has been transferred to somebody else."), _("Assign a new package."),
        ),
    }  # fmt: skip
    if purchase.status == besides or purchase.status not in sentences:
        return []
    message, hint = sentences[purchase.status]
    return [Refusal(RefusalCode.PURCHASE_STATUS, message, hint)]


def wrong_patient() -> Refusal:
    return Refusal(
        RefusalCode.WRONG_PATIENT, _("This package belongs to another patient."), _("Choose one of this patient's own.")
    )


def after_expiry(purchase: PackagePurchase) -> Refusal:
    last_day = date_format(purchase.expires_on)
    message = _("The last day of this package is %(day)s.") % {"day": last_day}
    return Refusal(RefusalCode.EXPIRY, message, _("Choose an earlier day, or extend the package."))


def not_in_package(purchase: PackagePurchase, service: Service, items: Mapping[PurchaseItem, Balance]) -> Refusal:
    message = _("The package “%(package)s” has no sessions of %(service)s.") % {
        "package": purchase.package, "service": service,
    }  # fmt: skip
    services = get_text_list([str(item.service) for item in items], _("and"))
    return Refusal(RefusalCode.NOT_OFFERED, message, _("It has sessions of %(services)s.") % {"services": services})


def nothing_free(what: str, balance: Balance, *, count: int) -> Refusal:
    message = ngettext(
        "No session of %(what)s is left: %(used)d used, %(reserved)d reserved, %(free)d free.",
        "%(count)d sessions of %(what)s are not left: %(used)d used, %(reserved)d reserved, %(free)d free.",
        count,
    ) % {"what": what, "count": count, "used": balance.used, "reserved": balance.reserved, "free": balance.free}
    return Refusal(
        RefusalCode.NO_SESSION_LEFT, message, _("Cancel a booked session that is not needed, or assign a new package.")
    )
