"""Links: absolute http(s) or nothing, and the form of a link that stays equal when only its wrapping changes."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

MAX_URL = 2_048
"""Characters; what is longer is no link that a message or a browser takes."""

_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_hs(?:enc|mi)|at_(?:medium|campaign|custom\d)|"
    r"xtor|ocid|cmpid|ftcamp|partner|rss_id|s_cid)",
    re.IGNORECASE,
)
_NO_HOST = re.compile(r"https?:(?!//[^/?#])", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}


def _split(link: str) -> SplitResult | None:
    """Take an http(s) link with a host apart, or None."""
    try:
        parts = urlsplit(link)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        _ = parts.port
    except ValueError:
        return None
    return parts


def absolute(link: str, base_url: str) -> str:
    """Resolve a link against the document's URL. Empty for anything that is not http(s) with a host.

    `javascript:`, `data:`, `file:` and links with a user name or password are nothing; white space and invisible
    characters inside are dropped, as browsers do (WHATWG URL).
    """
    link = _CONTROL.sub("", link)
    if not link or _NO_HOST.match(link):  # urljoin would take it for a relative link
        return ""
    try:
        resolved = urljoin(base_url, link)
    except ValueError:
        return ""
    parts = _split(resolved)
    if parts is None or "@" in parts.netloc or len(resolved) > MAX_URL:
        return ""
    return resolved


def canonical(link: str) -> str:
    """Give the form of an absolute link that is used as an identity; empty stays empty. Idempotent.

    Dropped are what publishers change without meaning another item: http against https, case of the host, default
    port, tracking parameters, an empty query, a trailing slash. The fragment stays: some feeds tell items apart by
    nothing else.
    """
    parts = _split(link)
    if parts is None:
        return link
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.port is not None and parts.port not in _DEFAULT_PORT.values():
        host = f"{host}:{parts.port}"
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _TRACKING.fullmatch(pair.split("=")[0]))
    return urlunsplit(("https", host, parts.path.rstrip("/"), query, parts.fragment))
