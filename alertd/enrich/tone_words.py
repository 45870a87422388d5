"""The vocabulary of tone: words and phrases, what they do in a sentence, and how strongly.

It is `data/tone.words.txt`, written by hand; what each kind does is said at its top, and done in `tone_signals.py`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from sys import intern
from typing import NamedTuple

from alertd.text.inflect import forms

_KINDS = "up down lift cut good bad flat fine poor no avert deny undo short but though maybe more less void stop"
KINDS = frozenset(_KINDS.split())

SELF, OTHER = "ENT", "OTH"
"""What stands for the company that is asked about, and for others. Words have small letters."""


class Entry(NamedTuple):
    """What a word or phrase does."""

    kind: str
    weight: float


Phrases = dict[tuple[str, str], list[list[str]]]
"""All words of each phrase by the first two of them, the longest first."""


SIGNS = {sign: Entry("|", 0.0) for sign in (*";:–—-().!?", "--")}
SIGNS |= {",": Entry(",", 0.0), SELF: Entry("@", 0.0), OTHER: Entry("@", 0.0)}
"""`|` ends a clause for good; `,` may."""


_REMEMBERED, _LONGEST = 20_000, 24
"""Words whose kind is kept, and characters of such a word: they come from strangers."""


class Kinds(dict[str, str]):
    """What kind of word one is. Words that say nothing are remembered, as they are most of a text."""

    def __missing__(self, word: str) -> str:
        kind = "#" if word[0].isdigit() else ""
        if len(self) < _REMEMBERED and len(word) <= _LONGEST:
            self[word] = kind
        return kind


class Vocabulary(NamedTuple):
    """All words, signs and phrases."""

    words: dict[str, Entry]
    """A phrase has underscores between its words."""
    kinds: Kinds
    """By the word; `#` for numbers, empty for what says nothing."""
    weights: dict[str, float]
    phrases: Phrases


@cache
def vocabulary() -> Vocabulary:
    """Give the packaged vocabulary, read once."""
    return read(files("alertd.enrich").joinpath("data", "tone.words.txt").read_text("utf-8"))


def read(text: str) -> Vocabulary:
    """Read a vocabulary. Raises ValueError for a kind that is none, and for what is written twice.

    A form that is written out counts before one that is made by inflection.
    """
    written: dict[str, Entry] = {}
    inflected: dict[str, Entry] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        head, _, rest = line.partition(":")
        kind, _, weight = head.partition(" ")
        if kind not in KINDS:
            raise ValueError(f"there is no kind {kind!r}")
        entry = Entry(kind, float(weight))
        for word in rest.split():
            base = word.rstrip("*")
            if base in written:
                raise ValueError(f"{base} is there twice, as {written[base].kind} and as {kind}")
            written[base] = entry
            if base != word:
                before, joint, last = base.rpartition("_")
                inflected |= {before + joint + form: entry for form in forms(last)}
    return _arranged(inflected | written)


def _arranged(entries: dict[str, Entry]) -> Vocabulary:
    phrases: Phrases = {}
    for term in sorted((term for term in entries if "_" in term), key=lambda term: (-term.count("_"), term)):
        spelt = term.split("_")
        phrases.setdefault((spelt[0], spelt[1]), []).append(spelt)
    words = entries | SIGNS
    return Vocabulary(
        words,
        Kinds({word: intern(entry.kind) for word, entry in words.items()}),
        {word: entry.weight for word, entry in words.items()},
        phrases,
    )
