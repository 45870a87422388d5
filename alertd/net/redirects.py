"""Reading URLs that users and strangers wrote, and deciding whether a redirect is followed. Pure."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final

from aiohttp import encode_basic_auth
from yarl import URL

from alertd.errors import FetchTemporary

MAX_REDIRECTS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PERMANENT: Final = frozenset({301, 308})

_PLAIN: Final = re.compile(r"[!-~]+")
_HOST: Final = re.compile(r"[A-Za-z0-9._:-]{1,255}")
_PORTS: Final = frozenset({80, 443})
_FIGURES: Final = re.compile(r"[0-9.]+")


class BadUrl(ValueError):
    """Not an address that we ask; the message says why and holds nothing of the address."""


def read_url(text: str) -> URL:
    """Read an absolute http or https URL without its fragment. Raises BadUrl.

    Plain ASCII is kept byte for byte (signed query strings), anything else is quoted and the host becomes IDNA.
    """
    url = _parse(text).with_fragment(None)
    if url.scheme not in ("http", "https"):
        raise BadUrl("an address that is not http or https")
    host = url.raw_host or ""
    # 2130706433, 127.1 and 0177.0.0.1 are 127.0.0.1 to some, and a host name to nobody.
    if not _HOST.fullmatch(host) or (_FIGURES.fullmatch(host) and not is_literal(url)):
        raise BadUrl("an address without a proper host name")
    return url


def is_literal(url: URL) -> bool:
    """Say whether the host is an IP address and not a name."""
    try:
        ip_address(url.raw_host or "")
    except ValueError:
        return False
    return True


def split_credentials(url: URL) -> tuple[URL, dict[str, str]]:
    """Take user name and password out of a URL: give the rest, and the header that carries them (Basic, UTF-8)."""
    if url.raw_user is None and url.raw_password is None:
        return url, {}
    basic = encode_basic_auth(url.user or "", url.password or "", encoding="utf-8")
    return url.with_user(None), {"Authorization": basic}


def next_hop(at: URL, status: int, location: str | None, *, ports: frozenset[int] | None, downgrade: bool) -> URL:
    """Decide where a redirect from `at` leads. Raises FetchTemporary with the reason for not following it.

    `ports`: the ports that may be asked beside 80 and 443; None for any. `downgrade`: https may lead to http.
    Where the address lies is not decided here but at connect.
    """
    if not location:
        raise FetchTemporary(f"answered {status} without saying where to go")
    try:
        url = read_url(str(at.join(_parse(location))))
    except BadUrl as exc:
        raise FetchTemporary(f"redirects to {exc}") from exc
    if url.raw_user is not None or url.raw_password is not None:
        raise FetchTemporary("redirects to an address with a user name or password in it")
    if at.scheme == "https" and url.scheme == "http" and not downgrade:
        raise FetchTemporary("redirects from https to http")
    if ports is not None and url.port not in _PORTS | ports:
        raise FetchTemporary(f"redirects to port {url.port}")
    return url


def same_origin(a: URL, b: URL) -> bool:
    """Say whether scheme, host and port are the same (RFC 6454)."""
    return (a.scheme, a.raw_host, a.port) == (b.scheme, b.raw_host, b.port)


def _parse(text: str) -> URL:
    text = text.strip()
    try:
        url = URL(text, encoded=bool(_PLAIN.fullmatch(text)))
        _ = url.explicit_port  # what yarl is told to take as it is, it parses only when asked
    except ValueError as exc:  # UnicodeError is one too: bytes that are no text
        raise BadUrl("an address that cannot be read") from exc
    return url
