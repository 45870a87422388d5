"""A store with alerts in the middle of their lives, a clock to turn, and what answers and clocks do there."""

from __future__ import annotations

from typing import Any

from alertd.alerts.policy import ReceiverPolicy
from alertd.model import AlertState, Answer, AnswerKind, Effects, Hold, JournalRecord, Message, Timer
from alertd.store.protocol import Store
from alertd.workers.answers import Answers, Given
from alertd.workers.due import Due
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from tests.alerts.living import NOW, hold, policies, waiting
from tests.workers.make import HandClock


class Life:
    """One deployment; `due()` makes one more process that does what is due."""

    def __init__(self, store: Store, *receivers: ReceiverPolicy) -> None:
        self.store = store
        self.clock = HandClock(NOW)
        self.policies = policies(*receivers)
        self.notices = Notices(store, {"ops": "latest"}, self.clock)
        self.answers = Answers(store, self.policies, self.clock)
        self.worker = self.due()

    def due(self) -> Due:
        """Begin as a process does."""
        return Due(self.store, self.policies, self.notices, self.clock, Progress())

    async def put(self, state: AlertState, *holds: Hold, timers: tuple[Timer, ...] = ()) -> None:
        """Write an alert as it is now, with what waits of it and its timers."""
        known = (await self.store.load_alerts([state.alert.id]))[state.alert.id]
        effects = Effects(holds=list(holds), timers=list(timers))
        conflict = await self.store.commit(
            state.alert.id, known.version, state, (), self.clock(), effects=effects, answer=True
        )
        assert conflict is None

    async def hold(self, state: AlertState, **fields: Any) -> Hold:
        """Put an alert off that nobody was told of."""
        put = hold(state, **fields)
        await self.put(waiting(state, put), put)
        return put

    async def state(self, alert: str = "al_a") -> AlertState:
        """Read an alert."""
        state = (await self.store.load_alerts([alert]))[alert].state
        assert state is not None
        return state

    async def queued(self, receiver: str = "desk") -> list[Message]:
        """Give the messages that wait to be sent, in the order of their making."""
        due, _ = await self.store.due(receiver, self.clock() + 100, 1000)
        return [one.message for one in due]

    async def journal(self, kind: str) -> list[JournalRecord]:
        """Give the lines of a kind."""
        return [record for _, record in await self.store.read_journal("", 1000, 0) if record.kind == kind]

    async def answer(self, kind: AnswerKind, alert: str = "al_a", who: str = "jd", **more: Any) -> Given:
        """Answer as somebody on the machine does."""
        fields: dict[str, Any] = {"via": "cli", "at_ms": self.clock(), "all_desks": True} | more
        return await self.answers.give(Answer(kind=kind, alert=alert, who=who, **fields))
