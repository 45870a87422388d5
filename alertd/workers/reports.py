"""Reports that come by mail: each at its time, to each of its receivers, once.

A loop of its own looks every few seconds whether one is due. Its delivery has an id made of the receiver, the report
and the end of its time, so that a second process, or the same one after a crash, queues nothing twice. A report is
made in another process, from the projection, once that has had half a minute to catch up.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from alertd import __version__, telemetry
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import Clock, rfc3339
from alertd.errors import HistoryRefused, Temporary
from alertd.history.analytics.subject import Subject
from alertd.history.report.build import Asked, MailReader
from alertd.history.report.when import last_due, mail_id
from alertd.model import Delivery, Mailing, Message, NewDelivery
from alertd.workers.looks import Looks
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

LOOK_S = 5.0
SETTLE_MS = 30_000
"""How long after its time a report waits for what happened last to be archived."""
LATEST_MS = 12 * 3_600_000
"""One that could not be made in time is made so much later at most."""
EXPIRES_MS = 24 * 3_600_000


Make = Callable[[Asked, MailReader, str], Awaitable[Mailing]]
"""Makes the report of this id as a mail. Raises Temporary (HistoryUnavailable too), HistoryRefused."""


class ReportStore(Protocol):
    """What reports need of the store."""

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """Give a delivery's record."""
        ...

    async def enqueue(self, deliveries: Sequence[NewDelivery], now: int) -> list[str]:
        """Queue messages that belong to no alert; the same id twice is queued once."""
        ...


@dataclass(frozen=True, slots=True)
class WantedReport:
    """A report that a receiver gets by the clock."""

    id: str
    subject: Subject
    policy: ReceiverPolicy
    reader: MailReader
    days: tuple[int, ...]
    """Of the week, 0 for Monday."""
    at: str
    """`HH:MM` on the wall clock of the zone."""
    zone: ZoneInfo
    since_s: float | None = None
    """How far it looks back; None: to the time at which it was due before."""

    def due(self, now: int) -> tuple[int, int]:
        """Give the time that the newest report is about that is due by now, in ms."""
        before, until = last_due(self.days, self.at, self.zone, now)
        return before if self.since_s is None else until - round(self.since_s * 1000), until


class Reports(Looks):
    """Queues the reports that are due."""

    def __init__(self, store: ReportStore, make: Make, notices: Notices, clock: Clock, progress: Progress) -> None:
        super().__init__("reports", LOOK_S, progress)
        self._store = store
        self._make = make
        self._notices = notices
        self._clock = clock
        self._wanted: Sequence[WantedReport] = ()
        self._done: dict[tuple[str, str], int] = {}
        """(report, receiver) -> the end of the time that its last one was about."""

    def serve(self, wanted: Sequence[WantedReport]) -> None:
        """Take who wants what, at the start and from a reload."""
        self._wanted = wanted

    async def look(self) -> None:
        """Queue the reports that are due now. Raises StoreUnavailable."""
        for one in self._wanted:
            now = self._clock()
            since, until = one.due(now)
            key = (one.id, one.policy.id)
            if self._done.get(key) == until or now < until + SETTLE_MS:
                continue
            if now - until > LATEST_MS or await self._send(one, since, until):
                self._done[key] = until

    async def _send(self, one: WantedReport, since: int, until: int) -> bool:
        """Make a report and queue it; False if it cannot be made now."""
        receiver, now = one.policy.id, self._clock()
        delivery = mail_id(receiver, one.id, rfc3339(until))
        if await self._store.delivery(delivery) is not None:
            return True
        asked = Asked(one.subject, since, until, now)
        try:
            mailing = await self._progress.waiting(self._name, self._make(asked, one.reader, one.id))
        except (Temporary, HistoryRefused) as error:
            await self._failed(one, until, str(error))
            return False
        except Exception as error:  # one report that the code cannot make must not stop the others
            log.error("report_failed", report=one.id, receiver=receiver, exc_info=error)
            await self._failed(one, until, f"{type(error).__name__}, a fault of alertd: see the log")
            return True
        queued = await self._store.enqueue([mail_of(one.policy, one.subject, delivery, mailing, now)], now)
        if queued:
            telemetry.REPORTS.labels(report=one.id, outcome="queued").inc()
            log.info("report_queued", report=one.id, receiver=receiver, delivery=delivery, until=rfc3339(until))
        return True

    async def _failed(self, one: WantedReport, until: int, why: str) -> None:
        telemetry.REPORTS.labels(report=one.id, outcome="failed").inc()
        text, episode = f"report {one.id} cannot be made: {why}", rfc3339(until)
        await self._notices.tell("report_failing", one.id, text, episode, desk=one.subject.desk)


def mail_of(policy: ReceiverPolicy, subject: Subject, delivery: str, mailing: Mailing, now: int) -> NewDelivery:
    """Make the message that brings a report to a receiver."""
    message = Message(
        type="report",
        delivery=delivery,
        receiver=policy.id,
        at=rfc3339(now),
        mailing=mailing,
        portfolio_title=subject.title,
        timezone=subject.timezone,
        reason="report",
        dispatched_by=f"alertd {__version__}",
    )
    return NewDelivery(
        id=delivery,
        receiver=policy.id,
        lane="normal",
        mode=policy.mode,
        chain=delivery,
        due_ms=now,
        expires_ms=now + EXPIRES_MS,
        message=message,
    )
