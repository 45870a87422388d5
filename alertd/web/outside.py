"""Who may connect where others than this machine can: pure checks of the settings and of each connection.

    bind beyond loopback   needs a token, and TLS: of our own (`web.tls`) or of a proxy (`web.trusted_proxies`)
    a trusted proxy        is let in by its address, and says who asks (X-Forwarded-For) and how (X-Forwarded-Proto)
    anybody else           is refused where proxies are named, except from this machine

The headers are believed of a trusted proxy alone: anybody can write them. Of several addresses in X-Forwarded-For the
last that is no trusted proxy counts; what stands before it the client may have made up (RFC 7239, section 8.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from alertd.base.config import ConfigModel
from alertd.base.yaml import Document
from alertd.base.yaml import Path as At
from alertd.errors import Fault
from alertd.web.guards import is_loopback

Network = IPv4Network | IPv6Network

OPEN = "others can connect here, and what is said would go over the network in the clear"
HOW = "set web.tls, or web.trusted_proxies to the addresses of the proxy that speaks TLS"


def _checked_network(value: str) -> str:
    if ip_network(value).prefixlen == 0:
        raise ValueError("everybody is no proxy: name its address")
    return value


ProxyNetwork = Annotated[str, AfterValidator(_checked_network)]
"""An address or a network: `10.0.0.7`, `172.30.83.0/28`."""


class TlsConfig(ConfigModel):
    """The certificate that is shown where others can connect."""

    cert: Path
    """PEM file with the certificate and those between it and its authority; taken anew when it changes."""
    key: Path
    """PEM file with its private key."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not let in."""

    text: str


@dataclass(frozen=True, slots=True)
class Outside:
    """How others than this machine may connect."""

    tls: TlsConfig | None = None
    proxies: tuple[Network, ...] = ()
    """Where there are some, only they and this machine are let in."""

    @property
    def safe(self) -> bool:
        """Whether what is said does not go over the network in the clear."""
        return self.tls is not None or bool(self.proxies)


NOBODY = Outside()
"""Only this machine may connect."""


def networks(proxies: Sequence[str]) -> tuple[Network, ...]:
    """Read the addresses of trusted proxies. Raises ValueError."""
    return tuple(ip_network(one) for one in proxies)


def who_asks(
    peer: str, forwarded_for: Sequence[str], protos: Sequence[str], proxies: Sequence[Network]
) -> str | Refused:
    """Give the address that a request comes from, or why it is refused.

    `peer` is at the other end of the connection, `forwarded_for` the X-Forwarded-For headers as they came,
    `protos` those of X-Forwarded-Proto: where several proxies say how it came, none may say in the clear.
    """
    if not proxies:
        return peer
    if not is_proxy(peer, proxies):
        return peer if is_loopback(_plain(peer)) else Refused("only through the proxy")
    if any(one.strip().lower() != "https" for proto in protos for one in proto.split(",")):
        return Refused("only over https")
    hops = [hop.strip() for header in forwarded_for for hop in header.split(",") if hop.strip()]
    for hop in reversed(hops):
        if not _is_address(hop):
            return peer
        if not is_proxy(hop, proxies):
            return hop
    return peer


def bind_faults(doc: Document) -> Iterator[Fault]:
    """Name what a listener beyond loopback lacks."""
    safe = any(doc.node(("web", key)) is not None for key in ("tls", "trusted_proxies"))
    token = any(doc.node(("web", key)) is not None for key in ("token", "token_sha256"))
    for at in (("web", "bind"), ("web", "public", "bind")):
        if not _leaves_machine(doc, at):
            continue
        needed, hints = [], []
        if at == ("web", "bind") and not token:
            needed, hints = ["a token"], ["set web.token"]
        if not safe:
            needed, hints = [*needed, "TLS or a trusted proxy"], [*hints, HOW]
        if needed:
            are = "is" if len(needed) == 1 else "are"
            message = f"others can connect here, so {' and '.join(needed)} {are} needed"
            yield doc.fault(at, message, "; ".join(hints))


def _leaves_machine(doc: Document, at: At) -> bool:
    node = doc.node(at)
    host = node.value.rpartition(":")[0].strip("[]") if node is not None and isinstance(node.value, str) else ""
    return bool(host) and host != "localhost" and not is_loopback(host)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _plain(peer: str) -> str:
    """Give an IPv4 address that a listener of both families sees as IPv6, as what it is."""
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def is_proxy(peer: str, proxies: Sequence[Network]) -> bool:
    """Tell whether an address is one of a trusted proxy."""
    if not _is_address(peer):
        return False
    address = ip_address(_plain(peer))
    return any(address in network for network in proxies)
