"""One mailbox, polled step by step: a real IMAP server, a real parse worker, a store that is looked into later."""

from __future__ import annotations

from typing import Any

from alertd.model import SourceState
from alertd.sources.mail import MailConfig
from alertd.store.memory import MemoryStore
from alertd.workers.intake import Intake
from alertd.workers.mail_poll import MailPoll
from alertd.workers.notices import Notices
from alertd.workers.poll import Poll, Polled
from alertd.workers.source_health import SourceHealth
from tests.support.imap import Mailbox, settings
from tests.workers.behind import Behind
from tests.workers.make import HandClock
from tests.workers.polling import CountingPool


class Post(Behind):
    """The source `regulators`, and what polling it leaves behind."""

    def __init__(self, box: Mailbox, pool: CountingPool, **more: Any) -> None:
        self.box = box
        self.pool = pool
        self.more = more
        super().__init__(MemoryStore())
        self.clock = HandClock()
        self.notices = Notices(self.store, {"ops": "every"}, self.clock)
        self.state = SourceState(source="regulators")
        self.hurried: list[str] = []
        self.watched: list[str] = []
        self._poll = self._made()

    def _made(self) -> Poll:
        health = SourceHealth(self.store, self.notices, self.clock)
        intake = Intake(self.store, self.notices, self.clock, health)
        taker = MailPoll(intake, self.pool, health, self.notices, self.clock, soon=self.hurried.append, watching=self)
        return Poll({"mail": taker}, health, self.clock)

    def watch(self, source: MailConfig) -> None:
        self.watched.append(source.id)

    async def poll(self, **more: Any) -> Polled:
        """Poll once, a minute later than the last time, and go on from what that leaves."""
        self.clock.pass_by(60)
        source = MailConfig.model_validate(settings(self.box, **self.more | more))
        polled = await self._poll.poll(source, self.state)
        self.state = polled.state
        return polled

    async def restart(self) -> None:
        """Go on as a new process would: from what the store has."""
        self.state = await self.store.source_state("regulators") or SourceState(source="regulators")
        self._poll = self._made()
