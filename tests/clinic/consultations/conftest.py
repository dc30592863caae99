"""The outpatient clinic in which these tests play."""

import pytest

from tests.clinic.consultations.house import Outpatients


@pytest.fixture
def house(db):
    return Outpatients()
