"""When a heartbeat is sent, and why it stays away: the judges behind it."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from structlog.testing import capture_logs

from alertd.base.secrets import Secret
from alertd.errors import AlertdError, Corrupt, StoreRefused, StoreUnavailable
from alertd.model import SourceState
from alertd.net.client import HttpClient
from alertd.store.types import Backlog
from alertd.workers.beats import POLL_LATE_MS, Beats, polls_go_on
from alertd.workers.heartbeat import HEAD_MS, Facts, Heartbeat, needed_roles, silent_because
from alertd.workers.heartbeat_config import HeartbeatConfig
from alertd.workers.progress import Progress
from tests.workers.make import until

NOW = 1_767_225_600_000
ALL = ("poll", "match", "deliver")
QUIET = ": none has said of late that its loops come round"
POLLS, MATCHES, SENDS = "no process polls sources", "no process matches events", "no process sends messages"
LIVING = {"poll": 1, "match": 2, "deliver": 1}


@pytest.mark.parametrize(
    ("living", "backlog", "still_ms", "needed", "why"),
    [
        (LIVING, 0, 0, ALL, ""),
        (LIVING, 100_000, HEAD_MS, ALL, ""),
        (LIVING, 0, HEAD_MS * 10, ALL, ""),  # a night without news
        (LIVING, 7, HEAD_MS + 1, ALL, "7 events wait to be matched, and the oldest has not moved for 3 min"),
        (LIVING | {"poll": 0}, 0, 0, ALL, POLLS + QUIET),
        (LIVING | {"poll": 0}, 0, 0, ("match", "deliver"), ""),
        ({}, 0, 0, ("match",), MATCHES + QUIET),
        (LIVING | {"deliver": 0}, 0, 0, ALL, SENDS + QUIET),
    ],
)  # fmt: skip
def test_it_is_silent_for_a_reason(
    living: dict[str, int], backlog: int, still_ms: int, needed: tuple[str, ...], why: str
) -> None:
    assert silent_because(Facts(living=living, backlog=backlog, head_still_ms=still_ms), needed) == why


@pytest.mark.parametrize(
    ("states", "goes_on"),
    [
        ([], True),
        ([SourceState(source="a", due_ms=NOW + 9_000_000)], True),  # closed for the night
        ([SourceState(source="a", due_ms=NOW - POLL_LATE_MS)], True),
        ([SourceState(source="a", due_ms=NOW - POLL_LATE_MS - 1)], False),
        ([SourceState(source="a", due_ms=NOW - POLL_LATE_MS - 1, state="gone")], True),
        ([SourceState(source="a", due_ms=NOW - POLL_LATE_MS - 1), SourceState(source="b", last_poll_ms=NOW)], True),
    ],
)
def test_polling_goes_on_unless_turns_pass_and_no_poll_ends(states: list[SourceState], goes_on: bool) -> None:
    assert polls_go_on(states, NOW) is goes_on


def test_only_what_is_configured_is_needed() -> None:
    assert needed_roles([1], [1]) == ["poll", "match", "deliver"]
    assert needed_roles([], []) == ["match"]


class Heard:
    """A store that writes down who spoke."""

    def __init__(self, *errors: AlertdError) -> None:
        self.roles: list[str] = []
        self.errors = list(errors)

    async def heartbeat(self, member: str, role: str, now: int) -> None:
        """Write it down, after the errors."""
        if self.errors:
            raise self.errors.pop()
        self.roles.append(role)


async def test_no_error_of_the_store_ends_the_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.workers.beats.BEAT_S", 0.01)
    heard = Heard(Corrupt("a key of another type"), StoreRefused("NOPERM"), StoreUnavailable("away"))
    told = Beats(heard, "me", ("match",), lambda: NOW, Progress())
    task = asyncio.create_task(told.run())
    await until(lambda: bool(heard.roles), "it speaks again")
    told.stop()
    await task


async def test_a_lane_that_does_not_come_round_speaks_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.workers.beats.BEAT_S", 0.01)
    monkeypatch.setattr("alertd.workers.beats.PATIENCE_S", 0.5)
    progress, heard = Progress(), Heard()
    for loop in ("poll", "deliver", "deliver:desk"):
        progress.tick(loop)
    told = Beats(heard, "me", ALL, lambda: NOW, progress)
    task = asyncio.create_task(told.run())

    def all_but_the_lane() -> bool:
        progress.tick("poll")
        progress.tick("deliver")
        return len(heard.roles) > 50 and "alive-deliver" not in heard.roles[-20:]

    await until(all_but_the_lane, "the lane is missed")
    assert set(heard.roles[-20:]) == {"alive-poll", "alive-match"}
    told.stop()
    await task


async def test_a_host_that_says_nothing_does_not_make_the_loop_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.workers.progress.BEAT_S", 0.02)
    progress = Progress()

    ended = asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    silent = await asyncio.start_server(hear, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with HttpClient(user_agent="alertd/test") as http:
        heartbeat = Heartbeat(AllGoesOn(), http, lambda: NOW, progress)
        heartbeat.serve(
            HeartbeatConfig(url=Secret(f"http://127.0.0.1:{port}/beat"), allow_private=True, timeout="1s")
        )
        await heartbeat.look()
    silent.close()
    await silent.wait_closed()
    await ended.wait()  # what is left open would be blamed on whatever test runs when it is swept up
    assert progress.counts()["heartbeat"] > 5, "as long as the guard's patience: the process would be killed"


def test_an_address_outside_must_be_https() -> None:
    with pytest.raises(ValueError, match="plain http"):
        HeartbeatConfig(url=Secret("http://hc.example.com/x"))
    with pytest.raises(ValueError, match="plain http"):
        HeartbeatConfig(url=Secret("http://127.0.0.1/x"))
    assert HeartbeatConfig(url=Secret("http://10.0.0.7/x"), allow_private=True).every == 60.0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"])
async def test_an_address_inside_the_house_is_not_asked_unless_that_is_allowed(host: str) -> None:
    with capture_logs() as lines:
        async with HttpClient(user_agent="alertd/test") as http:
            heartbeat = Heartbeat(AllGoesOn(), http, lambda: NOW, Progress())
            heartbeat.serve(HeartbeatConfig(url=Secret(f"https://{host}:1/secret-path"), timeout="60s"))
            await heartbeat.look()
    (line,) = (line for line in lines if line["event"] == "heartbeat_failed")
    assert ": is a" in line["reason"]
    assert "secret-path" not in str(lines)
    assert heartbeat.status()["heartbeat"]["silent"] == line["reason"]


class AllGoesOn:
    """A store in which everybody has spoken."""

    async def members(self, role: str, now: int) -> list[str]:
        """Give one."""
        return ["one"]

    async def backlog(self) -> Backlog:
        """Give none."""
        return Backlog(events=0, pending=0, oldest_ms=None)
