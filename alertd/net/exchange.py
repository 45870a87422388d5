"""What goes into a request and what comes out of it: options, answers and the failure of a POST."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from alertd.errors import Temporary
from alertd.net.address import PUBLIC, AddressPolicy

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class GetOptions:
    """How to fetch one URL. Times in seconds, sizes in bytes."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The source's own headers, keys among them: sent to the origin of the URL, never to another."""
    etag: str = ""
    last_modified: str = ""
    """Validators as the server gave them, quotes included."""
    validators_url: str = ""
    """The URL they belong to: `Response.url` of then, or `marked_query` of it; empty: the URL asked for. Sent to no
    other."""
    accept: str = "*/*"
    user_agent: str = ""
    """Instead of the client's own."""
    timeout_s: float = 30.0
    """For everything: redirects and body, but not the wait for a turn at the host."""
    connect_timeout_s: float = 10.0
    """Name, TCP and TLS."""
    read_timeout_s: float = 10.0
    """The longest silence."""
    max_wire_bytes: int = 16 * MIB
    max_bytes: int = 16 * MIB
    """Of the body, decoded."""
    max_refusal: int = 0
    """Of what comes with an answer that is no document, decoded: kept in `FetchTemporary.page`."""
    allow: AddressPolicy = PUBLIC
    allow_downgrade: bool = False
    """A redirect may lead from https to http."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A document, or the news that it is unchanged."""

    status: int
    """200, 203 or 304."""
    url: str
    """Where it was found in the end, without user name and password. The validators belong to this URL."""
    headers: Mapping[str, str]
    """Names in any case: content-type, etag, last-modified, cache-control, expires, age, date, link, retry-after."""
    body: bytes = field(repr=False)
    """Decoded; empty if `not_modified`."""
    sha256: str
    """Of `body`, in hex; empty if `not_modified`."""
    wire_bytes: int
    not_modified: bool
    http_date: str | None
    """The server's Date, as sent."""
    permanent_url: str | None
    """Where it has moved, if every redirect on the way was permanent."""
    retry_after_s: float | None
    max_age_s: float | None
    """For how long the server calls this fresh, at most 24 h."""
    elapsed_s: float
    """From the first request to the last byte, without waiting for turns."""
    received_at_ms: int
    """When the last byte had come."""

    @property
    def etag(self) -> str:
        """The validator to send next time; empty if there is none."""
        return self.headers.get("etag", "")

    @property
    def last_modified(self) -> str:
        """The validator to send next time; empty if there is none."""
        return self.headers.get("last-modified", "")

    @property
    def content_type(self) -> str | None:
        """The Content-Type header, if there is one."""
        return self.headers.get("content-type")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOptions:
    """How to send one message. Times in seconds, sizes in bytes."""

    timeout_s: float = 20.0
    connect_timeout_s: float = 10.0
    excerpt_timeout_s: float = 5.0
    """For the answer's body: the status is known by then, the rest is only nice to have."""
    max_excerpt: int = 2048
    user_agent: str = ""
    allow: AddressPolicy = PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class PostResult:
    """The server answered: whatever the status, a redirect too, is for the notifier to judge."""

    status: int
    retry_after_s: float | None
    body_excerpt: str
    """The beginning of the body as text, without control characters."""
    elapsed_s: float


class PostFailed(Temporary):
    """No answer came. `sent` is False only if it is certain that no byte of the request left this machine."""

    def __init__(self, text: str, *, sent: bool, forbidden: bool = False, untrusted: bool = False) -> None:
        super().__init__(text)
        self.sent = sent
        self.untrusted = untrusted
        """Its certificate was not accepted."""
        self.forbidden = forbidden
        """The address may not be used, by policy or because it is none: only a change of the settings helps."""
