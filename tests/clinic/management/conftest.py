"""A small demo that stands, for all tests that only read it."""

from datetime import date

from clinic.management.demo import seed
from tests.standing import standing

SUNDAY = date(2026, 11, 22)

noor = standing(lambda: seed(today=SUNDAY, patients=80))
