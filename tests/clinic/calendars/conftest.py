"""A desk whose appointments are read elsewhere."""

import pytest

from tests.factories import (
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)


class CalendarDesk:
    """Dr Sara works every day from nine to five in Olaya; Huda Al-Amri comes to her."""

    def __init__(self) -> None:
        self.organisation = make_organisation()
        self.clinic = make_clinic(self.organisation, address="12 King Fahd Road")
        self.provider = make_provider(self.clinic)
        make_week(self.provider, self.clinic)
        self.service = make_service(self.provider)
        self.patient = make_patient(self.organisation, name="Huda Al-Amri", language="en")
        self.user = make_user(self.organisation)


@pytest.fixture
def desk(db):
    return CalendarDesk()
