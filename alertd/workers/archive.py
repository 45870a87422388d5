"""The loop that takes the journal into the archive, about once a second, and what belongs to it.

    journal --read behind the last line--> + what was sent --append, synced--> day files --> history.db
                                                  |
                                                  '-> the store hears how far it is: it drops what was sent, and trims

Alerting outranks it: whatever fails here is logged, told once, and tried again. What is not archived yet waits in the
journal, so that a crash at any place loses and doubles nothing.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.failpoints import failpoint
from alertd.errors import AlertdError, StoreUnavailable
from alertd.history.config import ArchiveConfig
from alertd.workers.archive_days import ArchiveDays
from alertd.workers.archive_files import ArchiveFiles, HistoryFile
from alertd.workers.archive_lines import ARCHIVE, FAILING, ended, place, replaced, time_of, unreadable, with_payloads
from alertd.workers.archive_past import Past
from alertd.workers.archive_seam import Seam
from alertd.workers.archive_sent import Sent
from alertd.workers.archive_source import ArchiveSource
from alertd.workers.archive_version import Versions
from alertd.workers.notices import Notices
from alertd.workers.outage import Outage
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

TURN_S = 1.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
"""Between attempts while it fails: doubled each time."""
STALLED_S = 60.0
"""How long one batch may take before it counts as failing."""
BATCH = 200
"""Records that are read and written at once; fewer where they are large."""
BATCH_BYTES = 4_194_304
REPORT_MS = 60_000
"""How often the store hears of an archive to which nothing comes."""


class Archiver:
    """Belongs to one process; `run` until `stop`."""

    def __init__(
        self,
        store: ArchiveSource,
        config: ArchiveConfig,
        state_dir: Path,
        notices: Notices,
        clock: Clock,
        progress: Progress,
        past: Past | None = None,
    ) -> None:
        """`past` hears of what was lost when Redis went back."""
        self._store, self._notices, self._clock, self._progress = store, notices, clock, progress
        self._files = ArchiveFiles(config, clock)
        self._seam = Seam(store, self._files, notices, clock, progress, past)
        self._history = HistoryFile(state_dir / "history.db", self._files.path, clock)
        self._days = ArchiveDays(self._files, self._history, notices, clock)
        self._sent = Sent(store, clock)
        self.versions = Versions(self._files.path, store, clock)
        self._stop = asyncio.Event()
        self._outage = Outage("archive")
        self._wait_s = FIRST_WAIT_S
        self._since = 0
        """When it began to fail; 0 while it does not."""
        self._error = ""
        self._reported_ms = 0
        self._count = BATCH
        self._written_to = ""
        """The id of the archive that was written so far."""
        self._history_told = ""

    def stop(self) -> None:
        """Archive what is there, then end."""
        self._stop.set()

    async def run(self) -> None:
        """Turn until told to stop; then once more."""
        catching_up = asyncio.create_task(self._follow(), name="history")
        stopped = asyncio.create_task(self._stop.wait(), name="archive:stopped")
        while not self._stop.is_set():
            self._progress.tick("archive")
            wait_s = await self._progress.waiting("archive", self._watched())
            await self._progress.waiting("archive", asyncio.wait([stopped], timeout=wait_s))
        await stopped
        await self._turn()
        self._progress.forget("archive")
        await catching_up
        await self._take_in()
        await self._days.close()
        await self._history.close()
        await self._files.close()

    def status(self) -> dict[str, Any]:
        """Say how far archive and history are, ready for JSON."""
        files, history = self._files, self._history
        return {
            "archive": {
                "path": str(files.path),
                "id": files.id,
                "position": files.position,
                "archived_until": time_of(files.position),
                "failing_since": rfc3339(self._since) if self._since else None,
                "error": self._error or None,
            },
            "history": {
                "position": history.position,
                "until": time_of(history.position),
                "error": history.error or None,
            },
        }

    # --- one turn ---------------------------------------------------------------------------------------------

    async def _watched(self) -> float:
        """Do a turn, and say so where it stands still: a disk that hangs raises nothing."""
        turn = asyncio.create_task(self._turn(), name="archive:turn")
        at = self._files.position
        while not (await asyncio.wait([turn], timeout=STALLED_S))[0]:
            if at == self._files.position:
                await self._fails(f"it has not answered for {STALLED_S:.0f} seconds; the disk may hang")
            at = self._files.position
        return turn.result()

    async def _turn(self) -> float:
        """Archive what is there; give the seconds until it makes sense to look again."""
        try:
            await self._files.open()
            await self._look_which()
            await self.versions.journal()
            while await self._batch():
                pass
        except StoreUnavailable as error:
            self._outage.began(error)
            return TURN_S
        except (AlertdError, OSError) as error:
            return await self._failed(str(error) or type(error).__name__)
        except Exception as error:  # of ours: it must not end what else the process does
            log.exception("archive_broke")
            return await self._failed(f"alertd itself failed: {type(error).__name__}: {error}"[:500])
        self._outage.ended()
        await self._fine()
        self._days.look()
        return TURN_S

    async def _look_which(self) -> None:
        """Say so where the archive is another one than before, and give it the files that are in force."""
        before, now = self._written_to, self._files.id
        if before and before != now:
            self.versions.again()
            await self._notices.tell("archive_replaced", ARCHIVE, replaced(before, now, self._files.path), now)
        self._written_to = now

    async def _batch(self) -> bool:
        """Take the next records into the archive; tells whether there may be more."""
        store, files = self._store, self._files
        before, now = files.position, self._clock()
        rows = await store.read_journal(before, self._count, 0, instead=lambda name, why: unreadable(name, why, now))
        telemetry.ARCHIVE_WAITING.set(len(rows))
        if not rows:
            telemetry.ARCHIVE_LAG.set(0)
            await self._sent.drop()
            if await self._seam.went_back(before):
                return True
            if now - self._reported_ms >= REPORT_MS:
                await self._report()
            return False
        telemetry.ARCHIVE_LAG.set(max(now - place(rows[0][0])[0], 0) / 1000)
        joint = await self._seam.joint(before, rows[0], now)
        over = ended(rows)
        sent = await store.ended_payloads(over) if over else {}
        lines = list(rows)
        if sent:  # megabytes of mail, looked through for secrets: not on the loop
            lines = await asyncio.to_thread(with_payloads, rows, sent, telemetry.without_secrets)
        lines[:0] = joint.lines
        failpoint("archive.before_append")
        await files.append(lines)
        telemetry.ARCHIVE_WAITING.set(0)
        self._seam.archived(rows[-1])
        await self._seam.tell(joint)
        failpoint("archive.before_report")
        await self._report()
        failpoint("archive.before_drop")
        await self._sent.take(rows[-1][0], over)
        full = len(rows) == self._count
        self._count = max(1, min(BATCH, BATCH_BYTES // len(msgspec.json.encode(rows[-1][1]))))
        return full

    async def _report(self) -> None:
        now = self._clock()
        await self._store.note_archived(self._files.id, self._files.position, now)
        self._reported_ms = now

    # --- trouble ----------------------------------------------------------------------------------------------

    async def _failed(self, why: str) -> float:
        await self._fails(why)
        await self._files.drop()
        wait_s, self._wait_s = self._wait_s, min(self._wait_s * 2, LONGEST_WAIT_S)
        return wait_s

    async def _fails(self, why: str) -> None:
        telemetry.ARCHIVE_FAILURES.inc()
        telemetry.ARCHIVE_UP.set(0)
        if not self._since:
            self._since = self._clock()
            log.error("archive_failing", error=why)
            await self._notices.tell("archive_failing", ARCHIVE, FAILING.format(why=why), rfc3339(self._since))
        self._error = why

    async def _fine(self) -> None:
        telemetry.ARCHIVE_UP.set(1)
        self._wait_s = FIRST_WAIT_S
        if not self._since:
            return
        since, self._since, self._error = rfc3339(self._since), 0, ""
        log.info("archive_healed", since=since)
        text = f"The archive is written again. What was decided since {since} has been added."
        await self._notices.tell("archive_healed", ARCHIVE, text, since)

    # --- history ----------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Let history.db go on with the archive's lines, as they come."""
        while not self._stop.is_set():
            if await self._take_in():
                continue
            try:
                async with asyncio.timeout(TURN_S):
                    await self._stop.wait()
            except TimeoutError:
                pass

    async def _take_in(self) -> int:
        files, history = self._files, self._history
        done = 0
        if files.position and history.position != files.position:
            done = await history.advance()
        behind = place(files.position)[0] - place(history.position)[0] if files.position else 0
        telemetry.HISTORY_LAG.set(max(behind, 0) / 1000)
        await self._tell_history()
        return done

    async def _tell_history(self) -> None:
        """Tell once that the database fails, as long as it fails for the same reason."""
        error = self._history.error
        if error and not self._history_told:
            text = f"{error}. Alerts and the archive go on; searches, reports and `alertd alerts` look less far back."
            await self._notices.tell("history_failing", "history", text, rfc3339(self._clock()))
        if self._history_told and not error:
            log.info("history_healed")
        self._history_told = error
