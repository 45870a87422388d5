"""The daemon and its archive: the journal is there, whatever dies, and what was sent as it was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from alertd.history.archive.blobs import Blobs
from alertd.history.archive.reader import Reader
from alertd.history.archive.verify import verify
from alertd.history.projection.query import AlertFilter
from alertd.history.projection.read import History
from alertd.model import JournalRecord
from alertd.store.redis import open_store
from tests.app.test_daemon import feed, messages, world, write_rule, write_settings  # noqa: F401
from tests.support.daemon import Daemon, eventually
from tests.support.http import FaultServer, answer
from tests.support.redis import namespace, redis_server, redis_url, shared_server  # noqa: F401
from tests.support.slack import FakeSlack
from tests.support.smtp import FakeRelay

BREAKS = ["archive.append.before_sync", "archive.before_report", "archive.before_drop", "projection.before_commit"]
"""Where the process dies. Dying inside the archive's files: tests/history/archive."""


def lines(folder: Path) -> list[tuple[str, JournalRecord]]:
    found = Reader(folder / "var/archive").lines()
    return [(line.journal_id, line.record) for line in found if line.record is not None]


@pytest.mark.parametrize("place", BREAKS)
async def test_killed_anywhere_every_line_of_the_journal_is_in_the_archive_once(
    place: str,
    tmp_path: Path,
    world: FaultServer,  # noqa: F811
    redis_url: str,  # noqa: F811
    namespace: str,  # noqa: F811
) -> None:
    write_settings(tmp_path, world, redis=redis_url, namespace=namespace)
    async with Daemon(tmp_path, {"ALERTD_FAILPOINT": f"{place}:2:exit"}) as daemon:
        await eventually(lambda: _fired(world, 1), "the first arrives")
        world.script("/feed", answer(feed("Lyra leases Atlas", "Vega leases Orion")))
        await eventually(lambda: _fired(world, 2), "the second arrives")
        await eventually(lambda: _restarted(daemon), "it died there, and was started again")
        await eventually(daemon.quiet, "all is quiet")
    store = await open_store(redis_url, namespace, name="test")
    journal = await store.read_journal("", 10_000, 0)
    await store.aclose()
    archived = Counter(name for name, _ in lines(tmp_path))
    assert set(archived.values()) == {1}
    # What another process journals after the I/O process has stopped is archived when that starts again.
    assert [name for name, _ in journal][: len(archived)] == list(archived)
    assert len(journal) - len(archived) <= 2
    assert list(verify(tmp_path / "var/archive")) == []


@pytest.fixture
async def told(tmp_path: Path, world: FaultServer) -> AsyncIterator[tuple[FakeSlack, FakeRelay]]:  # noqa: F811
    """A daemon that has told Slack, a mailbox and a webhook of one alert, and has stopped."""
    async with FakeSlack() as slack:
        with FakeRelay() as relay:
            hook = {"id": "oms", "type": "webhook", "url": world.url("/hook"), "secret": "whsec_" + "c2VjcmV0" * 6}
            receivers = [
                hook | {"allow_private": True},
                {"id": "chat", "type": "slack", "webhook_url": slack.url, "allow_private": True},
                {"id": "pm", "type": "email", "to": ["pm@example.com"]},
            ]
            smtp = {"host": "127.0.0.1", "port": relay.port, "tls": "none", "from": "alertd@example.com"}
            daemon = write_settings(tmp_path, world, receivers=receivers, smtp=smtp)
            path = tmp_path / "rules/portfolios/p.yaml"
            path.write_text(path.read_text().replace("[oms]", "[oms, chat, pm]"))
            async with daemon:
                await eventually(lambda: _fired(world, 1), "the webhook has it")
                await slack.seen(1)
                relay.wait_for(1)
                await eventually(daemon.quiet, "all is quiet")
            yield slack, relay


async def test_what_was_sent_stands_in_the_archive_as_the_receivers_got_it(
    tmp_path: Path,
    world: FaultServer,  # noqa: F811
    told: tuple[FakeSlack, FakeRelay],
) -> None:
    slack, relay = told
    sent = {one.data["receiver"]: one.data for _, one in lines(tmp_path) if one.reason == "sent"}
    assert sent["oms"]["payload"].encode() == world.to("/hook")[0].body
    assert sent["chat"]["payload"].encode() == slack.requests[0]
    assert sent["pm"]["payload"].encode().splitlines() == relay.mails[0].raw.splitlines()
    assert (sent["oms"]["detail"], sent["chat"]["detail"]) == ("HTTP 204", "HTTP 200 ok")
    assert sent["pm"]["detail"] == "accepted for 1 of 1 recipients"
    assert {one["type"] for one in sent.values()} == {"alert.fired"}


async def test_the_archive_says_what_was_in_force_and_has_the_files(
    tmp_path: Path,
    world: FaultServer,  # noqa: F811
) -> None:
    async with write_settings(tmp_path, world) as daemon:
        await eventually(lambda: _versions(tmp_path, 1), "the version of the start is there")
        write_rule(tmp_path, "{id: lease, title: Another lease, severity: low, when: {title: lease}}")
        await eventually(lambda: _versions(tmp_path, 2), "and that of the reload")
        found = await daemon.status()
        assert found["archive"]["error"] is None
        assert found["history"]["error"] is None
        assert found["archive"]["position"]
    first, second = (one.data for _, one in lines(tmp_path) if one.kind == "version")
    assert first["rules_version"] != second["rules_version"]
    assert list(second["files"]) == ["portfolios/p.yaml"]
    kept = Blobs(tmp_path / "var/archive").get(second["files"]["portfolios/p.yaml"])
    assert kept == (tmp_path / "rules/portfolios/p.yaml").read_bytes()
    assert second["models"]
    assert list(verify(tmp_path / "var/archive")) == []


async def test_while_the_archive_cannot_be_written_alerts_go_on_and_then_all_of_it_is_there(
    tmp_path: Path,
    world: FaultServer,  # noqa: F811
) -> None:
    daemon = write_settings(tmp_path, world, archive={"path": "./kept"})
    (tmp_path / "kept").write_text("not a directory")
    async with daemon:
        await eventually(lambda: _fired(world, 1), "the alert arrives")
        await eventually(lambda: _told(world, "archive_failing"), "the operator is told")
        assert (await daemon.status())["archive"]["error"]
        (tmp_path / "kept").unlink()
        await eventually(lambda: _told(world, "archive_healed"), "it is written again")
        await eventually(daemon.quiet, "all is quiet")
    kept = [line.record for line in Reader(tmp_path / "kept").lines() if line.record is not None]
    assert [one.reason for one in kept if one.kind == "event"] == ["first"]
    assert "alert.fired" in [one.data["type"] for one in kept if one.reason == "sent"]
    alerts = History(tmp_path / "var/history.db", archive=Reader(tmp_path / "kept")).search("Vega", AlertFilter())
    assert len(alerts) == 1


async def test_without_an_archive_all_else_is_as_it_was(tmp_path: Path, world: FaultServer) -> None:  # noqa: F811
    async with write_settings(tmp_path, world, archive={"enabled": False}) as daemon:
        await eventually(lambda: _fired(world, 1), "the alert arrives")
        await eventually(daemon.quiet, "all is quiet")
        assert "archive" not in await daemon.status()
    assert not (tmp_path / "var/archive").exists()
    assert not (tmp_path / "var/history.db").exists()


async def _fired(world: FaultServer, count: int) -> bool:  # noqa: F811
    return len(messages(world, "alert.fired")) >= count


async def _told(world: FaultServer, kind: str) -> bool:  # noqa: F811
    return any(m["data"]["notice"]["kind"] == kind for m in messages(world, "notice"))


async def _restarted(daemon: Daemon) -> bool:
    return daemon.starts()["io"] > 1


async def _versions(folder: Path, count: int) -> bool:
    return (folder / "var/archive/archive.json").exists() and (
        sum(one.kind == "version" for _, one in lines(folder)) >= count
    )
