"""Puts new settings and rules in force while the daemon runs: on a signal, or when files change.

SIGHUP ─┐
        ├─> load what changed ─> good: each process takes it from its next batch, poll, message on
files ──┘                        broken, or without an end: all stays; log, status, a metric and the operator say so

Positions that are refused or stale are no fault of a reload: they are told beside it, and when they are mended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.app import telling
from alertd.app.fault_log import log_fault
from alertd.app.guard import Guard
from alertd.app.link import Reload, Tell
from alertd.app.reloading import Reloaded, Reloading
from alertd.app.snapshot import NO_RULES
from alertd.app.watch import watch
from alertd.base.clock import rfc3339, system_clock
from alertd.base.config import format_duration
from alertd.base.ids import mark
from alertd.base.sdnotify import SdNotify
from alertd.companies.report import Trouble
from alertd.errors import ConfigError, Fault

log = structlog.get_logger(__name__)

SETTLE_S = 1.0
"""What is broken after a change of files is looked at again after this, before anybody is told."""
STALE_S = 3600.0
"""How often positions are asked for their age, although nothing has changed."""
HANGS_S = 120.0
"""A load that takes longer hangs: a hundred thousand rules that all have changed take half a minute."""
EMPTY_HINT = "a restart takes an empty directory"


class Notes(Protocol):
    """Writes down for `alertd status` how it stands."""

    def note_reload(self, *, ok: bool, faults: list[str], hangs: bool = False) -> None:
        """Write how the last reload went."""

    def note_positions(self, trouble: Sequence[Trouble]) -> None:
        """Write which positions are refused or stale."""


class Reloads:
    """What is in force, and how it is replaced. Belongs to the supervisor."""

    def __init__(
        self,
        reloading: Reloading,
        found: Reloaded,
        manager: SdNotify,
        children: Sequence[Guard],
        notes: Notes,
        *,
        hangs_s: float = HANGS_S,
    ) -> None:
        self.found = found
        """What is in force."""
        self._reloading = reloading
        self._manager = manager
        self._children = children
        self._notes = notes
        self._hangs_s = hangs_s
        self._one_at_a_time = asyncio.Lock()
        self._troubles: tuple[Trouble, ...] = ()
        """What was told last."""
        self._healed: dict[str, str] = {}
        """Portfolio -> when its positions were in order again: from then on the same trouble is a new one."""
        self._refused: list[str] = []
        self._not_kept = ""
        """Why the rules in force could not be kept by their version."""
        self._told_kept = ""
        self._broken: set[Path] = set()
        """Changed files that were not taken yet."""
        self._tasks: list[asyncio.Task[None]] = []
        self._settling: asyncio.Task[None] | None = None
        self._remembered: asyncio.Task[None] | None = None
        """Remembers the positions of the start: what comes next is compared with them."""
        self._watching: asyncio.Event = asyncio.Event()
        """Set to end the watch under way."""

    def start(self) -> None:
        """Begin to watch, and tell what the first load had to say."""
        self._tell_trouble()
        self._tell_kept()
        self._remembered = asyncio.create_task(asyncio.to_thread(self._reloading.remember, self.found))
        self._tasks.append(self._remembered)
        self._tasks.append(asyncio.create_task(self._watch(), name="watch"))
        self._tasks.append(asyncio.create_task(self._look_at_ages(), name="stale"))

    async def keep(self) -> None:
        """Keep the rules of the first load, before a process works by them."""
        self._not_kept = await asyncio.to_thread(self._reloading.keep, self.found)

    async def stop(self) -> None:
        """Stop watching."""
        self._watching.set()
        tasks = [*self._tasks, *([self._settling] if self._settling else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            settings = self.found.loaded.snapshot.settings
            stop = self._watching = asyncio.Event()
            if not settings.watch:
                await stop.wait()
                continue
            files = [self.found.loaded.path, *self.found.watched]
            await watch(settings.rules, files, self._changed, stop)

    async def _changed(self, paths: set[Path]) -> None:
        """Take files that changed. What is broken may be half a save or half a checkout: it gets a moment."""
        if self._settling is not None:
            self._settling.cancel()
        self._broken = self._broken | paths  # a new set: the one before may be gone through in a thread just now
        if await self.reload(self._broken if paths else None, patient=True):
            self._broken = set()
        else:
            self._settling = asyncio.create_task(self._settle(), name="settle")

    async def _settle(self) -> None:
        await asyncio.sleep(SETTLE_S)
        self._settling = None  # from here on it is not to be cancelled: a load runs in a thread to its end
        if await self.reload():
            self._broken = set()

    async def _look_at_ages(self) -> None:
        while True:
            await asyncio.sleep(STALE_S)
            if self.found.loaded.snapshot.settings.watch:  # else nothing is taken without a signal
                await self.reload(patient=True)

    async def reload(self, paths: set[Path] | None = None, *, patient: bool = False) -> bool:
        """Load settings and rules as one snapshot; what is broken changes nothing and is said in three places.

        `paths` are the files that may have changed, None if any may. A patient reload says nothing at first of what
        is broken: a save or a checkout may be under way.
        """
        async with self._one_at_a_time:
            if self._remembered is not None:
                await asyncio.wait({self._remembered})
            self._manager.reloading()
            loading = asyncio.ensure_future(asyncio.to_thread(self._reloading.reload, paths))
            try:
                await asyncio.wait({loading}, timeout=self._hangs_s)
                if not loading.done():
                    self._hang()
                    patient = False  # it has been said, so its end is said, too
                found = await loading
                if self.found.loaded.snapshot.book.portfolios and not found.loaded.snapshot.book.portfolios:
                    # More likely a checkout that is under way than a wish; who wants it restarts.
                    raise ConfigError.at(found.loaded.snapshot.settings.rules, NO_RULES, EMPTY_HINT)
            except ConfigError as error:
                self._manager.ready("reload refused, old rules in force")
                if not patient:
                    self._refuse([fault for fault in error.faults if fault.severity == "error"])
                return False
            except Exception as error:  # of ours: it must not end the watch, the next change may pass
                log.exception("reload_broke")
                self._manager.ready("a reload broke, old rules in force")
                text = f"alertd itself failed while it read them: {type(error).__name__}: {error}"[:500]
                self._refuse([Fault("alertd", 0, 0, text)])
                return False
            self._not_kept = await asyncio.to_thread(self._reloading.keep, found)
            self._take(found, patient=patient)
            await asyncio.to_thread(self._reloading.remember, found)
            return True

    def _refuse(self, found: list[Fault]) -> None:
        faults = [str(fault) for fault in found]
        if faults == self._refused:
            return  # said already: files that stay broken are looked at again with every change beside them
        self._refused = faults
        for fault in found:
            log_fault("config_fault", fault)
        self._notes.note_reload(ok=False, faults=faults)
        loaded = self.found.loaded
        self.tell_operator(telling.refused(found, loaded.path, loaded.snapshot, rfc3339(system_clock())))

    def _hang(self) -> None:
        """Say that a load does not end. It is waited for: a thread cannot be stopped, and two cannot load at once."""
        rules, after = self.found.loaded.snapshot.settings.rules, format_duration(self._hangs_s)
        fault = f"{rules}: settings and rules have not been read within {after}: does a file or a mount not answer?"
        self._refused = [fault]
        log.error("reload_hangs", rules=str(rules), seconds=self._hangs_s)
        self._notes.note_reload(ok=False, faults=[fault], hangs=True)
        self._manager.ready("a reload hangs, old rules in force")
        text = f"A reload does not come to its end, the old rules stay in force: {fault}"
        self.tell_operator(Tell("reload_hangs", "configuration", text, rfc3339(system_clock())))

    def _take(self, found: Reloaded, *, patient: bool) -> None:
        """Put what was loaded in force. That nothing has changed is only said to who asked for a reload."""
        snapshot, before = found.loaded.snapshot, self.found.loaded.snapshot
        if _watched(found) != _watched(self.found):
            self._watching.set()
        late = found.late if found.late != self.found.late else ()
        refused = self._refused
        self.found, self._refused = found, []
        self._tell_trouble()
        self._tell_kept()
        same_rules = snapshot.book.version == before.book.version and snapshot.book.labels == before.book.labels
        same = snapshot.settings == before.settings and snapshot.receivers == before.receivers
        if patient and same_rules and same and not refused and not late:
            self._manager.ready("nothing has changed")
            return
        for warning in found.loaded.warnings:
            log_fault("config_warning", warning)
        if late:
            log.warning("needs_restart", settings=list(late))
        change = found.change
        if same_rules or (change is not None and change.before != before.book.version):
            change = None
        book = None if same_rules or change is not None else snapshot.book
        zones, reported = snapshot.zones(), snapshot.reported()
        for child in self._children:
            rules = (change, book) if "match" in child.roles else (None, None)
            reload = Reload(
                snapshot.settings,
                snapshot.book.version,
                *rules,
                zones=zones,
                held=snapshot.held,
                receivers=snapshot.receivers,
                reported=reported,
                in_force=snapshot.in_force if "archive" in child.roles else None,
                portfolios=snapshot.portfolio_names() if "web" in child.roles else (),
            )
            child.send(reload)
        self._notes.note_reload(ok=True, faults=[])
        self._manager.ready("reloaded")
        log.info(
            "reloaded",
            rules=snapshot.book.version[:12],
            portfolios=len(snapshot.book.portfolios),
            changed=len(change.portfolios) + len(change.removed) if change is not None else None,
        )

    def _tell_trouble(self) -> None:
        """Tell the operator of positions that were refused or are stale, once for each; and when they are mended."""
        before, now = self._troubles, self.found.trouble
        if now == before:
            return
        self._troubles = now
        book = self.found.loaded.snapshot.book
        series = {(self._label(one), one.state) for one in now}
        for label, state in {(self._label(one), one.state) for one in before} - series:
            telemetry.POSITIONS_TROUBLE.labels(label, state).set(0)
        for label, state in series:
            telemetry.POSITIONS_TROUBLE.labels(label, state).set(1)
        for one in now:
            if one not in before:
                episode = mark(one.text + self._healed.get(one.portfolio, ""))
                self.tell_operator(telling.positions(one, book, episode))
        mended = {one.portfolio for one in before} - {one.portfolio for one in now}
        for portfolio in book.portfolios:
            if portfolio.id in mended:
                at = self._healed[portfolio.id] = rfc3339(system_clock())
                self.tell_operator(telling.positions_healed(portfolio.id, book, at))
        self._notes.note_positions(now)

    def _tell_kept(self) -> None:
        """Tell the operator that rules could not be kept, once until they can."""
        if self._not_kept and self._not_kept != self._told_kept:
            text = f"The rules in force are not kept, so `alertd why` cannot explain by them later: {self._not_kept}"
            self.tell_operator(Tell("rules_not_kept", "rules", text, rfc3339(system_clock())))
        self._told_kept = self._not_kept

    def _label(self, one: Trouble) -> str:
        walled = telling.desk_of_portfolio(one.portfolio, self.found.loaded.snapshot.book) is not None
        return telemetry.WALLED if walled else one.portfolio

    def tell_operator(self, tell: Tell) -> None:
        """Hand a notice to the one child that can queue it."""
        for child in self._children[:1]:
            child.send(tell)


def _watched(found: Reloaded) -> tuple[object, ...]:
    """Give what the watch depends on."""
    settings = found.loaded.snapshot.settings
    return found.watched, found.loaded.path, settings.rules, settings.watch
