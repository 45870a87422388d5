"""Rules change under a running daemon, a hundred thousand of them too: at once, or not at all."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.test_daemon import feed, messages, write_settings
from tests.support.daemon import Daemon, command, eventually
from tests.support.http import FaultServer, answer
from tests.support.processes import child_name, descendants

FILES, RULES = 2_000, 50
ONE = "  - {{id: r{n}, title: Rule {n}, severity: medium, when: {{all: [{{text: vega{n}}}, {{title: {word}}}]}}}}\n"


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script("/feed", answer(feed("Vega leases Orion")))
        server.script("/hook", answer(status=204))
        yield server


def write_book(folder: Path, number: int, word: str = "sells") -> None:
    """Write a portfolio of fifty rules, on words that no other one has."""
    rules = "".join(ONE.format(n=f"{number}x{i}", word=word) for i in range(RULES))
    path = folder / f"rules/portfolios/book-{number:04d}.yaml"
    path.write_text(f"portfolio: book-{number:04d}\ntitle: Book {number}\nreceivers: [oms]\nrules:\n{rules}")


def fired(world: FaultServer) -> list[str]:
    """Give what the webhook was told, as `portfolio: title`."""
    alerts = [message["data"]["alert"] for message in messages(world, "alert.fired")]
    return [f"{alert['portfolio']}: {alert['title']}" for alert in alerts]


async def told(world: FaultServer, what: str) -> None:
    async def check() -> bool:
        return what in fired(world)

    await eventually(check, f"“{what}” arrives")


async def reloads(daemon: Daemon, count: int) -> None:
    async def check() -> bool:
        return daemon.log.read_text().count('"event": "reloaded"') >= count

    await eventually(check, f"the rules are taken {count} times")


async def test_a_hundred_thousand_rules_change_one_file_at_a_time(tmp_path: Path, world: FaultServer) -> None:
    daemon = write_settings(tmp_path, world)
    for number in range(FILES):
        write_book(tmp_path, number)
    async with daemon:
        await told(world, "p: Vega leases Orion")

        # The next event sees a changed file, without a signal.
        write_book(tmp_path, 7, word="leases")
        await reloads(daemon, 3)  # the supervisor and both children say so
        world.script("/feed", answer(feed("Vega7x3 leases Atlas", "Vega9x3 leases Atlas", "Vega9x3 sells Atlas")))
        await told(world, "book-0007: Vega7x3 leases Atlas")
        await told(world, "book-0009: Vega9x3 sells Atlas")

        # A broken one changes nothing, and three places say so; the metric too.
        path = tmp_path / "rules/portfolios/book-0009.yaml"
        path.write_text(path.read_text().replace("severity", "severty", 1))
        await eventually(lambda: _refused(world), "the operator is told")
        code, out, err = await command("status", folder=tmp_path)
        assert code == 1, err
        assert "book-0009.yaml:5:" in out, err
        assert "unknown key `severty`" in daemon.log.read_text()
        assert "alertd_config_last_reload_successful 0.0" in await daemon.metrics()
        world.script("/feed", answer(feed("Vega9x9 sells Lyra", "Vega7x9 leases Lyra")))
        await told(world, "book-0009: Vega9x9 sells Lyra")
        await told(world, "book-0007: Vega7x9 leases Lyra")

        # Its repair is taken.
        write_book(tmp_path, 9, word="rents")
        await reloads(daemon, 6)
        world.script("/feed", answer(feed("Vega9x1 rents Lyra", "Vega9x1 sells Lyra")))
        await told(world, "book-0009: Vega9x1 rents Lyra")
        assert "alertd_config_last_reload_successful 1.0" in await daemon.metrics()
        assert await eventually(daemon.quiet, "all is quiet")
    assert "book-0009: Vega9x3 leases Atlas" not in fired(world)
    assert "book-0009: Vega9x1 sells Lyra" not in fired(world)


async def _refused(world: FaultServer) -> bool:
    notices = [message["data"] for message in messages(world, "notice")]
    return any("book-0009.yaml:5:" in str(notice) for notice in notices)


async def test_processes_that_are_started_again_have_the_newest_rules_and_take_the_next_change(
    tmp_path: Path, world: FaultServer
) -> None:
    daemon = write_settings(tmp_path, world)
    write_book(tmp_path, 1)
    async with daemon:
        await told(world, "p: Vega leases Orion")
        write_book(tmp_path, 1, word="leases")
        await reloads(daemon, 3)
        for pid, words in descendants(daemon.pid).items():
            if child_name(words):
                os.kill(pid, signal.SIGKILL)
        write_book(tmp_path, 2)  # while they are gone
        world.script("/feed", answer(feed("Vega1x3 leases Atlas", "Vega2x3 sells Atlas")))
        await told(world, "book-0001: Vega1x3 leases Atlas")
        write_book(tmp_path, 2, word="rents")
        world.script("/feed", answer(feed("Vega1x4 sells Atlas", "Vega2x4 rents Atlas")))
        await told(world, "book-0002: Vega2x4 rents Atlas")
    assert "book-0001: Vega1x4 sells Atlas" not in fired(world)
