"""A whole deployment with everything around it: feeds, daemons over one Redis, receivers, and somebody who breaks it.

async with world(case, sources=3) as w:
    await w.publish(100)
    await w.nemesis.kill("match")
    await w.settled(bound=4)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alertd.base.clock import Clock, system_clock
from alertd.errors import StoreUnavailable
from alertd.store.embedded import socket_url
from alertd.store.redis import RedisStore, open_store
from tests.faults.case import Case
from tests.faults.checker import Message, Verdict, check
from tests.faults.feeds import WINDOW, Feeds
from tests.faults.kept import compared, lines_with, went_back
from tests.faults.ledger import LedgerReader, leftover, under_way
from tests.faults.nemesis import Nemesis
from tests.faults.pushes import Pushes, doors
from tests.faults.sink import SECRET, Sink
from tests.support.daemon import Daemon, command, eventually
from tests.support.http import FaultServer
from tests.support.redis import RedisServer

Json = dict[str, Any]
Words = Sequence[str] | Sequence[Sequence[str]]
MOVING = ("events not finished", "pending entries", "chains", "fetch jobs", "windows", "queued", "waiting")
"""What must be nothing before a history is judged."""
LOOKS = 3
"""A notice to the operator that begins between the last look at what is under way and the judgement is not left over:
what is, is there however often one looks."""
BAD_WORDS = ("never retrieved", "was destroyed", "was never awaited")
CONCURRENCY = 4
"""Sends under way at once to one webhook, in one process: the bound on repeats of each kill of an I/O process."""


class World:
    """What a test of a fault works with."""

    def __init__(
        self, case: Case, server: FaultServer, sources: int | Sequence[Json], redis: RedisServer | str | None,
        receivers: Sequence[Json] | None, settings: Mapping[str, Any], source: Mapping[str, Any], window: int,
        keep: bool,
    ) -> None:  # fmt: skip
        self.case = case
        self.folder = case.folder
        self.server = server
        names = [f"wire-{n}" for n in range(sources)] if isinstance(sources, int) else [s["id"] for s in sources]
        self.feeds = Feeds(server, names, case.chance, window)
        self.daemons: list[Daemon] = []
        self.pushed = False
        """Whether there is an inbox beside the feeds."""
        self.pushes = Pushes(self.feeds, lambda: doors(self.daemons))
        self.sink = Sink(server, "/sink", keep=keep)
        self.notices = Sink(server, "/operator")
        self.came: Callable[[], Collection[Message]] = lambda: self.sink.receipts
        """What is held against what was published: of another receiver where a test says so."""
        self.redis = redis if isinstance(redis, RedisServer) else None
        self.redis_url = redis.url if isinstance(redis, RedisServer) else redis or ""
        more = {} if isinstance(sources, int) else {s["id"]: s for s in sources}
        self.settings: Json = {
            "rules": str(case.folder / "rules"), "web": {"bind": "127.0.0.1:0"}, "operator": ["ops"],
            "contact": "desk@example.com", "processes": {"match": 1, "parse": 1}, "log": {"format": "json"},
            "sources": [
                {"id": name, "type": "feed", "url": self.feeds.url(name), "every": "1s", "backlog": "all",
                 "allow_private": True, **source, **more.get(name, {})}
                for name in names
            ],
            "receivers": [
                *(receivers if receivers is not None else [self.webhook("sink", self.sink)]),
                self.webhook("ops", self.notices),
            ],
        }  # fmt: skip
        if self.redis_url:
            self.settings["redis"] = self.redis_url
        self.settings |= settings
        self.namespace: str = self.settings.get("namespace", "alertd")
        self.ledger = LedgerReader()
        self._store: RedisStore | None = None
        self._store_url = ""
        self._opening = asyncio.Lock()
        self.clock: Clock = system_clock
        """The daemons' time: a test that moves it says so here."""
        self.nemesis = Nemesis(self.daemons, self.redis, case.chance)

    @staticmethod
    def webhook(name: str, sink: Sink, **more: Any) -> Json:
        """Give the settings of a receiver that posts to a sink, every revision, with a short lease (21 s)."""
        return {
            "id": name, "type": "webhook", "url": sink.url, "secret": SECRET, "allow_private": True,
            "updates": "all", "timeout": "5s", **more,
        }  # fmt: skip

    @property
    def daemon(self) -> Daemon:
        """The first daemon, or the only one."""
        return self.daemons[0]

    def add_daemon(self, env: Mapping[str, str] | None = None, words: Sequence[str] = (), **settings: Any) -> Daemon:
        """Write the settings of one more daemon and give it, not started. `settings` are its own."""
        number = len(self.daemons)
        folder = self.folder / f"d{number}"
        folder.mkdir()
        (folder / "alertd.yaml").write_text(json.dumps({"state_dir": "./var"} | self.settings | settings))
        daemon = Daemon(folder, dict(env or {}), tuple(words))
        self.daemons.append(daemon)
        return daemon

    def write_rules(self) -> None:
        """Write one portfolio whose rule matches everything and tells every receiver but the operator's."""
        names = [receiver["id"] for receiver in self.settings["receivers"] if receiver["id"] != "ops"]
        folder = self.folder / "rules/portfolios"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "all.yaml").write_text(
            f"portfolio: all\ntitle: All\ntimezone: UTC\nreceivers: [{', '.join(names)}]\n"
            "rules:\n  - {id: any, title: Any, severity: high, when: {kind: news}}\n"
        )

    async def publish(self, count: int, source: str | None = None) -> list[str]:
        """Publish new items, on one source or in turn on all; gives their tokens."""
        return self.feeds.publish(count, source)

    def open_inbox(self) -> None:
        """Let daemons that are added from now on be pushed to, beside the feeds."""
        self.settings["sources"].append(self.pushes.settings)
        self.pushed = True

    def push(self, count: int) -> None:
        """Push new items until they are taken; they are published when they are (pushes.py)."""
        assert self.pushed, "there is no inbox"
        self.pushes.offer(count)

    async def delivered(self, tokens: Collection[str], timeout: float = 120) -> None:
        """Wait until the sink has taken all of these."""

        async def there() -> bool:
            return set(tokens) <= self.sink.tokens

        await eventually(there, f"all of {len(tokens)} items are delivered", timeout)

    async def some_delivered(self, count: int, timeout: float = 120) -> None:
        """Wait until the sink has taken so many items in all."""

        async def there() -> bool:
            return len(self.sink.tokens) >= count

        await eventually(there, f"{count} items are delivered", timeout)

    async def store(self) -> RedisStore:
        """Give a connection of the test's own to the daemons' Redis. Raises StoreUnavailable, OSError."""
        url = self.redis_url or socket_url(self.daemon.state_dir)
        if not url:
            raise OSError("the embedded Redis is not up yet")
        async with self._opening:  # several look at once, and each would open one that nobody closes
            if self._store is None or url != self._store_url:
                await self.close()
                self._store = await open_store(url, self.namespace, name="alertd:test")
                self._store_url = url
            return self._store

    async def close(self) -> None:
        """Close the test's own connection."""
        if self._store is not None:
            await self._store.aclose()
            self._store = None

    async def quiet(self) -> bool:
        """Tell whether every page and push was taken in as it is now, and nothing is under way behind that.

        Looked at from the source to the receiver, so that what moves on meanwhile is seen further on. Validators are
        stored last: a source that knows its page's has taken in all of it.
        """
        if self.pushes.open:
            return False
        try:
            store = await self.store()
            states = await store.source_states()
            if any(name not in states or states[name].etag != page.etag for name, page in self.feeds.pages.items()):
                return False
            left = await under_way(store, self.clock())
        except StoreUnavailable:
            return False
        return not any(left[kind] for kind in MOVING)

    async def settled(
        self, bound: int = 0, timeout: float = 120, *, strict: bool = True, untold: Collection[str] = (),
        allowed: Collection[str] = (), rewritten: bool = False, **row: Any,
    ) -> Verdict:  # fmt: skip
        """Wait until nothing is under way, judge the whole history, and leave a row of the matrix with it.

        `untold`: published and rightly never sent. `allowed`: kinds of leftovers that the fault explains.
        `rewritten`: the store went back (checker.py). Without `strict` a broken promise is not an error, nor that it
        never became quiet. Fields of `row` go to the matrix.
        """
        for _ in range(LOOKS):
            try:
                await eventually(self.quiet, "everything is taken in and nothing is under way", timeout)
            except AssertionError as error:
                if strict:
                    raise AssertionError(f"{error}; {await self._picture()}") from error
            verdict = await self.judge(bound, untold, allowed, rewritten=rewritten)
            if not strict or not verdict.orphans:
                break
        self.case.row(
            published=verdict.published, delivered=verdict.delivered, lost=verdict.lost, repeats=verdict.repeats,
            bound=bound, verdict=verdict.verdict, **row,
        )  # fmt: skip
        assert not strict or not verdict.faults, f"{verdict.verdict} (seed {self.case.seed})"
        assert not strict or not (bad := logged_badly(self.folder)), bad
        return verdict

    async def judge(
        self, bound: int = 0, untold: Collection[str] = (), allowed: Collection[str] = (), *, rewritten: bool = False
    ) -> Verdict:
        """Judge what happened so far."""
        if not rewritten and any(daemon.running for daemon in self.daemons):
            await compared(self.store)
        store = await self.store()
        ledger = await self.ledger.read_on(store)
        left = {kind: count for kind, count in (await leftover(store, self.clock())).items() if kind not in allowed}
        assert not self.sink.wrong, self.sink.wrong[:3]
        assert not self.pushes.wrong, self.pushes.wrong[:3]
        return check(
            self.feeds.published, ledger, self.came(), left, bound=bound, untold=untold, rewritten=rewritten,
            went_back=went_back(self.folder, self.notices),
        )  # fmt: skip

    async def verified(self) -> str:
        """Ask the daemon's own `alertd verify`; gives what it finds wrong, nothing if everything has its end."""
        code, out, err = await command("verify", "--json", folder=self.daemon.folder)
        return "" if code == 0 else f"alertd verify ended with {code}: {(err or out)[-1500:]}"

    async def _picture(self) -> str:
        try:
            left = {
                kind: count for kind, count in (await under_way(await self.store(), self.clock())).items() if count
            }
        except (StoreUnavailable, OSError) as error:
            return f"its Redis does not answer: {error}"
        there = len(self.sink.tokens & self.feeds.published.keys())
        return (
            f"{there} of {len(self.feeds.published)} delivered, "
            f"{self.pushes.open} not pushed yet, under way: {left}; {self.daemon.log_tail()[-1500:]}"
        )


@asynccontextmanager
async def world(
    case: Case, *, sources: int | Sequence[Json] = 3, redis: RedisServer | str | None = None, pushed: bool = False,
    receivers: Sequence[Json] | None = None, settings: Mapping[str, Any] | None = None,
    source: Mapping[str, Any] | None = None, env: Mapping[str, str] | None = None, start: bool = True,
    daemons: int = 1, words: Words = (), window: int = WINDOW, keep: bool = True, host: str = "127.0.0.1",
) -> AsyncIterator[World]:  # fmt: skip
    """Set a world up, and end it whatever happens.

    `sources`: how many, or their settings, each with an `id`; `pushed`: an inbox too. `redis`: embedded without one;
    several daemons need one. `receivers` in place of the sink. `settings`, `source`: over the defaults of a daemon,
    of each source.
    `words` go to `alertd run`: of all daemons, or a list for each. `window`: items that a page shows. `keep`: the
    sinks keep payloads. `host`: the address at which feeds and receivers are.
    """
    each = list(words) if words and not isinstance(words[0], str) else [words] * daemons
    with FaultServer(host=host) as server:
        made = World(case, server, sources, redis, receivers, settings or {}, source or {}, window, keep)
        made.write_rules()
        if pushed:
            made.open_inbox()
        for number in range(daemons):
            made.add_daemon(env, [str(word) for word in each[number]])
        try:
            if start:
                await asyncio.gather(*(daemon.start() for daemon in made.daemons))
            yield made
        finally:
            made.nemesis.release()
            await made.pushes.close()
            await made.close()
            await asyncio.gather(*(daemon.__aexit__() for daemon in made.daemons))


def logged_badly(folder: Path) -> list[str]:
    """Give lines of all daemons' logs that tell of a task or a result that nobody looked after."""
    return lines_with(folder, BAD_WORDS)


def logged(folder: Path, event: str = "") -> list[Json]:
    """Give the lines of all daemons' logs in a world's folder, with this event or all of them."""
    lines = [line for file in folder.glob("d*/alertd.log") for line in file.read_text(errors="replace").splitlines()]
    found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    return [line for line in found if not event or line.get("event") == event]
