"""The past through a whole daemon: nothing live is touched, nothing leaves unasked, what leaves says what it is."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from alertd.store.client import Link
from alertd.store.keys import Keys
from alertd.store.redis import open_store
from tests.cli.run import alertd
from tests.history.replay.stage import TITLES, Stage, records, summary
from tests.support.desk import Desk
from tests.support.http import DEADLINE_S, FaultServer


async def keys_of(url: str) -> dict[bytes, bytes]:
    """Give every key of a server with its content."""
    link = Link(url, Keys("any"), name="test", max_connections=2)
    try:
        found = await link.call("KEYS", "*")
        return {key: await link.call("DUMP", key) for key in sorted(found)}
    finally:
        await link.aclose()


async def test_a_dry_replay_does_it_all_and_touches_nothing(tmp_path: Path, redis_url: str) -> None:
    with FaultServer() as world:
        stage = Stage(tmp_path, world, redis_url)
        live = await open_store(redis_url, "alertd-live", name="test")
        await live.prepare()
        await live.aclose()
        files, keys = stage.files(), await keys_of(redis_url)

        code, out, err = await stage.replay("--redis", redis_url)

        assert code == 0, err
        assert world.requests == []
        assert stage.files() == files and stage.left() == []
        assert await keys_of(redis_url) == keys
    assert "events 5 · answers 1 · alerts 4 · messages" in out and "held back at the end 0" in out
    assert all(f"“{title}” → p: first" in out for title in TITLES)
    assert "2026-01-12T20:30:00.000Z answer" in out and "acknowledged by jd" in out
    assert "→ p: update_material" in out  # the correction came as one
    release = next(line for line in out.splitlines() if " release " in line)
    assert release.startswith("2026-01-13T06:30:00.000Z") and "brief of night" in release
    # Until 22:00 it is as it was then; in the hours of quiet the archive says that it was told, and now it is held.
    assert "decided as then: 2 of 5, otherwise: 3" in out
    assert '"code": "clock"' not in err  # the server's clock is not that of the past


async def test_only_who_is_named_is_told_and_reads_that_it_is_a_replay(tmp_path: Path) -> None:
    with FaultServer() as world:
        stage = Stage(tmp_path, world, "embedded")
        code, out, err = await stage.replay("--deliver-to", "oms", "--yes", "--speed", "20000", "--json")
        assert code == 0, err
        assert world.to("/night") == []
        bodies = [json.loads(request.body) for request in world.to("/hook")]
        ids = {request.headers["webhook-id"] for request in world.to("/hook")}
    assert [body["type"] for body in bodies] == [
        "alert.fired",
        "alert.acknowledged",
        *["alert.fired"] * 3,
        "alert.updated",
    ]
    assert all(body["replay"] is True for body in bodies)
    fired = [body["data"]["event"]["title"] for body in bodies if body["type"] == "alert.fired"]
    assert fired == list(TITLES)
    decisions = [one for record in records() for one in record.data.get("decisions", [])]
    known = {name for one in decisions for name in one["receivers"].values()}
    alerts = {one["alert"] for one in decisions}
    assert len(ids) == 6 and not ids & known
    assert not {body["data"]["alert"]["id"] for body in bodies} & alerts
    found = summary(out)
    assert (found["events"], found["alerts"], found["told"]["oms"], found["held"]) == (5, 4, 6, 0)
    assert found["told"]["night"] >= 3 and found["failed"] == {}
    assert 0 < found["latency_p50_s"] <= found["latency_max_s"]


async def test_ctrl_c_ends_it_and_removes_what_it_made(tmp_path: Path) -> None:
    with FaultServer() as world:
        stage = Stage(tmp_path, world, "embedded")
        process = await stage.start("--speed", "1")
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), DEADLINE_S)
        assert TITLES[0].encode() in line
        assert stage.left() != []
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), DEADLINE_S)
        assert process.returncode == 130, err.decode()
        assert "events 1 · answers 0 · alerts 1" in out.decode() and "stopped before its end" in err.decode()
        assert stage.left() == [] and world.requests == []


@pytest.fixture(scope="module")
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--speed", "0"], "--speed takes a number"),
        (["--speed", "1e9"], "--speed takes a number"),
        (["--since", "2026-01-14", "--until", "2026-01-13"], "is not after --since"),
        (["--since", "2027-01-01"], "there are no events in that time"),
        (["--since", "soon"], "--since takes a time"),
        (["--deliver-to", "osm"], "there is no receiver osm: did you mean `oms`?"),
        (["--deliver-to", "oms"], "say --yes"),
        (["--deliver-to", "oms", "--dry"], "opposite things"),
        (["--rules", "nowhere"], "there is no directory nowhere"),
        (["--events", "nowhere"], "there are no events here"),
    ],
)
def test_nonsense_is_refused_before_anything_begins(
    tmp_path: Path, world: FaultServer, words: list[str], why: str
) -> None:
    Desk(tmp_path, world).write()
    (tmp_path / "events.jsonl").write_text('{"title": "A", "published_at": "2026-01-12T10:00:00Z"}\n')
    done = alertd("replay", "--events", "events.jsonl", *words, cwd=tmp_path)
    assert done.code == 2 and why in done.err
    assert not (tmp_path / "var").exists()
