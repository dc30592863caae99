"""What the package desk shows for a question asked by address: the patient's packages, the one chosen, who delivers."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from admin_ext.package_desk.delivery import DeliveryForm, Offer, offers_for, unique, usual_clinics
from admin_ext.purchases import PurchaseCard, purchase_card
from clinic.models import Package, PackagePurchase, Patient
from clinic.packages.refusals import wrong_patient
from clinic.packages.selectors import choices_for, local_day


@dataclass(frozen=True)
class Desk:
    """`refusals` are sentences why the purchase asked for is not the chosen one."""

    patient: Patient
    assigned: list[PurchaseCard]
    available: list[Package]
    chosen: PurchaseCard | None
    delivery: DeliveryForm | None
    refusals: list[str]

    @property
    def newest(self) -> int:
        """The key of the patient's newest purchase, to tell a package assigned twice from one clicked twice."""
        return max((card.purchase.pk for card in self.assigned), default=0)


def desk_for(patient: Patient, asked: PackagePurchase | None, query: QueryDict, *, at) -> Desk:
    """The desk of a patient; `asked` is a row of the organisation, whoever's it is. A fixed number of queries."""
    today = local_day(patient.organisation, at)
    choices = choices_for(patient, on=today)
    assigned = [purchase_card(choice, today=today) for choice in choices.assigned]
    refusals = refusals_of(asked, assigned)
    if asked is None:
        chosen = next((card for card in assigned if card.is_usable), None)
    else:
        chosen = next((card for card in assigned if card.purchase == asked and not refusals), None)
    delivery = delivery_form(patient, chosen, query) if chosen else None
    return Desk(patient, assigned, choices.available, chosen, delivery, refusals)


def refusals_of(asked: PackagePurchase | None, assigned: list[PurchaseCard]) -> list[str]:
    if asked is None:
        return []
    card = next((card for card in assigned if card.purchase == asked), None)
    return [str(refusal) for refusal in (card.refusals if card else [wrong_patient()])]


def delivery_form(patient: Patient, chosen: PurchaseCard, query: QueryDict) -> DeliveryForm:
    """The form with what is ticked, or with what suits the patient where nothing has been shown to tick yet."""
    offers = offers_for(chosen.items)
    is_new = "shown_for" in query and query["shown_for"] != str(chosen.purchase.pk)
    if is_new or not {"shown_for", "clinic", "provider"} & query.keys():
        ticked = usual_ticks(patient, offers)
    else:
        ticked = ticks_of(query, offers)
    form = DeliveryForm(ticked, organisation=patient.organisation, offers=offers)
    for field in form.fields.values():
        field.required = "go" in query
    return form


def usual_ticks(patient: Patient, offers: list[Offer]) -> QueryDict:
    usual = usual_clinics(patient)
    return ticks([offer for offer in offers if offer.clinic.pk in usual] or offers)


def ticks_of(query: QueryDict, offers: list[Offer]) -> QueryDict:
    """What the person ticked; providers whose clinic has just been ticked are ticked with it."""
    clinics, chosen = set(query.getlist("clinic")), query.copy()
    here = [offer for offer in offers if str(offer.clinic.pk) in clinics]
    if "shown" in query and "go" not in query:
        at_hand = {str(offer.provider.pk) for offer in here}
        known = {str(offer.provider.pk) for offer in offers}
        picked = [key for key in query.getlist("provider") if key in at_hand or key not in known]
        chosen.setlist("provider", [*picked, *(at_hand - set(query.getlist("shown")))])
    elif not {"shown", "provider"} & query.keys():
        chosen.setlist("provider", ticks(here).getlist("provider"))
    return chosen


def ticks(offers: list[Offer]) -> QueryDict:
    ticked = QueryDict(mutable=True)
    for name in ("clinic", "provider"):
        ticked.setlist(name, [str(row.pk) for row in unique(getattr(offer, name) for offer in offers)])
    return ticked


def nothing_chosen() -> str:
    return _("Choose a package first: one that is assigned and has free sessions, or assign an available one.")
