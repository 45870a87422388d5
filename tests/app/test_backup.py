"""`alertd backup` and `alertd restore`: what is in a backup, what is refused, and that nothing is thrown away."""

from __future__ import annotations

import asyncio
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from alertd.app.backup import FORMAT, MANIFEST, back_up, member_name
from alertd.app.restore import restore, unpack
from alertd.app.state import hold, release
from alertd.errors import StoreRefused, StoreUnavailable
from alertd.history.archive.reader import Reader
from alertd.history.archive.writer import Writer
from alertd.model import JournalRecord
from alertd.store.embedded import EmbeddedRedis
from alertd.store.redis import open_store
from alertd.store.state_dir import StateDir, StateLock
from tests.store.make import new

NOW = 1_768_000_000_000
DAY_MS = 86_400_000


def said(size: int) -> None:
    """Hear of progress, and say nothing."""


async def filled(state_dir: Path, *names: str) -> EmbeddedRedis:
    """Start a store in a state directory, with some events in it and a little beside it."""
    server = EmbeddedRedis(state_dir)
    url = await server.start()
    store = await open_store(url, "alertd", name="test")
    await store.prepare()
    await store.ingest("wire", [new(name) for name in names], NOW)
    (state_dir / "epoch").write_text(await store.epoch() + "\n")
    await store.aclose()
    (state_dir / "web.token").write_text("the-token-of-the-web-room")
    (state_dir / "links.key").write_text("the-key-of-the-links-in-mails-that-were-sent")
    (state_dir / "archive").mkdir(exist_ok=True)
    (state_dir / "archive/archive.json").write_text("{}")
    (state_dir / "archive/.writing.lock").touch()
    (state_dir / "history.db").write_text("made anew")
    return server


async def held(state_dir: Path) -> list[str]:
    """Start the store that is in a state directory, and name the events in it."""
    server = EmbeddedRedis(state_dir)
    store = await open_store(await server.start(), "alertd", name="test")
    try:
        return [entry.event.id for entry in await store.read_events("test", 100, 0)]
    finally:
        await store.aclose()
        await server.stop()


def made(state_dir: Path, out: Path, *, own: bool = True) -> Any:
    return back_up(state_dir, state_dir / "archive", out, NOW, own=own, told=said)


def put_back(file: Path, state_dir: Path, **options: Any) -> Any:
    return restore(file, state_dir, state_dir / "archive", NOW, **options)


def test_a_day_that_is_sealed_while_the_backup_runs_is_in_it(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "archive")
    for day in range(3):
        line = JournalRecord(kind="event", at="2026-01-01T00:00:00.000Z", ids=[f"ev_{day}"], reason="matched")
        writer.append([(f"{NOW + day * DAY_MS}-0", line)])
    sealing = Thread(target=lambda: [writer.seal(day) for day in list(writer.unsealed)])

    def begin(size: int) -> None:
        if not sealing.ident:
            sealing.start()
            sealing.join(0.5)

    back_up(tmp_path, tmp_path / "archive", tmp_path / "b.tar", NOW, own=False, told=begin)
    sealing.join()
    assert writer.unsealed == []
    writer.close()
    put_back(tmp_path / "b.tar", tmp_path / "new")
    lines = list(Reader(tmp_path / "new/archive").lines())
    assert [line.record.ids for line in lines if line.record is not None] == [["ev_0"], ["ev_1"], ["ev_2"]]


@pytest.mark.parametrize("running", [True, False])
async def test_what_was_stored_is_there_again_whether_the_server_ran_or_not(tmp_path: Path, running: bool) -> None:
    server = await filled(tmp_path / "old", "a", "b")
    if not running:
        await server.stop()
    out = tmp_path / "b.tar"
    manifest = await asyncio.to_thread(made, tmp_path / "old", out)
    await server.stop()
    assert out.stat().st_mode & 0o777 == 0o600
    assert manifest.store == ("snapshot" if running else "files")
    names = set(manifest.members)
    assert {"redis/engine.json", "epoch", "web.token", "links.key", "archive/archive.json"} <= names
    assert not any("lock" in name or "history" in name for name in names), "what is made anew is left out"
    done = put_back(out, tmp_path / "new")
    assert (done.archive, done.aside) == ("restored", "")
    for secret in ("web.token", "links.key"):
        assert (tmp_path / "new" / secret).read_text() == (tmp_path / "old" / secret).read_text()
        assert (tmp_path / "new" / secret).stat().st_mode & 0o777 == 0o600
    assert await held(tmp_path / "new") == ["ev_a", "ev_b"]


async def test_what_is_there_is_refused_and_with_force_moved_aside_but_for_the_archive(tmp_path: Path) -> None:
    out = tmp_path / "b.tar"
    await (await filled(tmp_path / "var", "a")).stop()
    made(tmp_path / "var", out)
    (tmp_path / "var/archive/archive.json").write_text('{"newer": true}')
    with pytest.raises(StoreRefused, match="--force moves it aside"):
        put_back(out, tmp_path / "var")
    done = put_back(out, tmp_path / "var", force=True)
    assert done.archive == "kept"
    assert (tmp_path / "var/archive/archive.json").read_text() == '{"newer": true}'
    assert (Path(done.aside) / "redis/engine.json").exists(), "nothing is thrown away"
    assert await held(tmp_path / "var") == ["ev_a"]
    again = restore(out, tmp_path / "var", tmp_path / "var/archive", NOW + 5_000, force=True, with_archive=True)
    assert again.archive == "restored"
    assert (tmp_path / "var/archive/archive.json").read_text() == "{}"
    assert (Path(again.aside) / "history.db").exists(), "what was made from the other archive goes with it"


async def test_while_a_daemon_runs_nothing_is_restored(tmp_path: Path) -> None:
    out = tmp_path / "b.tar"
    server = await filled(tmp_path / "var", "a")
    await server.stop()
    made(tmp_path / "var", out)
    lock = StateLock(StateDir(tmp_path / "var").lock)
    lock.acquire()
    with pytest.raises(StoreRefused, match="stop it"):
        put_back(out, tmp_path / "var", force=True)
    lock.release()


async def test_a_daemon_whose_redis_is_down_is_not_copied(tmp_path: Path) -> None:
    server = await filled(tmp_path / "var", "a")
    await server.stop()
    lock = StateLock(StateDir(tmp_path / "var").lock)
    lock.acquire()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        made(tmp_path / "var", tmp_path / "b.tar")
    lock.release()


async def test_a_daemon_that_cannot_start_its_redis_is_no_stopped_one(tmp_path: Path) -> None:
    server = await filled(tmp_path / "var", "a")
    await server.stop()
    locks = hold(tmp_path / "var", ["deliver", "poll"])
    with pytest.raises(StoreUnavailable, match=rf"alertd runs \(pid {os.getpid()}\); its Redis is down"):
        made(tmp_path / "var", tmp_path / "b.tar")
    release(locks)
    assert made(tmp_path / "var", tmp_path / "b.tar").store == "files"


def test_a_backup_writes_over_nothing_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    out = tmp_path / "b.tar"
    out.write_text("mine")
    with pytest.raises(StoreRefused, match="is there already"):
        made(tmp_path / "var", out)
    (tmp_path / "var").mkdir()
    with pytest.raises(StoreUnavailable, match="there is no data"):
        made(tmp_path / "var", tmp_path / "c.tar")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["b.tar"]


def test_of_a_redis_of_the_house_the_rest_is_kept(tmp_path: Path) -> None:
    (tmp_path / "var/archive").mkdir(parents=True)
    (tmp_path / "var/archive/archive.json").write_text("{}")
    manifest = made(tmp_path / "var", tmp_path / "b.tar", own=False)
    assert (manifest.store, list(manifest.members)) == ("none", ["archive/archive.json"])


# --- what comes from elsewhere ------------------------------------------------------------------------------


def manifest(**changes: Any) -> bytes:
    fields = {
        "format": FORMAT,
        "alertd": "1",
        "layout": 1,
        "made_at": "",
        "epoch": "",
        "store": "none",
        "members": {},
    }
    return json.dumps(fields | changes).encode()


def tar(path: Path, *members: tuple[str, bytes], edit: Callable[[tarfile.TarInfo], None] = lambda info: None) -> Path:
    with tarfile.open(path, "w") as out:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            edit(info)
            out.addfile(info, io.BytesIO(content if info.size else b""))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../epoch",
        "/etc/passwd",
        "redis/../../x",
        "run.json",
        "redis/.hidden",
        "archive/" + "a/" * 9 + "x",
        "redis",
        "x\n",
    ],
)
def test_names_that_a_backup_does_not_have_are_refused(tmp_path: Path, name: str) -> None:
    assert not member_name(name)
    file = tar(tmp_path / "b.tar", (name, b"x"), (MANIFEST, manifest()))
    (tmp_path / "x").mkdir()
    with pytest.raises(StoreRefused):
        unpack(file, tmp_path / "x")
    assert not (tmp_path / "epoch").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_links_devices_and_pipes_are_refused(tmp_path: Path, kind: bytes) -> None:
    def edit(info: tarfile.TarInfo) -> None:
        info.type, info.linkname, info.size = kind, "/etc/passwd", 0

    file = tar(tmp_path / "b.tar", ("redis/appendonly.aof", b""), edit=edit)
    (tmp_path / "x").mkdir()
    with pytest.raises(StoreRefused, match="only plain files"):
        unpack(file, tmp_path / "x")


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([("epoch", b"x")], "no whole backup"),
        ([("epoch", b"x"), (MANIFEST, manifest())], "is damaged: epoch"),
        ([(MANIFEST, manifest(members={"epoch": {"size": 1, "sha256": "0"}}))], "is damaged: epoch"),
        ([("epoch", b"x"), ("epoch", b"x")], "is there twice"),
        ([(MANIFEST, manifest(format=FORMAT + 1))], "made by a newer alertd"),
        ([(MANIFEST, manifest(layout=99))], "made by a newer alertd"),
        ([(MANIFEST, b"[1]")], "cannot be read"),
        ([(MANIFEST, b"[" * 100_000)], "cannot be read"),
    ],
)
def test_what_is_not_whole_or_newer_is_refused_and_changes_nothing(
    tmp_path: Path, members: list[tuple[str, bytes]], words: str
) -> None:
    file = tar(tmp_path / "b.tar", *members)
    with pytest.raises(StoreRefused, match=words):
        put_back(file, tmp_path / "var")
    assert {path.name for path in (tmp_path / "var").iterdir()} <= {"alertd.lock"}


@pytest.mark.parametrize("content", [b"", b"rubbish" * 1000, b"\x1f\x8b" + bytes(500)])
def test_what_is_no_tar_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(content)
    with pytest.raises(StoreRefused):
        put_back(tmp_path / "b.tar", tmp_path / "var")


async def test_data_of_a_newer_redis_is_refused(tmp_path: Path) -> None:
    server = await filled(tmp_path / "old", "a")
    engine = server.engine
    assert engine is not None
    await server.stop()
    marker = {"engine": engine.name, "version": [99, 0, 0]}
    (tmp_path / "old/redis/engine.json").write_text(json.dumps(marker))
    made(tmp_path / "old", tmp_path / "b.tar")
    with pytest.raises(StoreRefused, match="99"):
        put_back(tmp_path / "b.tar", tmp_path / "new", engine=engine)
    assert not (tmp_path / "new/redis").exists()
