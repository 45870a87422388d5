"""F36: settings and rules that are broken, half written, deleted, replaced or closed while the daemon runs."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults.case import Case, fault
from tests.faults.world import World, world
from tests.support.daemon import eventually

WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Root as anybody else: a file's mode counts for it."""


@dataclass(frozen=True)
class Break:
    """One way to break a file, and what the operator is told of it."""

    name: str
    do: Callable[[Path, Case], None]
    settings: bool = False
    """The settings; else the one file of rules."""


def _bad(path: Path, case: Case) -> None:
    path.write_text(path.read_text().replace("severity: high", "severty: high").replace('"receivers"', '"recievers"'))


def _half(path: Path, case: Case) -> None:
    whole = path.read_text()
    begin = whole.rindex("{") + 1  # from here on every cut leaves a bracket open
    path.write_text(whole[: case.chance.randrange(begin, len(whole) - 3)])


def _deleted(path: Path, case: Case) -> None:
    path.unlink()


def _folder(path: Path, case: Case) -> None:
    path.unlink()
    path.mkdir()


def _closed(path: Path, case: Case) -> None:
    path.chmod(0)


def _all_deleted(path: Path, case: Case) -> None:
    shutil.rmtree(path.parents[1])


def _empty(path: Path, case: Case) -> None:
    path.write_bytes(b"")


RULES = [
    Break("bad", _bad),
    Break("half-written", _half),
    Break("empty", _empty),
    Break("deleted", _deleted),
    Break("replaced by a folder", _folder),
    Break("closed by its mode", _closed),
    Break("all rules deleted", _all_deleted),
]
SETTINGS = [Break(one.name, one.do, settings=True) for one in RULES[:-1]]


@fault("F36", "config-reload-half-written")
async def test_a_rule_that_is_half_written_leaves_the_old_ones_in_force(case: Case) -> None:
    await _stays([RULES[1]], case)


@fault("F36", "config-reload-rules-broken", slow=True)
async def test_whatever_happens_to_the_rules_the_old_ones_stay_in_force_until_they_are_mended(case: Case) -> None:
    await _stays(RULES, case)


@fault("F36", "config-reload-settings-broken", slow=True)
async def test_whatever_happens_to_the_settings_the_old_ones_stay_in_force_until_they_are_mended(case: Case) -> None:
    await _stays(SETTINGS, case)


async def _stays(breaks: list[Break], case: Case) -> None:
    async with world(case, sources=1, start=False) as w:
        w.daemon.before = WITHOUT_RIGHTS
        await w.daemon.start()
        slowest = 0.0
        for number, one in enumerate(breaks, 1):
            path = w.daemon.config if one.settings else w.folder / "rules/portfolios/all.yaml"
            whole = path.read_bytes()
            began = time.monotonic()
            one.do(path, case)
            await eventually(partial(_taken, w, False), f"{one.name}: the metric says that it was refused")
            await eventually(partial(_told, w, number), f"{one.name}: the operator is told")
            slowest = max(slowest, time.monotonic() - began)
            await w.delivered(await w.publish(2))
            w.daemon.signal(signal.SIGHUP)
            await w.delivered(await w.publish(2))
            _mend(path, whole)
            await eventually(partial(_taken, w, True), f"{one.name}: it is taken when it is mended")
            await eventually(w.daemon.ready, "it works")
        notices = w.notices.notices("reload_refused")
        assert len(notices) == len(breaks), "each is told once"
        assert all("the old rules stay in force" in notice["text"] for notice in notices)
        await w.settled(note=f"broken {len(breaks)} times; told within {slowest:.1f} s; old rules in force")


def _mend(path: Path, whole: bytes) -> None:
    if path.is_dir():
        path.rmdir()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(whole)
    fresh.replace(path)


async def _taken(w: World, taken: bool) -> bool:
    return f"alertd_config_last_reload_successful {float(taken)}" in await w.daemon.metrics()


async def _told(w: World, times: int) -> bool:
    return len(w.notices.notices("reload_refused")) >= times
