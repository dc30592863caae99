"""For whom: patients found by a few letters with what is left of their packages, or a new one with name and phone."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import gettext as _

from admin_ext.pages import StaffPage
from admin_ext.reading import read_words
from admin_ext.scope import own_rows, row_or_404
from clinic.enums import PurchaseStatus
from clinic.models import Organisation, PackagePurchase, Patient
from clinic.packages.selectors import local_day, with_balances
from clinic.people.selectors import NUMBER, possible_duplicates, search_patients

ADD_PATIENT = "clinic.add_patient"
MOST_FOUND = 10
MOST_DUPLICATES = 5
LONGEST = {"name": 120, "phone": 40}


@dataclass(frozen=True)
class Who:
    """What a page is asked for about the patient; the templates in `admin_ext/who` ask for it."""

    organisation: Organisation
    patient: Patient | None = None
    name: str = ""
    phone: str = ""
    is_new: bool = False  # a patient to be registered with this name and phone
    known_phone: str = ""  # whose other owners have been shown
    term: str = ""

    def with_patient(self, patient: Patient) -> Self:
        return replace(self, patient=patient, term="", is_new=False)

    def with_newcomer(self) -> Self:
        """What was typed into the search is the new patient's name, or phone if it is a number."""
        field = "phone" if looks_like_number(self.term) else "name"
        return replace(self, **{field: self.term[: LONGEST[field]]}, term="", is_new=True)


def who(query: QueryDict, organisation: Organisation, *, otherwise: Patient | None = None) -> dict[str, object]:
    """The fields of `Who` as an address or a form says them; a patient of another organisation is not found."""
    key = query.get("patient")
    patient = row_or_404(own_rows(Patient, organisation), key) if key else otherwise
    return {
        "organisation": organisation,
        "patient": patient,
        "name": read_words(query.get("name", ""), LONGEST["name"]),
        "phone": read_words(query.get("phone", ""), LONGEST["phone"]),
        "is_new": "new" in query and patient is None,
        "known_phone": query.get("known_phone", ""),
        "term": query.get("q", "").strip(),
    }


def looks_like_number(text: str) -> bool:
    return bool(NUMBER.fullmatch("".join(text.split())))


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


class AsksWho(StaffPage):
    """A page that asks for a patient, one with a file or a new one, before anything else."""

    @cached_property
    def today(self) -> date:
        return local_day(self.organisation, now())

    def known(self, question: Who) -> Who:
        """The question with the patient that it names: who was picked, or a new one of whom a name was typed."""
        if question.is_new and question.term:
            return question.with_newcomer()
        if "pick" in self.request.GET and question.patient is None:
            return self.picked(question)
        return question

    def picked(self, question: Who) -> Who:
        """The first patient found; a new one where nobody is called so, and this person may open files."""
        found = self.found(question)
        if found:
            return question.with_patient(found[0].patient)
        if question.term and self.request.user.has_perm(ADD_PATIENT):
            return question.with_newcomer()
        return question

    def found(self, question: Who) -> list[Match]:
        return matches(self.organisation, question.term, today=self.today)

    def duplicates(self, question: Who) -> list[Match]:
        return duplicates(self.organisation, question.phone, today=self.today)

    def people(self, question: Who) -> dict[str, list[Match]]:
        """What the templates show of other patients, while it is not known for whom."""
        if question.is_new:
            return {"duplicates": self.duplicates(question)}
        return {} if question.patient else {"found": self.found(question)}

    def nobody_yet(self, question: Who) -> list[str]:
        """What has to be entered before it is known for whom; empty when it is."""
        if question.is_new and not self.request.user.has_perm(ADD_PATIENT):
            return [_("You may not open files of new patients. Choose a patient who has one.")]
        if question.is_new and not question.name:
            return [_("Write the name of the new patient.")]
        if question.is_new and question.phone != question.known_phone and self.duplicates(question):
            return [_("This phone is known already. Use that file, or press the button again to open a new one.")]
        if not question.is_new and question.patient is None:
            return [_("Choose a patient first.")]
        return []
