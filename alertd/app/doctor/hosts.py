"""The hosts outside that the settings lead to: sources, receivers, the mail relay, models, the heartbeat.

Only hosts and ports: paths and queries of addresses hold secrets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from alertd.net.address import AddressPolicy
from alertd.notify.smtp import SmtpConfig
from alertd.settings import Settings
from alertd.sources.mail import MailConfig
from alertd.sources.polled import HttpConfig

Speaks = Literal["https", "http", "imap", "smtp"]
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and a port, and how it is spoken to."""

    host: str
    port: int
    speaks: Speaks
    tls: Literal["implicit", "starttls", "none"]
    policy: AddressPolicy
    timeout_s: float
    """For each step; no more than the settings allow a poll or a message."""
    ca_file: Path | None = None
    """Authorities to trust besides the system's."""
    smtp: SmtpConfig | None = None
    """Of the mail relay."""
    asked_for: str = ""
    """Who needs it, in words: `source prwire`."""
    source: bool = False
    """A source is read there, so it may be asked what time it is."""


MOST_S = 10.0
"""A doctor does not wait for longer than this at each step."""


def endpoints(settings: Settings) -> list[Endpoint]:
    """Give every place that the settings lead to, each once, with all who need it."""
    found: dict[tuple[Any, ...], Endpoint] = {}
    for one in _all(settings):
        key = (one.host, one.port, one.speaks, one.policy, one.ca_file)
        known = found.get(key)
        if known is not None:
            names = known.asked_for.split(", ")
            more = "" if one.asked_for in names else f", {one.asked_for}"
            one = replace(known, asked_for=known.asked_for + more, source=known.source or one.source)
        found[key] = one
    return list(found.values())


def _all(settings: Settings) -> Iterator[Endpoint]:
    for source in settings.sources:
        name = f"source {source.id}"
        if isinstance(source, MailConfig):
            policy = AddressPolicy.of(source.allow_private)
            yield Endpoint(
                source.host, source.server_port, "imap", source.tls, policy, min(source.timeout, MOST_S),
                source.ca_file, asked_for=name,
            )  # fmt: skip
        elif isinstance(source, HttpConfig):
            policy = AddressPolicy.of(source.allow_private)
            yield replace(_web(source.address, policy, source.timeout, name), source=True)
    for receiver in settings.receivers:
        for url, policy, timeout in _addresses(receiver):
            yield _web(url, policy, timeout, f"receiver {receiver.id}")
    if settings.smtp is not None and any(receiver.type == "email" for receiver in settings.receivers):
        smtp = settings.smtp
        yield Endpoint(
            smtp.host, smtp.relay_port, "smtp", smtp.tls, AddressPolicy(private=True), min(smtp.timeout, MOST_S),
            smtp.ca_file, smtp, "mail relay",
        )  # fmt: skip
    for model in settings.models:
        yield _web(model.base_url, model.policy, model.timeout, f"model {model.id}")
    if (beat := settings.heartbeat) is not None:
        yield _web(beat.url.reveal(), beat.policy, beat.timeout, "heartbeat")


def _addresses(receiver: Any) -> Iterator[tuple[str, AddressPolicy, float]]:
    """Give the addresses that a receiver posts to; one that posts nowhere has none."""
    secret = getattr(receiver, "webhook_url", None) or getattr(receiver, "url", None)
    url = secret.reveal() if secret is not None else getattr(receiver, "base_url", None)
    if url:
        yield url, receiver.policy, receiver.timeout


def _web(url: str, policy: AddressPolicy, timeout: float, name: str) -> Endpoint:
    parts = urlsplit(url)
    speaks: Speaks = "http" if parts.scheme == "http" else "https"
    tls: Literal["implicit", "none"] = "none" if speaks == "http" else "implicit"
    port = parts.port or PORTS[speaks]
    return Endpoint(parts.hostname or "", port, speaks, tls, policy, min(timeout, MOST_S), asked_for=name)
