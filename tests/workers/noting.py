"""Alerts whose notes a model is to write, the scripted model, and a process that has them written."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import rfc3339
from alertd.model import AlertState, Effects, Message, Note, NoteDue, Told
from alertd.net.client import HttpClient
from alertd.research.answers import Answers
from alertd.research.asking import Asker
from alertd.research.client import ModelClient
from alertd.research.config import ModelConfig
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from alertd.research.governor import Governor, Purse
from alertd.research.material import written_material
from alertd.store.protocol import Store
from alertd.telemetry.research import ModelMeter
from alertd.workers.notes import Notes
from alertd.workers.progress import Progress
from tests.alerts.living import MINUTE, NOW, match, policies, state
from tests.research.asked import config
from tests.research.making import LABELS, graph, holding, lease
from tests.support.model_server import ModelServer
from tests.workers.life import Life
from tests.workers.make import HandClock

DESK = ReceiverPolicy("desk", note="model", notes_apart=True)
PM = ReceiverPolicy("pm", note="facts")
RISK = {
    "section": "risk", "text": "Vega Grid may take the capacity back if it is used for harm.", "company": "vega",
    "grounds": [{"kind": "quote", "quote": "Vega Grid may take the capacity back if it is used for harm", "id": ""}],
}  # fmt: skip
INVENTED = {
    "section": "winner", "text": "EVIL gains $9bn a year.", "company": "vega",
    "grounds": [{"kind": "quote", "quote": "Vega Grid may take the capacity back", "id": ""}],
}  # fmt: skip


def draft(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"statements": list(statements), "horizon_low": None, "horizon_high": None, "confidence": "medium"}


class Noting:
    """A store with alerts whose notes are due, and a process that has them written."""

    def __init__(self, store: Store, http: HttpClient, model: ModelServer) -> None:
        self.life = Life(store, DESK, PM)
        self.store, self.model = store, model
        self.clock: HandClock = self.life.clock
        self.purse: Purse = store
        self._http = http
        self.worker = self.process()

    def process(self, *models: ModelConfig, **settings: Any) -> Notes:
        """Begin as a process does, with one model of these settings, or with several."""
        answers = Answers()
        askers = [self._asker(made, answers) for made in models or [config(self.model, **settings)]]
        return Notes(self.store, askers, policies(DESK, PM), self.clock, Progress(), self._refused)

    def _asker(self, made: ModelConfig, answers: Answers) -> Asker:
        governor = Governor(made.id, made.budget, self.purse)
        return Asker(ModelClient(made, self._http), governor, answers, ModelMeter(made.id))

    async def _refused(self, model: str, words: str) -> None:
        await self.life.notices.tell("model_refused", model, words, "today")

    async def due(self, name: str = "al_a", **event: Any) -> AlertState:
        """Put an alert there whose note is due."""
        happened = lease(**event)
        facts = facts_note(gather(happened, holding(), graph(), LABELS), rfc3339(NOW))
        told = {one: Told(revision=1, at_ms=NOW - MINUTE, severity="high") for one in ("desk", "pm")}
        made = state(name, told=told, matches=[match(event=happened.id)], note=facts)
        material = written_material(gather(happened, {}, graph(), LABELS))
        due = NoteDue(event=happened.id, event_revision=happened.revision, since_ms=self.clock(), material=material)
        made = replace(made, event=happened, note_due=due)
        known = (await self.store.load_alerts([name]))[name]
        effects = Effects(note_due_ms=self.clock())
        assert (
            await self.store.commit(name, known.version, made, (), self.clock(), effects=effects, answer=True) is None
        )
        return made

    async def written(self, worker: Notes | None = None) -> None:
        """Let what is due be written."""
        await (worker or self.worker).look()
        await (worker or self.worker).drain(30)

    async def told(self, receiver: str = "desk") -> list[Message]:
        """Give the messages that wait for a receiver."""
        return await self.life.queued(receiver)

    async def note(self, name: str = "al_a") -> Note:
        """Give the note that an alert carries."""
        note = (await self.life.state(name)).alert.note
        assert note is not None
        return note
