"""`alertd run`: what is refused before anything starts; and the commands that ask it, from end to end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import alertd
from tests.support.daemon import Daemon, command, eventually
from tests.support.http import FaultServer, answer

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="
FEED = b"""<rss version='2.0'><channel><title>t</title>
<item><guid>1</guid><title>Vega leases Orion</title></item>
<item><guid>2</guid><title>Rain over the weekend</title></item>
</channel></rss>"""
RULES = """portfolio: p
title: P
timezone: UTC
receivers: [oms]
rules:
  - {id: lease, title: A lease, severity: high, when: {title: lease}}
  - {id: merger, title: A merger, severity: high, when: {title: merger}}
"""


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script("/feed", answer(FEED))
        yield server


def desk(folder: Path, world: FaultServer, env: dict[str, str] | None = None) -> Daemon:
    source = {"id": "wire", "type": "feed", "url": world.url("/feed"), "every": "1s", "backlog": "all"}
    hook = {"id": "oms", "type": "webhook", "url": world.url("/hook"), "secret": SECRET, "allow_private": True}
    settings = {
        "web": {"bind": "127.0.0.1:0"}, "sources": [source | {"allow_private": True}], "receivers": [hook],
    }  # fmt: skip
    (folder / "alertd.yaml").write_text(json.dumps(settings))
    (folder / "rules/portfolios").mkdir(parents=True)
    (folder / "rules/portfolios/p.yaml").write_text(RULES)
    return Daemon(folder, env)


def test_settings_that_are_not_there_are_said_in_one_line(tmp_path: Path) -> None:
    done = alertd("run", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("alertd.yaml: there is none; looked for ./alertd.yaml, ")
    assert done.err.endswith("(`alertd init` writes one)\n")
    assert done.err.count("\n") == 1


def test_the_daemon_does_not_start_on_broken_rules_and_shows_every_fault(tmp_path: Path, world: FaultServer) -> None:
    desk(tmp_path, world)
    (tmp_path / "rules/portfolios/p.yaml").write_text(
        RULES.replace("title: lease", "titel: lease").replace("UTC", "UTD")
    )
    done = alertd("run", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert [line.split(": ")[0] for line in done.err.splitlines()] == [
        "rules/portfolios/p.yaml:3:11",
        "rules/portfolios/p.yaml:6:56",
        "2 faults found",
    ]
    assert not (tmp_path / "var").exists()


def test_roles_apart_need_a_redis_that_they_share(tmp_path: Path, world: FaultServer) -> None:
    desk(tmp_path, world)
    done = alertd("run", "--only", "poll", cwd=tmp_path)
    assert done.code == 1
    assert done.err == ("alertd.yaml: --only needs a Redis that several processes share (set redis: to its URL)\n")


def test_a_failpoint_outside_of_tests_is_a_usage_error(tmp_path: Path, world: FaultServer) -> None:
    desk(tmp_path, world)
    done = alertd("run", cwd=tmp_path, env={"ALERTD_FAILPOINT": "match.read:1:exit"})
    assert (done.code, done.out) == (2, "")
    assert done.err == "alertd: ALERTD_FAILPOINT is for tests: it needs ALERTD_ENV=test\n"
    done = alertd("run", cwd=tmp_path, env={"ALERTD_FAILPOINT": "nonsense", "ALERTD_ENV": "test"})
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("alertd: not a failpoint: 'nonsense'; write ")


async def ask(folder: Path, *words: str) -> Any:
    """Run a command with --json and give what it says."""
    _, out, err = await command(*words, "--json", folder=folder)
    assert out, err
    return json.loads(out)


async def test_a_dead_letter_from_its_reason_to_its_second_chance(tmp_path: Path, world: FaultServer) -> None:
    world.script("/hook", answer(status=413))
    async with desk(tmp_path, world) as daemon:

        async def died() -> Any:
            return (await ask(tmp_path, "dead"))["deliveries"]

        (letter,) = await eventually(died, "the hook refuses it")
        code, out, _ = await command("status", folder=tmp_path)
        assert code == 1
        (trouble,) = [line for line in out.splitlines() if line.startswith("  oms: ")]
        assert trouble == "  oms: failed 1 time in a row; 1 dead letter: see alertd dead"
        code, out, _ = await command("dead", folder=tmp_path)
        assert code == 0
        assert "HTTP 413" in out
        code, out, _ = await command("why", letter["id"], folder=tmp_path)
        assert code == 0
        assert "“Vega leases Orion”" in out
        assert " given up: HTTP 413" in out
        world.script("/hook", answer(status=204))
        code, out, _ = await command("dead", "--retry", letter["id"], folder=tmp_path)
        assert (code, out) == (0, "1 delivery queued again\n")
        await eventually(lambda: delivered(tmp_path, letter["id"]), "it is sent after all")
        await eventually(daemon.quiet, "all is quiet")
        code, out, _ = await command("status", folder=tmp_path)
        assert code == 0, out
    assert {request.headers["webhook-id"] for request in world.to("/hook")} == {letter["id"]}


async def test_without_the_compiled_core_it_works_and_says_so_once(tmp_path: Path, world: FaultServer) -> None:
    world.script("/hook", answer(status=204))
    async with desk(tmp_path, world, {"ALERTD_CORE": "0"}) as daemon:

        async def told() -> list[Any]:
            return list(world.to("/hook"))

        await eventually(told, "the lease is told")
        code, out, _ = await command("status", folder=tmp_path)
        said = "the compiled core is left out by ALERTD_CORE=0: "
        assert (code, out.count(said)) == (0, 1)
        log = daemon.log.read_text()
    assert (log.count('"without_compiled_core"'), log.count(said)) == (1, 1)


async def delivered(folder: Path, delivery: str) -> bool:
    records = await ask(folder, "why", delivery)
    return any(record["kind"] == "delivery" and record["reason"] == "sent" for record in records)


async def test_the_journal_of_a_run_names_what_became_of_everything(tmp_path: Path, world: FaultServer) -> None:
    world.script("/hook", answer(status=204))
    async with desk(tmp_path, world) as daemon:
        await eventually(daemon.quiet, "all is quiet")
        code, out, err = await command("tail", "--since", "0", "--no-follow", folder=tmp_path)
        assert (code, err) == (0, "")
        assert "“Vega leases Orion” → p: first" in out
        assert "“Rain over the weekend” → no rule held" in out
        assert " to oms sent: HTTP 204" in out
        code, out, _ = await command("tail", "--since", "0", "--no-follow", "--json", folder=tmp_path)
        records = [json.loads(line) for line in out.splitlines()]
        events = {r["data"]["event"]["title"]: r["data"]["event"]["id"] for r in records if r["kind"] == "event"}
        code, out, _ = await command("why", events["Rain over the weekend"], "p", folder=tmp_path)
        assert code == 0
        assert "✗ lease: A lease (high)" in out
        assert "✗ title: lease  — not in the title" in out
        code, out, _ = await command("why", events["Vega leases Orion"], "p", "--full", folder=tmp_path)
        assert "rule p/lease held (high)" in out
        assert "✗ merger: A merger (high)" in out
        assert " s after the event was seen" in out
        code, out, _ = await command("tail", "--no-follow", folder=tmp_path)
        assert (code, out) == (0, "")
    code, _, err = await command("status", folder=tmp_path)
    assert code == 1
    assert err == f"alertd: no alertd runs in {tmp_path}/var; start it with: alertd run\n"
