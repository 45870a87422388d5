"""Which few of many things are shown: the first, the loudest, and the rest spread over the time. Pure.

The choice hangs on nothing but what came in which order, so a backtest shows the same samples every time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar, get_args

from alertd.alerts.lanes import DELIVERED
from alertd.alerts.policy import severity_rank
from alertd.alerts.rights import limits
from alertd.base.clock import rfc3339
from alertd.history.backtest.figures import Sample
from alertd.model import Decision, Event, GroundKind, Match, Severity
from alertd.rules.explain import one_line

MAX_QUOTES = 4
_ON_GROUNDS = frozenset({*get_args(GroundKind), "event_types", "companies", "terms", "amounts", "sentiment"})
"""Fields of evidence for which grounds stand."""
T = TypeVar("T")


class Sampler(Generic[T]):
    """Keeps a few of what it is given, in the order in which it came."""

    def __init__(self, most: int) -> None:
        """`most` may be 0: then nothing is kept."""
        self._most = most
        self._seen = 0
        self._stride = 1
        self._first: tuple[int, T] | None = None
        self._loudest: tuple[int, int, T] | None = None
        self._spread: list[tuple[int, T]] = []

    def add(self, item: T, loud: int = 0) -> None:
        """Take one more; of equally loud ones the first stays."""
        number = self._seen
        self._seen += 1
        if not self._most:
            return
        if self._first is None:
            self._first = (number, item)
        if self._loudest is None or loud > self._loudest[0]:
            self._loudest = (loud, number, item)
        if number % self._stride == 0:
            self._spread.append((number, item))
            if len(self._spread) > 4 * self._most:
                self._stride *= 2
                self._spread = [kept for kept in self._spread if kept[0] % self._stride == 0]

    def chosen(self) -> list[T]:
        """Give them, in the order in which they came."""
        if self._first is None or self._loudest is None:
            return []
        chosen = dict([self._first, self._loudest[1:]][: self._most])
        rest = [kept for kept in self._spread if kept[0] not in chosen]
        room = self._most - len(chosen)
        if room > 0 and rest:
            step = max(1.0, len(rest) / room)
            chosen |= dict(rest[min(int((at + 0.5) * step), len(rest) - 1)] for at in range(min(room, len(rest))))
        return [chosen[number] for number in sorted(chosen)]


def loudness(severity: Severity | str) -> int:
    """Rank a severity for a sampler."""
    return severity_rank(severity)  # type: ignore[arg-type]


def sample_of(
    at_ms: int,
    event: Event,
    match: Match | None = None,
    decision: Decision | None = None,
    *,
    labels: Mapping[str, str],
    why: Sequence[str] = (),
) -> Sample:
    """Make the sample of an event, with what of the source's words may be shown."""
    return Sample(
        at=rfc3339(at_ms),
        event=clean(event.id),
        revision=event.revision,
        title=clean(event.title or event.url or event.id),
        url=clean(event.url),
        source=clean(event.source),
        severity=match.severity if match is not None else "",
        companies=tuple(labels.get(one, one) for one in match.companies[:5]) if match is not None else (),
        evidence=quotes(event, match) if match is not None else (),
        grounds=tuple(ground.text for ground in match.grounds) if match is not None else (),
        reason=decision.reason if decision is not None else "",
        told={name: told_as(what) for name, what in decision.receivers.items()} if decision is not None else {},
        why=tuple(map(clean, why)),
    )


def clean(text: str) -> str:
    """Put a text of a file that anybody may have written on one line, without control and bidi characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in one_line(text))


def told_as(answer: str) -> str:
    """Say what a decision led to for a receiver: `now`, or the word of the closed list that begins its reason."""
    return "now" if answer.startswith(DELIVERED) else answer.partition(":")[0]


def quotes(event: Event, match: Match) -> tuple[str, ...]:
    """Give the words that prove a match, each once; of the body only where the source's rights let it be shown.

    What grounds say is not said again as words of the source.
    """
    free = may_quote(event)
    shown = [one for one in match.evidence if one.quote and (free or one.field == "title")]
    texts = [one.quote for one in shown if not (match.grounds and one.field in _ON_GROUNDS)]
    return tuple(dict.fromkeys(map(clean, texts)))[:MAX_QUOTES]


def may_quote(event: Event) -> bool:
    """Tell whether words of an event's body may stand in a report that leaves the machine."""
    rights = limits(event)
    return rights is None or (rights.export and rights.show == "full" and rights.classification != "restricted")
