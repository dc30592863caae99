"""Two organisations that are full of rows: ours, and theirs behind the wall."""

from tests.clinic.full_world import World
from tests.standing import standing

ours = standing(World)
theirs = standing(World)
