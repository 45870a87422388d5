"""The signs around an event's words that say whether it happened: each a small function over one clause."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from alertd.enrich.draft import Field
from alertd.enrich.frames_line import units
from alertd.enrich.status_clauses import Clauses, find
from alertd.enrich.status_words import (
    ADVICE,
    ADVISING,
    AGAINST,
    ANY,
    ASKED_FOR,
    ASKING,
    BACKWARD,
    COLLAPSED,
    CONDITIONS,
    COUNTED,
    DENIALS,
    DENYING,
    DISMISSING,
    EARLIER,
    FIGURES,
    FORMER,
    GIVEN_UP,
    GIVING_UP,
    GOSSIP,
    HAD,
    MAY_COME,
    MODAL,
    MONTH_BEFORE,
    MONTH_BEHIND,
    NO,
    NOT,
    NOT_NO,
    NOT_NOT,
    OFFICIAL,
    PONDERING,
    POSSIBLE,
    PROSPECT,
    SAID,
    SOURCE_WORDS,
    SOURCES,
    SPANS,
    STOPPING,
    TALKING,
    THREATENING,
    TOLD,
    UNTRUE,
)
from alertd.text.sentences import Sentence

_CLOSE, _NEAR, _FAR = 3, 6, 12
"""Words between a sign and what it governs."""
_YEARS_AGO = 2
"""An event of so many calendar years before the item is no news."""


class Verdict(NamedTuple):
    """What a clause makes of an event."""

    status: str | None
    """None: there is no event."""
    reason: str
    field: Field = "body"
    span: tuple[int, int] | None = None
    """The words that make it so."""


class _Sign(NamedTuple):
    status: str | None
    reason: str
    first: int
    last: int


def judge(signs: Clauses, words: Collection[str]) -> Verdict:
    """Say what the sentence makes of its event: what its first stretch of evidence says, unless that is nothing."""
    first: Verdict | None = None
    for head in signs.heads(words):
        verdict = _judge(signs, head)
        if verdict.status is not None:
            return verdict
        first = first or verdict
    return first or Verdict("announced", "", signs.field)


def _judge(signs: Clauses, head: int) -> Verdict:
    start, end = signs.bounds(head)
    for check in _CHECKS:
        sign = check(signs, head, start, end)
        if sign is not None:
            span = (signs.units[sign.first].start, signs.units[sign.last].end)
            return Verdict(sign.status, sign.reason, signs.field, span)
    return Verdict("announced", "", signs.field)


def speaks_of_sources(text: str, sentence: Sentence) -> Verdict | None:
    """Say whether a sentence of the body gives people without a name as its source."""
    part = text[sentence.start : sentence.end].lower()
    if not any(word in part for word in SOURCE_WORDS):
        return None
    made = units(text, *sentence, ())
    low = [unit.low for unit in made]
    if find(low, OFFICIAL) is not None:
        return None
    found = find(low, SOURCES)
    if found is None:
        return None
    return Verdict("reported", "unnamed sources", "body", (made[found[0]].start, made[found[1]].end))


# --- the signs, in the order in which they are asked ------------------------------------------------------------


def _past(s: Clauses, head: int, start: int, end: int) -> _Sign | None:
    """Long ago, or told as a story."""
    if (found := _backward(s, start, end)) is not None or (found := _backward(s, 0, min(4, head))) is not None:
        return _Sign(None, f"a look back: {' '.join(s.low[found[0] : found[1] + 1])}", *found)
    for i in range(max(start - 3, 0), head):  # years after | the lease
        if s.low[i] in ("after", "since", "on") and i and s.low[i - 1] in SPANS and head - i <= _NEAR:
            return _Sign(None, f"long ago: {s.low[i - 1]} {s.low[i]}", i - 1, i)
    for i in range(start, end):
        year = s.low[i]
        dated = i in (start, head - 1) or s.low[i - 1] in ("in", "since", "of", "from", "back", "during")
        if dated and len(year) == 4 and year.isdecimal() and 1900 <= int(year) <= s.year - _YEARS_AGO:
            return _Sign(None, f"of {year}", i, i)
    at = s.last_of(EARLIER, max(start, head - 4), head)
    if at is not None and (at == head - 1 or (at and s.low[at - 1] in HAD)):  # not: previously issued statements
        return _Sign(None, f"earlier: {s.low[at]}", at, at)
    if (at := s.last_of(FORMER, max(start, head - 2), head)) is not None:
        return _Sign(None, f"{s.low[at]}, not of now", at, at)
    return None


def _backward(s: Clauses, start: int, end: int) -> tuple[int, int] | None:
    """Give the first phrase of a look back that is not what something is only measured by."""
    while (found := s.phrase(BACKWARD, start, end)) is not None:
        if not _is_measure(s, found[0]):
            return found
        start = found[0] + 1
    return None


def _is_measure(s: Clauses, at: int) -> bool:
    """Whether `year ago` is what a figure is held against: `up from $1.1 billion a year ago`, `than a year ago`."""
    at -= 1
    while at >= 0 and (s.low[at][:1].isdigit() or s.low[at] in FIGURES):
        at -= 1
    return at >= 0 and (s.low[at] in AGAINST or s.low[max(at - 1, 0) : at + 1] == ["compared", "to"])


def _denied(s: Clauses, head: int, start: int, end: int) -> _Sign | None:
    """Somebody denies it."""
    at = s.last_of(DENYING, max(start, head - _FAR), head)
    if at is not None and ASKED_FOR.isdisjoint(s.low[at + 1 : at + 5]):
        return _Sign("denied", "denied", at, at)
    at = s.last_of(DISMISSING, max(start, head - _FAR), head)
    if at is not None and not TOLD.isdisjoint(s.low[at + 1 : head]):
        return _Sign("denied", "dismissed", at, at)
    if (found := s.phrase(DENIALS, start, head)) is not None:
        return _Sign("denied", " ".join(s.low[found[0] : found[1] + 1]), *found)
    if (found := s.phrase(UNTRUE, 0, len(s.low))) is not None:
        return _Sign("denied", "said not to be true", *found)
    return None


def _asked(s: Clauses, head: int, start: int, end: int) -> _Sign | None:
    """A question, a condition, advice: nothing has happened."""
    if s.asks:
        return _Sign(None, "a question", len(s.low) - 1, len(s.low) - 1)
    if (found := s.phrase(ADVISING, 0, head)) is not None:
        return _Sign(None, f"advice: {' '.join(s.low[found[0] : found[1] + 1])}", *found)
    if len(s.low) > 1 and any(low in COUNTED for low in s.low[1:4]) and head > 1 and s.low[0] in _NUMBERS | ASKING:
        return _Sign(None, "advice by number", 0, 1)
    if s.low[0] in CONDITIONS:
        return _Sign(None, f"a condition: {s.low[0]}", 0, 0)
    if (at := s.last_of(CONDITIONS, start, head)) is not None and head - at <= _FAR:
        return _Sign(None, f"a condition: {s.low[at]}", at, at)
    if (at := s.last_of(ADVICE, max(start, head - _NEAR), head)) is not None:
        return _Sign(None, f"advice: {s.low[at]}", at, at)
    if (at := s.last_of(ANY, max(start, head - _CLOSE), head)) is not None:
        return _Sign(None, f"in general: {s.low[at]}", at, at)
    at = s.last_of(("would",), max(start, head - _NEAR), head)
    if at is not None and SAID.isdisjoint(s.low[max(at - _NEAR, 0) : at]):
        return _Sign(None, "a condition: would", at, at)
    if s.field == "body" and "would" in s.low[s.after(head) : end] and not any(low in SAID for low in s.low[:head]):
        at = s.low.index("would", s.after(head))
        return _Sign(None, "a condition: would", at, at)
    return None


def _negated(s: Clauses, head: int, start: int, end: int) -> _Sign | None:
    """It has not happened: denied if somebody says so, else nothing."""
    at = s.last_of(NOT, max(start, head - 5), head)
    contracted = [i for i in range(max(start, head - 5), head) if s.low[i].endswith("n't")]
    at = contracted[-1] if contracted else at
    if at is None or s.low[at + 1] in NOT_NOT:
        at = s.last_of(NO, max(start, head - _CLOSE), head)
        at = at if at is None or s.low[at + 1] not in NOT_NO else None
    if at is not None and "," not in s.low[at:head]:
        said = not SAID.isdisjoint(s.low[start:at]) or (s.low[end : end + 1] == [","] and _is_speech(s, end + 1))
        return _Sign("denied" if said else None, f"negated: {s.low[at]}", at, at)
    return _over(s, head, start, end)


def _is_speech(s: Clauses, at: int) -> bool:
    """Whether what follows only says who said it: `, a spokesman said`."""
    return len(s.low) - at <= _NEAR + 1 and not SAID.isdisjoint(s.low[at:])


def _over(s: Clauses, head: int, start: int, end: int) -> _Sign | None:
    """It was given up, or has ended."""
    if (at := s.last_of(STOPPING, max(start, head - 2), head)) is not None and "," not in s.low[at:head]:
        return _Sign(None, f"over: {s.low[at]}", at, at)
    if (found := s.phrase(COLLAPSED, s.after(head), min(s.after(head) + 2 * _CLOSE, end))) is not None:
        return _Sign(None, f"over: {' '.join(s.low[found[0] : found[1] + 1])}", *found)
    if (at := s.last_of(GIVING_UP, max(start, head - _NEAR), head)) is not None and "," not in s.low[at:head]:
        return _Sign(None, f"it does not come to it: {s.low[at]}", at, at)
    if (found := s.phrase(GIVEN_UP, max(start, head - _NEAR - 2), head)) is not None:
        return _Sign(None, f"given up: {' '.join(s.low[found[0] : found[1] + 1])}", *found)
    return None


def _pondered(s: Clauses, head: int, start: int, end: int) -> _Sign | None:
    """It is thought about, or possible."""
    if (at := s.last_of(MODAL, max(start, head - _NEAR), head)) is not None and not _is_month(s, at):
        return _Sign("rumoured", s.low[at], at, at)
    if (at := s.last_of(POSSIBLE, max(start, head - _CLOSE), head)) is not None:
        return _Sign("rumoured", s.low[at], at, at)
    if (at := s.last_of(PONDERING, start, head)) is not None and head - at <= _FAR - 4:
        return _Sign("rumoured", s.low[at], at, at)
    if (at := s.last_of(THREATENING, max(start, head - _CLOSE), head)) is not None:
        return _Sign("rumoured", s.low[at], at, at)
    behind = s.after(head)
    if (at := s.last_of(GOSSIP, start, min(behind + 3, end))) is not None:
        return _Sign("rumoured", s.low[at], at, at)
    if behind < end and s.low[behind] in PROSPECT and not s.own[behind]:
        return _Sign("rumoured", s.low[behind], behind, behind)
    at = s.last_of(MODAL, behind, end - 1)
    if at is not None and s.low[at + 1] in MAY_COME:
        return _Sign("rumoured", s.low[at], at, at)
    return None


def _is_month(s: Clauses, at: int) -> bool:
    if s.low[at] != "may" or not s.is_capital(at):
        return False
    behind = s.low[at + 1] if at + 1 < len(s.low) else ""
    if behind in MONTH_BEHIND:
        return True
    return behind[:1].isdigit() or (at > 0 and (s.low[at - 1] in MONTH_BEFORE or s.low[at - 1].isdigit()))


def _told(s: Clauses, head: int, start: int, end: int) -> _Sign | None:
    """There are talks, or people who are not named say it."""
    found = s.phrase(TALKING, start, head) or s.phrase(SOURCES, 0, len(s.low))
    return _Sign("reported", " ".join(s.low[found[0] : found[1] + 1]), *found) if found is not None else None


_NUMBERS = frozenset("two three four five six seven eight nine ten some 3 4 5 6 7 8 9 10 12 15 20".split())  # noqa: SIM905
_CHECKS: tuple[Callable[[Clauses, int, int, int], _Sign | None], ...] = (
    _past, _denied, _asked, _negated, _pondered, _told,
)  # fmt: skip
