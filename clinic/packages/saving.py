"""What a session of a package costs less than a single one."""

from collections.abc import Iterable
from decimal import Decimal

from clinic.models import Service

CENT = Decimal("0.01")


def saving_per_session(price: Decimal, contents: Iterable[tuple[Service, int]], service: Service) -> Decimal:
    """The list price of `service` less its share of the package's price; nothing where the package is not cheaper.

    `contents` are the services of the package with their numbers of sessions. The price is shared among them in
    proportion to what each costs by itself today.
    """
    by_itself = sum(content.price * sessions for content, sessions in contents)
    if not by_itself or price >= by_itself:
        return Decimal(0)
    return (service.price * (1 - price / by_itself)).quantize(CENT)
