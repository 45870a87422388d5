"""What the settings of sources share that are one document at an address: feeds, pages."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from alertd.base.secrets import Secret, marked_query
from alertd.sources.polled import HttpConfig, StatedConfig, is_url

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "if-none-match",
         "if-modified-since", "user-agent"}  # fmt: skip


def _check_url(url: str) -> str:
    if not is_url(url):
        raise ValueError(
            "a source's url starts with http:// or https:// and has a host, but no user name (use headers)"
        )
    return url


def _check_headers(headers: dict[str, Secret]) -> dict[str, Secret]:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of an HTTP header")
        if name.lower() in _OURS:
            raise ValueError(f"the header {name} is set by alertd itself")
        if not value.reveal().isprintable():
            raise ValueError(f"the value of the header {name} holds a line break or another control character")
    return headers


class DocumentConfig(HttpConfig, StatedConfig):
    """A source that is one document at an address."""

    url: Annotated[str, AfterValidator(_check_url), Field(max_length=2_000)]
    """Where it is: http or https."""
    headers: Annotated[dict[str, Secret], AfterValidator(_check_headers), Field(default_factory=dict)]
    """HTTP headers to send, such as Authorization; never to another host after a redirect."""

    @property
    def address(self) -> str:
        """The url, of its query a fingerprint: a feed's key often stands there."""
        return marked_query(self.url)

    def forbidden(self) -> str:
        """Say why no poll will be let through to the address; empty if one may."""
        return self.refused(self.url)
