"""One look at a watched directory: each file that is whole is read, taken in, and moved.

    look -> whole? -> read -> parse (in a killable worker) -> intake, end -> done/, or failed/ with the reason

A crash before the move costs a second reading and nothing else: the file's name and content name its event. What
cannot be moved is remembered, so that it is not read again at each look; the source is then failing, and the files
behind are taken all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.failpoints import failpoint
from alertd.errors import FetchTemporary, ParseFailed, ParseKilled
from alertd.model import JournalRecord, ParsedFeed, Rejected, SourceState
from alertd.sources.files import FilesConfig, Sight, address_of, is_whole, shown_name
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.workers.folder import Folder, Place, Unusable
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.parsing import parse_timed
from alertd.workers.poll import Polled
from alertd.workers.source_health import HealthStore, SourceHealth, healthy

log = structlog.get_logger(__name__)

MOST: Final = 500
"""Files of one look; the others follow at the next."""
PATIENCE_S: Final = 60.0
"""For one call to the file system: a network mount that hangs holds one thread, and nothing else."""
THREADS: Final = 4

T = TypeVar("T")


@dataclass(slots=True)
class _Memory:
    """What is known of a directory between two looks."""

    sights: dict[str, Sight] = field(default_factory=dict)
    stuck: dict[str, tuple[Sight | None, Place, str]] = field(default_factory=dict)
    """Files that are dealt with and could not be moved: whither, and the reason that goes with them."""
    hung: asyncio.Future[Any] | None = None


@dataclass(slots=True)
class _Turn:
    """One look under way."""

    source: FilesConfig
    state: SourceState
    folder: Folder
    memory: _Memory
    files: int = 0
    new: int = 0
    trouble: str = ""
    """Why some file is still where it was; the first one."""


class FilesPoll:
    """Takes the files of watched directories."""

    def __init__(
        self,
        intake: Intake,
        pool: ParsePool,
        health: SourceHealth,
        clock: Clock,
        notices: Notices,
        store: HealthStore,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._intake = intake
        self._pool = pool
        self._health = health
        self._clock = clock
        self._notices = notices
        self._store = store
        self._patience_s = patience_s
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="files")
        self._memory: dict[str, _Memory] = {}

    async def take(self, source: FilesConfig, state: SourceState, now: int) -> Polled:
        """Look at a directory, and take what is whole. Raises FetchTemporary where it cannot be looked at."""
        memory = self._memory.setdefault(source.id, _Memory())
        folder = Folder(source.path, source.pattern)
        look = await self._run(memory, folder.look)
        at = self._clock()
        before, memory.sights = memory.sights, dict(look.files)
        names = {name for name, _ in (*look.files, *look.odd)}
        memory.stuck = {name: kept for name, kept in memory.stuck.items() if name in names}
        telemetry.FILES_WAITING.labels(source=source.id).set(len(look.files))
        turn = _Turn(source, state, folder, memory)
        for name, kind in look.odd[:MOST]:
            if name not in memory.stuck or not await self._move_again(turn, name, None):
                await self._refuse(turn, name, None, f"it is {kind}, and nothing but regular files is read")
        whole = [one for one in look.files if is_whole(one[1], before.get(one[0]), at)]
        for name, sight in whole[:MOST]:
            if name not in memory.stuck or not await self._move_again(turn, name, sight):
                await self._file(turn, name, sight)
        return await self._end(turn, state)

    async def _file(self, turn: _Turn, name: str, sight: Sight) -> None:
        """Read a file, take in what it holds, and move it."""
        source = turn.source
        try:
            body = await self._run(turn.memory, turn.folder.read, name, sight, source.max_bytes)
            if body is None:
                return  # gone, or written to again: the next look sees
            parsed = await self._parse(source, name, body)
        except FetchTemporary as error:
            turn.trouble = turn.trouble or str(error)
            return
        except (Unusable, ParseFailed, ParseKilled) as error:
            if isinstance(error, ParseKilled):
                telemetry.PARSE_KILLS.labels(source=source.id).inc()
            await self._refuse(turn, name, sight, str(error))
            return
        reasons = [_reason(rejected) for rejected in parsed.rejected]
        if not parsed.candidates:
            await self._refuse(turn, name, sight, "; ".join(reasons[:10]) or "it holds no entry")
            return
        shown = shown_name(name)
        new = await self._take(turn, _naming(parsed, shown))
        log.info("file_taken", source=source.id, file=shown, new=new, refused=len(reasons))
        telemetry.FILES.labels(source=source.id, outcome="taken" if new else "known").inc()
        if not new:
            await self._known(turn, shown, sight, parsed)
        failpoint("files.taken")
        note = "\n".join((f"{len(reasons)} entries of {shown} became no events:", *reasons)) if reasons else ""
        await self._move(turn, name, sight, "done", note)

    async def _parse(self, source: FilesConfig, name: str, body: bytes) -> ParsedFeed:
        job = ParseJob(
            type=source.type,
            body=body,
            content_type=None,
            base_url=address_of(name),
            source=source.facts(),
            seen_at_ms=self._clock(),
        )
        return await parse_timed(self._pool, job, self._clock)

    async def _take(self, turn: _Turn, parsed: ParsedFeed) -> int:
        """Take in what a file holds; gives how many events are new.

        What is in the directory was put there to be taken, at the first look too and whatever the store remembers;
        how the source fares is told once, at the end of the look.
        """
        asked = msgspec.structs.replace(
            turn.state, state="fine", baseline_done=True, url=turn.source.address, entries=0
        )
        taken = await self._intake.take(turn.source, asked, parsed, gaps=False)
        turn.state = await self._intake.end(healthy(turn.source, turn.state, self._clock()), taken)
        turn.files += 1
        turn.new += taken.new
        return taken.new

    async def _known(self, turn: _Turn, shown: str, sight: Sight, parsed: ParsedFeed) -> None:
        """Leave a line about a file that says nothing new: somebody may wait for its alert."""
        ids = [turn.source.id, *(candidate.event_id for candidate in parsed.candidates[:20])]
        reason = f"known before: the file {shown} holds nothing new"
        record = JournalRecord(kind="entry", at=rfc3339(self._clock()), ids=ids, reason=reason, data={"file": shown})
        await self._store.journal(record, once=f"file:{turn.source.id}:{shown}:{sight.mtime_ns}")

    async def _refuse(self, turn: _Turn, name: str, sight: Sight | None, reason: str) -> None:
        """Leave the reason why a file became no event, in the journal and beside it, and tell the operator."""
        shown, source = shown_name(name), turn.source
        when = f" of {rfc3339(sight.mtime_ns // 1_000_000)}" if sight is not None else ""
        rejected = Rejected(position=0, reason=reason, title=f"{shown}{when}")
        await self._take(turn, ParsedFeed(format="file", candidates=[], rejected=[rejected]))
        log.warning("file_failed", source=source.id, file=shown, reason=reason)
        telemetry.FILES.labels(source=source.id, outcome="failed").inc()
        text = f"Source {source.id}: the file {shown} became no event: {reason}"
        await self._notices.tell("file_failed", source.id, text, f"{shown}{when}")
        at = rfc3339(self._clock())
        await self._move(
            turn, name, sight, "failed", f"{shown} became no event at {at}, by source {source.id}:\n{reason}"
        )

    async def _move(self, turn: _Turn, name: str, sight: Sight | None, where: Place, reason: str) -> bool:
        """Move a file that is dealt with; says whether it is out of the way."""
        try:
            target = await self._run(turn.memory, turn.folder.move, name, sight, where, self._clock(), reason)
        except (OSError, FetchTemporary) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            turn.memory.stuck[name] = (sight, where, reason)
            turn.trouble = turn.trouble or f"{shown_name(name)} is dealt with and cannot be moved to {where}/: {why}"
            return False
        turn.memory.stuck.pop(name, None)
        log.debug("file_moved", source=turn.source.id, to=f"{where}/{shown_name(target)}" if target else "")
        return True

    async def _move_again(self, turn: _Turn, name: str, sight: Sight | None) -> bool:
        """Try again to move what could not be moved; False if another file has its name now."""
        kept, where, reason = turn.memory.stuck[name]
        if kept != sight:
            del turn.memory.stuck[name]
            return False
        await self._move(turn, name, sight, where, reason)
        return True

    async def _end(self, turn: _Turn, before: SourceState) -> Polled:
        """Write down how the source fares."""
        if turn.trouble:
            was = {name: getattr(before, name) for name in ("state", "failures", "error", "last_success_ms")}
            state = msgspec.structs.replace(turn.state, **was)
            return Polled(await self._health.failed(state, turn.trouble, None), "failed")
        if turn.files:
            await self._health.well(before)
            return Polled(turn.state, "new" if turn.new else "nothing_new")
        after = healthy(turn.source, before, self._clock())
        await self._health.quiet(before, after)
        return Polled(after, "unchanged")

    async def _run(self, memory: _Memory, call: Callable[..., T], *args: Any) -> T:
        """Do something in the file system, in a thread. Raises FetchTemporary if it hangs."""
        if memory.hung is not None and not memory.hung.done():
            raise FetchTemporary("the directory still does not answer: does its mount hang?")
        future = asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *args))
        future.add_done_callback(lambda ended: None if ended.cancelled() else ended.exception())
        done, _ = await asyncio.wait({future}, timeout=self._patience_s)
        if not done:
            memory.hung = future
            raise FetchTemporary(f"the directory does not answer within {self._patience_s:g} s: does its mount hang?")
        return future.result()


def _naming(parsed: ParsedFeed, shown: str) -> ParsedFeed:
    """Say of each entry that became no event in which file it stands, and where: the source has many files."""
    named = [
        msgspec.structs.replace(
            one, title=f"{shown[:100]}, entry {one.position + 1}" + f": {one.title}" * bool(one.title)
        )
        for one in parsed.rejected
    ]
    return msgspec.structs.replace(parsed, rejected=named)


def _reason(rejected: Rejected) -> str:
    title = f" (“{rejected.title[:80]}”)" if rejected.title else ""
    return f"entry {rejected.position + 1}: {rejected.reason}{title}"
