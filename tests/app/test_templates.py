"""A receiver's own template in the running daemon: used, taken anew when its file changes, told of when it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.test_daemon import feed, write_settings
from tests.support.daemon import Daemon, eventually
from tests.support.http import FaultServer, answer


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script("/feed", answer(feed("Vega leases Orion")))
        server.script("/hook", answer(status=204))
        server.script("/card", answer(status=204))
        yield server


def bodies(world: FaultServer, path: str) -> list[str]:
    return [request.body.decode() for request in world.to(path)]


async def arrives(world: FaultServer, path: str, text: str) -> None:
    async def there() -> bool:
        return any(text in body for body in bodies(world, path))

    await eventually(there, f"{text} arrives at {path}")


async def test_a_template_writes_the_body_and_a_changed_file_is_taken(tmp_path: Path, world: FaultServer) -> None:
    daemon = write_settings(tmp_path, world)
    settings = json.loads((tmp_path / "alertd.yaml").read_text())
    card = {"id": "card", "type": "webhook", "url": world.url("/card"), "allow_private": True}
    settings["receivers"].append(card | {"template": "card.json.j2"})
    (tmp_path / "alertd.yaml").write_text(json.dumps(settings))
    portfolio = tmp_path / "rules/portfolios/p.yaml"
    portfolio.write_text(portfolio.read_text().replace("[oms]", "[oms, card]"))
    template = tmp_path / "card.json.j2"
    template.write_text('{"first": {{ event.title if event else "" }}}')
    async with daemon:
        await arrives(world, "/card", '{"first": "Vega leases Orion"}')

        template.write_text('{"second": {{ event.title if event else "" }}}')
        await reloaded(daemon, 1)
        world.script("/feed", answer(feed("Vega leases Atlas")))
        await arrives(world, "/card", '{"second": "Vega leases Atlas"}')

        template.write_text('{"third": {{ event.titel if event else "" }}}')
        await reloaded(daemon, 2)  # only a message shows what is wrong with it
        world.script("/feed", answer(feed("Vega leases Bellona")))
        await arrives(world, "/card", "no 'titel' here")
        await arrives(world, "/hook", "The template of card failed")
        assert 'alertd_template_failures_total{receiver="card"} 1.0' in await daemon.metrics()


async def reloaded(daemon: Daemon, times: int) -> None:
    async def taken() -> bool:
        return daemon.log.read_text().count('"event": "reloaded"') >= 3 * times

    await eventually(taken, f"the supervisor and both children have taken the file {times} times")
