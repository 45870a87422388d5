"""What the learned part looks at: the signals of the rules, and the words around the company that is asked about.

Features are named by strings. Figures made from the signals are in capitals, led by where the signals stand: `S` the
sentence, `C` the company's clause, `A` after and `B` before it in the clause (`Y` where it is `by` it), `O` what is
said of others. Words and pairs of
words of the sentence stand as they are; `>` and `<` lead those of the clause after and before the company, `=` pairs
next to it, and `@` its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from alertd.enrich.tone_line import Line, Signal
from alertd.enrich.tone_words import OTHER, SELF

Features = dict[str, float]
PLAIN = 0.35
"""Signals add up to something plain from here."""
_NEAR, _SIDE = 3, 12
"""How many items around a company are next to it, and how many are looked at."""
_PLACES = 4
"""Places of a company in a sentence that are looked at."""
_BY = frozenset(("by", "at"))
"""Before who did it: `downgraded by`, `cut to sell at`."""
_DONE = frozenset(("fine", "poor"))
_TURNS = frozenset(("while", "whereas"))


def by_rules(name: str) -> bool:
    """Whether a feature comes from the rules' signals and places, not from words."""
    return name[0] == "@" or (name[0].isupper() and name.partition(" ")[0] not in (SELF, OTHER))


class Span(NamedTuple):
    """A company's place in a sentence and the clause around it, end exclusive."""

    at: int
    start: int
    end: int


def of_sentence(line: Line, signals: Sequence[Signal]) -> Features:
    """Describe a sentence as a whole, with its words."""
    return dict.fromkeys(_plain_words(line, signals), 1.0) | of_signals(line, signals)


def of_signals(line: Line, signals: Sequence[Signal]) -> Features:
    """Describe a sentence as a whole by nothing but what the rules say of it."""
    features: Features = {"LENGTH": min(len(line.words), 40) / 40}
    if signals:
        _sums(features, "S", signals)
        _sorts(features, "S", signals)
    return features


def of_company(line: Line, signals: Sequence[Signal]) -> Features:
    """Describe a sentence for the company that stands in it as `ENT`, from where most is said of it."""
    span, own = _best_place(line, signals)
    words = _plain_words(line, signals)
    features: Features = dict.fromkeys(words, 1.0)
    features |= dict.fromkeys(map(" ".join, pairwise(("^", *words))), 1.0)
    after, before = [s for s in own if s.at > span.at], [s for s in own if s.at < span.at]
    by = span.at > 0 and line.words[span.at - 1] in _BY
    _sums(features, "C", after if by else own)
    _sums(features, "A", after)
    _sums(features, "Y" if by else "B", before)
    _sums(features, "O", [signal for signal in signals if signal not in own])
    _sorts(features, "A", after)
    _sorts(features, "Y" if by else "B", before)
    _nearest(features, own, span.at)
    _place(features, line, span)
    _sides(features, line, words, span)
    return features


def _best_place(line: Line, signals: Sequence[Signal]) -> tuple[Span, list[Signal]]:
    """Give the place of the company and what is said in its clause: where that is strongest, else the first."""
    best: tuple[Span, list[Signal]] | None = None
    most, at = -1.0, -1
    for _ in range(min(line.words.count(SELF), _PLACES)):
        at = line.words.index(SELF, at + 1)
        span = clause_of(line, at)
        own = [one for one in signals if span.start <= one.at < span.end and not _at_others(line, one, span)]
        said = abs(sum(one.value for one in own))
        if said > most:
            best, most = (span, own), said
    assert best is not None
    return best


def clause_of(line: Line, at: int) -> Span:
    """Find the clause in which an item stands."""
    start, end = at, at
    while start > 0 and not _turns(line, start - 1):
        start -= 1
    while end < len(line.words) and not _turns(line, end):
        end += 1
    return Span(at, start, end)


def _at_others(line: Line, signal: Signal, span: Span) -> bool:
    """Whether a word is aimed at another company: behind this one, or before it with a nearer one of its kind."""
    if signal.sort != "aimed":
        return False
    if signal.at > span.at:
        return True
    return any(line.kinds[j] == line.kinds[signal.at] or {line.kinds[j], line.kinds[signal.at]} <= _DONE
               for j in range(signal.at + 2, span.at))  # fmt: skip


def _turns(line: Line, i: int) -> bool:
    kind = line.kinds[i]
    return kind == "|" or kind == "but" or (kind == "stop" and line.words[i] in _TURNS)


def _plain_words(line: Line, signals: Sequence[Signal]) -> list[str]:
    """Give the words without figures; what means another than by itself (a fall of costs) stands as `+` or `-`."""
    words = ["#" if kind == "#" else word for word, kind in zip(line.words, line.kinds, strict=True)]
    for signal in signals:
        if signal.turned:
            words[signal.at] = "+" if signal.value > 0 else "-"
    return words


def _sums(features: Features, name: str, signals: Sequence[Signal]) -> None:
    if not signals:
        return
    good, bad = 0.0, 0.0
    for _, value, _, _ in signals:
        if value > 0:
            good += value
        else:
            bad -= value
    features[name + "GOOD"] = min(good, 2.0)
    features[name + "BAD"] = min(bad, 2.0)
    total = good - bad
    features[name + ("UP" if total > PLAIN else "DOWN" if total < -PLAIN else "EVEN")] = 1.0


def _sorts(features: Features, name: str, signals: Sequence[Signal]) -> None:
    for _, value, sort, _ in signals:
        key = f"{name} {sort} {'GOOD' if value > 0 else 'BAD'}"
        features[key] = min(features.get(key, 0.0) + abs(value), 2.0)


def _nearest(features: Features, own: Sequence[Signal], at: int) -> None:
    after = next((signal for signal in own if signal.at > at), None)
    before = next((signal for signal in reversed(own) if signal.at < at), None)
    for name, signal in (("NEXT", after), ("LAST", before)):
        if signal is not None:
            near = " NEAR" if abs(signal.at - at) <= _NEAR else ""
            features[f"{name}{near} {'GOOD' if signal.value > 0 else 'BAD'}"] = min(abs(signal.value), 1.5)


def _place(features: Features, line: Line, span: Span) -> None:
    at, start, end = span
    features["@ first" if at == 0 else "@ last" if at == len(line.words) - 1 else "@ amid"] = 1.0
    if start:
        features["@ after " + line.words[start - 1]] = 1.0
    if end < len(line.words):
        features["@ before " + line.words[end]] = 1.0
    if end == start + 1:
        features["@ alone"] = 1.0


def _sides(features: Features, line: Line, words: Sequence[str], span: Span) -> None:
    at, start, end = span
    first, last = max(start, at - _SIDE), min(end, at + _SIDE)
    features |= {">" + word: 1.0 for word in words[at + 1 : last]}
    features |= {"<" + word: 1.0 for word in words[first:at]}
    near = words[max(first, at - _NEAR) : min(last, at + _NEAR + 1)]
    features |= {f"={one} {two}": 1.0 for one, two in pairwise(near)}
