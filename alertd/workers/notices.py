"""What the operator is told: dead sources, dead letters, refused reloads. Never sent to the desk's receivers.

A notice is a delivery like any other: queued, retried, journalled. Its id names what it is about and the episode, so
the same trouble is told once however many workers notice it.

What is a desk's own (portfolios, rules, positions, sources, receivers) is told whole to that desk's receivers; the
operator's other receivers are told only that something of the desk needs a look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec
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


@dataclass(frozen=True, slots=True)
class Desks:
    """Which desk what the settings name belongs to; what belongs to none is not there."""

    receivers: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def of(self, subject: str) -> str | None:
        """Give the desk of a source or a receiver."""
        return self.sources.get(subject, self.receivers.get(subject))


def for_others(kind: str, desk: str) -> str:
    """Say that something of a desk needs a look, to those who may not know what."""
    what = kind.replace("_", " ")
    return f"Desk {desk}: {what}. What it is about is for that desk alone; its receivers and the log say it."


def notice_delivery(
    notice: Notice, receiver: str, mode: Literal["every", "latest"], episode: str, now: int, *, about: str = ""
) -> NewDelivery:
    """Make the message that tells one operator's receiver; the same episode gives the same id.

    `about` is the subject by which it is known, where the notice does not name it.
    """
    delivery = make_id("dl", receiver, "notice", notice.kind, about or notice.subject, episode)
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

    def __init__(
        self,
        store: NoticeStore,
        operator: Mapping[str, Literal["every", "latest"]],
        clock: Clock,
        desks: Desks | None = None,
    ) -> None:
        self._store = store
        self._operator = dict(operator)
        self._desks = desks or Desks()
        self._clock = clock
        self._recent: dict[str, dict[tuple[str, str], int]] = {}
        """Kind -> (subject, episode) -> when: what was told of late."""

    def replace(self, operator: Mapping[str, Literal["every", "latest"]], desks: Desks | None = None) -> None:
        """Take new receivers from a reload."""
        self._operator = dict(operator)
        self._desks = desks or self._desks

    async def tell(
        self,
        kind: str,
        subject: str,
        text: str,
        episode: str,
        *,
        skip: str = "",
        desk: str | None = None,
        others: str = "",
        once: str = "",
    ) -> bool:
        """Queue a notice for each of the operator's receivers but `skip` (the one that is in trouble itself).

        `desk` is whose portfolio, rule, company file or alert the text names: in full it goes to that desk's
        receivers alone, and `others` to the rest (empty: only that the desk has such trouble). A source or receiver
        of a desk is named to that desk and to receivers of no desk. A store that is away is logged and not raised:
        telling about trouble must not make more of it. Gives whether it is queued.

        `once`: what is told of a whole time at most once, while the journal has each episode.
        """
        now = self._clock()
        owner = desk or self._desks.of(subject)
        notice = Notice(kind=kind, subject=subject, text=text, at=rfc3339(now))
        log.warning("operator_notice", kind=kind, subject=subject, text=text)
        telemetry.NOTICES.labels(kind=kind).inc()
        about = subject
        message = once or episode
        if self._remember(kind, subject, message, now) > FOLD_AFTER:
            # Two hundred feeds behind one dead line are one piece of news; each is in the journal and the log.
            about, episode = "many", f"folded:{now // FOLD_MS}"
            message = episode
            notice = msgspec.structs.replace(notice, subject=about, text=f"{FOLDED} {text}")
        deliveries = [
            notice_delivery(
                self._seen(notice, receiver, desk, owner, others), receiver, mode, message, now, about=about
            )
            for receiver, mode in self._operator.items()
            if receiver != skip
        ]
        data = {"subject": subject, "text": text, "receivers": [d.receiver for d in deliveries]}
        record = JournalRecord(
            kind="notice",
            at=notice.at,
            ids=[subject, *(d.id for d in deliveries)],
            reason=kind,
            data=data | ({"desk": owner} if owner is not None else {}),
        )
        try:
            if deliveries:
                await self._store.enqueue(deliveries, now)
            await self._store.journal(record, once=f"notice:{kind}:{subject}:{episode}")
        except StoreUnavailable as error:
            log.warning("operator_notice_not_queued", kind=kind, subject=subject, error=str(error))
            return False
        return True

    def _seen(self, notice: Notice, receiver: str, desk: str | None, owner: str | None, others: str) -> Notice:
        """Give a notice as one receiver may see it."""
        theirs = self._desks.receivers.get(receiver)
        if owner is None or theirs == owner or (theirs is None and desk is None):
            return notice
        return msgspec.structs.replace(notice, subject=f"desk {owner}", text=others or for_others(notice.kind, owner))

    def _remember(self, kind: str, subject: str, episode: str, now: int) -> int:
        """Take down that this is told; gives how many different ones of its kind there were of late."""
        recent = {key: at for key, at in self._recent.get(kind, {}).items() if at > now - FOLD_MS}
        recent.setdefault((subject, episode), now)
        self._recent[kind] = recent
        return len(recent)
