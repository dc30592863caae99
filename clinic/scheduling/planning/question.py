"""The question that a plan answers: complete, of one organisation, and not nonsense."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from django.db.models import Model
from django.utils.translation import gettext as _

from clinic.enums import RefusalCode
from clinic.errors import PlanRefused, Refusal
from clinic.models import Clinic, PackagePurchase, Provider
from clinic.packages.refusals import validity_refusals
from clinic.scheduling.planning.plan import PlanRequest, Preferences


def request_of(
    purchases: PackagePurchase | Iterable[PackagePurchase],
    *,
    providers: Iterable[Provider] | None,
    clinics: Iterable[Clinic] | None = None,
    first_day: date,
    last_day: date,
    preferences: Preferences | None = None,
    extend_days: int = 0,
    usual_clinics: Mapping[int, frozenset[int]] | None = None,
) -> PlanRequest:
    """The question, with its purchases as they stand now, soonest expiring first.

    Raises PlanRefused when it cannot be answered: nothing to plan, nobody to ask, days in the wrong order, a purchase
    that cannot be used; DoesNotExist for a row that is gone or not of the first purchase's organisation.
    """
    given = [purchases] if isinstance(purchases, PackagePurchase) else list(purchases)
    providers, clinics = (None if rows is None else tuple(rows) for rows in (providers, clinics))
    request = PlanRequest(
        same_organisation(as_they_stand(given), *(providers or ()), *(clinics or ())),
        providers,
        clinics,
        first_day,
        last_day,
        preferences or Preferences(),
        extend_days,
        usual_clinics or {},
    )
    check(request)
    return request


def as_they_stand(given: Iterable[PackagePurchase]) -> tuple[PackagePurchase, ...]:
    """Each purchase once, read anew, in an order that does not depend on the order given."""
    keys = {purchase.pk for purchase in given}
    rows = PackagePurchase.objects.filter(pk__in=keys).select_related("patient", "package", "organisation")
    purchases = tuple(rows.order_by("expires_on", "pk"))
    if len(purchases) < len(keys):
        raise PackagePurchase.DoesNotExist("PackagePurchase matching query does not exist.")
    return purchases


def same_organisation(purchases: tuple[PackagePurchase, ...], *others: Model) -> tuple[PackagePurchase, ...]:
    """The purchases, after making sure that they and the other rows share one organisation."""
    for row in (*purchases, *others):
        if purchases and row.organisation_id != purchases[0].organisation_id:
            raise row.DoesNotExist(f"{type(row).__name__} matching query does not exist.")
    return purchases


def check(request: PlanRequest) -> None:
    """Raise PlanRefused with everything that is wrong with the question."""
    if reasons := [*refusals(request), *preference_refusals(request.preferences)]:
        raise PlanRefused(*reasons)


def refusals(request: PlanRequest) -> Iterator[Refusal]:
    """Why the question makes no sense as it stands."""
    if not request.purchases:
        yield Refusal(RefusalCode.INVALID, _("There is no package to plan."), _("Choose one."))
    if request.providers == ():
        yield Refusal(RefusalCode.INVALID, _("No provider is chosen."), _("Choose at least one."))
    if request.clinics == ():
        yield Refusal(RefusalCode.INVALID, _("No clinic is chosen."), _("Choose at least one."))
    if request.last_day < request.first_day:
        yield Refusal(RefusalCode.INVALID, _("The last day is before the first."), _("Choose a later last day."))
    for purchase in request.purchases:
        yield from purchase_refusals(request, purchase)


def purchase_refusals(request: PlanRequest, purchase: PackagePurchase) -> Iterator[Refusal]:
    """Why nothing can be planned for this purchase."""
    if not purchase.patient.active:
        message = _("The file of %(patient)s is closed.") % {"patient": purchase.patient}
        yield Refusal(RefusalCode.INACTIVE, message, _("Open it again on the patient's page."))
    if not request.extend_days or purchase.expires_on >= request.first_day:
        yield from validity_refusals(purchase, on=request.first_day)


def preference_refusals(wishes: Preferences) -> Iterator[Refusal]:
    """Why nobody could be met by these preferences, whatever the calendar."""
    if not wishes.weekdays:
        yield Refusal(RefusalCode.INVALID, _("No weekday is chosen."), _("Choose at least one."))
    if not wishes.weekdays <= Preferences().weekdays:
        message = _("Weekdays are numbered from 1, Monday, to 7, Sunday.")
        yield Refusal(RefusalCode.INVALID, message, _("Choose weekdays from the list."))
    if wishes.earliest is not None and wishes.latest is not None and wishes.latest <= wishes.earliest:
        message = _("The latest time is not after the earliest.")
        yield Refusal(RefusalCode.INVALID, message, _("Choose a later latest time."))
    if wishes.sessions_per_day < 1 or (wishes.sessions_per_week is not None and wishes.sessions_per_week < 1):
        message = _("At least one session a day and a week must be allowed.")
        yield Refusal(RefusalCode.INVALID, message, _("Enter a number from 1."))
    if wishes.min_gap_days < 0:
        message = _("The gap between sessions cannot be negative.")
        yield Refusal(RefusalCode.INVALID, message, _("Enter a number from 0."))
