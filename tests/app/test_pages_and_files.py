"""A daemon that reads a page and watches a directory, over a crash, with what is refused."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from alertd.sources.pdf import has_pdf
from tests.support.daemon import command, eventually
from tests.support.desk import Desk, logged
from tests.support.http import FaultServer, answer
from tests.support.pdf import pdf
from tests.workers.listing import FIELDS, listing, row


def page(desk: Desk, *rows: str, **more: object) -> None:
    """Add the page `ir`."""
    desk.world.script("/robots.txt", answer(b"User-agent: *\nDisallow: /private\n"))
    url = desk.world.script("/ir", answer(listing(*rows)))
    source = {"id": "ir", "type": "page", "url": url, "every": "1s", "backlog": "all", "allow_private": True}
    desk.sources.append(source | {"list": "ul.news > li", "fields": FIELDS} | more)


def drop(desk: Desk, **more: object) -> Path:
    """Add the watched directory `drop`."""
    folder = desk.folder / "drop"
    folder.mkdir()
    desk.sources.append({"id": "drop", "type": "files", "path": "./drop", "every": "1s"} | more)
    return folder


def put(folder: Path, name: str, body: bytes) -> None:
    """Put a file there in one step, as a careful program does."""
    scratch = folder / f".{name}"
    scratch.write_bytes(body)
    scratch.rename(folder / name)


def there(path: Path) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return path.exists()  # noqa: ASYNC240

    return check


async def test_rows_and_files_reach_the_receiver_and_what_is_refused_says_why(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk = Desk(tmp_path, world)
        page(desk, row("Vega leases Orion"))
        folder = drop(desk)
        (folder / "link.txt").symlink_to("/etc/hostname")
        async with desk.daemon() as daemon:
            await eventually(desk.fired("Vega leases Orion"), "the row of the page arrives")
            put(folder, "events.jsonl", b'{"title": "Halcyon suspends its guidance"}\n{"no": "title"}\n')
            put(folder, "note.txt", b"Lumen looks for capacity\nsaid two people\n")
            put(folder, "broken.json", b'{"title": ')
            await eventually(desk.fired("Halcyon suspends its guidance", "Lumen looks for capacity"), "files arrive")
            await eventually(there(folder / "failed/broken.json"), "the broken one is moved")
            await eventually(desk.told("file_failed", "drop"), "the operator is told")
            world.script("/ir", answer(b"<html><title>Maintenance</title></html>"))
            await eventually(desk.told("source_failing", "ir"), "the page that lost its list is told")
            world.script("/ir", answer(listing(row("Vega ends the lease"), row("Vega leases Orion"))))
            await eventually(desk.fired("Vega ends the lease"), "the page is read again")
            await eventually(desk.told("source_healed", "ir"), "and that is told")
            metrics = await daemon.metrics()
            _, why, _ = await command("why", "drop", folder=tmp_path)
            _, state, _ = await command("status", "--json", folder=tmp_path)
        assert sorted(desk.titles()) == [
            "Halcyon suspends its guidance", "Lumen looks for capacity", "Vega ends the lease", "Vega leases Orion",
        ]  # fmt: skip
        assert [one.path for one in world.to("/robots.txt")] == ["/robots.txt"]
        assert "not JSON" in why
        assert "it is a symbolic link" in why
        assert "entry 2" in (folder / "done/events.jsonl.reason.txt").read_text()
        assert 'alertd_files_total{outcome="taken",source="drop"} 2.0' in metrics
        assert 'alertd_files_total{outcome="failed",source="drop"} 2.0' in metrics
        assert {line["file"] for line in logged(daemon, "file_failed")} == {"broken.json", "link.txt"}
        assert {one["id"]: one["state"] for one in json.loads(state)["sources"]} == {"ir": "fine", "drop": "fine"}


@pytest.mark.parametrize("place", ["poll.chunk_ingested", "poll.ingested", "files.taken"])
async def test_a_crash_at_any_step_takes_each_file_once(tmp_path: Path, place: str) -> None:
    with FaultServer() as world:
        desk = Desk(tmp_path, world)
        folder = drop(desk)
        for number in range(3):
            put(folder, f"{number}.txt", f"Notice {number}\nits text".encode())
            os.utime(folder / f"{number}.txt", (time.time() - 60 + number,) * 2)
        async with desk.daemon(env={"ALERTD_FAILPOINT": f"{place}:2:exit"}) as daemon:
            await eventually(desk.fired("Notice 0", "Notice 1", "Notice 2"), "all arrive after all")
            await eventually(there(folder / "done/2.txt"), "all are moved")
            await eventually(daemon.quiet, "all is quiet")
            assert "process_died" in daemon.log.read_text()
        # What was being sent at the crash is sent again under the same id.
        fired = {one.headers["webhook-id"]: json.loads(one.body) for one in world.to("/hook")}
        alerts = [one["data"]["alert"]["title"] for one in fired.values() if one["type"] == "alert.fired"]
        assert sorted(alerts) == ["Notice 0", "Notice 1", "Notice 2"]
        assert sorted(one.name for one in (folder / "done").iterdir()) == ["0.txt", "1.txt", "2.txt"]


@pytest.mark.skipif(not has_pdf(), reason="needs the extra: pip install 'alertd[pdf]'")
async def test_the_text_of_a_pdf_file_follows_as_a_revision(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk = Desk(tmp_path, world)
        desk.when = '{text: "right to reclaim"}'
        page(desk, row("Vega leases Orion", "/files/lease.pdf"), pdf=True)
        lines = [f"Line {number} of the release of Vega Grid about Orion." for number in range(10)]
        world.script("/files/lease.pdf", answer(pdf([*lines, "Vega keeps a right to reclaim the compute."])))
        async with desk.daemon() as daemon:
            await eventually(desk.fired("Vega leases Orion"), "the alert comes with the text")
            await eventually(daemon.quiet, "all is quiet")
        (alert,) = desk.messages("alert.fired")
        assert "right to reclaim" in json.dumps(alert)
        assert len(world.to("/files/lease.pdf")) == 1


async def test_many_files_at_once_are_all_taken(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk = Desk(tmp_path, world)
        desk.when = '{title: "needle"}'
        folder = drop(desk)
        for number in range(120):
            put(folder, f"{number}.json", json.dumps({"title": f"Item {number}"}).encode())
        put(folder, "needle.json", b'{"title": "The needle"}')
        async with desk.daemon() as daemon:
            await eventually(desk.fired("The needle"), "it arrives")

            async def empty() -> bool:
                return not any(one.is_file() for one in folder.iterdir())

            await eventually(empty, "all are moved")
            status = await daemon.status()
        assert {one["id"]: one["events"] for one in status["sources"]} == {"drop": 121}
        assert len(list((folder / "done").iterdir())) == 121
