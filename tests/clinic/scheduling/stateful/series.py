"""What may happen to series at a desk."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from clinic.enums import Scope
from clinic.models import Appointment
from clinic.scheduling import booking
from tests.clinic.scheduling.stateful.choices import some, starts, two

RULES = ["FREQ=WEEKLY;COUNT=2", "FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=3"]


class SeriesRules:
    """A mixin of a Desk."""

    @rule(patient=some, on_package=st.booleans(), starts_at=starts, provider=two, repeats=st.sampled_from(RULES))
    def book_a_series(self, patient, on_package, starts_at, provider, repeats):
        patient = self.one_of(self.world.patients, patient)
        purchases = list(patient.package_purchases.order_by("pk")) if on_package else []
        with self.refused_or_done():
            booking.book_series(
                rule=repeats, patient=patient, service=self.world.service, provider=self.world.providers[provider],
                clinic=self.world.clinic, starts_at=starts_at, by=self.world.chief, at=self.at,
                purchase=purchases[0] if purchases else None,
            )  # fmt: skip

    @rule(number=some, scope=st.sampled_from(Scope))
    def cancel_of_a_series(self, number, scope):
        for row in self.one_of_all(Appointment.objects.filter(series__isnull=False), number):
            with self.refused_or_done():
                booking.cancel_series(row, scope=scope, by=self.world.desk, at=self.at)

    @rule(number=some, scope=st.sampled_from(Scope), starts_at=starts, provider=two)
    def move_of_a_series(self, number, scope, starts_at, provider):
        for row in self.one_of_all(Appointment.objects.filter(series__isnull=False), number):
            with self.refused_or_done():
                booking.move_series(
                    row, scope=scope, starts_at=starts_at, provider=self.world.providers[provider],
                    by=self.world.desk, at=self.at,
                )  # fmt: skip
