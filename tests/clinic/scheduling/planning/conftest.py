"""A desk that plans: Sara treats speech therapy at Olaya every day from nine to noon, from Monday, 7 January 2030."""

from datetime import date, datetime, time, timedelta

from clinic.packages.services import assign
from clinic.scheduling import booking
from clinic.scheduling.planning import Preferences, apply, plan
from tests.factories import (
    BEFORE,
    MONDAY,
    RIYADH,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)
from tests.standing import standing


def day(number, hour=9, minute=0) -> datetime:
    """A time of that January: the 7th is the Monday on which everything begins."""
    return datetime(2030, 1, number, hour, minute, tzinfo=RIYADH)


class PlanningDesk:
    def __init__(self):
        self.organisation = make_organisation()
        self.user = make_user(self.organisation)
        self.olaya = make_clinic(self.organisation)
        self.sara = make_provider(self.olaya)
        self.speech = make_service(self.sara)
        self.huda = make_patient(self.organisation)
        make_week(self.sara, self.olaya, end=time(12))

    def provider(self, name, *services, clinic=None, **hours):
        """One more who works every day from nine to noon and gives these services, else speech therapy."""
        clinic = clinic or self.olaya
        provider = make_provider(clinic, name=name)
        make_week(provider, clinic, **{"end": time(12), **hours})
        for service in services or [self.speech]:
            service.providers.add(provider)
            service.clinics.add(clinic)
        return provider

    def sell(self, *items, patient=None, days=89, on=MONDAY):
        """A purchase of (service, sessions[, step]) items or of so many speech sessions, valid to `on` + `days`."""
        items = [(self.speech, item) if isinstance(item, int) else item for item in items]
        package = make_package(*items, validity_days=days)
        return assign(package, patient or self.huda, by=self.user, on=on, at=BEFORE)

    def plan(self, purchases, **asked):
        """The plan for four weeks, everybody, seen from the week before; further arguments may be preferences."""
        known = Preferences.__dataclass_fields__
        wishes = Preferences(**{name: asked.pop(name) for name in list(asked) if name in known})
        asked = {"providers": None, "first_day": MONDAY, "last_day": date(2030, 2, 3), "at": BEFORE, **asked}
        return plan(purchases, preferences=wishes, **asked)

    def apply(self, planned, **options):
        return apply(planned, **{"by": self.user, "at": BEFORE, **options})

    def book(self, starts_at, **options):
        asked = {"patient": self.huda, "service": self.speech, "provider": self.sara, "clinic": self.olaya}
        return booking.book(**{**asked, "starts_at": starts_at, "by": self.user, "at": BEFORE, **options})

    def fill(self, *starts, **options):
        """Book these times for somebody else."""
        return [self.book(start, patient=make_patient(self.organisation, name="Omar"), **options) for start in starts]


desk = standing(PlanningDesk)


def told(plan) -> list[str]:
    """The sessions of a plan as people would say them."""
    return [f"{s.starts_at:%a %d %H:%M} {s.provider}" for s in plan.placed]


def days_of(plan) -> list[int]:
    """The days from the first Monday on which the plan has sessions, that Monday being 0."""
    return [(s.starts_at.date() - MONDAY) // timedelta(days=1) for s in plan.placed]
