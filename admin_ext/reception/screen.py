"""The walk-in page as a whole, put together for what it is asked."""

from dataclasses import dataclass, replace

from admin_ext.reception.asked import Asked
from admin_ext.reception.words import next_words
from clinic.consultations.offered import Offer, offers_by_clinic
from clinic.enums import VisitStatus
from clinic.models import Clinic, User, Visit


@dataclass(frozen=True)
class Screen:
    """`visit` is the patient's open one in the chosen clinic, to which the service will be added."""

    asked: Asked
    clinics: list[Clinic]
    offers: list[Offer]
    chosen: Offer | None
    visit: Visit | None

    @property
    def next_words(self) -> str:
        return next_words(self.chosen) if self.chosen else ""

    @property
    def is_ready(self) -> bool:
        """Nothing is missing but the press of the button."""
        return self.asked.patient is not None and self.chosen is not None


def screen_for(asked: Asked, user: User) -> Screen:
    """Everything on the page; a fixed number of queries, whatever is offered."""
    by_clinic = offers_by_clinic(asked.organisation)
    clinic = asked.clinic or usual_clinic(user, list(by_clinic))
    offers = by_clinic.get(clinic, [])
    wanted = [offer for offer in offers if asked.service in (None, offer.service)]
    return Screen(
        asked=replace(asked, clinic=clinic),
        clinics=list(by_clinic) if clinic in by_clinic or clinic is None else [*by_clinic, clinic],
        offers=offers,
        chosen=wanted[0] if len(wanted) == 1 else None,
        visit=open_visit(asked, clinic),
    )


def usual_clinic(user: User, clinics: list[Clinic]) -> Clinic | None:
    """Where this person let the last patient in, or else the first clinic of all."""
    visits = Visit.objects.of(user.organisation).filter(opened_by=user, clinic__in=clinics)
    last = visits.order_by("-opened_at", "-pk").values_list("clinic", flat=True).first()
    return next((clinic for clinic in clinics if clinic.pk == last), clinics[0] if clinics else None)


def open_visit(asked: Asked, clinic: Clinic | None) -> Visit | None:
    if asked.patient is None or clinic is None:
        return None
    return Visit.objects.filter(patient=asked.patient, clinic=clinic, status=VisitStatus.OPEN).first()
