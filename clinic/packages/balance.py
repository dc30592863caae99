"""What is left of a purchase or of one of its items."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Balance:
    """Sessions used (held), reserved (booked, not yet held) and free. All three together are what was bought."""

    used: int
    reserved: int
    free: int

    @property
    def total(self) -> int:
        return self.used + self.reserved + self.free
