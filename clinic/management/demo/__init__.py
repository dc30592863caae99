"""The demo: two organisations as they would be after half a year of work, made from the tables under `fixtures/`.

Everything follows from the moment the demo plays at and from one seed: the same moment gives the same rows. `seed`
is the only door; tests ask it for a small world.
"""

from clinic.management.demo.seeding import seed

__all__ = ["seed"]
