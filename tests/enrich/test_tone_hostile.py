"""Tone of text that means harm: nothing raises, everything is bounded, time grows with the text."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.enrich.tone_line import MOST, line_of, words_of
from alertd.enrich.tone_model import Opinion, model, opinion, score_of
from alertd.enrich.tone_signals import signals_of
from alertd.text.written import tone_label
from tests.enrich.test_tone import tone

shares = st.tuples(*[st.floats(0.001, 1) for _ in range(3)]).map(lambda t: Opinion(*(x / sum(t) for x in t)))
_TELLING = "profit loss fell rose but not despite less than feared , . ? 5.1 mn compared to acme"
words = st.sampled_from(_TELLING.split())


@given(st.text(max_size=400), st.text(max_size=2_000))
def test_any_text_has_a_bounded_tone_or_none(title: str, body: str) -> None:
    found = tone(title, body).sentiment
    if found is not None:
        assert -1 <= found.score <= 1
        assert 0 <= found.confidence <= 1
        assert found.label == tone_label(found.score)


@given(st.lists(words, max_size=60).map(" ".join))
def test_any_order_of_telling_words_has_a_bounded_tone(text: str) -> None:
    found = tone(text, text).sentiment
    assert found is None or (math.isfinite(found.score) and -1 <= found.score <= 1)


@given(shares, st.floats(0, 1))
def test_the_likeliest_class_is_the_band_of_the_score(said: Opinion, force: float) -> None:
    score = score_of(said, force)
    assert -1 <= score <= 1
    top = max(said)
    if said.neutral == top:
        assert tone_label(score) == "neutral"
    elif said.good == top and said.bad < top:
        assert tone_label(score).endswith("positive")
    elif said.bad == top and said.good < top:
        assert tone_label(score).endswith("negative")


@pytest.mark.parametrize(
    ("score", "label"),
    [
        (0.0, "neutral"),
        (0.149, "neutral"),
        (-0.149, "neutral"),
        (0.15, "mildly positive"),
        (-0.39, "mildly negative"),
        (0.4, "mildly positive"),
        (0.401, "moderately positive"),
        (-0.69, "moderately negative"),
        (0.7, "moderately positive"),
        (0.701, "strongly positive"),
        (-1.0, "strongly negative"),
    ],
)
def test_labels_follow_the_bands(score: float, label: str) -> None:
    assert tone_label(score) == label


def test_confidence_never_falls_with_the_probability() -> None:
    for head in (model().sentence, model().plain, model().company):
        shares = [share for _, share in head.sure]
        assert shares == sorted(shares)
        assert all(0 <= share <= 1 for share in shares)


def test_features_that_nobody_learned_say_nothing() -> None:
    head = model().sentence
    assert opinion(head, {}) == opinion(head, {"no such feature": 1.0})


@pytest.mark.parametrize(
    "piece",
    ["less than expected ", "profit rose but ", "compared to 5.1 mn ", "'s ", "----- ", "1,", "cut to sell ",
     "ENT OTH ", "up, ", "a.", "? ", "estimates orders ", "\u200b", "İ", "ﬀ"],
)  # fmt: skip
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    body = piece * (60_000 // len(piece))
    began = time.process_time()
    tone(piece, body)
    assert time.process_time() - began < 1.0


def test_a_sentence_without_end_is_cut() -> None:
    line = line_of(words_of("profit rose " * 5_000))
    assert len(line.words) == MOST
    assert len(signals_of(line)) <= MOST


def test_a_number_without_end_is_no_figure() -> None:
    assert tone("profit of 9" + "9" * 4_000 + ".5 compared to 1.5").sentiment is not None
    assert tone("profit of ٣.٥ compared to ٢.٥").sentiment is not None
