"""The settings of the public listener; apart from the server, so that settings load no HTTP library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from alertd.base.config import ConfigModel
from alertd.base.yaml import Document
from alertd.errors import Fault
from alertd.web.bind import parse_bind
from alertd.web.guards import is_address

MIN_LINKS_KEY = 32
"""Shortest key for the links in mail, in characters."""


def apart(doc: Document) -> Iterator[Fault]:
    """Warn where processes on several machines may each make a key of their own for the links in mail."""
    mail = any(
        item.get("type") == "email" and item.get("links") is not False for _, item in doc.items(("receivers",))
    )
    redis = doc.node(("redis",))
    if not mail or doc.node(("web", "public")) is None or redis is None or redis.value == "embedded":
        return
    if doc.node(("web", "links_key")) is None:
        why = "each machine makes a key of its own for the links in mail: one does not know those of another"
        yield doc.fault(("web", "public"), why, "set web.links_key, the same everywhere", severity="warning")


def _checked_bind(value: str) -> str:
    parse_bind(value)
    return value


def _checked_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("https", "http") or not host or not value.isascii() or parts.query or parts.fragment:
        raise ValueError("write the address by which others reach it, such as https://alerts.example.com")
    if parts.username or parts.password:
        raise ValueError("the address must not carry a user name or password")
    if parts.scheme == "http" and host != "localhost" and not is_address(host):
        # Whoever reads along could answer in another's name. An address is one of the house, or a test's.
        raise ValueError("write https://: what people answer must not go over plain http")
    return value.rstrip("/")


class PublicConfig(ConfigModel):
    """A second listener for what others may reach: answers from Slack and from links in mail, and nothing else."""

    bind: Annotated[str, AfterValidator(_checked_bind)]
    """`host:port` on which it listens, usually behind a proxy that speaks TLS; port 0 takes a free one."""
    url: Annotated[str, AfterValidator(_checked_url)]
    """The address by which others reach it: `https://alerts.example.com`."""
