"""One poll of a mailbox.

    log in -> open the folder -> where to begin -> for each mail: size, bytes -> parse (mail_read)
    -> intake -> end of poll -> (mark as read)

How far the folder was read is stored by the end, after the entries: a crash before it costs a second look, never a
mail (C1). What the server is asked for is bounded before it is asked: sizes first, then so many bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.failpoints import failpoint
from alertd.errors import FetchTemporary, ParseKilled
from alertd.model import ParsedFeed, SourceState
from alertd.net.imap import About, CommandRefused, Folder, Imap, session
from alertd.sources.mail import MailConfig
from alertd.sources.mail_place import Begin, Place, read_place, where_to_begin
from alertd.sources.mail_sender import kind_of
from alertd.sources.parsepool import ParsePool
from alertd.workers.intake import Intake
from alertd.workers.mail_access import MailAccess
from alertd.workers.mail_read import MailReader
from alertd.workers.notices import Notices
from alertd.workers.poll import Polled
from alertd.workers.source_health import SourceHealth, healthy

log = structlog.get_logger(__name__)

BATCH = 100
"""Mails of one poll; more are read in the next, at once."""
BATCH_BYTES = 64 << 20
"""Bytes of the mails of one poll."""
STOP: Final = ParsedFeed(format="stop", candidates=[])
"""Stands for a mail that is left to the next poll."""
FORGED = (
    "A mail to source {source} was refused as forged: {reason}. If it was genuine, the settings `authenticated_by` "
    "or `signed_by` do not fit. `alertd why {source}` shows all that were refused."
)


class Watching(Protocol):
    """Learns from the server that mail has come."""

    def watch(self, source: MailConfig) -> None:
        """Begin to watch a source that could be read, or go on."""
        ...


@dataclass(frozen=True, slots=True)
class _Read:
    """What a poll has read."""

    page: ParsedFeed
    place: Place
    uids: Sequence[int]
    """Of each entry of the page, by its position."""


class MailPoll:
    """Asks mailboxes."""

    def __init__(
        self,
        intake: Intake,
        pool: ParsePool,
        health: SourceHealth,
        notices: Notices,
        clock: Clock,
        *,
        soon: Callable[[str], None],
        watching: Watching,
    ) -> None:
        """`soon` lets the next poll of a source be at once."""
        self._intake = intake
        self._access = MailAccess()
        self._reader = MailReader(pool, clock)
        self._health = health
        self._notices = notices
        self._clock = clock
        self._soon = soon
        self._watching = watching

    async def take(self, source: MailConfig, state: SourceState, now: int) -> Polled:
        """Read what is new in a folder and take it in."""
        async with session(await self._access.of(source), source.username, source.password) as imap:
            folder = await imap.open_folder(source.folder, write=source.mark_seen)
            read = await self._read(imap, folder, source, state, now)
            polled = await self._take(source, state, read)
            if source.mark_seen and read.page.candidates:
                await _mark_seen(imap, source, [read.uids[one.position] for one in read.page.candidates])
        if source.idle:
            self._watching.watch(source)
        return polled

    async def _take(self, source: MailConfig, state: SourceState, read: _Read) -> Polled:
        if not read.uids and state.cursor == read.place.cursor() and state.url == source.address:
            after = healthy(source, state, self._clock())
            await self._health.quiet(state, after)
            return Polled(after, "unchanged")
        failpoint("poll.fetched")
        # A poll shows only what is new: that nothing of it was there at the last one is no gap.
        before = msgspec.structs.replace(state, entries=0)
        taken = await self._intake.take(source, before, read.page, backlog=source.backlog)
        await self._tell(source, read.page)
        after = healthy(source, taken.before, self._clock())
        after = await self._intake.end(msgspec.structs.replace(after, cursor=read.place.cursor()), taken)
        return Polled(after, "new" if taken.new else "nothing_new")

    async def _read(self, imap: Imap, folder: Folder, source: MailConfig, state: SourceState, now: int) -> _Read:
        place = read_place(state.cursor)
        begin = where_to_begin(
            place,
            folder.validity,
            folder.next_uid,
            same_address=state.url == source.address,
            backlog=source.backlog,
            last_success_ms=state.last_success_ms,
            now=now,
        )
        if begin is None:
            last = folder.next_uid - 1 if folder.next_uid else max(await imap.uids(1), default=0)
            log.info("mail_begun", source=source.id, passed_over=folder.count)
            return _Read(ParsedFeed(format="mail", candidates=[]), Place(folder.validity, last), [])
        if begin.renumbered:
            log.warning("mail_renumbered", source=source.id, before=state.cursor, validity=folder.validity)
        if folder.next_uid == begin.uid:
            return _Read(ParsedFeed(format="mail", candidates=[]), Place(folder.validity, begin.uid - 1), [])
        uids = await imap.uids(begin.uid, begin.day)
        return await self._mails(imap, folder, source, begin, uids)

    async def _mails(
        self, imap: Imap, folder: Folder, source: MailConfig, begin: Begin, uids: Sequence[int]
    ) -> _Read:
        """Read the first of some mails; if there are more, the next poll comes at once."""
        abouts = {about.uid: about for about in await imap.about(uids[:BATCH])} if uids else {}
        pages: list[ParsedFeed] = []
        numbers: list[int] = []
        last, left = begin.uid - 1, BATCH_BYTES
        for uid in uids[:BATCH]:
            about = abouts.get(uid, About(uid, 0, ""))
            if begin.covers(about.received):
                left -= min(about.size, source.max_bytes)
                try:
                    page = await self._reader.read(imap, source, about, folder.validity) if left > 0 else STOP
                except (ParseKilled, CommandRefused):
                    if not numbers:
                        raise
                    page = STOP
                if page is STOP:  # those before it are taken in first
                    break
                if page is None:
                    log.info("mail_gone", source=source.id, mail=uid)
                else:
                    pages.append(page)
                    numbers.append(uid)
            last = uid
        more = bool(uids) and last < uids[-1]
        if more:
            self._soon(source.id)
        return _Read(_joined(pages), begin.end(folder.validity, last, folder.next_uid, more=more), numbers)

    async def _tell(self, source: MailConfig, page: ParsedFeed) -> None:
        """Tell of the mails that were refused; the journal has them already."""
        forged = ""
        for rejected in page.rejected:
            why = kind_of(rejected.reason)
            telemetry.MAIL_REFUSED.labels(source=source.id, why=why).inc()
            log.warning("mail_refused", source=source.id, why=why, reason=rejected.reason, title=rejected.title)
            forged = forged or (rejected.reason if why == "forged" else "")
        if forged:
            text = FORGED.format(source=source.id, reason=forged.partition(": ")[2])
            await self._notices.tell("mail_forged", source.id, text, rfc3339(self._clock())[:10])


async def _mark_seen(imap: Imap, source: MailConfig, uids: Sequence[int]) -> None:
    """Mark what was taken in. If the server does not let us, the poll has not failed for that."""
    try:
        await imap.mark_seen(uids)
    except FetchTemporary as error:
        log.warning("mail_not_marked", source=source.id, error=str(error))


def _joined(pages: Sequence[ParsedFeed]) -> ParsedFeed:
    """Make one page of mails; each has its place on it as its position."""
    replace = msgspec.structs.replace
    return ParsedFeed(
        format="mail",
        candidates=[replace(one, position=i) for i, page in enumerate(pages) for one in page.candidates],
        rejected=[replace(one, position=i) for i, page in enumerate(pages) for one in page.rejected],
    )
