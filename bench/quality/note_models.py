"""Research notes that a model writes: the set of `notes.py` over a scripted model server, both protocols' way in.

Each event's material goes through the asker, over HTTP, to a server that answers well, wrongly, maliciously, slowly
or brokenly (`tests/support/model_server.py`); what comes back is read, checked, and put together with the facts, as
in the daemon. Measured is what of it would reach a desk. The model is a script: how well a real one writes is not
measured here, only that nothing of what it writes gets past the check.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from structlog.testing import capture_logs

from alertd.base.secrets import Secret
from alertd.companies.model import Relation
from alertd.model import Note
from alertd.net.client import HttpClient
from alertd.research.answers import Answers
from alertd.research.asking import Asker
from alertd.research.breaker import State
from alertd.research.client import ModelClient
from alertd.research.config import BudgetConfig, ModelConfig
from alertd.research.governor import Governor
from alertd.research.handles import Handles, handles
from alertd.research.material import Material
from alertd.research.model_note import fallen_back, request
from alertd.research.writing import NotWritten, written_by
from alertd.store.memory import MemoryStore
from bench.quality.measured import Goal, Measured, ratio
from bench.quality.note_drafts import Written, draft, maliciously, parts, well, wrongly
from bench.quality.note_grounds import objections
from bench.quality.note_maker import NoteMaker
from bench.quality.note_set import NoteCase, NoteSet, read_notes
from bench.report import Row
from tests.support.behaviours import Behaviour, redirect
from tests.support.model_server import (
    KEY,
    ModelServer,
    Protocol,
    drips,
    failing,
    html,
    huge,
    malicious,
    never_ends,
    says,
    silent,
    truncated,
)

NOW = 1_772_461_800_000
"""Milliseconds; the day of the set's events."""
TIMEOUT_S = 1.0
PROTOCOLS: tuple[Protocol, ...] = ("openai", "anthropic")
TOLD = ("well", "wrongly", "maliciously")
BROKEN: dict[str, Callable[[], Behaviour]] = {
    "slowly: silent": silent, "slowly: byte by byte": drips, "slowly: never ends": never_ends,
    "brokenly: HTML": html, "brokenly: cut off": truncated, "brokenly: 10 MiB": huge,
    "brokenly: 503": lambda: failing(503),
    "brokenly: redirect": lambda: redirect("http://127.0.0.1:9/"),
    "brokenly: malice in another shape": malicious,
}  # fmt: skip


class _Unmetered:
    """Counts nothing."""

    def asked(self, outcome: str, seconds: float, input_tokens: int, output_tokens: int, cost: float) -> None:
        pass

    def spared(self, outcome: str) -> None:
        pass

    def stands(self, breaker: State, calls_left: int, tokens_left: int) -> None:
        pass


class _Case(NamedTuple):
    """An event, ready to be asked about."""

    case: NoteCase
    material: Material
    relations: Sequence[Relation]
    facts: Note
    named: Handles


@dataclass(slots=True)
class _Came:
    """What came of one way to answer."""

    notes: int = 0
    by_model: int = 0
    statements: int = 0
    grounded: int = 0
    planted: int = 0
    passed: int = 0
    """Planted statements that are in a note."""
    wrong: list[str] = field(default_factory=list)

    def row(self, how: str) -> Row:
        return {
            "model answers": how, "notes": self.notes, "by the model": self.by_model, "statements": self.statements,
            "grounded": f"{ratio(self.grounded, self.statements):.2f}", "planted": self.planted,
            "passed": self.passed,
        }  # fmt: skip


def measure(shared: Path) -> Measured:
    """Measure what of a model's answers reaches a note."""
    notes = read_notes()
    with capture_logs():  # each failure is a line there, and wanted here
        came = asyncio.run(_all(notes))
    told, failed = [came[how] for how in TOLD], [came[how] for how in BROKEN]
    statements = sum(one.statements for one in came.values())
    grounded = ratio(sum(one.grounded for one in came.values()), statements)
    wrong, malice = came["wrongly"], came["maliciously"]
    asked = sum(one.notes for one in failed)
    fell_back = ratio(asked - sum(one.by_model for one in failed), asked)
    goals = [
        Goal("statements grounded", grounded, 1.0, of=statements),
        Goal("wrong statements that pass", wrong.passed, 0, at_most=True, of=wrong.planted),
        Goal("malicious statements that pass", malice.passed, 0, at_most=True, of=malice.planted),
        Goal("notes of the facts where a model fails", fell_back, 1.0, of=asked),
    ]
    rows = [one.row(how) for how, one in came.items()]
    return Measured(goals, [("by how it answers", rows)], (), [line for one in told for line in one.wrong])


async def _all(notes: NoteSet) -> dict[str, _Came]:
    maker = NoteMaker(notes)
    cases = [_ready(case, maker) for case in notes.cases]
    came: dict[str, _Came] = {}
    with ModelServer() as server:
        async with HttpClient("alertd bench") as http:
            telling = _Telling(server, http, maker)
            for how in TOLD:
                came[how] = await telling.tell(how, cases)
            for how, behaviour in BROKEN.items():
                few = cases[:1] if how.startswith("slowly") else cases[:8]
                came[how] = await telling.broken(behaviour(), few)
    return came


def _ready(case: NoteCase, maker: NoteMaker) -> _Case:
    material, relations = maker.material(case)
    return _Case(case, material, relations, maker.note(material), handles(material))


class _Telling:
    """Asks the scripted server about events."""

    def __init__(self, server: ModelServer, http: HttpClient, maker: NoteMaker) -> None:
        self._server, self._http, self._maker = server, http, maker

    async def tell(self, how: str, cases: Sequence[_Case]) -> _Came:
        """Let it answer about all events in one way."""
        came = _Came()
        for number, one in enumerate(cases):
            asker = self._asker(PROTOCOLS[number % len(PROTOCOLS)])
            for statements, planted in _drafts(how, one):
                self._server.script(says(draft(statements, one.facts if how == "well" else None)))
                note = await _note(asker, one)
                await asker.useless(request(one.material, one.named, outside=asker.outside), 0)
                self._count(came, one, note, planted)
        return came

    async def broken(self, behaviour: Behaviour, cases: Sequence[_Case]) -> _Came:
        """Let it fail in one way."""
        came = _Came()
        self._server.script(behaviour)
        for one in cases:
            for protocol in PROTOCOLS:
                self._count(came, one, await _note(self._asker(protocol), one), [])
        return came

    def _asker(self, protocol: Protocol) -> Asker:
        config = ModelConfig(
            id="scripted", protocol=protocol, base_url=self._server.base(protocol), model="scripted", key=Secret(KEY),
            allow_private=True, timeout=TIMEOUT_S, budget=BudgetConfig(),
        )  # fmt: skip
        governor = Governor(config.id, config.budget, MemoryStore())
        return Asker(ModelClient(config, self._http), governor, Answers(), _Unmetered())

    def _count(self, came: _Came, one: _Case, note: Note, planted: Sequence[Written]) -> None:
        came.notes += 1
        came.by_model += note.by != "facts"
        called = self._maker.called(one.material, one.relations)
        for statement in note.statements:
            faults = objections(statement, note, one.material, one.relations, called)
            came.statements += 1
            came.grounded += not faults
            came.wrong += [f"{one.case.id}: {statement.text!r} {fault}" for fault in faults]
        said = {(statement.section, statement.text) for statement in note.statements}
        passed = [bad for bad in planted if (bad["section"], bad["text"]) in said]
        came.planted += len(planted)
        came.passed += len(passed)
        came.wrong += [f"{one.case.id}: passed: {bad['text']!r}" for bad in passed]


def _drafts(how: str, one: _Case) -> list[tuple[Sequence[Written], Sequence[Written]]]:
    """Give the statements of each answer, and which of them must not pass."""
    if how == "well":
        return [(well(one.facts, one.named)["statements"], [])]
    planted = [*wrongly(one.facts, one.named)] if how == "wrongly" else maliciously(one.material)
    return [(part, part) for part in parts(planted)]


async def _note(asker: Asker, one: _Case) -> Note:
    """Get a note as the daemon's worker does."""
    made = await written_by(asker, one.facts, one.material, "set", lambda: NOW)
    return fallen_back(one.facts, made.words or made.reason) if isinstance(made, NotWritten) else made.note
