"""The keys of messages: what makes an event the same one, so that nobody is told of it twice."""

from clinic.enums import MessageKind
from clinic.models import PackagePurchase


def last_day_key(purchase: PackagePurchase) -> str:
    """A last day is told once; a package that is extended may be told of the new one."""
    return f"{MessageKind.PACKAGE_EXPIRING}:purchase-{purchase.pk}:{purchase.expires_on:%Y%m%d}"
