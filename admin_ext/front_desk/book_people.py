"""For whom: patients found by a few letters with what is left of their packages, and who else has a phone."""

from dataclasses import dataclass
from datetime import date

from clinic.enums import PurchaseStatus
from clinic.models import Organisation, PackagePurchase, Patient
from clinic.packages.selectors import with_balances
from clinic.people.selectors import possible_duplicates, search_patients

MOST_FOUND = 10
MOST_DUPLICATES = 5


@dataclass(frozen=True)
class Match:
    """A patient, and the purchase with free sessions that expires first if there is one."""

    patient: Patient
    purchase: PackagePurchase | None

    @property
    def phone_end(self) -> str:
        return str(self.patient.phone)[-4:] if self.patient.phone else ""


def matches(organisation: Organisation, term: str, *, today: date) -> list[Match]:
    """At most ten, the likeliest first; two queries."""
    return with_packages(list(search_patients(organisation, term, MOST_FOUND)), today=today)


def duplicates(organisation: Organisation, phone: str, *, today: date) -> list[Match]:
    """Active patients who have this phone already, by name."""
    owners = possible_duplicates(organisation, phone).filter(active=True)
    return with_packages(list(owners[:MOST_DUPLICATES]), today=today)


def with_packages(patients: list[Patient], *, today: date) -> list[Match]:
    rows = PackagePurchase.objects.filter(patient__in=patients, status=PurchaseStatus.ACTIVE, expires_on__gte=today)
    first: dict[int, PackagePurchase] = {}
    for purchase in with_balances(rows).filter(free__gt=0).order_by("expires_on", "pk"):
        first.setdefault(purchase.patient_id, purchase)
    return [Match(patient, first.get(patient.pk)) for patient in patients]
