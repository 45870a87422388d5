"""The models that write notes, made from the settings and kept while these stay; and the loop that asks them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import rfc3339, system_clock
from alertd.net.client import HttpClient
from alertd.research.answers import Answers
from alertd.research.asking import Asker
from alertd.research.client import ModelClient
from alertd.research.config import ModelConfig
from alertd.research.governor import Governor
from alertd.settings import Settings
from alertd.store.redis import RedisStore
from alertd.telemetry.research import ModelMeter
from alertd.workers.model_rows import model_row
from alertd.workers.notes import Notes
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress


def asker_of(config: ModelConfig, http: HttpClient, store: RedisStore, answers: Answers) -> Asker:
    """Make what asks a model: by what all processes have spent, with figures of its own."""
    governor = Governor(config.id, config.budget, store, config.currency)
    return Asker(ModelClient(config, http), governor, answers, ModelMeter(config.id, config.currency))


class Noting:
    """Lives where messages are sent from: who may speak to receivers may speak to models."""

    def __init__(self, store: RedisStore, notices: Notices, progress: Progress, http: HttpClient) -> None:
        self._http = http
        self._store = store
        self._notices = notices
        self._answers = Answers(store)
        self._models: dict[str, tuple[ModelConfig, Asker]] = {}
        self._notes = Notes(store, [], {}, system_clock, progress, self._refused)
        self._loop: asyncio.Task[None] | None = None

    def serve(self, settings: Settings, receivers: Mapping[str, ReceiverPolicy]) -> None:
        """Take models and receivers, at the start and from a reload; by a model's id, what is spent stays spent."""
        self._models = {config.id: self._kept(config) for config in settings.models}
        self._notes.serve(receivers, [asker for _, asker in self._models.values()])

    def _kept(self, config: ModelConfig) -> tuple[ModelConfig, Asker]:
        known = self._models.get(config.id)
        if known is not None and known[0] == config:
            return known
        return config, asker_of(config, self._http, self._store, self._answers)

    def start(self) -> None:
        """Begin to look for notes that are due."""
        self._loop = asyncio.create_task(self._notes.run(), name="notes")

    async def stop(self, seconds: float) -> None:
        """Take no more, and let those under way end; what does not is due again."""
        if self._loop is None:
            return
        self._notes.stop()
        await self._loop
        await self._notes.drain(seconds)

    async def status(self) -> dict[str, Any]:
        """Say for `alertd status` how each model stands; nothing where none is asked. Raises StoreUnavailable."""
        if self._loop is None:
            return {}
        now = system_clock()
        found = [(config, await asker.standing(now)) for config, asker in self._models.values()]
        return {"models": [model_row(config, one) for config, one in found]}

    async def _refused(self, model: str, words: str) -> None:
        """Tell the operator of what only a person can mend: a wrong key, a model that there is not."""
        text = f"The model {model} refuses to answer: {words}. Notes are written without it."
        await self._notices.tell("model_refused", model, text, rfc3339(system_clock())[:10])
