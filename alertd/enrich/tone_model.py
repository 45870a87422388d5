"""The learned part of tone: from features to how likely bad, neutral and good are, and from there to a score.

Learned by `tools/learn_tone.py` and kept in `data/tone.model.json`; docs/models.md says from what, and how well.
It is a multinomial logistic regression with three heads: for a headline or lead, for a sentence
of the rest, by the rules alone, and for a company in a sentence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from math import exp
from typing import NamedTuple

import msgspec

from alertd.enrich.tone_features import Features
from alertd.model import Sentiment, Struct
from alertd.text.written import NEUTRAL, tone_label

GRAIN = 100
"""Weights are kept as whole hundredths."""


class Head(Struct, frozen=True, kw_only=True):
    """One regression: what each feature says against and for, beside `neutral`."""

    bias: tuple[int, int]
    """For bad and for good; that of neutral is what makes the sum 0."""
    weights: dict[str, tuple[int, int]]
    sure: list[tuple[float, float]]
    """(probability of the likeliest, share of right answers there), rising in both."""


class Model(Struct, frozen=True, kw_only=True):
    """The whole file."""

    sentence: Head
    plain: Head
    company: Head


class Opinion(NamedTuple):
    """How likely each is; they add up to 1."""

    bad: float
    neutral: float
    good: float


@cache
def model() -> Model:
    """Give the packaged model, read once."""
    data = files("alertd.enrich").joinpath("data", "tone.model.json").read_bytes()
    return msgspec.json.decode(data, type=Model)


def opinion(head: Head, features: Features) -> Opinion:
    """Ask a head."""
    bad, good = float(head.bias[0]), float(head.bias[1])
    weights = head.weights
    for name, value in features.items():
        said = weights.get(name)
        if said is not None:
            bad += said[0] * value
            good += said[1] * value
    bad, good = bad / GRAIN, good / GRAIN
    return _shares(bad, -(bad + good), good)


def _shares(bad: float, neutral: float, good: float) -> Opinion:
    top = max(bad, neutral, good)
    bad, neutral, good = exp(bad - top), exp(neutral - top), exp(good - top)
    whole = bad + neutral + good
    return Opinion(bad / whole, neutral / whole, good / whole)


def mean(opinions: Sequence[tuple[float, Opinion]]) -> Opinion:
    """Give the mean of weighted opinions, of which there is at least one."""
    whole = sum(weight for weight, _ in opinions)
    bad, neutral, good = (sum(weight * one[k] for weight, one in opinions) / whole for k in range(3))
    return Opinion(bad, neutral, good)


def score_of(said: Opinion, force: float = 1.0) -> float:
    """Give the score in [-1, 1]: the likeliest of the three decides its band, by how far it leads how much.

    `force` in [0, 1] is how strong the words are; it holds back what is said in weak ones.
    """
    bad, neutral, good = said
    if neutral >= bad and neutral >= good:
        room = neutral - min(bad, good)
        return (NEUTRAL - 0.001) * (good - bad) / room if room > 0 else 0.0
    lead = max(bad, good) - max(neutral, min(bad, good))
    size = NEUTRAL + (1 - NEUTRAL) * lead * force
    return size if good > bad else -size


def confidence_of(head: Head, said: Opinion) -> float:
    """Give how often the likeliest of such an opinion was right where it was tried, in [0, 1]."""
    top, sure = max(said), head.sure
    i = bisect_left(sure, (top, 0.0))
    if i == 0 or i == len(sure):
        return sure[min(i, len(sure) - 1)][1]
    (x0, y0), (x1, y1) = sure[i - 1], sure[i]
    return y0 + (y1 - y0) * (top - x0) / (x1 - x0) if x1 > x0 else y1


def sentiment_of(head: Head, said: Opinion, force: float = 1.0) -> Sentiment:
    """Put an opinion into the event's form."""
    score = round(score_of(said, force), 3)
    return Sentiment(score=score, label=tone_label(score), confidence=round(confidence_of(head, said), 3))
