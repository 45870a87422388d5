"""Notes that a language model writes, after their alerts have gone out. Several processes may do it.

    due -> its alert as it is now -> may a model be shown it? -> ask, the first model that answers
        -> draft -> what passes the check of its grounds -> one commit: the alert carries it, who wants it is told

What fails anywhere ends in the note of the facts, which the alert carries already, with the reason: at a model at
once, by a fault of ours after the fifth attempt, and whatever it is ten minutes after the alert. A crash before the
commit leaves the note due; after it nothing is left to do.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from msgspec.structs import replace

from alertd import telemetry
from alertd.alerts.knowing import taken_back
from alertd.alerts.note_life import facts_of, waited_for
from alertd.alerts.noted import WORTH_MS, noted
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import Clock
from alertd.base.failpoints import Failpoint, failpoint
from alertd.errors import AlertdError, Corrupt, StoreUnavailable
from alertd.model import AlertState, Effects, Event, Note, NoteDue, StoredAlert, event_from_dict
from alertd.research.asking import Asker
from alertd.research.material import Material, only_known, read_material
from alertd.research.model_note import fallen_back
from alertd.research.writing import NotWritten, written_by
from alertd.workers.looks import Looks
from alertd.workers.note_store import NoteStore
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

LOOK_S = 0.2
AT_ONCE = 8
"""Notes of which the models are asked at the same time."""
TURN_MS = 120_000
"""How long nobody else takes a note in hand. Where models are waited for longer (several, or with a long `timeout`),
another may ask them too: the first commit counts, and the other finds nothing due."""
BACK_OFF_MS = (10_000, 20_000, 40_000, 80_000, 0)
"""Before the second attempt, the third…: after the last it is given up."""
AGAIN_MS = 10_000
MAX_CONFLICTS = 20


class Notes(Looks):
    """Has notes written by the models, the first of which is asked first."""

    def __init__(
        self,
        store: NoteStore,
        models: Sequence[Asker],
        policies: Mapping[str, ReceiverPolicy],
        clock: Clock,
        progress: Progress,
        refused: Callable[[str, str], Awaitable[None]] | None = None,
    ) -> None:
        """`refused` is told of a model that only a person can mend, with the words."""
        super().__init__("notes", LOOK_S, progress)
        self._store = store
        self._models = models
        self._policies = policies
        self._clock = clock
        self._refused = refused
        self._tasks: set[asyncio.Task[None]] = set()

    def serve(self, policies: Mapping[str, ReceiverPolicy], models: Sequence[Asker]) -> None:
        """Take receivers and models of a reload."""
        self._policies, self._models = policies, models

    async def look(self) -> None:
        """Begin what is due, as far as there is room. Raises StoreUnavailable."""
        room = AT_ONCE - len(self._tasks)
        if room <= 0:
            return
        now = self._clock()
        for alert in await self._store.claim_notes(now, now + TURN_MS, room):
            task = asyncio.create_task(self._guarded(alert), name=f"note:{alert}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> None:
        """Wait for those under way; what is not done by then is due again."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()

    async def _guarded(self, alert: str) -> None:
        """Write one; what fails rests, so that the others go on."""
        try:
            await self._write(alert)
        except Failpoint:
            raise
        except StoreUnavailable as error:
            # No fault of the note: it is due again, when the turn is over at the latest.
            log.info("note_waits", alert=alert, error=str(error))
            with contextlib.suppress(StoreUnavailable):
                await self._store.put_off_note(alert, self._clock() + AGAIN_MS)
        except (AlertdError, Exception) as error:  # one alert that the code cannot take must not stop all notes
            log.error("note_failed", alert=alert, exc_info=None if isinstance(error, AlertdError) else error)
            with contextlib.suppress(StoreUnavailable):
                await self._failed(alert, error)

    async def _failed(self, alert: str, error: Exception) -> None:
        """Count the attempt with the alert, and let it rest. One that cannot even be given up is forgotten."""
        failpoint("note.failed")
        for _ in range(MAX_CONFLICTS):
            try:
                stored = (await self._store.load_alerts([alert]))[alert]
            except Corrupt:  # of an alert that nobody can read nobody reads the note
                await self._store.drop_note(alert)
                return
            due = stored.state.note_due if stored.state is not None else None
            if stored.state is None or due is None:
                await self._store.drop_note(alert)
                return
            over = due.attempts >= len(BACK_OFF_MS)
            now = self._clock()
            # Its words may be those of a source: they stand in the log alone.
            again = replace(due, attempts=due.attempts + 1, error=type(error).__name__)
            state = replace(stored.state, note_due=None if over else again)
            effects = Effects(note_due_ms=0 if over else now + BACK_OFF_MS[due.attempts])
            if await self._store.commit(alert, stored.version, state, (), now, effects=effects, answer=True) is None:
                telemetry.NOTES.labels(by="model", outcome="failed").inc()
                return
        await self._store.put_off_note(alert, self._clock() + AGAIN_MS)

    async def _write(self, alert: str) -> None:
        stored = (await self._store.load_alerts([alert]))[alert]
        state = stored.state
        if state is None:
            await self._store.drop_note(alert)
            return
        due, facts = state.note_due, facts_of(state)
        if facts is None or due is None or _over(state):
            await self._end(alert, stored, state)
            return
        if why := self._not_asked(state, facts, due):
            note, how = _fallen_back(facts, why, [due.error or why])
        else:
            note, how = await self._made(state, facts, due)
        failpoint("note.written")
        await self._commit(alert, stored, note, how)

    async def _end(self, alert: str, stored: StoredAlert, state: AlertState) -> None:
        """Forget a note that nobody is to read any more; where the alert changed meanwhile, look again."""
        effects, after = Effects(note_due_ms=0), replace(state, note_due=None)
        if await self._store.commit(alert, stored.version, after, (), self._clock(), effects=effects, answer=True):
            await self._store.put_off_note(alert, self._clock())

    def _not_asked(self, state: AlertState, facts: Note, due: NoteDue) -> str:
        """Say why no model is asked; empty if one is."""
        if due.attempts >= len(BACK_OFF_MS):
            return f"given up after {due.attempts} attempts"
        if self._clock() - due.since_ms >= WORTH_MS:
            return f"not written within {WORTH_MS // 60_000} minutes"
        if not waited_for(state, facts):  # as a version wrote it that did not ask about the newer one
            return "it was to be asked about another event"
        if not due.material:
            return "none may be shown what the newest report says"
        return ""

    async def _made(self, state: AlertState, facts: Note, due: NoteDue) -> tuple[Note, dict[str, Any]]:
        """Let the models write, in their order; gives the facts, with the reason, where none has."""
        material = only_known(read_material(due.material, await self._event(state, due)))
        reasons: list[tuple[str, NotWritten]] = []
        for model in self._models:
            made = await self._asked(model, state, facts, material)
            if not isinstance(made, NotWritten):
                return made
            reasons.append((model.id, made))
        why = "; ".join(f"{model}: {made.reason}" for model, made in reasons) or "no model is configured"
        dropped = [one for _, made in reasons for one in made.dropped]
        return _fallen_back(facts, why, [f"{model}: {made.words or made.reason}" for model, made in reasons], dropped)

    async def _asked(
        self, model: Asker, state: AlertState, facts: Note, material: Material
    ) -> tuple[Note, dict[str, Any]] | NotWritten:
        """Ask one model; gives its note, or why there is none."""
        began = self._clock()
        made = await written_by(model, facts, material, state.alert.portfolio, self._clock)
        for reason, _ in made.dropped:
            telemetry.NOTE_STATEMENTS.labels(outcome=reason).inc()
        if isinstance(made, NotWritten):
            if made.lasting and self._refused is not None:
                await self._refused(model.id, made.words)
            return made
        telemetry.NOTE_STATEMENTS.labels(outcome="kept").inc(made.passed)
        telemetry.NOTES.labels(by=model.id, outcome="written").inc()
        log.info(
            "note_written", alert=state.alert.id, by=made.note.by, statements=made.passed,
            dropped=[reason for reason, _ in made.dropped],
        )  # fmt: skip
        return made.note, {"dropped": made.dropped, "took_ms": self._clock() - began}

    async def _event(self, state: AlertState, due: NoteDue) -> Event:
        """Give the event with its whole text, or what the alert has of it where the journal has it no more."""
        for _, record in reversed(await self._store.trace(due.event)):
            raw = record.data.get("event") if record.kind == "event" else None
            if isinstance(raw, dict) and raw.get("revision") == due.event_revision:
                return event_from_dict(raw)
        known = state.event
        return known if known is not None and known.id == due.event else Event(id=due.event)

    async def _commit(self, alert: str, stored: StoredAlert, note: Note, how: dict[str, Any]) -> None:
        """Put the note into its alert as it is by then, unless another has. One made anew meanwhile is due again."""
        began = _asked_of(stored.state)
        for _ in range(MAX_CONFLICTS):
            state = stored.state
            if state is None or _asked_of(state) != began or _over(state):
                await self._store.put_off_note(alert, self._clock())
                return
            now = self._clock()
            made = noted(state, note, self._policies, now, how, await self._store.silences(now))
            conflict = await self._store.commit(
                alert, stored.version, made.state, made.deliveries, now, effects=made.effects, answer=True
            )
            if conflict is None:
                return
            stored = conflict
        raise RuntimeError(f"alert {alert} changed {MAX_CONFLICTS} times while its note was put into it")


def _fallen_back(
    facts: Note, why: str, told: list[str], dropped: Sequence[tuple[str, str]] = ()
) -> tuple[Note, dict[str, Any]]:
    """Give the facts in place of what a model was to write; `told` and `dropped` are for the journal."""
    telemetry.NOTES.labels(by="facts", outcome="fallback").inc()
    note = replace(fallen_back(facts, why), dropped=len(dropped))
    return note, {"dropped": list(dropped), "models": told}


def _asked_of(state: AlertState | None) -> tuple[str, str, str, int]:
    """Give what tells one note that is to be written from the next, and from one that was."""
    note = state.alert.note if state is not None else None
    due = state.note_due if state is not None else None
    if note is None or due is None:
        return ("", "", "", 0)
    return (note.at, due.material, due.event, due.event_revision)


def _over(state: AlertState) -> bool:
    """Tell whether an alert needs no note any more: it is part of another, or all that it told was withdrawn."""
    return bool(state.alert.merged_into) or taken_back(state)
