"""What people say about alerts: one door for the command line, the API, Slack's buttons and the links in mails.

load the alert -> is it theirs? -> decide (`alerts/answers.py`) -> commit, with a line of the audit log -> words
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import structlog

from alertd import telemetry
from alertd.alerts.answers import Answered, answer, may_answer
from alertd.alerts.deliver import as_seen
from alertd.alerts.looking import as_a_desk_sees
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.trail import Eyes, eyes_of_a_desk
from alertd.base.clock import Clock
from alertd.base.failpoints import failpoint
from alertd.base.ids import usable_id
from alertd.errors import Temporary
from alertd.model import Alert, AlertState, Answer, Severity, StoredAlert
from alertd.workers.alert_store import AlertStore

log = structlog.get_logger(__name__)

MAX_CONFLICTS = 20
MAX_MERGES = 8
"""How many times an alert may have been carried on by another before it is given up."""
NOT_THERE = "there is no such alert"


class AnswerStore(AlertStore, Protocol):
    """What answers need of the store."""

    async def note_feedback(self, portfolio: str, alert: str, data: dict[str, Any], now: int) -> None:
        """Remember what people think of an alert."""
        ...

    def replicated(self) -> AbstractAsyncContextManager[None]:
        """End when the replicas have what was done within."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """What came of an answer, for a person."""

    outcome: Literal["done", "already", "refused", "unknown"]
    """`unknown`: the alert is not there, or another desk's: whoever asks is not told which."""
    text: str
    alert: str
    """The alert that took it: where another carries it on, that one."""
    title: str = ""
    status: Literal["", "open", "acknowledged", "closed"] = ""
    severity: Severity = "info"
    snoozed_until: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert as somebody who is about to answer sees it."""

    alert: str
    title: str
    status: Literal["open", "acknowledged", "closed"]
    severity: Severity
    portfolio: str
    portfolio_title: str
    acknowledged_by: str | None
    snoozed_until: str | None


class Answers:
    """Takes answers."""

    def __init__(self, store: AnswerStore, policies: Mapping[str, ReceiverPolicy], clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._policies = policies

    def serve(self, policies: Mapping[str, ReceiverPolicy]) -> None:
        """Take the receivers of a reload."""
        self._policies = policies

    async def give(self, given: Answer) -> Given:
        """Take an answer.

        Raises Temporary (StoreUnavailable among it) where it was not taken and may be given again; the same answer
        given again is `already`.
        """
        async with self._store.replicated():
            result = await self._give(given)
        telemetry.ANSWERS.labels(kind=given.kind, via=given.via, outcome=result.outcome).inc()
        log.info(
            "answer",
            alert=result.alert,
            kind=given.kind,
            who=given.who[:200],
            via=given.via,
            outcome=result.outcome,
            text=result.text,
        )
        return result

    async def seen(self, alert: str, desk: str | None, *, all_desks: bool = False, receiver: str = "") -> Seen | None:
        """Give an alert as somebody of a desk may see it; None: not there, or another desk's.

        `receiver` is the one by whose message it is looked at: no more is shown than that one may see.
        """
        stored = await self._load(alert)
        state = stored.state
        if state is None or not (all_desks or state.desk in (None, desk)):
            return None
        found = self._shown(state, receiver)
        return Seen(
            alert=found.id,
            title=found.title,
            status=found.status,
            severity=found.severity,
            portfolio=found.portfolio,
            portfolio_title=state.portfolio_title,
            acknowledged_by=found.acknowledged_by,
            snoozed_until=found.snoozed_until,
        )

    def looked_at(self, state: AlertState, desk: str | None) -> AlertState | None:
        """Give an alert of a desk as whoever looks on for that desk may see it; None: it is not there for them."""
        return as_a_desk_sees(state, desk, self._policies.values())

    def eyes_of(self, state: AlertState, desk: str | None) -> Eyes:
        """Give what is there of an alert's trail for whoever looks on for a desk."""
        return eyes_of_a_desk(state, desk, self._policies.values())

    async def _give(self, given: Answer) -> Given:
        stored = await self._load(given.alert)
        for _ in range(MAX_CONFLICTS):
            if stored.state is None or not may_answer(stored.state, given):
                return Given("unknown", NOT_THERE, given.alert)
            now = self._clock()
            answered = answer(stored.state, given, self._policies, now)
            opinion = given.kind in ("useful", "noise")
            if answered.state is None:
                if opinion and answered.outcome == "already":  # the first time may have died before it was noted
                    await self._note(stored.state, now)
                return _said(answered, self._shown(stored.state, given.receiver))
            name = stored.state.alert.id
            conflict = await self._store.commit(
                name, stored.version, answered.state, answered.deliveries, now, effects=answered.effects, answer=True
            )
            if conflict is None:
                failpoint("answer.committed")
                if opinion:
                    await self._note(answered.state, now)
                return _said(answered, self._shown(answered.state, given.receiver))
            stored = await self._load(name)  # it may have been merged meanwhile
        raise Temporary(f"alert {given.alert} changes all the time: answer again")

    def _shown(self, state: AlertState, receiver: str) -> Alert:
        policy = self._policies.get(receiver)
        return as_seen(state, policy).alert if policy is not None else state.alert

    async def _load(self, alert: str) -> StoredAlert:
        """Load an alert; of one that another carries on, that one."""
        for _ in range(MAX_MERGES):
            if not (usable_id(alert) and alert.startswith("al_")):
                break
            stored = (await self._store.load_alerts([alert])).get(alert, _NOTHING)
            if stored.state is None or not stored.state.alert.merged_into:
                return stored
            alert = stored.state.alert.merged_into
        return _NOTHING

    async def _note(self, state: AlertState, now: int) -> None:
        """Remember for the rules what is thought of the alert; without names, and longer than the alert is kept."""
        alert = state.alert
        words = list(alert.feedback.values())
        data = {
            "rules": list(dict.fromkeys(match.rule for match in alert.matches)),
            "useful": words.count("useful"),
            "noise": words.count("noise"),
        }
        await self._store.note_feedback(state.identity or alert.portfolio, alert.id, data, now)


_NOTHING = StoredAlert(version=0, state=None)


def _said(answered: Answered, alert: Alert) -> Given:
    return Given(
        answered.outcome, answered.text, alert.id, alert.title, alert.status, alert.severity, alert.snoozed_until
    )
