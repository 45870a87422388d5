"""Three-valued conditions: what a node is, what it answers, and the Boolean nodes.

A condition is true, false or *unknown* (None). Unknown is contagious only where it decides: `all` is false as
soon as one part is false, `any` is true as soon as one part is true, `not` of unknown is unknown (Kleene's
strong logic). A rule holds only if its condition is true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from alertd.model import Event, Evidence
from alertd.text.scan import Found, Term

Truth = bool | None
MAX_QUOTE = 200
"""Characters of the source's own words that one piece of evidence shows."""
REGEX_BYTES = 65_536
"""How much of a text, in UTF-8, a pattern is run over."""
CHEAP, COSTLY = 0, 1


@dataclass(frozen=True, slots=True)
class Result:
    """A condition's answer, the spans that prove it, and in words what was seen."""

    truth: Truth
    evidence: tuple[Evidence, ...] = ()
    seen: str = ""


class Reading:
    """One event as the conditions read it: its fields, the terms the scan found, its bytes for patterns."""

    __slots__ = ("_bytes", "event", "found")

    def __init__(self, event: Event, found: Found) -> None:
        self.event = event
        self.found = found
        self._bytes: dict[str, tuple[bytes, bool]] = {}

    def text(self, name: str) -> str:
        """Give the event's `title` or `body`."""
        return self.event.title if name == "title" else self.event.body

    def utf8(self, name: str) -> tuple[bytes, bool]:
        """Give the first 64 KiB of a field as UTF-8, cut between characters, and whether that is all of it.

        A lone surrogate becomes one `?`, so places still count in code points.
        """
        if name not in self._bytes:
            text = self.text(name)
            raw = text[:REGEX_BYTES].encode("utf-8", "replace")
            whole = len(raw) <= REGEX_BYTES and len(text) <= REGEX_BYTES
            if len(raw) > REGEX_BYTES:
                raw = raw[:REGEX_BYTES].decode("utf-8", "ignore").encode("utf-8")
            self._bytes[name] = (raw, whole)
        return self._bytes[name]


class Node(Protocol):
    """A condition. Nodes are frozen, compare by value, can be pickled, and hold no compiled state."""

    @property
    def cost(self) -> int:
        """CHEAP or COSTLY: costly parts are asked last, and only while they can still decide."""

    @property
    def children(self) -> tuple[Node, ...]:
        """The conditions inside this one, as written."""

    def label(self) -> str:
        """Say the condition in one line."""

    def terms(self) -> Iterator[Term]:
        """Give every term that the text must be scanned for."""

    def clause(self) -> frozenset[Term] | None:
        """Give terms of which at least one occurs in any event that makes this true; None if there are none."""

    def evaluate(self, reading: Reading) -> Result:
        """Answer for one event."""


@dataclass(frozen=True, slots=True)
class _Group:
    children: tuple[Node, ...]
    _order: tuple[Node, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_order", tuple(sorted(self.children, key=lambda child: child.cost)))

    @property
    def cost(self) -> int:
        return max(child.cost for child in self.children)

    def terms(self) -> Iterator[Term]:
        for child in self.children:
            yield from child.terms()


class All(_Group):
    """True if every part is; false if one is false, whatever the others are."""

    __slots__ = ()

    def label(self) -> str:
        """Say the condition in one line."""
        return "all"

    def clause(self) -> frozenset[Term] | None:
        """Give the shortest clause of the parts: each of them is required."""
        clauses = [clause for child in self.children if (clause := child.clause()) is not None]
        return min(clauses, key=len, default=None)

    def evaluate(self, reading: Reading) -> Result:
        """Ask the parts, cheap ones first, until one is false."""
        evidence: list[Evidence] = []
        truth: Truth = True
        for child in self._order:
            result = child.evaluate(reading)
            if result.truth is False:
                return Result(False)
            if result.truth is None:
                truth = None
            evidence.extend(result.evidence)
        return Result(truth, tuple(evidence) if truth else ())


class AnyOf(_Group):
    """True if one part is; false if all are false."""

    __slots__ = ()

    def label(self) -> str:
        """Say the condition in one line."""
        return "any"

    def clause(self) -> frozenset[Term] | None:
        """Give the terms of all parts together, if every part has some."""
        clauses = [child.clause() for child in self.children]
        if any(clause is None for clause in clauses):
            return None
        return frozenset(term for clause in clauses if clause for term in clause)

    def evaluate(self, reading: Reading) -> Result:
        """Ask every cheap part, for its evidence, and the costly ones only if none of those held."""
        evidence: list[Evidence] = []
        truth: Truth = False
        for child in self._order:
            if truth and child.cost == COSTLY:
                break
            result = child.evaluate(reading)
            if result.truth:
                truth = True
                evidence.extend(result.evidence)
            elif result.truth is None and truth is False:
                truth = None
        return Result(truth, tuple(evidence))


@dataclass(frozen=True, slots=True)
class Not:
    """True if its part is false; unknown stays unknown. It proves nothing with a span."""

    child: Node

    @property
    def cost(self) -> int:
        """As costly as its part."""
        return self.child.cost

    @property
    def children(self) -> tuple[Node, ...]:
        """The one condition inside."""
        return (self.child,)

    def label(self) -> str:
        """Say the condition in one line."""
        return "not"

    def terms(self) -> Iterator[Term]:
        """Give the terms of its part."""
        return self.child.terms()

    def clause(self) -> frozenset[Term] | None:
        """Requires no term: it holds where they are missing."""
        return None

    def evaluate(self, reading: Reading) -> Result:
        """Turn the answer of its part around."""
        truth = self.child.evaluate(reading).truth
        return Result(None if truth is None else not truth)


def quote(text: str, start: int, end: int) -> str:
    """Give the source's own words around a span, verbatim: its line, at most 200 characters, cut between words."""
    if end - start >= MAX_QUOTE:
        return text[start : start + MAX_QUOTE]
    room = MAX_QUOTE - (end - start)
    left = max(text.rfind("\n", max(0, start - room), start) + 1, start - room, 0)
    right = text.find("\n", end, end + room)
    right = min(end + room, len(text)) if right < 0 else right
    if right - left > MAX_QUOTE:
        left = max(left, min(start - room // 2, right - MAX_QUOTE))
        right = min(right, left + MAX_QUOTE)
    if left and not text[left - 1].isspace():
        space = text.find(" ", left, start)
        left = space + 1 if space >= 0 else left
    if right < len(text) and not text[right].isspace():
        space = text.rfind(" ", end, right)
        right = space if space >= 0 else right
    return text[left:right].strip() if text[start:end].strip() == text[start:end] else text[left:right]
