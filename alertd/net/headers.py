"""The borders of a message's header: what we refuse to send, and what we keep of an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import aiohttp
from multidict import CIMultiDict

from alertd.net.retry_after import parse_retry_after

_KEPT: Final = (
    "content-type",
    "etag",
    "last-modified",
    "cache-control",
    "expires",
    "age",
    "date",
    "link",
    "retry-after",
)
_LONGEST: Final = 2048
_OURS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "te", "upgrade"}
)
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")


class BadHeader(ValueError):
    """A configured header cannot be sent; the message names it and never shows its value."""


def checked(headers: Mapping[str, str]) -> dict[str, str]:
    """Give headers that can be sent. Raises BadHeader for a line break, or for one that is the client's to set."""
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise BadHeader("a configured header has a name that HTTP does not allow")
        if name.lower() in _OURS:
            raise BadHeader(f"the header {name} cannot be configured")
        if not is_sendable(value):
            raise BadHeader(f"the header {name} cannot be sent: it holds a line break or a control character")
    return dict(headers)


def is_sendable(value: str) -> bool:
    """Say whether this can be a header's value."""
    return bool(_VALUE.fullmatch(value))


def kept(answer: aiohttp.ClientResponse) -> CIMultiDict[str]:
    """Give the headers that matter, under names in any case.

    One that is no proper text, or is longer than 2,048 characters, counts as absent.
    """
    found = ((name, answer.headers.get(name)) for name in _KEPT)
    return CIMultiDict(
        (name, value) for name, value in found if value is not None and len(value) <= _LONGEST and is_sendable(value)
    )


def retry_after(answer: aiohttp.ClientResponse, now: int) -> float | None:
    """Read the seconds that the server asks to wait, if it does."""
    return parse_retry_after(answer.headers.get("Retry-After"), now, answer.headers.get("Date"))
