"""The outpatient clinic in which these tests play."""

from tests.clinic.consultations.house import Outpatients
from tests.standing import standing

house = standing(Outpatients)
