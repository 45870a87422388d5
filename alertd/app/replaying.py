"""The daemon of a replay: the settings and rules of the live one, everything else its own.

    settings as they are -> state directory, store and namespace of its own; nobody is told of its running;
    no sources, no web room, no archive -> supervisor -> the loop that takes the past in (`workers/replay.py`)

What it made is removed at its end, however that comes, short of a SIGKILL.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from alertd.app.reloading import Reloaded, Reloading
from alertd.app.snapshot import EMBEDDED
from alertd.app.starting import started
from alertd.app.supervisor import Supervisor, first_of
from alertd.base import suggest
from alertd.base.clock import system_clock
from alertd.base.files import make_private
from alertd.base.moved_clock import MovedClock
from alertd.base.secrets import Secret
from alertd.companies.registrants import updated_file
from alertd.errors import AlertdError
from alertd.history.past import Past
from alertd.history.replay.account import Account
from alertd.history.replay.staging import Staging
from alertd.model import JournalRecord
from alertd.rules.places import memory_of
from alertd.settings import LogConfig, Settings, load_settings
from alertd.store.clear import clear_namespace
from alertd.store.redis import open_store
from alertd.workers.answers import Answers
from alertd.workers.replay import Course, Replayer

log = structlog.get_logger(__name__)

ROLES = frozenset({"match", "deliver", "timers"})
_NOT_ITS = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "ALERTD_FAILPOINT"})
"""Variables that are for the live daemon."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a replay takes place, and who hears of it."""

    config: Path | None
    rules: Path | None
    """Other rules than those of the settings."""
    redis: str
    """Empty: an embedded one of its own."""
    deliver_to: frozenset[str]


class Replay:
    """One replay, from its settings to the last thing removed. A context manager; `prepare` comes first."""

    def __init__(self, scene: Scene, env: Mapping[str, str]) -> None:
        self._scene = scene
        self._env = {name: value for name, value in env.items() if name not in _NOT_ITS}
        self._name = f"replay-{secrets.token_hex(6)}"
        self._folder: Path | None = None
        self._supervisor: Supervisor | None = None
        self._loaded: tuple[Reloading, Reloaded] | None = None
        self.settings = load_settings(scene.config, self._env).settings
        """Those of the live daemon. Making one raises ConfigError where they are wrong."""

    def unknown(self, names: Collection[str]) -> list[str]:
        """Say of names that are no receivers' what may have been meant."""
        known = [receiver.id for receiver in self.settings.receivers]
        found = []
        for name in sorted(set(names) - set(known)):
            hint = suggest.hint(name, known) or f"there are {', '.join(known) or 'none'}"
            found.append(f"there is no receiver {name}: {hint}")
        return found

    def __enter__(self) -> Replay:
        self._folder = Path(tempfile.mkdtemp(prefix="alertd-replay-"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the folder that it made."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def load(self) -> Reloaded:
        """Load the rules as the live daemon would now. Raises ConfigError."""
        state_dir = self._made() / "var"
        _borrow(self.settings.state_dir, state_dir)
        reloading = Reloading(self._scene.config, self._env, lambda settings: self._own(settings, state_dir))
        found = reloading.load()
        self._loaded = (reloading, found)
        return found

    async def run(
        self,
        course: Course,
        pasts: Iterator[Past],
        account: Account,
        heard: Callable[[JournalRecord], None],
        stop: asyncio.Event,
        begun: Callable[[MovedClock], None],
    ) -> int:
        """Run the daemon and the past through it; gives how many alerts are held back at the end. Raises AlertdError.

        `begun` is told when the daemon works. From here on this process goes by the clock of the past.
        """
        assert self._loaded is not None
        reloading, found = self._loaded
        clock = MovedClock.made(self._made() / "clock", course.begin_ms)
        staging = Staging(self._made() / "clock", self._name, self._scene.deliver_to)
        staging.enter()
        namespace = found.loaded.snapshot.settings.namespace
        self._supervisor = supervisor = Supervisor(reloading, found, self._env, ROLES, staging)
        try:
            if not await started(supervisor, stop):
                return 0
            store = await open_store(supervisor.redis_url, namespace, name="replay")
            try:
                begun(clock)
                log.info("replay_started", name=self._name, begin_ms=course.begin_ms, rate=course.rate)
                answers = Answers(store, found.loaded.snapshot.receivers, system_clock)
                replayer = Replayer(store, clock, course, account, answers.give, heard, stop)
                return await _until_failed(replayer.run(pasts), supervisor)
            finally:
                await store.aclose()
        finally:
            await supervisor.stop()
            if self._scene.redis:
                removed = await clear_namespace(self._scene.redis, namespace)
                log.info("replay_cleared", namespace=namespace, keys=removed)

    def kill(self) -> None:
        """Leave at once: what it made is removed, but for the keys in a server that was given."""
        if self._supervisor is not None:
            self._supervisor.kill()
        self.remove()

    def _made(self) -> Path:
        assert self._folder is not None, "a replay is entered first"
        return self._folder

    def _own(self, settings: Settings, state_dir: Path) -> Settings:
        """Make of the live daemon's settings those of the replay."""
        return settings.model_copy(
            update={
                "state_dir": state_dir,
                "rules": self._scene.rules or settings.rules,
                "redis": Secret(self._scene.redis or EMBEDDED),
                "namespace": self._name,
                "web": settings.web.model_copy(update={"public": None}),
                "receivers": [one.model_copy(update={"coverage": None}) for one in settings.receivers],
                "operator": [],
                "reports": [],
                "archive": settings.archive.model_copy(update={"enabled": False}),
                "log": LogConfig(level="warning", format=settings.log.format),
                "watch": False,
            }
        )


async def _until_failed(work: Coroutine[Any, Any, int], supervisor: Supervisor) -> int:
    """Wait for the work, or for the daemon to give up. Raises AlertdError."""
    running = asyncio.create_task(work, name="replay")
    await first_of(running, supervisor.failed)
    if not running.done():
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        raise AlertdError(supervisor.failed.result())
    return running.result()


def _borrow(live: Path, state_dir: Path) -> None:
    """Copy what the live daemon knows that no archive tells: the fetched companies, the positions last accepted."""
    shared: Sequence[Path] = (updated_file(live), memory_of(live))
    for path in shared:
        target = state_dir / path.relative_to(live)
        if path.is_dir():
            shutil.copytree(path, target)
        elif path.is_file():
            make_private(target.parent)
            shutil.copyfile(path, target)
