"""The doctors of the outpatients: providers who get a login when the walk-ins begin."""

from clinic.management.demo.organisation import login
from clinic.management.demo.tables import table
from clinic.management.demo.world import World
from clinic.models import Provider

ROLE = "Provider"


def open_doctors(world: World) -> dict[str, Provider]:
    """Give the doctors their logins; the doctors by their codes."""
    doctors = {}
    for row in table(world.table("doctors")):
        doctor = world.providers[row["provider"]]
        doctor.user = login(world, row, role=ROLE)
        doctor.record("user", by=world.office, at=world.founded_at)
        doctors[doctor.code] = doctor
    return doctors
