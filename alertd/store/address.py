"""The address of a Redis, as the settings write it. Pure; nothing here needs the Redis library.

| written | means |
|---|---|
| `redis://` `rediss://` `unix://` | one server, over TCP, TLS or a socket |
| `redis+sentinel://[user:password@]host:port,host:port/SERVICE[/DB]` | the primary that these sentinels name |
| `redis+cluster://[user:password@]host:port,host:port` | the node of a cluster that serves our slot |

What is wrong with an address is said without repeating it: it can hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from alertd.errors import StoreRefused

SENTINEL = "redis+sentinel"
CLUSTER = "redis+cluster"
_ONE = ("redis", "rediss", "unix")
_PORTS: Mapping[str, int] = {SENTINEL: 26_379, CLUSTER: 6_379}

TLS_OPTIONS = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname"})
_ONE_OPTIONS = TLS_OPTIONS | {"db"}
_CLUSTER_OPTIONS = TLS_OPTIONS | {"tls"}
_SENTINEL_OPTIONS = _CLUSTER_OPTIONS | {"db", "sentinel_username", "sentinel_password", "sentinel_tls"}
_SERVICE = re.compile(r"[A-Za-z0-9._-]{1,100}")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}

Node = tuple[str, int]
"""Host and port."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the store is and how one gets in."""

    kind: Literal["one", "sentinel", "cluster"]
    url: str = ""
    """Of `one`, for the library to read."""
    nodes: tuple[Node, ...] = ()
    """The sentinels, or nodes of the cluster to ask first."""
    service: str = ""
    """By which the sentinels know the primary."""
    db: int = 0
    username: str | None = None
    password: str | None = None
    tls: bool = False
    tls_options: Mapping[str, str | bool] = field(default_factory=dict)
    sentinel_username: str | None = None
    sentinel_password: str | None = None
    sentinel_tls: bool = False


def is_several(url: str) -> bool:
    """Tell whether an address leads to one of several servers."""
    return url.startswith((f"{SENTINEL}:", f"{CLUSTER}:"))


def parse_address(url: str) -> Address:
    """Read an address. Raises StoreRefused, whose text does not repeat it."""
    scheme = url.partition("://")[0]
    if scheme in _PORTS:
        return _several(scheme, url.partition("://")[2])
    try:
        parts = urlsplit(url)
    except ValueError:
        raise StoreRefused("the Redis URL cannot be read") from None
    if parts.scheme not in _ONE:
        raise StoreRefused(
            "a Redis URL begins with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://"
        )
    _check_options(parse_qs(parts.query, keep_blank_values=True), _ONE_OPTIONS)
    return Address("one", url=url)


def shown(url: str) -> str:
    """Give an address of several servers for printing: without names, passwords and options."""
    address = parse_address(url)
    hosts = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in address.nodes)
    scheme = SENTINEL if address.kind == "sentinel" else CLUSTER
    return f"{scheme}://{hosts}/{address.service}" if address.service else f"{scheme}://{hosts}"


def secrets_in(url: str) -> list[str]:
    """Give the passwords in an address of several servers, as they are written and as they are sent."""
    try:
        address = parse_address(url)
    except StoreRefused:
        return [url]
    written = url.partition("://")[2].rpartition("@")[0].partition(":")[2]
    return [text for text in (written, address.password, address.sentinel_password) if text]


def _several(scheme: str, rest: str) -> Address:
    rest, _, query = rest.partition("?")
    place, _, path = rest.partition("/")
    user, at, hosts = place.rpartition("@")
    name, _, password = user.partition(":")
    options = parse_qs(query, keep_blank_values=True)
    _check_options(options, _SENTINEL_OPTIONS if scheme == SENTINEL else _CLUSTER_OPTIONS)
    given = {key: values[-1] for key, values in options.items()}
    nodes = tuple(_node(text, _PORTS[scheme]) for text in hosts.split(","))
    tls = _yes(given, "tls", default=False)
    common = Address(
        "cluster",
        nodes=nodes,
        username=unquote(name) or None if at else None,
        password=unquote(password) or None,
        tls=tls,
        tls_options={key: _option(key, given[key]) for key in sorted(TLS_OPTIONS & given.keys())},
    )
    if scheme == CLUSTER:
        if path.strip("/"):
            raise StoreRefused("a cluster has one database: nothing stands behind its nodes")
        return common
    return _sentinel(common, path, given)


def _sentinel(common: Address, path: str, given: Mapping[str, str]) -> Address:
    service, _, db = path.partition("/")
    db = db or given.get("db", "0")
    if not _SERVICE.fullmatch(service):
        raise StoreRefused("name the service after the sentinels: redis+sentinel://host:26379,host:26379/SERVICE")
    if not re.fullmatch(r"\d{1,4}", db):
        raise StoreRefused("the database is a number: redis+sentinel://host:26379/SERVICE/0")
    return Address(
        "sentinel",
        nodes=common.nodes,
        service=service,
        db=int(db),
        username=common.username,
        password=common.password,
        tls=common.tls,
        tls_options=common.tls_options,
        sentinel_username=given.get("sentinel_username") or None,
        sentinel_password=given.get("sentinel_password") or None,
        sentinel_tls=_yes(given, "sentinel_tls", default=common.tls),
    )


def _node(text: str, default: int) -> Node:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?", text)
    port = int(found[2] or default) if found else 0
    if found is None or not 0 < port < 65_536:
        raise StoreRefused("write the servers as host:port,host:port; the port is a number from 1 to 65535")
    return found[1].strip("[]"), port


def _check_options(given: Mapping[str, object], known: frozenset[str]) -> None:
    foreign = sorted(given.keys() - known)
    if foreign:
        raise StoreRefused(f"a Redis URL may not set {', '.join(foreign)}; only {', '.join(sorted(known))}")


def _yes(given: Mapping[str, str], key: str, *, default: bool) -> bool:
    if key not in given:
        return default
    if given[key].lower() not in _YES:
        raise StoreRefused(f"`{key}` of a Redis URL is yes or no")
    return _YES[given[key].lower()]


def _option(key: str, value: str) -> str | bool:
    return _YES.get(value.lower(), True) if key == "ssl_check_hostname" else value
