"""Which links of a source lead to an article that may be fetched. Pure.

A link is followed only where a reader of the source would expect it, and where following it costs nobody anything:

    host      that of the source itself or of the same registrable domain, or one that the user has listed
    query     none that looks like a key, a token or a session: such a link is one person's, or counts against a plan
    path      none that signs in or out, subscribes, buys, or leads to a file that is no text
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_SECOND_LEVEL = frozenset(
    ("ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "mil", "ne", "net", "nom", "or", "org")
)
"""Under a country's domain these are as open to everybody as the country's own: bbc.co.uk, asx.com.au."""
_KEY = re.compile(
    r"(?:^|[_.-])(?:access|api_?key|auth\w*|code|credentials?|expires?|hmac|jwt|key|pass(?:word|wd)?|secret|session\w*|"
    r"sid|sig|signature|sso|ticket|token)(?:$|[_.-])",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_~+/=.%-]{32,}")
_NOT_READ = re.compile(
    r"/(?:log-?(?:in|out)|sign-?(?:in|out|up)|subscri(?:be|ption)s?|unsubscribe|register|checkout|cart|account|sso|oauth2?)"
    r"(?:[/.]|$)",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\.(?:pdf|zip|gz|xlsx?|docx?|pptx?|csv|jpe?g|png|gif|svg|webp|mp[34]|m4[av]|mov|avi|webm|wav|ics|exe|dmg)$",
    re.IGNORECASE,
)
IS_WHOLE = 4_000
"""Characters of an entry that has its whole text with it."""


def registrable(host: str) -> str:
    """Give the part of a host name that somebody has registered: `news.example.co.uk` is `example.co.uk`.

    By a rule of thumb and not by the list of public suffixes: on a host where strangers have names side by side
    (`github.io`) it takes neighbours for one, and then a public page is read that need not have been.
    """
    host = host.lower().rstrip(".")
    if _is_address(host):
        return host
    labels = host.split(".")
    open_to_all = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if open_to_all else labels[-2:])


def check_host(host: str) -> str:
    """Give a host that a user lists as it is compared. Raises ValueError for what is none."""
    name = host.strip().lower().rstrip(".")
    if not (_HOST.fullmatch(name) or _is_address(name) or name == "localhost"):
        raise ValueError(f"`{host[:80]}` is no host: write a name alone, such as www.example.com")
    return name


def is_allowed_host(host: str, own: str, listed: Iterable[str]) -> bool:
    """Say whether articles of a source may be fetched from a host: it is near the source's own, or listed."""
    host = host.lower().rstrip(".")
    if own and registrable(host) == registrable(own):
        return True
    return any(host == one or host.endswith(f".{one}") for one in listed)


def refusal(link: str, own: str, listed: Iterable[str]) -> str:
    """Say why a link is not followed; empty if it may be. `own` is the host of the source, or empty."""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return "the link cannot be read"
    if parts.scheme not in ("http", "https") or not host:
        return "there is no link to a page"
    if not is_allowed_host(host, own, listed):
        return f"the link leads to {host[:100]}, which is neither the source's own host nor in full_text_hosts"
    if any(_KEY.search(name) or _TOKEN.fullmatch(value) for name, value in query):
        return "the link has a key or a token in it"
    if _NOT_READ.search(parts.path):
        return "the link leads to a sign-in, a subscription or a shop"
    if _FILE.search(parts.path):
        return "the link leads to a file that is no page"
    return ""


def article_address(link: str, body: str, base_url: str, reads: Mapping[str, Any]) -> str:
    """Give the address of an article that is to be fetched; empty if it may not be, or the entry has its text.

    `reads` are those of the source (`ArticleKeys.articles`), `base_url` is where its document was found.
    """
    if len(body) >= IS_WHOLE:
        return ""
    articles = reads.get("articles", {})
    own = articles.get("own") or urlsplit(base_url).hostname or ""
    return "" if refusal(link, own, articles.get("listed", ())) else link


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
