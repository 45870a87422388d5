"""A desk of its own for each test: settings and rules over the run's Redis, and a hand in the store behind it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from alertd.app.state import ROLES, RunState, hold, release, write_run_state
from alertd.base.clock import rfc3339, system_clock
from alertd.model import JournalRecord, NewDelivery, SourceState
from alertd.store.redis import RedisStore, open_store
from tests.cli.run import Done, alertd
from tests.store.make import delivery
from tests.support.redis import namespace, redis_server, redis_url  # noqa: F401

T = TypeVar("T")

PORTFOLIO = """portfolio: ai
title: AI infrastructure
timezone: America/New_York
receivers: [desk]
rules:
  - {id: lease, title: A lease, severity: high, when: {title: lease}}
  - {id: sour, title: A dispute, severity: critical, when: {all: [{title: dispute}, {text: lease}]}}
"""


class Desk:
    """A folder with settings, and the store that they name."""

    def __init__(self, folder: Path, url: str, namespace: str) -> None:  # noqa: F811
        self.folder = folder
        self._url = url
        self._namespace = namespace
        self.locks: list[int] = []
        (folder / "rules/portfolios").mkdir(parents=True)
        (folder / "rules/portfolios/ai.yaml").write_text(PORTFOLIO)
        self.settings()

    def settings(self, **more: Any) -> None:
        """Write alertd.yaml."""
        source = {"id": "wire", "type": "feed", "url": "https://wire.example.com/rss"}
        settings = {
            "state_dir": "./var", "redis": self._url, "namespace": self._namespace, "sources": [source],
            "receivers": [{"id": "desk", "type": "console"}, {"id": "oms", "type": "console"}],
        }  # fmt: skip
        (self.folder / "alertd.yaml").write_text(json.dumps(settings | more))

    def run(self, *words: str) -> Done:
        """Run a command there."""
        return alertd(*words, cwd=self.folder)

    def do(self, work: Callable[[RedisStore], Awaitable[T]]) -> T:
        """Do something with the store."""

        async def open_and_work() -> T:
            store = await open_store(self._url, self._namespace, name="test")
            try:
                await store.prepare()
                return await work(store)
            finally:
                await store.aclose()

        return asyncio.run(open_and_work())

    def running(self, **about: Any) -> None:
        """Make it look as if a daemon ran here: this process holds its locks."""
        state = RunState(
            pid=os.getpid(), version="0.1.0", started_at=rfc3339(system_clock()), config="alertd.yaml",
            roles=sorted(ROLES), web="127.0.0.1:8321", rules_version="abcdefghijklmnop", portfolios=1,
        )  # fmt: skip
        (self.folder / "var").mkdir(exist_ok=True)
        state = msgspec.structs.replace(state, **about)
        write_run_state(self.folder / "var", state)
        release(self.locks)
        self.locks = hold(self.folder / "var", state.roles)

    def journal(self, *records: JournalRecord) -> None:
        """Write records."""

        async def write(store: RedisStore) -> None:
            for record in records:
                await store.journal(record)

        self.do(write)

    def source(self, **about: Any) -> None:
        """Write the state of the source."""
        self.do(lambda store: store.save_source_state(SourceState(source="wire", **about)))

    def deliver(self, *names: str, receiver: str = "desk") -> list[NewDelivery]:
        """Queue deliveries, each in a chain of its own, due now."""
        now = system_clock()
        made = [delivery(name, receiver, chain=f"al_{name}", due=now, expires=now + 86_400_000) for name in names]
        self.do(lambda store: store.enqueue(made, now))
        return made

    def bury(self, *names: str, error: str = "HTTP 410", receiver: str = "desk") -> None:
        """Queue deliveries, try each once and give up."""
        self.deliver(*names, receiver=receiver)
        self.do(lambda store: _bury(store, receiver, names, error))

    def park(self, receiver: str, error: str) -> None:
        """Queue a delivery and find its receiver gone."""
        self.deliver("parked", receiver=receiver)
        self.do(lambda store: _park(store, receiver, error))


async def _park(store: RedisStore, receiver: str, error: str) -> None:
    now = system_clock()
    await store.claim(receiver, "dl_parked", "token", now, 60_000, 0, b"payload")
    pause = now + 3_600_000
    assert await store.retry("dl_parked", "token", now, now, error, counts=False, pause_until_ms=pause, gone=True)


async def _bury(store: RedisStore, receiver: str, names: Sequence[str], error: str) -> None:
    for name in names:
        now = system_clock()
        await store.claim(receiver, f"dl_{name}", "token", now, 60_000, 0, b"payload")
        assert await store.bury(f"dl_{name}", "token", now, error)


@pytest.fixture
def desk(tmp_path: Path, redis_url: str, namespace: str) -> Iterator[Desk]:  # noqa: F811
    made = Desk(tmp_path, redis_url, namespace)
    yield made
    release(made.locks)
