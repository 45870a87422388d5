"""The daemon as a whole: it starts, delivers, drains, reloads, and comes back from the dead."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import Daemon, command, eventually
from tests.support.http import FaultServer, answer, hang

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="
RULE = "{id: lease, title: A lease, severity: high, when: {title: lease}}"


def feed(*titles: str) -> bytes:
    """Make a feed, newest first; the title names the entry."""
    items = "".join(f"<item><guid>{t}</guid><title>{t}</title></item>" for t in titles)
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script("/feed", answer(feed("Vega leases Orion")))
        server.script("/hook", answer(status=204))
        yield server


def write_settings(folder: Path, world: FaultServer, **more: Any) -> Daemon:
    """Write settings and rules for one feed and one webhook."""
    source = {"id": "wire", "type": "feed", "url": world.url("/feed"), "every": "1s", "backlog": "all"}
    hook = {"id": "oms", "type": "webhook", "url": world.url("/hook"), "secret": SECRET, "allow_private": True}
    settings = {
        "state_dir": "./var", "rules": "./rules", "web": {"bind": "127.0.0.1:0"}, "operator": ["oms"],
        "sources": [source | {"allow_private": True}], "receivers": [hook],
    }  # fmt: skip
    (folder / "alertd.yaml").write_text(json.dumps(settings | more))
    write_rule(folder, RULE)
    return Daemon(folder)


def write_rule(folder: Path, rule: str) -> None:
    (folder / "rules/portfolios").mkdir(parents=True, exist_ok=True)
    head = "portfolio: p\ntitle: P\ntimezone: UTC\nreceivers: [oms]\nrules:\n  - "
    (folder / "rules/portfolios/p.yaml").write_text(head + rule + "\n")


def messages(world: FaultServer, kind: str = "") -> list[dict[str, Any]]:
    """Give what the webhook got."""
    bodies = [json.loads(request.body) for request in world.to("/hook")]
    return [body for body in bodies if not kind or body["type"] == kind]


async def test_an_entry_of_a_feed_becomes_a_signed_message(tmp_path: Path, world: FaultServer) -> None:
    async with write_settings(tmp_path, world) as daemon:
        await eventually(lambda: _fired(world, 1), "the alert arrives")
        (message,) = messages(world, "alert.fired")
        assert message["data"]["alert"]["title"] == "Vega leases Orion"
        assert message["data"]["alert"]["matches"][0]["evidence"][0]["quote"]
        code, out, _ = await command("why", message["data"]["event"]["id"], folder=tmp_path)
        assert code == 0
        assert "p: first" in out
        assert "sent" in out
        code, out, _ = await command("status", "--json", folder=tmp_path)
        assert code == 0, out
        assert json.loads(out)["sources"][0]["state"] == "fine"
        assert await daemon.quiet()


async def test_a_restart_sends_nothing_again_and_misses_nothing(tmp_path: Path, world: FaultServer) -> None:
    daemon = write_settings(tmp_path, world)
    async with daemon:
        await eventually(lambda: _fired(world, 1), "the alert arrives")
    assert daemon.returncode == 0
    world.script("/feed", answer(feed("Lyra leases Atlas", "Vega leases Orion")))
    async with daemon:
        await eventually(lambda: _fired(world, 2), "the new one arrives")
        await eventually(daemon.quiet, "all is quiet")
    titles = [m["data"]["alert"]["title"] for m in messages(world, "alert.fired")]
    assert titles == ["Vega leases Orion", "Lyra leases Atlas"]


async def test_sigterm_lets_a_send_under_way_end(tmp_path: Path, world: FaultServer) -> None:
    world.script("/hook", hang())
    daemon = write_settings(tmp_path, world, drain="3s")
    async with daemon:
        await world.until(lambda: bool(world.to("/hook")))
        daemon.signal(signal.SIGTERM)
        assert await daemon.wait() == 0
    assert "draining" in daemon.log_tail()


async def test_a_second_sigterm_leaves_at_once(tmp_path: Path, world: FaultServer) -> None:
    world.script("/hook", hang())
    async with write_settings(tmp_path, world, drain="20s") as daemon:
        await world.until(lambda: bool(world.to("/hook")))
        daemon.signal(signal.SIGTERM)
        await eventually(lambda: _logged(daemon, "draining"), "it drains")
        daemon.signal(signal.SIGTERM)
        assert await daemon.wait() == 130


async def test_a_broken_rule_file_changes_nothing_and_is_said_in_three_places(
    tmp_path: Path, world: FaultServer
) -> None:
    async with write_settings(tmp_path, world) as daemon:
        await eventually(lambda: _fired(world, 1), "the alert arrives")
        write_rule(tmp_path, "{id: lease, titel: A lease, severity: loud, when: {titel: lease}}")
        daemon.signal(signal.SIGHUP)
        await eventually(lambda: _told(world, "reload_refused"), "the operator is told")
        code, out, _ = await command("status", folder=tmp_path)
        assert code == 1
        assert "p.yaml:6:" in out
        assert daemon.log_tail().count("config_fault") >= 3
        world.script("/feed", answer(feed("Lyra leases Atlas", "Vega leases Orion")))
        await eventually(lambda: _fired(world, 2), "the old rules are in force")


async def test_a_reload_without_any_portfolio_is_refused(tmp_path: Path, world: FaultServer) -> None:
    async with write_settings(tmp_path, world) as daemon:
        await eventually(lambda: _fired(world, 1), "the alert arrives")
        (tmp_path / "rules/portfolios").rename(tmp_path / "elsewhere")
        daemon.signal(signal.SIGHUP)
        await eventually(lambda: _told(world, "reload_refused"), "the operator is told")
        world.script("/feed", answer(feed("Lyra leases Atlas", "Vega leases Orion")))
        await eventually(lambda: _fired(world, 2), "the old rules are in force")


async def test_a_good_reload_takes_effect_without_a_restart(tmp_path: Path, world: FaultServer) -> None:
    async with write_settings(tmp_path, world) as daemon:
        await eventually(lambda: _fired(world, 1), "the alert arrives")
        write_rule(tmp_path, RULE.replace("lease}", "merger}"))
        daemon.signal(signal.SIGHUP)
        await eventually(lambda: _logged(daemon, "reloaded"), "the rules are taken")
        world.script("/feed", answer(feed("A merger of equals", "Lyra leases Atlas", "Vega leases Orion")))
        await eventually(lambda: _fired(world, 2), "the new rule holds")
        await eventually(daemon.quiet, "all is quiet")
        assert messages(world, "alert.fired")[-1]["data"]["alert"]["title"] == "A merger of equals"


@pytest.mark.parametrize("place", ["poll.fetched", "poll.chunk_ingested", "poll.ingested", "match.read",
                                   "match.committed", "deliver.claimed"])  # fmt: skip
async def test_a_crash_at_any_step_loses_nothing_and_repeats_nothing(
    tmp_path: Path, world: FaultServer, place: str
) -> None:
    write_settings(tmp_path, world, receivers=[_hook(world, timeout="1s")])
    daemon = Daemon(tmp_path, {"ALERTD_FAILPOINT": f"{place}:1:exit"})
    async with daemon:
        await eventually(lambda: _fired(world, 1), "the alert arrives after all")
        await eventually(daemon.quiet, "all is quiet")
        assert "process_died" in daemon.log.read_text()
        await eventually(lambda: _logged(daemon, "process_ready"), "its successor works")
    assert len(messages(world, "alert.fired")) == 1


async def test_a_crash_after_the_send_repeats_it_under_the_same_id(tmp_path: Path, world: FaultServer) -> None:
    write_settings(tmp_path, world, receivers=[_hook(world, timeout="1s")])
    async with Daemon(tmp_path, {"ALERTD_FAILPOINT": "deliver.sent:1:exit"}) as daemon:
        await eventually(lambda: _fired(world, 2), "it is sent again")
        await eventually(daemon.quiet, "all is quiet")
    ids = {request.headers["webhook-id"] for request in world.to("/hook")}
    assert len(ids) == 1


async def test_a_second_daemon_on_the_same_state_is_refused(tmp_path: Path, world: FaultServer) -> None:
    async with write_settings(tmp_path, world) as daemon:
        code, _, err = await command("run", folder=tmp_path)
        assert code == 1
        assert str(daemon.pid) in err


async def test_nothing_is_left_behind_when_it_stops(tmp_path: Path, world: FaultServer) -> None:
    async with write_settings(tmp_path, world) as daemon:
        await eventually(daemon.quiet, "all is quiet")
        group = _descendants(daemon.pid)
        assert len(group) >= 4, "supervisor, redis, io and a matcher"
    assert not _living(group)
    assert not (tmp_path / "var/run.json").exists()


def _hook(world: FaultServer, **more: Any) -> dict[str, Any]:
    hook = {"id": "oms", "type": "webhook", "url": world.url("/hook"), "secret": SECRET, "allow_private": True}
    return hook | more


async def _fired(world: FaultServer, count: int) -> bool:
    return len(messages(world, "alert.fired")) >= count


async def _told(world: FaultServer, kind: str) -> bool:
    return any(message["data"]["notice"]["kind"] == kind for message in messages(world, "notice"))


async def _logged(daemon: Daemon, word: str) -> bool:
    return word in daemon.log_tail()


def _living(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += children.get(pid, [])
    assert os.getpid() not in found
    return found
