"""How often signed links may be opened: enough for every patient, too little for who tries them out.

Each process of the server counts for itself, in memory, so that a flood is not written into the database.
"""

import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest


@dataclass(frozen=True)
class Limit:
    """At most `most` times in each span of `seconds`, for whoever is counted."""

    name: str
    most: int
    seconds: int = 60

    def wait(self, who: str) -> int:
        """Count once more: 0 while that is within the limit, else the seconds until the next span begins."""
        (key, left), counts = self._span_of(who), caches["limits"]
        counts.add(key, 0, self.seconds)
        try:
            count = counts.incr(key)
        except ValueError:  # thrown out by others between the two calls
            return 0
        return left if count > self.most else 0

    def wait_of_next(self, who: str) -> int:
        """What `wait` would say now, without counting."""
        key, left = self._span_of(who)
        return left if caches["limits"].get(key, 0) >= self.most else 0

    def _span_of(self, who: str) -> tuple[str, int]:
        """Under which key it is counted at this moment, and the seconds until the next span begins."""
        span, passed = divmod(int(time.time()), self.seconds)
        return f"{self.name}:{who}:{span}", self.seconds - passed


LINK = Limit("link", 40)
ADDRESS = Limit("address", 300)  # a mobile network shows many patients under one address
UNKNOWN = Limit("unknown", 20)  # links that are none, from one address


def visitor(request: HttpRequest) -> str:
    """The address that asks; behind a proxy, the one that the proxy has seen. IPv6: the network of one customer."""
    direct = request.META.get("REMOTE_ADDR", "")
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() if settings.BEHIND_PROXY else ""
    try:
        address = ip_address(seen or direct)
    except ValueError:
        return direct
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address.packed, 64), strict=False))
    return str(address)
