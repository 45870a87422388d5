"""Redis: what it is, whether it keeps what it is given, how fast it answers, and the system it runs on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from alertd.app.doctor.clocks import judge_skew
from alertd.app.doctor.disks import at_share
from alertd.app.doctor.verdict import Level, Verdict, size
from alertd.store.redis import RedisStore
from alertd.store.server import ServerFacts, judge

PINGS = 100
SLOW_MS, STALLS_MS = 10.0, 100.0
"""There and back, at the 99th of a hundred: an event takes some twenty such ways."""
TOLD_OF = {
    "clock": "let a time service keep both machines",
    "memory": "set maxmemory to less than the machine has",
    "filling": "see `alertd status` for what waits, or give it more memory",
}
"""Advice where a finding of the start-up contract has none in its own words."""


async def look_at_server(store: RedisStore, *, relaxed: bool) -> list[Verdict]:
    """Ask Redis. `relaxed`: the settings take less safety on themselves. Raises StoreUnavailable."""
    facts = await store.server_facts(relaxed=relaxed)
    times = [await store.ping() for _ in range(PINGS)]
    found = [judge_identity(facts), *judge_contract(facts), judge_pings(times)]
    if facts.over_socket:
        found += judge_system(facts, system_setting("vm/overcommit_memory"), memory_available(), huge_pages())
    return [*found, judge_skew(facts.skew_ms)]


def judge_identity(facts: ServerFacts) -> Verdict:
    """Say what it is and how it keeps what it takes."""
    info, config = facts.info, facts.config
    name = "Valkey" if info.get("server_name") == "valkey" else "Redis"
    version = info.get("valkey_version") or info.get("redis_version", "of unknown version")
    fsync = config.get("appendfsync", "an fsync that it does not tell")
    kept = f"append-only, {fsync}" if info.get("aof_enabled") == "1" else "not append-only"
    limit, used = int(info.get("maxmemory", "0")), int(info.get("used_memory", "0"))
    memory = f"{size(used)} of {size(limit)} in use" if limit else f"{size(used)} in use, no limit"
    policy = config.get("maxmemory-policy") or info.get("maxmemory_policy", "?")
    replicas = f", replicas {info['connected_slaves']}" if info.get("connected_slaves", "0") != "0" else ""
    return Verdict("ok", "redis", f"{name} {version}, {kept}, {policy}, {memory}{replicas}")


def judge_contract(facts: ServerFacts) -> Iterator[Verdict]:
    """Judge it by the start-up contract; the clock is judged more closely than there."""
    for finding in judge(facts):
        if finding.code != "clock":
            level: Level = "bad" if finding.level == "refuse" else "warn"
            says, _, advice = finding.text.partition(". ")
            yield Verdict(level, "redis", says, advice or TOLD_OF.get(finding.code, "see docs/store.md"))


def judge_pings(times: Sequence[float]) -> Verdict:
    """Judge the ms of ways there and back."""
    ordered = sorted(times)
    high = at_share(ordered, 0.99)
    says = f"answers within {ordered[len(ordered) // 2]:.2f} ms, 99 % of {len(ordered)} asks within {high:.2f} ms"
    if high > STALLS_MS:
        return Verdict("bad", "redis", says, "is it on another continent, short of a processor, or swapped out?")
    if high > SLOW_MS:
        return Verdict("warn", "redis", says, "put it on this machine or beside it")
    return Verdict("ok", "redis", says)


def judge_system(facts: ServerFacts, overcommit: str, available: int | None, huge: str) -> Iterator[Verdict]:
    """Judge the system of a Redis on this machine: it forks to write its file anew, and doubles its memory at worst.

    `overcommit`: vm.overcommit_memory, empty if it is not known; `available` bytes of memory; `huge`: the line of
    transparent_hugepage/enabled.
    """
    used = int(facts.info.get("used_memory", "0"))
    if overcommit in ("0", "2") and available is not None and used > available:
        yield Verdict(
            "warn",
            "redis",
            f"it uses {size(used)}, {size(available)} are available, and vm.overcommit_memory is {overcommit}: "
            "it may not be able to fork, so its file is never written anew",
            "sysctl vm.overcommit_memory=1, or more memory",
        )
    if "[always]" in huge:
        yield Verdict(
            "warn",
            "redis",
            "transparent huge pages are always on: each fork of Redis then stalls it for longer",
            "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
        )


def system_setting(name: str) -> str:
    """Read a file below /proc/sys; empty where there is none."""
    return _text(Path("/proc/sys") / name)


def huge_pages() -> str:
    """Read whether transparent huge pages are on; empty where it is not known."""
    return _text(Path("/sys/kernel/mm/transparent_hugepage/enabled"))


def memory_available() -> int | None:
    """Give the bytes of memory that could be had without swapping (proc(5), MemAvailable)."""
    for line in _text(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) << 10
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""
