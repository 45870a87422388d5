"""The start-up contract: what a Redis must be for alerts to be safe in it. Pure; RedisStore fetches the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from alertd.store.keys import TYPE_OF, WRONG_TYPE
from alertd.store.types import Finding

MIN_VERSION = (6, 2)
GOOD_VERSION = (7, 0)
MAX_SKEW_MS = 5_000
MAX_MEMORY_SHARE = 0.8

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the server says of itself."""

    info: Text
    """INFO, all sections in one."""
    config: Text
    """CONFIG GET; empty where that is forbidden, as at most hosting providers."""
    skew_ms: int
    """The server's clock minus ours."""
    over_socket: bool
    """Reached by a unix socket, so by nobody else."""
    relaxed: bool = False
    """The settings take it on themselves that alerts are lost when the server dies or is full."""
    several: bool = False
    """Reached through Sentinel or in a cluster: another server may take this one's place."""
    types: Text = field(default_factory=dict)
    """Name of each shared key -> the type that it has; `none` where there is none."""


def parse_info(text: str) -> dict[str, str]:
    """Read INFO's lines `name:value`."""
    lines = (line.partition(":") for line in text.splitlines() if ":" in line and not line.startswith("#"))
    return {name: value for name, _, value in lines}


def version_of(text: str) -> tuple[int, int]:
    """Read the first two numbers of a version; (0, 0) if there are none."""
    parts = text.split(".")
    try:
        return int(parts[0]), int(parts[1])
    except (IndexError, ValueError):
        return 0, 0


def judge(facts: ServerFacts) -> list[Finding]:
    """Give everything that is wrong, refusals first."""
    judges = (_version, _role, _replicas, _policy, _durability, _health, _types, _clock)
    found = [finding for judge_of in judges for finding in judge_of(facts)]
    return sorted(found, key=lambda f: f.level != "refuse")


def _refuse(code: str, text: str) -> Finding:
    return Finding(level="refuse", code=code, text=text)


def _endangers(facts: ServerFacts, code: str, text: str) -> Finding:
    """Refuse what loses alerts, unless the settings allow it."""
    return (_warn if facts.relaxed else _refuse)(code, text)


def _warn(code: str, text: str) -> Finding:
    return Finding(level="warn", code=code, text=text)


def _version(facts: ServerFacts) -> Iterator[Finding]:
    text = facts.info.get("redis_version", "")
    if version_of(text) < MIN_VERSION:
        yield _refuse(
            "version", f"Redis {text or 'of unknown version'} is too old: 6.2 or later is needed, or Valkey"
        )
    elif version_of(text) < GOOD_VERSION and not facts.over_socket:
        yield _warn(
            "version",
            f"Redis {text} gets no security fixes and is reached over the network: use 7.2 or later, or Valkey",
        )


def _role(facts: ServerFacts) -> Iterator[Finding]:
    if facts.info.get("role", "master") != "master":
        primary = f"{facts.info.get('master_host', '?')}:{facts.info.get('master_port', '?')}"
        yield _refuse(
            "replica", f"this Redis is a replica and takes no writes: point `redis:` at its primary {primary}"
        )


def _replicas(facts: ServerFacts) -> Iterator[Finding]:
    """Replication is asynchronous: what a primary takes without its replica is lost when that takes over."""
    # over a private socket the only replica is a backup that is being made
    followed = not facts.over_socket and int(facts.info.get("connected_slaves", "0")) > 0
    if not facts.several and not followed:
        return
    # INFO counts good replicas only where some are asked for: it says as much where CONFIG is forbidden
    asked = facts.config.get("min-replicas-to-write") or str(int("min_slaves_good_slaves" in facts.info))
    if asked == "0":
        yield _warn(
            "replicas",
            "min-replicas-to-write is 0: a primary that no replica follows goes on taking alerts, and these are lost "
            "when a replica takes its place. Set min-replicas-to-write 1 and min-replicas-max-lag 2",
        )


def _policy(facts: ServerFacts) -> Iterator[Finding]:
    policy = facts.config.get("maxmemory-policy") or facts.info.get("maxmemory_policy", "noeviction")
    if policy.startswith("allkeys-"):
        yield _refuse(
            "policy",
            f"maxmemory-policy is {policy}: a full Redis would silently drop alerts. Set maxmemory-policy noeviction",
        )
    elif policy != "noeviction":
        yield _endangers(
            facts,
            "policy",
            f"maxmemory-policy is {policy}: a full Redis would drop open alerts. Set maxmemory-policy noeviction",
        )
    limit = int(facts.config.get("maxmemory") or facts.info.get("maxmemory", "0"))
    used = int(facts.info.get("used_memory", "0"))
    if limit == 0:
        yield _warn("memory", "maxmemory is not set: a long outage of a receiver could use up the machine's memory")
    elif used > MAX_MEMORY_SHARE * limit:
        yield _warn("filling", f"{used * 100 // limit} % of maxmemory is in use: at 100 % nothing new is accepted")
    evicted = int(facts.info.get("evicted_keys", "0"))
    if evicted:
        yield _warn("evicted", f"{evicted} keys were evicted since this Redis started: alerts may be lost")


def _durability(facts: ServerFacts) -> Iterator[Finding]:
    if facts.info.get("aof_enabled", "0") != "1":
        yield _endangers(
            facts,
            "append_only",
            "appendonly is off: everything since the last snapshot is lost when Redis dies. Set appendonly yes"
            " (or, knowingly, redis_durability: relaxed)",
        )
        return
    fsync = facts.config.get("appendfsync", "always")
    if fsync != "always":
        lost = "about a second of alerts is" if fsync == "everysec" else "an unknown number of alerts is"
        yield _warn("fsync", f"appendfsync is {fsync}: {lost} lost when the machine dies. Set appendfsync always")


def _health(facts: ServerFacts) -> Iterator[Finding]:
    if facts.info.get("aof_last_write_status", "ok") != "ok":
        yield _warn("disk", "Redis could not write its append-only file (disk full?) and refuses writes until it can")
    if facts.info.get("rdb_last_bgsave_status", "ok") != "ok":
        yield _warn("disk", "Redis could not save its last snapshot (disk full?) and may refuse writes")


def _types(facts: ServerFacts) -> Iterator[Finding]:
    for name, kind in facts.types.items():
        if kind not in ("none", TYPE_OF[name]):
            yield _refuse("wrong_type", f"the key {name} holds a {kind}, not a {TYPE_OF[name]}. {WRONG_TYPE}")


def _clock(facts: ServerFacts) -> Iterator[Finding]:
    if abs(facts.skew_ms) > MAX_SKEW_MS:
        side = "ahead of" if facts.skew_ms > 0 else "behind"
        yield _warn("clock", f"the clock of Redis is {abs(facts.skew_ms) // 1000} s {side} ours: run NTP on both")
