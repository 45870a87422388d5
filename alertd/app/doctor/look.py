"""The whole look, in the order in which it is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alertd import __version__
from alertd.app.doctor import clocks, daemon, disks, machine, upkeep
from alertd.app.doctor.certificate import judge_own
from alertd.app.doctor.dates import judge_offsets, offsets
from alertd.app.doctor.hosts import endpoints
from alertd.app.doctor.reach import judge_reached, reach_all
from alertd.app.doctor.server import look_at_server, memory_available
from alertd.app.doctor.verdict import Verdict
from alertd.app.snapshot import EMBEDDED, LoadedSnapshot, memory_bytes
from alertd.app.state import RunState, read_run_states, working
from alertd.errors import Fault, StoreRefused, StoreUnavailable
from alertd.settings import Settings
from alertd.store.redis import RedisStore

MOUNTS = Path("/proc/self/mountinfo")


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at."""

    state_dir: Path
    rules: Path
    archive: Path
    history: Path
    embedded: bool
    """It has a Redis of its own."""
    relaxed: bool
    open_store: Callable[[], AbstractAsyncContextManager[RedisStore]]
    loaded: LoadedSnapshot | None
    """None: settings or rules have faults; then what only they say is not looked at."""
    faults: Sequence[Fault]

    @property
    def settings(self) -> Settings | None:
        """The settings, where they can be loaded."""
        return self.loaded.snapshot.settings if self.loaded is not None else None


async def look(patient: Patient, *, offline: bool, online: bool) -> list[Verdict]:
    """Look at everything. `offline`: no host outside is connected to; `online`: sources are asked what time it is."""
    watch = clocks.Watch()
    found = [*daemon.judge_shut(patient.state_dir)]
    shut = bool(found)
    daemons = [] if shut else read_run_states(patient.state_dir)
    pids = [] if shut else working(patient.state_dir)
    if not shut:
        found += daemon.judge_versions(__version__, daemons, pids)
    found += _files(patient, daemons, shut=shut)
    if not shut:
        found += await asyncio.to_thread(lambda: [*_disks(patient)])
    if not (shut and patient.embedded):
        found += await _redis(patient, running=bool(pids))
    found += _machine(patient, daemons)
    found += [clocks.judge_kept(clocks.kernel_says())]
    found += [clocks.judge_zones(*clocks.zone_data(), datetime.now(UTC).year)]
    if (settings := patient.settings) is not None:
        found += daemon.judge_watched(settings)
        if (tls := settings.web.tls) is not None:
            found.append(judge_own(tls.cert, tls.key, time.time()))
        if not offline:
            found += await _outside(settings, online=online)
    return [*found, *watch.judge()]


def _files(patient: Patient, daemons: Sequence[RunState], *, shut: bool) -> Iterator[Verdict]:
    yield upkeep.judge_faults(patient.faults)
    yield from upkeep.judge_age(upkeep.last_changed(patient.rules), time.time())
    if patient.loaded is not None:
        there = patient.loaded.rules.book.version
        for one in daemons:
            yield from upkeep.judge_in_force(one.rules_version, there)
    if not shut:
        yield from upkeep.judge_companies(patient.state_dir, datetime.now(UTC).date())


def _disks(patient: Patient) -> Iterator[Verdict]:
    named = [("the state directory", patient.state_dir), ("the archive", patient.archive)]
    for disk in disks.measure_disks(named, disks.growth(patient.archive, patient.history)):
        yield disks.judge_disk(disk)
    mounts = MOUNTS.read_text("utf-8", "replace") if MOUNTS.is_file() else ""
    for holds, folder in named:
        yield from disks.judge_kind(holds, disks.kind_of(folder, mounts))
    if patient.embedded:
        yield from disks.judge_flushes(disks.flush_times(patient.state_dir))
    yield from daemon.judge_closed(patient.state_dir)


async def _redis(patient: Patient, *, running: bool) -> list[Verdict]:
    if patient.embedded and not running:
        return [Verdict("warn", "redis", "the embedded Redis runs with the daemon only", "look again when that runs")]
    try:
        async with patient.open_store() as store:
            return await look_at_server(store, relaxed=patient.relaxed)
    except (StoreUnavailable, StoreRefused) as error:
        return [Verdict("bad", "redis", str(error), "nothing is alerted without it: docs/store.md")]


def _machine(patient: Patient, daemons: Sequence[RunState]) -> Iterator[Verdict]:
    sources = len(patient.settings.sources) if patient.settings is not None else 0
    known = [(one.pid, files) for one in daemons if (files := machine.files_of(one.pid)) is not None]
    for pid, files in known:
        yield machine.judge_files(f"pid {pid}", files, sources)
    if not known:
        yield machine.judge_files("a process that is started from here", machine.own_files(), sources)
    yield from machine.judge_memory(memory_available())
    if patient.embedded and patient.settings is not None:
        yield from machine.judge_group(machine.group_limit(), memory_bytes(patient.settings.redis_maxmemory))


async def _outside(settings: Settings, *, online: bool) -> list[Verdict]:
    found = endpoints(settings)
    verdicts = judge_reached(await reach_all(found), time.time())
    if online:
        contact = f" {settings.contact}" if settings.contact else ""
        verdicts.append(judge_offsets(await offsets(found, f"alertd/{__version__}{contact}")))
    return verdicts


def is_embedded(redis: str) -> bool:
    """Tell whether a setting `redis` names the one that alertd brings."""
    return redis == EMBEDDED
