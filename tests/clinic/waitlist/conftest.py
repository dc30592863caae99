"""Sara's Monday, as the engine's tests know it, with a waiting list."""

from datetime import time, timedelta

from clinic.waitlist import services
from clinic.waitlist.matching import matches
from tests.clinic.scheduling.conftest import Desk, nothing_written  # noqa: F401 (a fixture)
from tests.factories import BEFORE, MONDAY, NINE, make_hours, make_patient, make_provider
from tests.standing import standing

LATER = BEFORE + timedelta(minutes=31)  # when an offer made at `BEFORE` has run out


class WaitingDesk(Desk):
    def second_provider(self):
        """Lina, who treats the same in the same hours."""
        lina = make_provider(self.clinic, name="Lina")
        self.service.providers.add(lina)
        make_hours(lina, self.clinic, start=time(9), end=time(12))
        return lina

    def waits(self, name="Omar", **wishes):
        """A new patient, unless one is given, who waits for Monday."""
        patient = wishes.pop("patient", None) or make_patient(self.organisation, name=name)
        asked = {"first_on": MONDAY, "last_on": MONDAY, "by": self.user, "at": BEFORE, **wishes}
        return services.join(patient, asked.pop("service", self.service), **asked)

    def line(self, *names):
        """These patients, who came one minute after the other."""
        return [self.waits(name, at=BEFORE + timedelta(minutes=n)) for n, name in enumerate(names, start=-60)]

    def matches(self, starts_at=NINE, **options) -> list[str]:
        """The names of those who are asked for a time, in order."""
        provider = options.pop("provider", self.provider)
        found = matches(self.service, provider, self.clinic, starts_at, at=options.pop("at", BEFORE), **options)
        return [entry.patient.name_en for entry in found]

    def offer(self, starts_at=NINE, *, at=BEFORE, **options):
        provider = options.pop("provider", self.provider)
        return services.offer_slot(self.service, provider, self.clinic, starts_at, by=self.user, at=at, **options)


def open_desk() -> WaitingDesk:
    """A desk whose patients may be written to at any hour: the tests begin in the night."""
    desk = WaitingDesk()
    desk.policy(quiet_from=time(0), quiet_until=time(0))
    return desk


desk = standing(open_desk)


def asked(slot) -> dict[str, str]:
    """Who has been asked, and what became of it."""
    return {offer.entry.patient.name_en: offer.answer for offer in slot.offers.order_by("pk")}


def offer_to(slot, name):
    return slot.offers.get(entry__patient__name_en=name)
