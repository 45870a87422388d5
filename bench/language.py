"""A made-up language for measurements: 30,000 words by Zipf's law, a third of a text in phrases that come again."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from random import Random

from alertd.text.scan import make_term

SEED = 20_261_122
WORDS, PHRASES = 30_000, 30_000
RARE = 1_200
"""Rank from which on a word stands in less than some 3 % of the events: rare enough for a rule."""
KNOWN = tuple(
    make_term(phrase)
    for phrase in (
        "compute lease",
        "supercomputer",
        "breach of contract",
        "terminates agreement",
        "material weakness",
        "going concern",
        "guidance cut",
        "lowers outlook",
        "stock split",
        "special dividend",
        "share repurchase",
        "tender offer",
        "hostile bid",
        "merger agreement",
        "definitive agreement",
        "strategic alternatives",
        "bankruptcy protection",
        "covenant breach",
        "credit downgrade",
        "class action",
        "securities fraud",
        "antitrust probe",
        "clinical hold",
        "recall notice",
        "data breach",
        "export controls",
        "supply agreement",
        "chip shortage",
        "power purchase agreement",
        "lease termination",
        "impairment charge",
        "restatement",
        "auditor resignation",
        "activist investor",
        "insider selling",
        "secondary offering",
        "convertible notes",
        "reverse split",
        "short seller report",
        "plant closure",
        "strike vote",
        "patent infringement",
        "licensing agreement",
        "joint venture",
        "sale leaseback",
        "credit facility",
        "bond issuance",
        "force majeure",
        "settlement agreement",
        "trading halt",
        "capital raise",
        "cash burn",
        "liquid cooling",
        "index inclusion",
        "rare earth",
    )
)
"""What every desk watches: phrases planted in the events."""


@dataclass(frozen=True)
class Language:
    """Words and phrases, the frequent ones first, and how often each comes (cumulated)."""

    words: tuple[str, ...]
    word_weights: tuple[float, ...]
    phrases: tuple[str, ...]
    phrase_weights: tuple[float, ...]

    def text(self, random: Random, length: int) -> list[str]:
        """Write a text of so many words, a third of them in phrases."""
        phrases = random.choices(self.phrases, cum_weights=self.phrase_weights, k=length // 7)
        words = random.choices(self.words, cum_weights=self.word_weights, k=length - 2 * len(phrases))
        text = [*words, *phrases]
        random.shuffle(text)
        return text


def zipf(count: int, exponent: float) -> tuple[float, ...]:
    """Give cumulated weights by Zipf's law."""
    return tuple(itertools.accumulate(1 / (rank + 2.7) ** exponent for rank in range(count)))


@cache
def language() -> Language:
    """Make the language, the same each time."""
    random = Random(SEED)
    syllables = [a + b + c for a in "bdfgklmnprstv" for b in "aeiou" for c in ("", "n", "r", "s", "l")]
    words: dict[str, None] = {}
    while len(words) < WORDS:
        length = 1 + (random.random() < min(1.0, len(words) / 2_000)) + (random.random() < 0.2)
        words.setdefault("".join(random.choices(syllables, k=length)))
    ranked, weights = tuple(words), zipf(WORDS, 1.02)
    phrases: dict[str, None] = {}
    while len(phrases) < PHRASES:
        phrases.setdefault(" ".join(random.choices(ranked, cum_weights=weights, k=2 + (random.random() < 0.3))))
    return Language(ranked, weights, tuple(phrases), zipf(PHRASES, 0.7))
