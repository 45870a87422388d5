"""The Redis that `alertd run` brings: it keeps what it accepted, dies with its daemon, and is never adopted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alertd.errors import StoreFull, StoreRefused, StoreUnavailable
from alertd.store import embedded
from alertd.store.embedded import EmbeddedRedis, explain_exit, quoted, socket_url
from alertd.store.engine import Engine, probe
from alertd.store.leftover import gone, recorded_pid, running
from alertd.store.redis import RedisStore, open_store
from alertd.store.state_dir import StateDir, StateLock
from tests.store.make import NOW, new
from tests.support.http import DEADLINE_S


@pytest.fixture
def engine(binary: str) -> Engine:
    found = probe(binary)
    assert found
    return found


@pytest.fixture
async def make(tmp_path: Path, engine: Engine) -> AsyncIterator[Callable[..., EmbeddedRedis]]:
    """Make servers over one state directory; all are stopped at the end."""
    made: list[EmbeddedRedis] = []

    def one(folder: Path = tmp_path / "var", **options: float) -> EmbeddedRedis:
        made.append(EmbeddedRedis(folder, engine=engine, **options))  # type: ignore[arg-type]
        return made[-1]

    yield one
    for server in made:
        await server.stop()


async def until(condition: Callable[[], bool]) -> None:
    """Let others run until something holds."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 (what is waited for may be another process's)
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def store_on(url: str) -> AsyncIterator[RedisStore]:
    store = await open_store(url, "alertd", name="test")
    try:
        await store.prepare()
        yield store
    finally:
        await store.aclose()


async def test_it_starts_stops_and_keeps_what_it_has(make: Callable[..., EmbeddedRedis], tmp_path: Path) -> None:
    server = make()
    url = await server.start()
    assert await server.start() == url, "a second start does nothing"
    assert socket_url(tmp_path / "var") == url
    async with store_on(url) as store:
        assert await store.check_server() == []
        await store.ingest("wire", [new("a")], NOW)
    pid = server.pid
    assert pid is not None
    await server.stop()
    assert not running(pid)
    assert server.pid is None
    assert socket_url(tmp_path / "var") is None
    async with store_on(await server.start()) as store:
        assert (await store.backlog()).events == 1


async def test_only_its_owner_can_reach_it(make: Callable[..., EmbeddedRedis], tmp_path: Path) -> None:
    await make().start()
    folder = tmp_path / "var" / "redis"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "redis.sock").stat().st_mode) == 0o700
    for file in [*folder.iterdir(), tmp_path / "var" / "redis.log", tmp_path / "var" / "alertd.lock"]:
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


async def test_a_folder_that_was_open_to_others_is_closed(make: Callable[..., EmbeddedRedis], tmp_path: Path) -> None:
    folder = tmp_path / "var" / "redis"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    await make().start()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_after_kill_9_every_acknowledged_write_is_there(make: Callable[..., EmbeddedRedis]) -> None:
    server = make()
    acknowledged: list[str] = []

    async def write(store: RedisStore, name: str) -> None:
        with contextlib.suppress(StoreUnavailable):
            for number in range(100_000):
                (result,) = await store.ingest("wire", [new(f"{name}{number}")], NOW)
                acknowledged.append(result.event_id)

    for kill in range(3):
        async with store_on(await server.start()) as store:
            writers = [asyncio.create_task(write(store, f"{kill}-{n}-")) for n in range(4)]
            enough = len(acknowledged) + 100
            await until(lambda: len(acknowledged) >= enough)  # noqa: B023
            assert server.pid
            os.kill(server.pid, signal.SIGKILL)
            assert await server.wait() == -signal.SIGKILL
            await asyncio.gather(*writers)
    async with store_on(await server.start()) as store:
        kept = [e.event.id for e in await store.read_events("c", 1_000_000, 0)]
        assert len(kept) == len(set(kept))
        assert set(acknowledged) <= set(kept)
        marked = await store.known_marks("wire", [f"id-{i.removeprefix('ev_')}" for i in kept])
        assert len(marked) == len(kept)


async def test_a_second_daemon_in_the_same_directory_is_refused(make: Callable[..., EmbeddedRedis]) -> None:
    first, second = make(), make()
    await first.start()
    pid = first.pid
    with pytest.raises(StoreRefused, match=rf"another `alertd run` \(pid {os.getpid()}\)"):
        await second.start()
    assert first.pid == pid
    await first.stop()
    await second.start()


async def test_paths_of_every_kind_are_quoted(make: Callable[..., EmbeddedRedis], tmp_path: Path) -> None:
    folder = tmp_path / 'a "b" %41 \\n é'
    async with store_on(await make(folder).start()) as store:
        assert await store.ping() > 0
    assert quoted(Path('/a "b"\\c')) == '"/a \\"b\\"\\\\c"'


async def test_a_path_too_long_for_a_socket_gets_a_short_one(
    make: Callable[..., EmbeddedRedis], tmp_path: Path
) -> None:
    folder = tmp_path / ("long" * 30)
    server = make(folder)
    url = await server.start()
    short = server.state.socket
    assert len(os.fsencode(short)) <= 100
    assert socket_url(folder) == url
    async with store_on(url) as store:
        assert await store.ping() > 0
    await server.stop()
    assert not short.parent.exists()
    assert socket_url(folder) is None
    await server.start()


_DAEMON = """
import asyncio, sys
from pathlib import Path
from alertd.store.embedded import EmbeddedRedis
from alertd.store.engine import probe

async def main():
    server = EmbeddedRedis(Path(sys.argv[1]), engine=probe(sys.argv[2]))
    await server.start()
    print(server.pid, flush=True)
    await server.wait()

asyncio.run(main())
"""


@pytest.fixture
def daemon(tmp_path: Path, engine: Engine) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that runs a server in the same state directory."""
    command = [sys.executable, "-c", _DAEMON, str(tmp_path / "var"), engine.path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def said_pid(daemon: subprocess.Popen[bytes]) -> int:
    assert daemon.stdout
    for line in daemon.stdout:
        if line.strip().isdigit():
            return int(line)
    raise AssertionError("the daemon did not start")


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
async def test_it_dies_with_a_daemon_that_is_killed(
    daemon: subprocess.Popen[bytes], make: Callable[..., EmbeddedRedis]
) -> None:
    pid = said_pid(daemon)
    with pytest.raises(StoreRefused, match=rf"pid {daemon.pid}"):
        await make().start()
    daemon.kill()
    daemon.wait()
    assert await gone(pid, 10)
    await make().start()


@contextlib.contextmanager
def left_behind(state: StateDir, engine: Engine) -> Iterator[subprocess.Popen[bytes]]:
    """A server over the state directory's data that no daemon owns."""
    with subprocess.Popen([engine.path, str(state.config)], cwd=state.folder, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


async def answering(state: StateDir) -> None:
    await until(lambda: recorded_pid(state) is not None and socket_url(state.root) is not None)


@pytest.mark.parametrize("frozen", [False, True])
async def test_a_leftover_is_ended_and_never_adopted(
    make: Callable[..., EmbeddedRedis], engine: Engine, frozen: bool
) -> None:
    server = make(patience_s=0.3 if frozen else 10)
    async with store_on(await server.start()) as store:
        await store.ingest("wire", [new("a")], NOW)
    await server.stop()
    with left_behind(server.state, engine) as old:
        await answering(server.state)
        if frozen:
            old.send_signal(signal.SIGSTOP)
        async with store_on(await server.start()) as store:
            assert (await store.backlog()).events == 1
        assert not running(old.pid)
        assert server.pid not in (None, old.pid)
        assert old.wait() == (-signal.SIGKILL if frozen else 0)


async def test_a_stale_pid_file_names_nobody(make: Callable[..., EmbeddedRedis]) -> None:
    server = make()
    await server.start()
    await server.stop()
    server.state.pid_file.write_text(f"{os.getpid()}\n")
    assert recorded_pid(server.state) is None
    await server.start()


async def test_what_the_server_says_is_kept_for_a_few_starts(
    make: Callable[..., EmbeddedRedis], tmp_path: Path
) -> None:
    server = make()
    for _ in range(6):
        await server.start()
        await server.stop()
    logs = sorted(path.name for path in (tmp_path / "var").glob("redis.log*"))
    assert logs == ["redis.log", "redis.log.1", "redis.log.2", "redis.log.3"]
    assert "ready to accept connections" in (tmp_path / "var" / "redis.log").read_text().lower()


async def test_data_of_a_newer_server_is_refused_before_anything_runs(make: Callable[..., EmbeddedRedis]) -> None:
    server = make()
    await server.start()
    await server.stop()
    (server.state.folder / "engine.json").write_text('{"engine": "redis", "version": [99, 0, 0]}')
    with pytest.raises(StoreRefused, match=r"written by redis 99\.0\.0"):
        await server.start()
    assert server.pid is None


async def test_too_little_room_on_the_disk_is_said_at_the_start(make: Callable[..., EmbeddedRedis]) -> None:
    with pytest.raises(StoreFull, match="make room"):
        await make(min_free=1 << 60).start()
    await make().start()


async def test_a_torn_tail_is_cut_off_and_a_damaged_file_is_refused(make: Callable[..., EmbeddedRedis]) -> None:
    server = make()
    async with store_on(await server.start()) as store:
        await store.ingest("wire", [new("a")], NOW)
        await store.ingest("wire", [new("b")], NOW)
    await server.stop()
    (file, *_) = sorted(server.state.folder.rglob("*.aof")) + sorted(
        server.state.folder.glob("appendonlydir/*.incr.aof")
    )
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    async with store_on(await server.start()) as store:
        assert (await store.backlog()).events == 1, "a script stands in the file wholly or not at all"
    await server.stop()
    middle = whole.index(b"\r\nXADD\r\n")
    file.write_bytes(whole[: middle - 2] + b"?!" + whole[middle:])
    with pytest.raises(StoreRefused, match="damaged"):
        await server.start()
    assert server.pid is None


_SLOW_SERVER = """#!{python}
import re, socket, sys, time
path = re.search('unixsocket "(.*)"', open(sys.argv[1]).read())[1]
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
answers = {answers}
while True:
    plug, _ = server.accept()
    if b"PING" in plug.recv(1000) and answers:
        plug.sendall(answers.pop(0) if len(answers) > 1 else answers[0])
    plug.close()
"""


def slow_server(folder: Path, answers: list[bytes]) -> Engine:
    """A program that is started like Redis and answers PING with these, the last one for ever."""
    binary = folder / "redis-server"
    binary.write_text(_SLOW_SERVER.format(python=sys.executable, answers=answers))
    binary.chmod(0o755)
    return Engine(str(binary), "redis", (6, 2, 0))


async def test_a_server_that_is_loading_has_all_the_time_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "START_S", 5.0)
    monkeypatch.setattr(embedded, "_PROGRESS_S", 0.0)
    loading = b"-LOADING Redis is loading the dataset in memory\r\n"
    server = EmbeddedRedis(tmp_path / "var", engine=slow_server(tmp_path, [*[loading] * 5, b"+PONG\r\n"]))
    with capture_logs() as logs:
        await server.start()
    assert [line["event"] for line in logs] == ["embedded_redis_loading"] * 5 + ["embedded_redis_ready"]
    await server.stop()


async def test_a_server_that_says_nothing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "START_S", 0.5)
    server = EmbeddedRedis(tmp_path / "var", engine=slow_server(tmp_path, []), patience_s=0.1)
    with pytest.raises(StoreUnavailable, match="did not answer within"):
        await server.start()
    assert server.pid is None
    lock = StateLock(server.state.lock)
    lock.acquire()
    lock.release()


def test_an_early_end_is_explained(tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    full = explain_exit(1, ["# Can't open: No space left on device"], state)
    assert isinstance(full, StoreFull)
    assert "is full" in str(full)
    assert isinstance(explain_exit(1, ["Can't handle RDB format version 11"], state), StoreRefused)
    other = explain_exit(7, ["odd", "last words"], state)
    assert "code 7" in str(other)
    assert "last words" in str(other)
    assert "it said nothing" in str(explain_exit(127, [], state))


def test_a_lock_can_be_taken_again_and_let_go(tmp_path: Path) -> None:
    first, second = StateLock(tmp_path / "lock"), StateLock(tmp_path / "lock")
    first.acquire()
    first.acquire()
    with pytest.raises(StoreRefused):
        second.acquire()
    first.release()
    first.release()
    second.acquire()
    second.release()


def test_a_state_dir_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreRefused, match="cannot be used as state_dir"):
        StateDir(tmp_path / "file").make()


def test_a_process_that_ended_uncollected_does_not_count_as_running() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not running(process.pid)
