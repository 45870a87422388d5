"""What a person says about an alert, and what comes of it. Pure.

    acknowledge     somebody takes it: open -> acknowledged; nobody is told by escalation any more
    unacknowledge   it is taken back: acknowledged, closed or snoozed -> open, and escalation counts anew
    snooze          until a time only a rise in severity, a correction or a withdrawal is told
    close           it is over: -> closed; material news opens it again
    useful, noise   what is thought of it; counts for the rules that held

An answer that changes what the alert is makes a revision with a line of its history, and who knows of the alert is
told, quietly. What is thought of it does not: there is nothing to tell. Each is a line of the journal: the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from msgspec.structs import replace

from alertd.alerts.bounds import MAX_CHANGES, bounded
from alertd.alerts.clocks import waits_again
from alertd.alerts.deliver import delivery, with_told
from alertd.alerts.knowing import Policies, escalations, knowing, local
from alertd.alerts.lanes import DELIVERED, held, knows, lanes
from alertd.alerts.putting import hold_of
from alertd.alerts.rows import card
from alertd.alerts.timing import Put, Send, Withhold, when_answered
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import (
    Alert,
    AlertState,
    Answer,
    AnswerKind,
    Change,
    ChangeKind,
    Effects,
    Hold,
    JournalRecord,
    MessageType,
    NewDelivery,
    Timer,
)

MAX_SNOOZE_MS = 30 * 86_400_000
"""An alert that is put off for longer would be forgotten by the store before it comes back."""
MAX_WHO = 200
MAX_NOTE = 500
MAX_VOICES = 200
"""People whose opinion of one alert is kept."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer comes to. Without a new state there is nothing to commit."""

    outcome: Literal["done", "already", "refused"]
    text: str
    """For a person: `acknowledged by jd`, `jd acknowledged it already, …`."""
    state: AlertState | None = None
    deliveries: tuple[NewDelivery, ...] = ()
    effects: Effects = field(default_factory=Effects)


def tidy(text: str, most: int) -> str:
    """Make what a stranger wrote one line without control characters, of at most so many characters."""
    line = " ".join(text[: 4 * most].split())
    return "".join(c for c in line if c.isprintable())[:most]


def may_answer(state: AlertState, answer: Answer) -> bool:
    """Tell whether an alert is there for whoever answers: one of another desk is not."""
    return answer.all_desks or state.desk is None or state.desk == answer.desk


def answer(state: AlertState, given: Answer, policies: Policies, now: int) -> Answered:
    """Decide what an answer comes to for an alert that is there for whoever gives it (`may_answer`).

    `now` in milliseconds. Given again it is `already`. An alert that another carries on (`merged_into`) is answered
    there.
    """
    who = tidy(given.who, MAX_WHO) or "somebody"
    return _KINDS[given.kind](_Case(state, replace(given, who=who, note=tidy(given.note, MAX_NOTE)), policies, now))


@dataclass(frozen=True, slots=True)
class _Case:
    state: AlertState
    given: Answer
    policies: Policies
    now: int

    @property
    def alert(self) -> Alert:
        return self.state.alert

    def local(self, at: str | None) -> str:
        return local(parse_rfc3339(at), self.state.timezone) if at else "before"

    def said(self, text: str) -> str:
        """Add the note to what was done."""
        return f"{text}: {self.given.note}" if self.given.note else text

    def changed(self, kind: ChangeKind, text: str, **fields: Any) -> AlertState:
        """Give the state with one more revision, as the answer makes it."""
        at, revision = rfc3339(self.now), self.alert.revision + 1
        change = Change(at=at, revision=revision, event="", event_revision=0, reason=kind, text=text)
        alert = replace(
            self.alert,
            revision=revision,
            updated_at=at,
            changes=bounded([*self.alert.changes, change], MAX_CHANGES),
            **fields,
        )
        return replace(self.state, alert=alert)

    def done(
        self, state: AlertState, text: str, type: MessageType, timers: list[Timer], cancel: list[str]
    ) -> Answered:
        """Tell who knows of it, quietly; for whom something of it waits, that is told with the rest.

        Where that would disturb in quiet hours or between digests, it waits for their end.
        """
        known = lanes(state)

        def news(receiver: str) -> list[str] | None:  # what was kept from it counts as told now: it is named, too
            return None if known[receiver].missed else [text]

        deliveries: list[NewDelivery] = []
        holds: list[Hold] = []
        told: dict[str, str] = {}
        for policy in knowing(state, self.policies):
            if not policy.answered or known[policy.id].held:
                continue
            one = delivery(
                state, policy, kind=type, reason=self.given.kind, now=self.now, news=news(policy.id), loud=False
            )
            timing = when_answered(policy, self.now)
            if isinstance(timing, Put):
                holds.append(hold_of(state, policy, timing, one, self.now))
            elif not isinstance(timing, Withhold):
                deliveries.append(one)
            told[policy.id] = one.id if isinstance(timing, Send) else timing.text
        state = with_told(state, self.policies, [one.receiver for one in deliveries], self.now)
        waiting = {one.receiver: held(known[one.receiver], one.window, self.now, loud=False) for one in holds}
        state = replace(state, told={**lanes(state), **waiting}) if waiting else state
        names = [timer.name for timer in timers]
        effects = Effects(
            holds=holds,
            timers=timers,
            cancel=[name for name in cancel if name not in names],
            record=self.record(state, told),
        )
        return Answered("done", text, state, tuple(deliveries), effects)

    def record(self, state: AlertState, told: Mapping[str, str] = MappingProxyType({})) -> JournalRecord:
        """Make the line of the audit log."""
        given = self.given
        data: dict[str, Any] = {
            "who": given.who,
            "via": given.via,
            "portfolio": state.alert.portfolio,
            "desk": state.desk,
            "revision": state.alert.revision,
            "status": state.alert.status,
            "receivers": dict(told),
            "alert": card(state),
        }
        if given.note:
            data["note"] = given.note
        if given.kind == "snooze":
            data["until"] = rfc3339(given.until_ms)
        ids = [state.alert.id, *(what for what in told.values() if what.startswith(DELIVERED))]
        return JournalRecord(kind="answer", at=rfc3339(self.now), ids=ids, reason=given.kind, data=data)


def _acknowledge(case: _Case) -> Answered:
    alert, who = case.alert, case.given.who
    if alert.status == "closed":
        return Answered("already", "it is closed already")
    if alert.status == "acknowledged":
        by = "you" if alert.acknowledged_by == who else alert.acknowledged_by
        return Answered("already", f"{by} acknowledged it already, {case.local(alert.acknowledged_at)}")
    text = case.said(f"acknowledged by {who}")
    state = case.changed(
        "acknowledged",
        text,
        status="acknowledged",
        acknowledged_by=who,
        acknowledged_at=rfc3339(case.now),
        snoozed_until=None,
    )
    over = [*escalations(state), _resurface(alert.id)]
    return case.done(state, text, "alert.acknowledged", _brought_back(case), over)


def _unacknowledge(case: _Case) -> Answered:
    alert = case.alert
    if alert.status == "open" and not alert.snoozed_until:
        return Answered("already", "it is open already")
    what = {"acknowledged": "acknowledgement", "closed": "closing", "open": "snooze"}[alert.status]
    text = case.said(f"{what} taken back by {case.given.who}")
    state = case.changed(
        "reopened", text, status="open", acknowledged_by=None, acknowledged_at=None, snoozed_until=None
    )
    timers = [*waits_again(state, case.policies, case.now), *_brought_back(case)]
    return case.done(state, text, "alert.updated", timers, [_resurface(alert.id)])


def _snooze(case: _Case) -> Answered:
    alert, until = case.alert, case.given.until_ms
    if alert.status == "closed":
        return Answered("refused", "it is closed: there is nothing to put off")
    if until <= case.now:
        return Answered("refused", f"{local(until, case.state.timezone)} is over: give a time to come")
    if until > case.now + MAX_SNOOZE_MS:
        return Answered("refused", f"that is too far ahead: at most {MAX_SNOOZE_MS // 86_400_000} days")
    if alert.snoozed_until and parse_rfc3339(alert.snoozed_until) == until:
        return Answered("already", f"it is snoozed until {local(until, case.state.timezone)} already")
    text = case.said(f"snoozed until {local(until, case.state.timezone)} by {case.given.who}")
    state = case.changed("snoozed", text, snoozed_until=rfc3339(until))
    timer = Timer(kind="resurface", alert=alert.id, due_ms=until)
    return case.done(state, text, "alert.updated", [timer], escalations(state))


def _close(case: _Case) -> Answered:
    alert = case.alert
    if alert.status == "closed":
        return Answered("already", "it is closed already")
    text = case.said(f"closed by {case.given.who}")
    state = case.changed("closed", text, status="closed", snoozed_until=None)
    over = [*escalations(state), _resurface(alert.id), Timer(kind="close", alert=alert.id, due_ms=0).name]
    return case.done(state, text, "alert.closed", [], over)


def _feedback(case: _Case) -> Answered:
    alert, who, kind = case.alert, case.given.who, case.given.kind
    assert kind in ("useful", "noise")
    if alert.feedback.get(who) == kind:
        return Answered("already", f"{who} called it {kind} already")
    if who not in alert.feedback and len(alert.feedback) >= MAX_VOICES:
        return Answered("refused", f"{MAX_VOICES} people have said what they think of it: that is enough")
    state = replace(case.state, alert=replace(alert, feedback={**alert.feedback, who: kind}))
    record = case.record(state)
    rules = list(dict.fromkeys(match.rule for match in alert.matches))
    return Answered(
        "done",
        f"noted as {kind}, by {who}",
        state,
        effects=Effects(record=replace(record, data=record.data | {"rules": rules})),
    )


def _brought_back(case: _Case) -> list[Timer]:
    """Give the clock of a snooze that ends now, for those from whom it kept a first alert."""
    unknown = any(lane.missed and not knows(lane) for lane in lanes(case.state).values())
    if case.alert.snoozed_until is None or not unknown:
        return []
    return [Timer(kind="resurface", alert=case.alert.id, due_ms=case.now)]


def _resurface(alert: str) -> str:
    return Timer(kind="resurface", alert=alert, due_ms=0).name


_KINDS: Mapping[AnswerKind, Callable[[_Case], Answered]] = {
    "acknowledge": _acknowledge,
    "unacknowledge": _unacknowledge,
    "snooze": _snooze,
    "close": _close,
    "useful": _feedback,
    "noise": _feedback,
}
