"""Runs the real daemon as users do, and asks it over its own API."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.http import DEADLINE_S

STARTED_S = 300.0
"""Four processes that import everything, on a machine that may have ten times as much to do."""


async def eventually(check: Callable[[], Awaitable[Any]], what: str, timeout: float = DEADLINE_S) -> Any:
    """Wait until a check gives something true. Fails by name when it never does.

    It asks ever less often: most checks ask a daemon, which works for the answer instead of for what is awaited.
    """
    loop = asyncio.get_running_loop()
    deadline, pause_s = loop.time() + timeout, 0.02
    last: Exception | None = None
    while loop.time() < deadline:
        try:
            if found := await check():
                return found
        except (aiohttp.ClientError, OSError, KeyError, json.JSONDecodeError) as error:
            last = error
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 1.2, 0.25)
    raise AssertionError(f"never happened within {timeout:.0f} s: {what}" + (f" (last: {last!r})" if last else ""))


class Daemon:
    """`alertd run` on a settings file in a folder of its own."""

    def __init__(self, folder: Path, env: dict[str, str] | None = None, words: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.config = folder / "alertd.yaml"
        self.state_dir = folder / "var"
        self.log = folder / "alertd.log"
        self._env = {**os.environ, **(env or {})}
        if "ALERTD_FAILPOINT" in self._env:
            self._env["ALERTD_ENV"] = "test"
        self._words = words
        self.before: tuple[str, ...] = ()
        """A program that starts it in its own place, such as `prlimit --nofile=64`."""
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Daemon:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), DEADLINE_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The supervisor's exit code, once it has one."""
        assert self._process is not None
        return self._process.returncode

    async def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it works."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.before, sys.executable, "-m", "alertd", "run", "--config", str(self.config), *self._words,
                stdout=log, stderr=log, cwd=self.folder, env=self._env,
            )  # fmt: skip
        if wait:
            await eventually(self.ready, f"the daemon works; its log ends: {self.log_tail()}", STARTED_S)

    async def ready(self) -> bool:
        """Tell whether it answers `/readyz` with yes. Fails at once if the process has ended."""
        assert self._process is not None
        if self._process.returncode is not None:
            raise AssertionError(f"the daemon ended with {self._process.returncode}: {self.log_tail()}")
        state = self.state()
        if "web" not in state["roles"]:
            return '"event": "started"' in self.log.read_text(errors="replace")
        if not state["web"]:
            return False
        async with aiohttp.ClientSession() as http, http.get(f"http://{state['web']}/readyz") as answer:
            return answer.status == 200

    def state(self) -> dict[str, Any]:
        """Give what it wrote down of itself. Raises FileNotFoundError until it has."""
        for file in self.state_dir.glob("run*.json"):
            found: dict[str, Any] = json.loads(file.read_text())
            if found["pid"] == self.pid:
                return found
        raise FileNotFoundError("it has not written down its state yet")

    def starts(self) -> dict[str, int]:
        """Say how often each of its processes was started."""
        return {name: process["starts"] for name, process in self.state()["processes"].items()}

    async def status(self) -> dict[str, Any]:
        """Give `/v1/status`."""
        state = self.state()
        token = (self.state_dir / "web.token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://{state['web']}/v1/status", headers=headers) as r,
        ):
            assert r.status in (200, 503), await r.text()
            if r.status == 503:
                raise OSError(await r.text())
            found: dict[str, Any] = await r.json()
            return found

    async def metrics(self) -> str:
        """Give `/metrics`."""
        async with aiohttp.ClientSession() as http, http.get(f"http://{self.state()['web']}/metrics") as answer:
            return await answer.text()

    async def quiet(self) -> dict[str, Any] | None:
        """Give the status once every source was polled and nothing is under way; None until then."""
        status = await self.status()
        polled = all(source["polls"] or source["failures"] for source in status["sources"])
        moving = status["events"]["backlog"] or any(r["queued"] or r["waiting"] for r in status["receivers"])
        return status if polled and not moving else None

    def kill(self) -> None:
        """End the supervisor by SIGKILL."""
        assert self._process is not None
        self._process.kill()

    async def wait(self, timeout: float = DEADLINE_S) -> int:
        """Wait for its end and give the exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), timeout)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the supervisor."""
        assert self._process is not None
        self._process.send_signal(number)

    def log_tail(self) -> str:
        """Give the end of the log."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""


async def command(
    *words: str, folder: Path, stdin: bytes = b"", env: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """Run `alertd WORDS` in a folder, `env` added to the environment; gives exit code, stdout and stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "alertd", *words, cwd=folder, env={**os.environ, **(env or {})},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(stdin), DEADLINE_S * 2)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
