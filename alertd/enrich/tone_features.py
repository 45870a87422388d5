"""What the learned part looks at: the signals of the rules, and the words around the company that is asked about.

Features are named by strings. Figures made from the signals are in capitals, led by where the signals stand: `S` the
sentence, `C` the company's clause, `A` after and `B` before it in the clause, `O` other clauses. Words and pairs of
words of the sentence stand as they are; `>` and `<` lead those of the clause after and before the company, `=` pairs
next to it, `>>` and `<<` what they do, and `@` its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from alertd.enrich.tone_line import SELF, Line, Signal

Features = dict[str, float]
PLAIN = 0.35
"""Signals add up to something plain from here."""
_NEAR, _SIDE = 3, 12
"""How many items around a company are next to it, and how many are looked at."""
_TURNS = frozenset(("while", "whereas"))


class Span(NamedTuple):
    """A company's place in a sentence and the clause around it, end exclusive."""

    at: int
    start: int
    end: int


def of_sentence(line: Line, signals: Sequence[Signal]) -> Features:
    """Describe a sentence as a whole."""
    features: Features = dict.fromkeys(_plain_words(line), 1.0)
    features["LENGTH"] = min(len(line.words), 40) / 40
    _sums(features, "S", signals)
    return features


def of_company(line: Line, signals: Sequence[Signal]) -> Features:
    """Describe a sentence for the company that stands in it as `ENT`."""
    span = clause_of(line, line.words.index(SELF))
    own = [signal for signal in signals if span.start <= signal.at < span.end]
    words = _plain_words(line)
    features: Features = dict.fromkeys(words, 1.0)
    features |= dict.fromkeys(map(" ".join, pairwise(("^", *words))), 1.0)
    _sums(features, "S", signals)
    _sums(features, "C", own)
    _sums(features, "A", [signal for signal in own if signal.at > span.at])
    _sums(features, "B", [signal for signal in own if signal.at < span.at])
    _sums(features, "O", [signal for signal in signals if not span.start <= signal.at < span.end])
    _nearest(features, own, span.at)
    _place(features, line, span)
    _sides(features, line, words, span)
    return features


def clause_of(line: Line, at: int) -> Span:
    """Find the clause in which an item stands."""
    start, end = at, at
    while start > 0 and not _turns(line, start - 1):
        start -= 1
    while end < len(line.words) and not _turns(line, end):
        end += 1
    return Span(at, start, end)


def _turns(line: Line, i: int) -> bool:
    kind = line.kinds[i]
    return kind == "|" or kind == "but" or (kind == "stop" and line.words[i] in _TURNS)


def _plain_words(line: Line) -> list[str]:
    return ["#" if kind == "#" else word for word, kind in zip(line.words, line.kinds, strict=True)]


def _sums(features: Features, name: str, signals: Sequence[Signal]) -> None:
    if not signals:
        features[name + "NONE"] = 1.0
        return
    good = sum(signal.value for signal in signals if signal.value > 0)
    total = sum(signal.value for signal in signals)
    features[name + "SUM"] = _within(total, 3.0)
    features[name + "GOOD"] = min(good, 3.0)
    features[name + "BAD"] = min(good - total, 3.0)
    features[name + ("UP" if total > PLAIN else "DOWN" if total < -PLAIN else "EVEN")] = 1.0
    features[name + "FIRST"] = 1.0 if signals[0].value > 0 else -1.0
    for signal in signals:
        key = name + signal.sort
        features[key] = features.get(key, 0.0) + _within(signal.value, 2.0)


def _within(value: float, most: float) -> float:
    return max(min(value, most), -most)


def _nearest(features: Features, own: Sequence[Signal], at: int) -> None:
    after = next((signal for signal in own if signal.at > at), None)
    before = next((signal for signal in reversed(own) if signal.at < at), None)
    for name, signal in (("NEXT", after), ("LAST", before)):
        if signal is not None:
            features[name] = _within(signal.value, 1.5)
            if abs(signal.at - at) <= _NEAR:
                features[name + " NEAR"] = features[name]


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
    for sign, part in ((">", slice(at + 1, last)), ("<", slice(first, at))):
        features |= {sign + word: 1.0 for word in words[part]}
        features |= {sign + sign + kind: 1.0 for kind in line.kinds[part] if kind}
    near = words[max(first, at - _NEAR) : min(last, at + _NEAR + 1)]
    features |= {f"={one} {two}": 1.0 for one, two in pairwise(near)}
