"""Which network addresses may be reached at all, decided for the address that a socket is about to connect to.

The check belongs at connect: names resolve differently a moment later (DNS rebinding), IP literals never see a
resolver, and a redirect may lead anywhere. `ipaddress.is_global` alone is not enough: Python 3.11 calls NAT64,
6to4, IPv4-compatible and multicast addresses global. So there is a table of our own, and outside it an address
must be global, and for IPv6 inside 2000::/3, the only block from which unicast addresses are handed out.
Sources: the IANA special-purpose address registries (RFC 6890) and the metadata services of the clouds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What a source or receiver may reach beyond the public internet. Hashable: it keys the connection pools.

    `private` False: nothing more. True: loopback, private and shared ranges. A tuple: those of them that lie in
    one of its networks. Link-local, metadata, multicast and translated addresses are refused in any case.
    """

    private: bool | tuple[Network, ...] = False

    @classmethod
    def of(cls, allow_private: bool | Iterable[str]) -> AddressPolicy:
        """Read the setting `allow_private`: true, false or a list of networks. Raises ValueError for a bad one."""
        if isinstance(allow_private, bool):
            return cls(allow_private)
        return cls(tuple(ip_network(text) for text in allow_private))


PUBLIC: Final = AddressPolicy()
"""The policy of everything that was not configured otherwise."""


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


_NEVER: Final[tuple[tuple[str, tuple[Network, ...]], ...]] = (
    (
        # Before link-local and private: the more telling word.
        "a cloud metadata address",
        _networks(
            "169.254.169.254/32",
            "169.254.170.0/24",
            "100.100.100.200/32",
            "168.63.129.16/32",
            "fd00:ec2::/32",
            "fd20:ce::254/128",
        ),
    ),
    ("a link-local address", _networks("169.254.0.0/16", "fe80::/10")),
    ("the unspecified address", _networks("0.0.0.0/8", "::/128")),
    ("a multicast address", _networks("224.0.0.0/4", "ff00::/8")),
    ("a NAT64 address", _networks("64:ff9b::/96", "64:ff9b:1::/48")),
    ("a 6to4 address", _networks("2002::/16", "192.88.99.0/24")),
    ("a Teredo address", _networks("2001::/32")),
    (
        "a documentation address",
        _networks("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
    ),
    ("a reserved address", _networks("192.0.0.0/24", "240.0.0.0/4", "2001::/23", "100::/64", "5f00::/16")),
)
_PRIVATE: Final[tuple[tuple[str, tuple[Network, ...]], ...]] = (
    ("a loopback address", _networks("127.0.0.0/8", "::1/128")),
    (
        "a private address",
        _networks(
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "198.18.0.0/15",
            "fc00::/7",
            "fec0::/10",
        ),
    ),
)
_UNICAST: Final = IPv6Network("2000::/3")


def refusal(ip: str | IPv4Address | IPv6Address, policy: AddressPolicy = PUBLIC) -> str | None:
    """Say in words why this address may not be reached under `policy`, or None if it may.

    The words end a sentence: "… is at a private address (10.0.0.5), set allow_private to permit it". A text that is
    no address at all is refused too.
    """
    try:
        address = ip_address(ip)
    except ValueError:
        return "something that is not an IP address"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if name := _find(address, _NEVER):
        return f"{name} ({address}), which is never permitted"
    if name := _find(address, _PRIVATE):
        if policy.private is False:
            return f"{name} ({address}), set allow_private to permit it"
        if policy.private is True or _in_any(address, policy.private):
            return None
        return f"{name} ({address}), which allow_private does not list"
    if not address.is_global or (isinstance(address, IPv6Address) and address not in _UNICAST):
        return f"a reserved address ({address}), which is never permitted"
    return None


def unreachable(host: str, policy: AddressPolicy = PUBLIC) -> str:
    """Say why nothing may connect to a host, as far as that is seen without asking for its name's address; or "".

    `localhost` is this machine wherever it is asked.
    """
    literal = "127.0.0.1" if host == "localhost" else host
    try:
        return refusal(ip_address(literal), policy) or ""
    except ValueError:
        return ""


def is_inside(host: str) -> bool:
    """Tell whether a host is, without asking for its name's address, a loopback or private address."""
    return bool(unreachable(host)) and not unreachable(host, AddressPolicy(private=True))


def beside(why: str, host: str) -> str:
    """Write a `refusal` where the host is named already: an address is not said twice."""
    return why.replace(f" ({host})", "", 1)


def _find(address: IPv4Address | IPv6Address, table: tuple[tuple[str, tuple[Network, ...]], ...]) -> str | None:
    return next((name for name, networks in table if _in_any(address, networks)), None)


def _in_any(address: IPv4Address | IPv6Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
