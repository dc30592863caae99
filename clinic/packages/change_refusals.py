"""Why a whole purchase cannot be changed as asked, and what to do instead; previews and services ask the same."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.enums import PurchaseStatus, RefusalCode
from clinic.errors import Refusal
from clinic.models import Appointment, PackagePurchase, Patient, PurchaseItem
from clinic.packages.balance import Balance
from clinic.packages.refusals import validity_refusals, wrong_status

LONGEST_EXTENSION = 366  # days at a time
MOST_SESSIONS = 999  # of a purchase


def cancel_refusals(to_come: Sequence[Appointment]) -> list[Refusal]:
    if to_come:
        return []
    message = _("No session of this package is booked from now on.")
    return [Refusal(RefusalCode.UNCHANGED, message, _("There is nothing to cancel."))]


def freeze_refusals(
    purchase: PackagePurchase, unsettled: Sequence[Appointment], *, on: date, today: date
) -> list[Refusal]:
    """One query, for the last session held, where nothing else is wrong."""
    if purchase.status == PurchaseStatus.FROZEN:
        message = _("The package has been frozen since %(day)s.") % {"day": date_format(purchase.frozen_on)}
        return [Refusal(RefusalCode.PURCHASE_STATUS, message)]
    refusals = validity_refusals(purchase, on=today) or nothing_left(purchase)
    if on > today:
        message = _("A package can be frozen from today on, not ahead of time.")
        refusals.append(Refusal(RefusalCode.INVALID, message, _("Freeze it on the day itself.")))
    if on < purchase.purchased_on:
        message = _("The package was bought on %(day)s.") % {"day": date_format(purchase.purchased_on)}
        refusals.append(Refusal(RefusalCode.INVALID, message, _("Choose that day or a later one.")))
    if not refusals and (held := last_held_on(purchase)) and held >= on and on < today:
        message = _("A session was held on %(day)s.") % {"day": date_format(held)}
        refusals.append(Refusal(RefusalCode.INVALID, message, _("Choose a later day.")))
    return refusals + unsettled_refusals(unsettled)


def unfreeze_refusals(purchase: PackagePurchase, *, on: date, today: date) -> list[Refusal]:
    if purchase.status != PurchaseStatus.FROZEN:
        message = _("The package is not frozen.")
        return [Refusal(RefusalCode.PURCHASE_STATUS, message, _("Look at it again: somebody may have changed it."))]
    if purchase.frozen_on <= on <= today:
        return []
    values = {"first": date_format(purchase.frozen_on), "last": date_format(today)}
    message = _("The package stands still since %(first)s.") % values
    return [Refusal(RefusalCode.INVALID, message, _("Choose a day from %(first)s to %(last)s.") % values)]


def extension_refusals(purchase: PackagePurchase, days: int) -> list[Refusal]:
    if days < 1:
        message = _("An extension adds at least one day.")
        return [Refusal(RefusalCode.INVALID, message, _("Enter the number of days."))]
    if days > LONGEST_EXTENSION:
        message = _("An extension adds at most %(most)d days.") % {"most": LONGEST_EXTENSION}
        return [Refusal(RefusalCode.INVALID, message, _("Enter fewer days."))]
    return wrong_status(purchase, besides=PurchaseStatus.EXPIRED)


def adjustment_refusals(
    purchase: PackagePurchase, item: PurchaseItem, sessions: int, balances: Mapping[PurchaseItem, Balance]
) -> list[Refusal]:
    refusals = wrong_status(purchase, besides=PurchaseStatus.EXPIRED)
    if not sessions:
        message = _("This changes nothing.")
        refusals.append(Refusal(RefusalCode.UNCHANGED, message, _("Enter how many sessions to add or take away.")))
    balance = balances[item]
    if balance.free + sessions < 0:
        message = ngettext(
            "Only %(free)d session of %(service)s is free: %(used)d used, %(reserved)d reserved.",
            "Only %(free)d sessions of %(service)s are free: %(used)d used, %(reserved)d reserved.",
            balance.free,
        ) % {"service": item.service, "free": balance.free, "used": balance.used, "reserved": balance.reserved}
        hint = _("Take away fewer, or cancel booked sessions first.")
        refusals.append(Refusal(RefusalCode.NO_SESSION_LEFT, message, hint))
    if purchase.total_sessions + sessions > MOST_SESSIONS:
        message = _("A package has at most %(most)d sessions.") % {"most": MOST_SESSIONS}
        refusals.append(Refusal(RefusalCode.INVALID, message, _("Assign another package instead.")))
    return refusals


def transfer_refusals(
    purchase: PackagePurchase, patient: Patient | None, unsettled: Sequence[Appointment], *, on: date
) -> list[Refusal]:
    """`patient` is whom it shall go to; None where nobody has been chosen yet."""
    refusals = validity_refusals(purchase, on=on) or nothing_left(purchase)
    if patient is not None and patient.pk == purchase.patient_id:
        message = _("The package is this patient's already.")
        refusals.append(Refusal(RefusalCode.WRONG_PATIENT, message, _("Choose somebody else.")))
    if patient is not None and not patient.active:
        message = _("The file of %(patient)s is closed.") % {"patient": patient}
        refusals.append(Refusal(RefusalCode.INACTIVE, message, _("Open it again on the patient's page.")))
    return refusals + unsettled_refusals(unsettled)


def unsettled_refusals(unsettled: Sequence[Appointment]) -> list[Refusal]:
    """Of sessions that are under way or over, nobody knows yet whether they are used."""
    if not unsettled:
        return []
    first = unsettled[0]
    values = {
        "count": len(unsettled),
        "at": date_format(first.starts_at.astimezone(first.clinic.zone), "DATETIME_FORMAT"),
    }
    message = ngettext(
        "The session of %(at)s is not settled yet.",
        "%(count)d sessions are not settled yet, the first of %(at)s.",
        len(unsettled),
    )
    return [Refusal(RefusalCode.STATUS, message % values, _("Complete it, cancel it, or mark the no-show first."))]


def nothing_left(purchase: PackagePurchase) -> list[Refusal]:
    if purchase.sessions_used < purchase.total_sessions:
        return []
    message = _("All %(count)d sessions of this package have been used.") % {"count": purchase.total_sessions}
    return [Refusal(RefusalCode.NO_SESSION_LEFT, message)]


def last_held_on(purchase: PackagePurchase) -> date | None:
    """The day, on the wall of its clinic, of the last session that was used."""
    used = Appointment.objects.filter(package_purchase=purchase, session_used=True).select_related("clinic")
    last = used.order_by("-starts_at").first()
    return last and last.starts_at.astimezone(last.clinic.zone).date()
