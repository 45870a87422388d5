"""Who may ask: pure checks of the Host, Origin and Authorization of a request.

A page that the user visits can send requests to loopback, and its name can be made to resolve to loopback ("DNS
rebinding"). It cannot forge Host or Origin, and it cannot add an Authorization header without our leave.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit


def host_name(header: str) -> str:
    """Give the name in a Host header without port and brackets, lower-case; empty if it is malformed."""
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port
    except ValueError:
        return ""
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        return ""
    return (parts.hostname or "").rstrip(".")


def is_address(name: str) -> bool:
    """Tell whether a host is an IP address rather than a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(address: str) -> bool:
    """Tell whether an address that we listen on can be reached from this machine only."""
    return is_address(address) and ipaddress.ip_address(address).is_loopback


def host_allowed(headers: Sequence[str], names: Collection[str]) -> bool:
    """Tell whether the Host headers of a request are exactly one, and ours.

    An address always is: the browser went to that address, no name was rebound. A name must be listed.
    """
    if len(headers) != 1:
        return False
    name = host_name(headers[0])
    return name == "localhost" or is_address(name) or name in names


def origin_allowed(origin: str | None, fetch_site: str | None, host: str, *, writes: bool) -> bool:
    """Tell whether a request comes from our own page or from no page at all.

    `fetch_site` is Sec-Fetch-Site (Fetch Metadata): for writes it catches what browsers send without Origin.
    Following a link to us from elsewhere is a GET without Origin and stays allowed.
    """
    if writes and fetch_site not in (None, "same-origin", "none"):
        return False
    return origin is None or origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}")


def token_given(authorization: str | None) -> str | None:
    """Give the token of an Authorization header (RFC 6750), or None."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


class Failures:
    """Counts wrong tokens by address. A wrong one beyond `limit` in `window_s` is told to wait.

    A right token is never refused: else anybody behind the same proxy could lock the others out. Guessing is
    hopeless by the length of the token (`base.tokens.MIN_TOKEN`); the limit keeps guessing cheap for us.
    """

    def __init__(self, limit: int = 10, window_s: float = 60.0, addresses: int = 1024) -> None:
        self._limit = limit
        self._window_s = window_s
        self._addresses = addresses
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def add(self, address: str, now_s: float) -> float:
        """Note a wrong token; give the seconds to wait, 0 while within the limit."""
        began, count = self._seen.pop(address, (now_s, 0))
        if now_s - began >= self._window_s:
            began, count = now_s, 0
        self._seen[address] = (began, count + 1)
        if len(self._seen) > self._addresses:
            self._seen.popitem(last=False)
        return began + self._window_s - now_s if count >= self._limit else 0.0
