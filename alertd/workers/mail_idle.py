"""Lets mail servers say at once that mail has come (IMAP IDLE, RFC 2177).

A connection for each folder, beside those of the polls. It only wakes the timetable: what came is read by a poll, and
the polls of the timetable go on, so that a connection that is dead without knowing it costs time and no mail.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import structlog

from alertd import telemetry
from alertd.errors import FetchPermanent, FetchTemporary
from alertd.net.imap import LoginRefused, session
from alertd.sources.mail import MailConfig
from alertd.sources.polled import PolledConfig
from alertd.workers.mail_access import MailAccess

log = structlog.get_logger(__name__)

RENEW_S = 9 * 60.0
"""RFC 2177 asks for less than 29 minutes; routers forget a silent connection after ten."""
GATHER_S = 1.0
"""After a word of the server: mails that come in a bunch are one poll, or two."""
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
STABLE_S = 60.0
"""A connection that held so long was a good one: the next pause is the first again."""


class MailIdle:
    """The connections that wait for mail, one for each source that was read."""

    def __init__(self, soon: Callable[[str], None], polled: Callable[[PolledConfig], bool]) -> None:
        """`soon` lets a source be polled at once; `polled` tells whether one with such settings is polled here."""
        self._access = MailAccess()
        self._soon = soon
        self._polled = polled
        self._watched: dict[str, tuple[MailConfig, asyncio.Task[None]]] = {}
        self._deaf: dict[str, MailConfig] = {}
        """Sources whose servers cannot say when mail comes."""

    def watch(self, source: MailConfig) -> None:
        """Begin to watch a source, or go on; with other settings begin anew."""
        if self._deaf.get(source.id) == source:
            return
        known = self._watched.get(source.id)
        if known is not None:
            if known[0] == source and not known[1].done():
                return
            known[1].cancel()
        task = asyncio.create_task(self._run(source), name=f"mail-idle:{source.id}")
        self._watched[source.id] = (source, task)

    async def stop(self) -> None:
        """Hang up everywhere."""
        tasks = [task for _, task in self._watched.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._watched.clear()

    async def _run(self, source: MailConfig) -> None:
        """Hold a connection for as long as the source is ours; ends for good where there is no use in it."""
        pause_s, trouble = FIRST_PAUSE_S, ""
        clock = asyncio.get_running_loop().time
        telemetry.MAIL_IDLE.labels(source=source.id).set(0)
        while self._polled(source):
            began = clock()
            try:
                if not await self._wait_for_mail(source):
                    return
            except LoginRefused as error:  # the next poll that succeeds begins to watch again
                log.warning("mail_idle_ended", source=source.id, error=str(error))
                return
            except (FetchTemporary, FetchPermanent) as error:
                if str(error) != trouble:
                    log.info("mail_idle_broken", source=source.id, error=str(error))
                trouble = str(error)
            except Exception as error:
                log.error("mail_idle_raised", source=source.id, exc_info=error)
            finally:
                telemetry.MAIL_IDLE.labels(source=source.id).set(0)
            pause_s = FIRST_PAUSE_S if clock() - began >= STABLE_S else min(2 * pause_s, LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))

    async def _wait_for_mail(self, source: MailConfig) -> bool:
        """Wait on one connection until it breaks; False if the server has no IDLE or the source is not ours."""
        async with session(await self._access.of(source), source.username, source.password) as imap:
            if not imap.can_idle:
                self._deaf[source.id] = source
                log.info("mail_no_idle", source=source.id)
                return False
            await imap.open_folder(source.folder)
            telemetry.MAIL_IDLE.labels(source=source.id).set(1)
            self._soon(source.id)  # for what came before somebody listened
            while self._polled(source):
                if await imap.idle(RENEW_S):
                    self._soon(source.id)
                    await asyncio.sleep(GATHER_S)
        return False
