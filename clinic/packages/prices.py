"""What some of the sessions of a purchase are worth."""

from decimal import Decimal

from clinic.models import PackagePurchase

CENT = Decimal("0.01")


def price_of(purchase: PackagePurchase, sessions: int) -> Decimal:
    """The share of the price for so many of its sessions, each worth the same; to the cent."""
    if not purchase.total_sessions:
        return Decimal("0.00")
    return (purchase.price * sessions / purchase.total_sessions).quantize(CENT)
