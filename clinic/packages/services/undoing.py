"""What every way back shares: who takes it, and whether the purchase is still as the change had left it."""

from dataclasses import dataclass
from datetime import datetime

from clinic.errors import PackageRefused
from clinic.models import Change, PackagePurchase, User
from clinic.packages.standing import gone_on, state_of


@dataclass(frozen=True)
class Undo:
    """Who takes a change back, when and why."""

    by: User
    at: datetime
    reason: str

    def write(self, purchase: PackagePurchase, *fields: str) -> None:
        purchase.record(*fields, by=self.by, reason=self.reason, at=self.at)


def check_still(row: PackagePurchase, change: Change, *written: str) -> None:
    """PackageRefused where the purchase is no longer as the change had left it."""
    stands = state_of(row)
    if any(stands[name] != change.after[name] for name in written):
        raise PackageRefused(gone_on(row))
