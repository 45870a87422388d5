"""`alertd run`: the entry point that owns the signals."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Annotated, NoReturn

import structlog
import typer

from alertd import telemetry
from alertd.app.fault_log import log_end, log_fault
from alertd.app.reloading import Reloaded, Reloading
from alertd.app.snapshot import secrets_of
from alertd.app.starting import started
from alertd.app.state import ROLES
from alertd.app.supervisor import ALL_ROLES, Supervisor, first_of
from alertd.base.clock import CLOCK_VARIABLE
from alertd.base.failpoints import arm
from alertd.cli.output import FAULTS, USAGE, ConfigOption, environment, fail
from alertd.errors import AlertdError, ConfigError
from alertd.text.core import missing

log = structlog.get_logger(__name__)


def run(
    config: ConfigOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE",
            help=f"Run only this role (repeatable): {', '.join(ROLES)}. Needs a Redis that they share.",
        ),
    ] = None,
) -> None:
    """Run the daemon until it is told to stop.

    SIGTERM and Ctrl-C let it end what it has begun (a second one leaves at once), SIGHUP reloads settings and rules.
    It logs on stderr.
    """
    env = environment()
    followed = env.get(CLOCK_VARIABLE)
    unknown = set(only or ()) - set(ROLES)
    if unknown:
        fail(f"--only takes {', '.join(ROLES)}, not {', '.join(sorted(unknown))}", USAGE)
    try:
        reloading = Reloading(config, env)
        found = reloading.load()
        loaded = found.loaded
        if env.get("ALERTD_FAILPOINT"):
            arm(env["ALERTD_FAILPOINT"], environment=env.get("ALERTD_ENV", ""))  # a wrong one is refused here
        if only and loaded.snapshot.settings.redis.reveal() == "embedded":
            raise ConfigError.at(
                loaded.path, "--only needs a Redis that several processes share", "set redis: to its URL"
            )
    except AlertdError as error:
        fail(error)
    except ValueError as error:
        fail(str(error), USAGE)
    settings = loaded.snapshot.settings
    telemetry.configure_logging(settings.log.level, settings.log.format, sys.stderr)
    telemetry.hide_values(secrets_of(settings))
    if followed:
        log.warning("clock_followed", file=followed)
    for warning in loaded.warnings:
        log_fault("config_warning", warning)
    if missing():
        log.info("without_compiled_core", reason=missing())
    asyncio.run(_run(reloading, found, frozenset(only or ALL_ROLES)))


async def _run(reloading: Reloading, found: Reloaded, roles: frozenset[str]) -> NoReturn:
    supervisor = Supervisor(reloading, found, environment(), roles)
    stop = asyncio.Event()
    signals = Signals(supervisor, stop)
    signals.install(asyncio.get_running_loop())
    what = ""
    why: AlertdError | str = ""
    try:
        if await started(supervisor, stop):
            await first_of(asyncio.create_task(stop.wait()), supervisor.failed)
            if supervisor.failed.done():
                what, why = "cannot_go_on", supervisor.failed.result()
    except AlertdError as error:
        what, why = "cannot_start", error
    try:
        await supervisor.stop()
    finally:
        if what:
            log_end(what, why)
    sys.stdout.flush()
    # Not back through asyncio.run: it waits for threads, and one may be stuck in a file system that does not answer.
    # Nothing durable is left in this process.
    os._exit(FAULTS if what else 0)


class Signals:
    """SIGTERM and SIGINT stop, twice at once; SIGHUP reloads."""

    def __init__(self, supervisor: Supervisor, stop: asyncio.Event) -> None:
        self._supervisor = supervisor
        self._stop = stop
        self._reload: asyncio.Task[None] | None = None
        self._asked = False
        """A reload was asked for that has not begun."""

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the signals over."""
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._terminate)
        loop.add_signal_handler(signal.SIGHUP, self.hangup)

    def _terminate(self) -> None:
        if self._stop.is_set():
            self._supervisor.kill()
            os._exit(130)
        self._stop.set()

    def hangup(self) -> None:
        """Ask for a reload."""
        self._asked = True
        if self._reload is None or self._reload.done():
            self._reload = asyncio.create_task(self._reload_asked(), name="reload")

    async def _reload_asked(self) -> None:
        """Reload, and again if that was asked meanwhile: the one under way may have read the files already."""
        while self._asked:
            self._asked = False
            await self._supervisor.reload()
