"""A desk with a past: an archive of three days, a live store and state that must not change, receivers that count."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.ids import alert_id, delivery_id, event_id, story_id
from alertd.model import Decision, Event, JournalRecord
from tests.history.past.making import event_record, write_archive
from tests.support.desk import Desk
from tests.support.http import DEADLINE_S, FaultServer, answer

START = parse_rfc3339("2026-01-12T20:00:00Z")
STEP_MS = 3_600_000


def lived(number: int, at_ms: int, title: str, **more: Any) -> Event:
    """Make an event as the live daemon has stored it."""
    found = event_id("wire", f"guid:{number}")
    return Event(
        id=found, source="wire", title=title, body=f"{title}, said a company on the day.", language="en",
        published_at=rfc3339(at_ms), seen_at=rfc3339(at_ms), event_at=rfc3339(at_ms), **more,
    )  # fmt: skip


def decided(event: Event, reason: str = "first", revision: int = 1) -> Decision:
    """Make what was decided about it then: it was told to both receivers."""
    alert = alert_id("p", story_id(event.id))
    told = {name: delivery_id(name, alert, revision) for name in ("night", "oms")}
    return Decision(portfolio="p", alert=alert, alert_revision=revision, reason=reason, receivers=told, rules=["any"])  # type: ignore[arg-type]


TITLES = ("Vega Grid leases Orion", "Lumen Labs cuts its guidance", "Copper falls in London", "Harbour strike ends")


def records() -> list[JournalRecord]:
    """Give the past: four events, an hour apart, the second of them corrected later; an answer to the first."""
    events = [lived(number, START + number * STEP_MS, title) for number, title in enumerate(TITLES)]
    found = [event_record(one, START + n * STEP_MS, decisions=[decided(one)]) for n, one in enumerate(events)]
    at = START + 4 * STEP_MS
    right = lived(1, at, "Lumen Labs cuts its guidance by half", revision=2, revision_reason="correction")
    data = {"who": "jd", "via": "cli", "note": "on it"}
    done = JournalRecord(
        kind="answer", at=rfc3339(START + STEP_MS // 2), ids=[decided(events[0]).alert, "p"], reason="acknowledge",
        data=data,
    )  # fmt: skip
    found.insert(1, done)
    return [*found, event_record(right, at, decisions=[decided(right, "update_material", 2)])]


class Stage:
    """A folder with settings, rules, an archive; `oms` is told at once, `night` sleeps from 22:00 to 06:30."""

    def __init__(self, folder: Path, world: FaultServer, redis: str) -> None:
        self.folder, self.world = folder, world
        self.desk = Desk(folder, world)
        night = dict(self.desk.receivers[0]) | {"id": "night", "url": world.script("/night", answer(status=204))}
        night["quiet"] = {"hours": "22:00-06:30", "timezone": "UTC"}
        self.desk.receivers.append(night)
        self.desk.settings |= {"redis": redis}
        self.desk.write()
        self.archive = write_archive(folder / "archive", records())
        (folder / "var").mkdir()
        (folder / "var" / "web.token").write_text("live\n")
        (folder / "tmp").mkdir()

    async def replay(self, *words: str, until: str = "2026-01-13T07:00:00Z") -> tuple[int, str, str]:
        """Run `alertd replay` over the archive; gives exit code, stdout and stderr."""
        process = await self.start("--until", until, *words)
        out, err = await asyncio.wait_for(process.communicate(), DEADLINE_S)
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """Start it."""
        env: Mapping[str, str] = {**os.environ, "TMPDIR": str(self.folder / "tmp")}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "alertd", "replay", "--events", str(self.archive), *words, cwd=self.folder, env=env,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    def files(self) -> dict[str, str]:
        """Give every file of the live daemon with what is in it."""
        kept = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}

    def left(self) -> list[str]:
        """Name what a replay has left in the temporary directory."""
        return sorted(path.name for path in (self.folder / "tmp").iterdir())


def summary(out: str) -> dict[str, Any]:
    """Read what `--json` printed."""
    found: dict[str, Any] = json.loads(out)["summary"]
    return found
