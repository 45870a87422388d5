"""Learn the model of tone from SEntFiN: `python -m tools.learn_tone ../shared/data/news/sentfin.jsonl`.

SEntFiN 1.0 (MIT): headlines with a sentiment for each named entity. Only its half `dev` is read, by the hash of the
headline. Needs nothing but Python, and gives the same file each time: it is seeded, and sums in one order. What it
is and how well it does stands in docs/models.md. Takes some minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from alertd.enrich.tone_features import Features, by_rules, of_company, of_sentence, of_signals
from alertd.enrich.tone_line import Line, Signal, line_of, words_of
from alertd.enrich.tone_model import GRAIN, Head, opinion
from alertd.enrich.tone_signals import signals_of
from alertd.enrich.tone_words import OTHER, SELF
from bench.quality.measured import is_dev, macro_f1

OUT = Path(__file__).parents[1] / "alertd" / "enrich" / "data" / "tone.model.json"
LABELS = ("negative", "neutral", "positive")
SEED, FOLDS, ROUNDS = 20, 5, 30
PACE = 0.1
"""How far the first steps of the descent go."""
_BIAS, _NONE = "", (0.0, 0.0, 0.0)
KNOTS = 12
"""Points of the table of confidence."""
Describe = Callable[[Line, Sequence[Signal]], Features]


class Row(NamedTuple):
    """One case: what is seen and what is true."""

    headline: int
    features: Features
    label: int


class Kind(NamedTuple):
    """How a head is learned: as the mean of a regression over all features and one over those of the rules alone.

    The first fits headlines like those learned from, the second carries over to others.
    """

    name: str
    words: float
    """Share of the first, in [0, 1]."""
    least: int = 1
    """Cases that a feature of the first stands in, or it is left out."""
    room: float = 1.0
    """How large its weights may grow: the inverse of the penalty."""


COMPANY, SENTENCE, PLAIN = Kind("company", 0.4, 2, 0.3), Kind("sentence", 0.5, 5, 0.05), Kind("plain", 0.0)
RULES_ROOM = 0.1
"""The same for the weights of the rules' features."""


def main() -> int:
    """Learn the heads, say how they do in cross-validation, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    lines = [json.loads(line) for line in options.corpus.read_text("utf-8").splitlines()]
    learned = [line for line in lines if is_dev(line["title"])]
    print(f"{len(learned):,} of {len(lines):,} headlines")
    heads = {
        SENTENCE.name: learn(SENTENCE, list(sentence_rows(learned, of_sentence))),
        PLAIN.name: learn(PLAIN, list(sentence_rows(learned, of_signals))),
        COMPANY.name: learn(COMPANY, list(company_rows(learned))),
    }
    written = json.dumps(
        {name: _document(head) for name, head in heads.items()}, separators=(",", ":"), sort_keys=True
    )
    options.out.write_text(written + "\n", "utf-8")
    print(f"{options.out}: {len(written):,} bytes, sha256 {hashlib.sha256(options.out.read_bytes()).hexdigest()}")
    return 0


def _document(head: Head) -> dict[str, object]:
    return {"bias": head.bias, "weights": head.weights, "sure": head.sure}


# --- what is learned from ---------------------------------------------------------------------------------


def sentence_rows(lines: Sequence[dict[str, object]], describe: Describe) -> Iterator[Row]:
    """Give headlines whose entities all have one sentiment: it is taken for that of the headline."""
    for n, line in enumerate(lines):
        title, entities = _read(line)
        if len(set(entities.values())) == 1:
            read = line_of(_words(title, _spans(title, entities), None))
            yield Row(n, describe(read, signals_of(read)), LABELS.index(next(iter(entities.values()))))


def company_rows(lines: Sequence[dict[str, object]]) -> Iterator[Row]:
    """Give each entity of each headline; the others are hidden in every second, since not all names are known."""
    for n, line in enumerate(lines):
        title, entities = _read(line)
        spans = _spans(title, entities)
        for k, (start, end, name) in enumerate(spans):
            shown = spans if (n + k) % 2 else [(start, end, name)]
            read = line_of(_words(title, shown, (start, end, name)))
            if SELF in read.words:
                yield Row(n, of_company(read, signals_of(read)), LABELS.index(entities[name]))


def _read(line: dict[str, object]) -> tuple[str, dict[str, str]]:
    title, entities = line["title"], line["entities"]
    assert isinstance(title, str) and isinstance(entities, dict)
    return title, entities


def _spans(title: str, entities: dict[str, str]) -> list[tuple[int, int, str]]:
    found = [(title.find(name), title.find(name) + len(name), name) for name in entities]
    return sorted(span for span in found if span[0] >= 0)


def _words(title: str, spans: Sequence[tuple[int, int, str]], own: tuple[int, int, str] | None) -> list[str]:
    words: list[str] = []
    at = 0
    for span in spans:
        overlaps = own is not None and span != own and span[0] < own[1] and own[0] < span[1]
        if span[0] < at or overlaps:
            continue
        words += (*words_of(title[at : span[0]]), SELF if span == own else OTHER)
        at = span[1]
    return words + words_of(title[at:])


# --- how it is learned ------------------------------------------------------------------------------------


def learn(kind: Kind, rows: Sequence[Row]) -> Head:
    """Learn a head; its confidence comes from answers to cases that it had not seen."""
    tried: list[tuple[float, bool]] = []
    pairs: list[tuple[str, str]] = []
    for fold in range(FOLDS):
        head = _mixed(kind, [row for row in rows if row.headline % FOLDS != fold])
        for row in rows:
            if row.headline % FOLDS == fold:
                said = opinion(head, row.features)
                best = said.index(max(said))
                tried.append((max(said), best == row.label))
                pairs.append((LABELS[row.label], LABELS[best]))
        print(f"  {kind.name}: part {fold + 1} of {FOLDS}", file=sys.stderr)
    head = _mixed(kind, rows)
    print(f"{kind.name}: {len(rows):,} cases, {len(head.weights):,} features, "
          f"macro-F1 {macro_f1(pairs, LABELS):.3f} in cross-validation")  # fmt: skip
    return Head(bias=head.bias, weights=head.weights, sure=_rising(tried))


def _mixed(kind: Kind, rows: Sequence[Row]) -> Head:
    by_rule = [row._replace(features={n: v for n, v in row.features.items() if by_rules(n)}) for row in rows]
    parts = [(1 - kind.words, _descend(by_rule, 1, RULES_ROOM))]
    if kind.words:
        parts.append((kind.words, _descend(rows, kind.least, kind.room)))
    names = sorted({name for _, part in parts for name in part})
    whole = {
        n: _centred([sum(share * part.get(n, _NONE)[k] for share, part in parts) for k in range(3)]) for n in names
    }
    bias = whole.pop(_BIAS)
    return Head(bias=bias, weights={n: two for n, two in whole.items() if any(two)}, sure=[])


def _descend(rows: Sequence[Row], least: int, room: float) -> dict[str, list[float]]:
    """Minimise the loss by stochastic descent with steps for each weight (Adagrad), seeded."""
    seen = Counter(name for row in rows for name in row.features)
    kept = [(row, [(n, v) for n, v in row.features.items() if seen[n] >= least]) for row in rows]
    penalty = {name: 1 / (room * times) for name, times in seen.items() if times >= least}
    weights = {name: [0.0, 0.0, 0.0] for name in penalty}
    steps = {name: [1e-8, 1e-8, 1e-8] for name in penalty}
    bias = [0.0, 0.0, 0.0]
    chance = random.Random(SEED)
    for turn in range(ROUNDS):
        chance.shuffle(kept)
        for row, features in kept:
            sums = list(bias)
            for name, value in features:
                for k, weight in enumerate(weights[name]):
                    sums[k] += weight * value
            errors = _errors(sums, row.label)
            for k in range(3):
                bias[k] -= PACE / (1 + turn) * 0.1 * errors[k]
            for name, value in features:
                own, square, pull = weights[name], steps[name], penalty[name]
                for k in range(3):
                    slope = errors[k] * value + own[k] * pull
                    square[k] += slope * slope
                    own[k] -= PACE * slope / square[k] ** 0.5
    return weights | {_BIAS: bias}


def _errors(sums: Sequence[float], label: int) -> list[float]:
    top = max(sums)
    powers = [2.718281828459045 ** (one - top) for one in sums]
    whole = sum(powers)
    return [power / whole - (k == label) for k, power in enumerate(powers)]


def _centred(three: Sequence[float]) -> tuple[int, int]:
    middle = sum(three) / 3
    return round((three[0] - middle) * GRAIN), round((three[2] - middle) * GRAIN)


def _rising(tried: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Give the share of right answers by probability as a rising line (pooling what falls) through some points."""
    ordered = sorted(tried)
    size = max(len(ordered) // KNOTS, 1)
    pools: list[list[float]] = []  # [answers, right ones, sum of probabilities]
    for start in range(0, len(ordered), size):
        part = ordered[start : start + size]
        pools.append([len(part), sum(right for _, right in part), sum(p for p, _ in part)])
        while len(pools) > 1 and pools[-2][1] * pools[-1][0] >= pools[-1][1] * pools[-2][0]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return [(round(pool[2] / pool[0], 4), round(pool[1] / pool[0], 4)) for pool in pools]


if __name__ == "__main__":
    sys.exit(main())
