"""One clinic at which many desks book at once, and the database with one of its rules switched off."""

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection

from clinic.constraints import install_triggers
from clinic.models import Appointment
from clinic.packages.services import assign
from tests.factories import (
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


class Clinic:
    """Providers who work every day from nine to five, sixteen half hours each."""

    def __init__(self, *, providers: int = 1):
        self.organisation = make_organisation()
        self.user = make_user(self.organisation)
        self.clinic = make_clinic(self.organisation)
        self.providers = [make_provider(self.clinic) for _ in range(providers)]
        for provider in self.providers:
            make_week(provider, self.clinic, start=time(9), end=time(17))
        self.service = make_service(*self.providers)

    def patients(self, number: int) -> list:
        return [make_patient(self.organisation) for _ in range(number)]

    def purchase(self, patient, sessions: int):
        package = make_package((self.service, sessions))
        return assign(package, patient, by=self.user, on=date(2030, 1, 1))

    def entry(self, patient, *, half_hour=0, provider=None, purchase=None) -> dict:
        """A wish for the n-th half hour from Monday, 7 January 2030, as a racer takes it."""
        day, place = divmod(half_hour, 16)
        start = datetime(2030, 1, 7, 9, tzinfo=RIYADH) + timedelta(days=day, minutes=30 * place)
        return {
            "patient": patient.pk, "service": self.service.pk, "provider": (provider or self.providers[0]).pk,
            "clinic": self.clinic.pk, "starts_at": start.isoformat(), "by": self.user.pk,
            "purchase": purchase and purchase.pk,
        }  # fmt: skip


@pytest.fixture
def clinic(transactional_db):
    return Clinic


@pytest.fixture
def unconstrained(transactional_db):
    """A block during which appointments may overlap; they are gone when it ends, and the rule is back."""

    @contextmanager
    def block(name: str):
        switch_off(name)
        try:
            yield
        finally:
            Appointment.objects.all().delete()
            switch_on(name)

    return block


def switch_off(name: str) -> None:
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.remove_constraint(Appointment, constraint(name))
        return
    with connection.cursor() as cursor:
        for event in ("insert", "update"):
            cursor.execute(f"DROP TRIGGER {name}_{event}")


def switch_on(name: str) -> None:
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, constraint(name))
    install_triggers()


def constraint(name: str):
    return next(rule for rule in Appointment._meta.constraints if rule.name == name)
