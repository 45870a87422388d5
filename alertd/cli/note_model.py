"""`alertd note --model`: what a model of the settings makes of an event now. Nothing of it is kept or sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from alertd import telemetry
from alertd.app.noting import asker_of
from alertd.app.snapshot import secrets_of
from alertd.base import suggest
from alertd.base.clock import system_clock
from alertd.cli.connect import command_store, reach_from, settings_of
from alertd.cli.output import USAGE, fail
from alertd.errors import ConfigError
from alertd.model import Note
from alertd.net.client import HttpClient
from alertd.research.answers import Answers
from alertd.research.asking import Asker
from alertd.research.config import ModelConfig
from alertd.research.material import Material
from alertd.research.writing import NotWritten, Written, written_by


@dataclass(frozen=True, slots=True)
class ToWrite:
    """What a model is to write about, for one portfolio."""

    portfolio: str
    """Its id, by which its share of the budget is counted."""
    facts: Note
    material: Material


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it."""

    portfolio: str
    note: Note | None
    """None: no model wrote one."""
    model: str
    """Who wrote it, or was asked last."""
    dropped: Sequence[tuple[str, str]]
    why: Mapping[str, str]
    """Model -> why it wrote none."""


def models_of(config: Path | None, name: str | None) -> list[ModelConfig]:
    """Give the models that are asked, in their order. Ends the command if there are none, or none of this name."""
    try:
        models = settings_of(config).models
    except ConfigError as error:
        fail(error)
    if not models:
        fail("no model is configured: write one into `models` of the settings (docs/notes-model.md)")
    if name is None:
        return models
    known = [one.id for one in models]
    if name not in known:
        near = suggest.closest(name, known)
        others = f" (did you mean {near}?)" if near else f"; there are {', '.join(known)}"
        fail(f"there is no model {name}{others}", USAGE)
    return [one for one in models if one.id == name]


async def ask_models(config: Path | None, models: Sequence[ModelConfig], wanted: Sequence[ToWrite]) -> list[Answered]:
    """Ask, for each portfolio the first model that answers; what that takes counts as what the daemon asks does.

    Raises StoreUnavailable: without the daemon's store nobody can say what may still be spent.
    """
    settings = settings_of(config)
    telemetry.hide_values(secrets_of(settings))
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(command_store(reach_from(settings)))
        http = await stack.enter_async_context(HttpClient(user_agent="alertd"))
        answers = Answers(store)  # the daemon may have asked the same
        askers = [asker_of(one, http, store, answers) for one in models]
        return [await _answered(askers, one) for one in wanted]


async def _answered(askers: Sequence[Asker], wanted: ToWrite) -> Answered:
    why: dict[str, str] = {}
    dropped: list[tuple[str, str]] = []
    for asker in askers:
        made = await written_by(asker, wanted.facts, wanted.material, wanted.portfolio, system_clock)
        dropped += made.dropped
        if isinstance(made, Written):
            return Answered(wanted.portfolio, made.note, asker.id, dropped, why)
        why[asker.id] = _words(made)
    return Answered(wanted.portfolio, None, askers[-1].id, dropped, why)


def _words(made: NotWritten) -> str:
    """Say why, and what can be done where it was not even asked."""
    if made.reason in ("budget_spent", "portfolio_budget_spent"):
        return f"{made.reason}: alertd status shows what was asked today"
    return made.words or made.reason
