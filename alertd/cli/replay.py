"""`alertd replay`: archived events once more, through a whole daemon of their own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from alertd import telemetry
from alertd.app.replaying import Replay, Scene
from alertd.app.snapshot import secrets_of
from alertd.base.clock import rfc3339, system_clock
from alertd.base.moved_clock import MovedClock
from alertd.cli.output import (
    FAULTS,
    INTERRUPTED,
    USAGE,
    ConfigOption,
    JsonOption,
    counted,
    environment,
    fail,
    plain,
    print_json,
    stderr,
    warn,
)
from alertd.cli.past_time import past_time
from alertd.cli.replay_text import bar, show, tail
from alertd.errors import AlertdError, ConfigError
from alertd.history.past import Past
from alertd.history.past_read import read_past
from alertd.history.past_skips import Why
from alertd.history.replay.account import Account, Summary
from alertd.history.replay.survey import Survey, chosen, survey
from alertd.model import JournalRecord
from alertd.workers.replay import Course

MAX = "max"
FASTEST = 100_000.0
_SPEED = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?x?")
_DRAWN_S = 0.1
_LEAD_MS = 1_000
"""How long before the first event the clock begins."""


@dataclass(slots=True)
class _Past:
    """What is replayed, read anew each time it is gone through."""

    paths: Sequence[Path]
    since: int | None
    until: int | None
    as_notified: bool
    people: bool
    skipped: Counter[str] = field(default_factory=Counter)

    def survey(self) -> Survey:
        """Look through it. Raises ConfigError."""
        pasts = read_past(self.paths, self.since, self.until, skipped=self._skip)
        return survey(pasts, as_notified=self.as_notified)

    def events(self) -> Iterator[Past]:
        """Give its events, and what people did. Raises ConfigError."""
        pasts = read_past(self.paths, self.since, self.until)
        return chosen(pasts, as_notified=self.as_notified, people=self.people)

    def _skip(self, why: Why, where: str, /) -> None:
        self.skipped[why] += 1


def replay(
    events: Annotated[
        list[Path] | None,
        typer.Option(
            "--events", metavar="PATH", help="An archive, an export of one, or a file of events. Repeatable.",
            show_default="the archive of the settings",
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="From when on: so long ago (2h, 30d), or a date or time.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Until before; the clock runs so far.", show_default="the last event"),
    ] = None,
    speed: Annotated[
        str, typer.Option(metavar="N|max", help="So many times as fast as then; max: as fast as it goes.")
    ] = MAX,
    dry: Annotated[bool, typer.Option("--dry", help="Nothing leaves, as without --deliver-to.")] = False,
    deliver_to: Annotated[
        list[str] | None,
        typer.Option(metavar="RECEIVERS", help="Really send to these, marked as replay. With commas, or repeated."),
    ] = None,
    as_notified: Annotated[
        bool, typer.Option("--as-notified", help="Only the events of which somebody was told then.")
    ] = False,
    no_people: Annotated[
        bool, typer.Option("--no-people", help="Leave out what people answered and silenced then.")
    ] = False,
    rules: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Other rules.", show_default="those of the settings")
    ] = None,
    redis: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A server, in a namespace of its own.", show_default="a private one"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before messages really leave.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Send archived events once more through a whole daemon of their own.

    To rehearse, to train, to see what a busy day costs. It has the settings and rules of the live daemon, whose
    state it does not touch. Its clock is that of the past, so quiet hours, digests and escalations come as they would
    have. Nothing leaves unless --deliver-to says so. Ctrl-C ends it, and removes what it made. Exit 1 if anything was
    lost or could not be decided.
    """
    rate = _rate(speed)
    named = frozenset(name for one in deliver_to or () for name in one.split(",") if name)
    if dry and named:
        fail("--dry and --deliver-to say opposite things", USAGE)
    if rules is not None and not rules.is_dir():
        fail(f"--rules: there is no directory {rules}", USAGE)
    telemetry.configure_logging("warning", "auto", sys.stderr)
    try:
        staged = Replay(Scene(config, rules and rules.absolute(), redis or "", named), environment())
        if unknown := staged.unknown(named):
            fail("; ".join(unknown), USAGE)
        archive = staged.settings.archive.path
        assert archive is not None  # loading fills it in
        past = _past(events or [archive], since, until, as_notified, not no_people)
        found = _surveyed(past)
        if named and not yes:
            _ask(named, found)
        with staged:
            loaded = staged.load().loaded
            telemetry.hide_values(secrets_of(loaded.snapshot.settings))  # a server that was given is among them
            for warning in loaded.warnings:
                warn(warning, "yellow")
            code = asyncio.run(_replay(staged, past, found, rate, named, json=json))
    except ConfigError as error:
        fail(error, USAGE if {fault.file for fault in error.faults} <= set(map(str, events or ())) else FAULTS)
    except AlertdError as error:
        fail(error)
    sys.stdout.flush()
    os._exit(code)  # as in `run`: nothing durable is left in this process


def _rate(speed: str) -> float:
    """Read how fast; 0: as fast as it goes. Ends the command if it is no speed."""
    if speed == MAX:
        return 0.0
    rate = float(speed.removesuffix("x")) if _SPEED.fullmatch(speed) else 0.0
    if not 0 < rate <= FASTEST:
        fail(f"--speed takes a number such as 10, above 0 and up to {FASTEST:,.0f}, or max, not {speed}", USAGE)
    return rate


def _past(paths: Sequence[Path], since: str | None, until: str | None, as_notified: bool, people: bool) -> _Past:
    now = system_clock()
    begin, end = past_time("--since", since, now), past_time("--until", until, now)
    if begin is not None and end is not None and end <= begin:
        fail(f"--until {until} is not after --since {since}", USAGE)
    return _Past(paths, begin, end, as_notified, people)


def _surveyed(past: _Past) -> Survey:
    """Look through the past, and say what of it cannot be replayed. Ends the command if there is nothing."""
    found = past.survey()
    for why, count in sorted(past.skipped.items()):
        warn(f"{counted(count, 'line')} of the past: {why.replace('_', ' ')}", "yellow")
    if not found.events:
        told = " of which anybody was told" if past.as_notified else ""
        fail(f"there are no events{told} in that time", USAGE)
    return found


def _ask(named: frozenset[str], found: Survey) -> None:
    """Ask before anything leaves. Ends the command if nobody can be asked, or the answer is no."""
    if not sys.stdin.isatty():
        fail("--deliver-to really sends, and nobody can be asked here: say --yes", USAGE)
    said = f"Really send to {', '.join(sorted(named))} what comes of {counted(found.events, 'event')}, marked REPLAY?"
    if not typer.confirm(said, err=True):
        raise typer.Exit(FAULTS)


async def _replay(
    staged: Replay, past: _Past, found: Survey, rate: float, named: frozenset[str], *, json: bool
) -> int:
    stop, account = asyncio.Event(), Account()
    _install(staged, stop)
    course = Course(
        begin_ms=found.first_ms - _LEAD_MS,
        until_ms=max(found.last_ms, past.until or 0),
        rate=rate,
        receivers=[receiver.id for receiver in staged.settings.receivers],
        completed=frozenset(found.completed),
    )
    if not json:
        stderr().print(plain(_announced(course, found, named)), style="dim")
    drawing: list[asyncio.Task[None]] = []
    with bar(course, found.events, account) as told:

        async def draw(clock: MovedClock) -> None:
            while True:
                told(clock())
                await asyncio.sleep(_DRAWN_S)

        def heard(record: JournalRecord) -> None:
            if not json:
                tail(record)

        held = await staged.run(
            course,
            past.events(),
            account,
            heard,
            stop,
            lambda clock: drawing.append(asyncio.create_task(draw(clock))),
        )
        for task in drawing:
            task.cancel()
    return _ended(account.summary(held), named, stopped=stop.is_set(), waiting=account.waiting, json=json)


def _announced(course: Course, found: Survey, named: frozenset[str]) -> str:
    how = f"{course.rate:g} times as fast" if course.rate else "as fast as it goes"
    whom = f"really sent to {', '.join(sorted(named))}" if named else "nothing leaves"
    time = f"{rfc3339(found.first_ms)[:19]}Z to {rfc3339(course.until_ms)[:19]}Z"
    return f"replay: {counted(found.events, 'event')}, {time}, {how}; {whom}; Ctrl-C ends"


def _ended(summary: Summary, named: frozenset[str], *, stopped: bool, waiting: int, json: bool) -> int:
    if json:
        print_json({"summary": msgspec.to_builtins(summary), "stopped": stopped, "undecided": waiting}, pretty=True)
    else:
        if stopped:
            warn("stopped before its end", "yellow")
        show(summary, named)
    lost = summary.dead_events or waiting or sum(summary.failed.values())
    return INTERRUPTED if stopped else FAULTS if lost else 0


def _install(staged: Replay, stop: asyncio.Event) -> None:
    """Let the first Ctrl-C end it in order, the second at once."""

    def terminate() -> None:
        if stop.is_set():
            staged.kill()
            os._exit(INTERRUPTED)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, terminate)
