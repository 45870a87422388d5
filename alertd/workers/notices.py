"""What the operator is told: dead sources, dead letters, refused reloads. Never sent to the desk's receivers.

A notice is a delivery like any other: queued, retried, journalled. Its id names what it is about and the episode, so
the same trouble is told once however many workers notice it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import structlog

from alertd import __version__, telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.ids import make_id
from alertd.errors import StoreUnavailable
from alertd.model import JournalRecord, Message, NewDelivery, Notice

log = structlog.get_logger(__name__)

NOTICE_EXPIRES_MS = 24 * 3600 * 1000


class NoticeStore(Protocol):
    """What notices need of the store."""

    async def enqueue(self, deliveries: Sequence[NewDelivery], now: int) -> list[str]:
        """Queue messages that belong to no alert; the same id twice is queued once."""
        ...

    async def journal(self, record: JournalRecord, once: str = "") -> bool:
        """Write a line to the journal."""
        ...


def notice_delivery(
    notice: Notice, receiver: str, mode: Literal["every", "latest"], episode: str, now: int
) -> NewDelivery:
    """Make the message that tells one operator's receiver; the same episode gives the same id."""
    delivery = make_id("dl", receiver, "notice", notice.kind, notice.subject, episode)
    message = Message(
        type="notice",
        delivery=delivery,
        receiver=receiver,
        at=notice.at,
        notice=notice,
        reason=notice.kind,
        dispatched_by=f"alertd {__version__}",
    )
    return NewDelivery(
        id=delivery,
        receiver=receiver,
        lane="normal",
        mode=mode,
        chain=delivery,
        due_ms=now,
        expires_ms=now + NOTICE_EXPIRES_MS,
        message=message,
    )


FOLD_AFTER = 10
FOLD_MS = 600_000
"""More than ten notices of one kind within ten minutes become one."""
FOLDED = "This happens to many now; `alertd status` and `alertd tail` show which. The last one:"


class Notices:
    """Tells the operator's receivers, once per episode."""

    def __init__(self, store: NoticeStore, operator: Mapping[str, Literal["every", "latest"]], clock: Clock) -> None:
        self._store = store
        self._operator = dict(operator)
        self._clock = clock
        self._recent: dict[str, dict[tuple[str, str], int]] = {}
        """Kind -> (subject, episode) -> when: what was told of late."""

    def replace(self, operator: Mapping[str, Literal["every", "latest"]]) -> None:
        """Take new receivers from a reload."""
        self._operator = dict(operator)

    async def tell(self, kind: str, subject: str, text: str, episode: str, *, skip: str = "") -> None:
        """Queue a notice for each of the operator's receivers but `skip` (the one that is in trouble itself).

        A store that is away is logged and not raised: telling about trouble must not make more of it.
        """
        now = self._clock()
        notice = Notice(kind=kind, subject=subject, text=text, at=rfc3339(now))
        log.warning("operator_notice", kind=kind, subject=subject, text=text)
        telemetry.NOTICES.labels(kind=kind).inc()
        recent = self._remember(kind, subject, episode, now)
        if recent > FOLD_AFTER:
            # Two hundred feeds behind one dead line are one piece of news; each is in the journal and the log.
            notice = Notice(kind=kind, subject="many", text=f"{FOLDED} {text}", at=notice.at)
            episode = f"folded:{now // FOLD_MS}"
        deliveries = [
            notice_delivery(notice, receiver, mode, episode, now)
            for receiver, mode in self._operator.items()
            if receiver != skip
        ]
        record = JournalRecord(
            kind="notice",
            at=notice.at,
            ids=[subject, *(d.id for d in deliveries)],
            reason=kind,
            data={"subject": subject, "text": text, "receivers": [d.receiver for d in deliveries]},
        )
        try:
            if deliveries:
                await self._store.enqueue(deliveries, now)
            await self._store.journal(record, once=f"notice:{kind}:{subject}:{episode}")
        except StoreUnavailable as error:
            log.warning("operator_notice_not_queued", kind=kind, subject=subject, error=str(error))

    def _remember(self, kind: str, subject: str, episode: str, now: int) -> int:
        """Take down that this is told; gives how many different ones of its kind there were of late."""
        recent = {key: at for key, at in self._recent.get(kind, {}).items() if at > now - FOLD_MS}
        recent.setdefault((subject, episode), now)
        self._recent[kind] = recent
        return len(recent)
