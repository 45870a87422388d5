"""Conditions over time: what a rule asks about more events than one.

    count      so many events within a time
    change     a mean that has moved away from its own baseline
    spike      more events than usual
    sequence   events of several kinds, one after the other, about the same companies

Here stands what is asked. What is remembered for it, and the answer as a pure function of that, is in
`state_rules.py`; how it is written, in `conditions_state.py`.
"""

from __future__ import annotations

from typing import Literal

from alertd.base.config import format_duration
from alertd.model import Struct
from alertd.rules.logic import Clause
from alertd.rules.reported import SURE

By = Literal["rule", "company", "parties", "source"]
"""For what events are counted apart: for each company, pair of parties or source; `rule`: all together."""
Distinct = Literal["event", "story", "source", "filer"]
"""What of several events is counted once."""


class _AnyEvent(Struct, frozen=True):
    """What is asked of every event that meets the rest of the rule: of itself it names none."""

    def clauses(self) -> tuple[Clause, ...]:
        """Nothing is necessary."""
        return ()

    def types(self) -> frozenset[str]:
        """It names no event type."""
        return frozenset()

    def names_form(self) -> bool:
        """It names no form."""
        return False


class Count(_AnyEvent, frozen=True, kw_only=True, tag="count"):
    """At least so many events that meet the rest of the rule, within a time."""

    at_least: int
    within_ms: int
    by: By = "rule"
    distinct: Distinct = "event"

    def label(self) -> str:
        """Say the condition in one line."""
        once = "" if self.distinct == "event" else f", distinct {self.distinct}"
        return f"count: at least {self.at_least} within {written(self.within_ms)}{_by(self.by)}{once}"


class Change(_AnyEvent, frozen=True, kw_only=True, tag="change"):
    """The mean sentiment of the newest stories has moved so far away from the mean of those before."""

    by: By = "company"
    at_most: float | None = None
    """It fell by so much or more: a negative number."""
    at_least: float | None = None
    """It rose by so much or more."""
    within_ms: int
    baseline_ms: int
    min_stories: int = 5
    """Each of the two times holds at least so many stories."""

    def label(self) -> str:
        """Say the condition in one line."""
        limit = f"<= {self.at_most:g}" if self.at_most is not None else f">= {self.at_least:g}"
        times = f"within {written(self.within_ms)} against {written(self.baseline_ms)}"
        return f"change: sentiment {limit} {times}{_by(self.by)}, at least {self.min_stories} stories"


class Spike(_AnyEvent, frozen=True, kw_only=True, tag="spike"):
    """So many times more events than usual."""

    factor: float
    within_ms: int
    baseline_ms: int
    by: By = "rule"
    at_least: int = 5
    """Fewer events are no spike, however quiet it was before."""

    def label(self) -> str:
        """Say the condition in one line."""
        times = f"within {written(self.within_ms)} against {written(self.baseline_ms)}"
        return f"spike: {self.factor:g} times as many {times}{_by(self.by)}, at least {self.at_least}"


class Step(Struct, frozen=True, kw_only=True):
    """One kind of event in a sequence: everything that it names must fit."""

    types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    """Statuses of the event type that count; none named: all but denied and rumoured."""
    event_kinds: tuple[str, ...] = ()
    """Kinds of the event type that count; none named: any, or none."""
    min_confidence: float = SURE
    forms: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def label(self) -> str:
        """Say the step in a few words."""
        types = ", ".join(self.types) + (f" {' or '.join(self.event_kinds)}" if self.event_kinds else "")
        types += f" {' or '.join(self.statuses)}" if self.statuses else ""
        types += f" with confidence >= {self.min_confidence:g}" if self.min_confidence != SURE else ""
        parts = [named for named in (types, ", ".join(self.kinds), ", ".join(self.forms)) if named]
        parts += [f"item {', '.join(self.items)}"] if self.items else []
        parts += [f"from {', '.join(self.sources)}"] if self.sources else []
        return " ".join(parts)

    def clause(self) -> Clause:
        """Give keys of which an event of this step has at least one."""
        if self.types:
            return frozenset(f"type:{name}" for name in self.types)
        if self.forms:
            return frozenset(f"form:{form.removesuffix('/A')}" for form in self.forms)
        return frozenset(f"kind:{kind}" for kind in self.kinds)


class Sequence(Struct, frozen=True, kw_only=True, tag="sequence"):
    """Events in this order, each later than the one before, about the same companies, all within a time."""

    steps: tuple[Step, ...]
    by: By = "parties"
    """`parties` or `company`."""
    within_ms: int

    def label(self) -> str:
        """Say the condition in one line."""
        steps = " → ".join(step.label() for step in self.steps)
        return f"sequence: {steps} within {written(self.within_ms)}{_by(self.by)}"

    def clauses(self) -> tuple[Clause, ...]:
        """The event is of one of the steps: of any of them, because what comes first may be heard of last."""
        return (frozenset().union(*(step.clause() for step in self.steps)),)

    def types(self) -> frozenset[str]:
        """Give the event types that it names."""
        return frozenset(name for step in self.steps for name in step.types)

    def names_form(self) -> bool:
        """Whether a step names a form."""
        return any(step.forms for step in self.steps)


State = Count | Change | Spike | Sequence
"""Every kind of condition over time."""


def written(ms: int) -> str:
    """Write a length of time as a user would."""
    return format_duration(ms / 1000)


def _by(by: By) -> str:
    return "" if by == "rule" else f" by {by}"
