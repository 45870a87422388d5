"""The vocabulary of tone: words and phrases, what they do in a sentence, and how strongly.

It is `data/tone.words.txt`, written by hand; what each kind does is said at its top, and done in `tone_signals.py`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
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


Phrases = dict[tuple[str, str], list[tuple[list[str], Entry]]]
"""By their first two words, the longest first: all their words, and what the whole does."""


SIGNS = {sign: Entry("|", 0.0) for sign in (*";:–—-().!?", "--")}
SIGNS |= {",": Entry(",", 0.0), SELF: Entry("@", 0.0), OTHER: Entry("@", 0.0)}
"""`|` ends a clause for good; `,` may."""


class Vocabulary(NamedTuple):
    """All words, signs and phrases."""

    words: dict[str, Entry]
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
    words = {term: entry for term, entry in entries.items() if "_" not in term}
    phrases: Phrases = {}
    for term in sorted(entries.keys() - words.keys(), key=lambda term: (-term.count("_"), term)):
        spelt = term.split("_")
        phrases.setdefault((spelt[0], spelt[1]), []).append((spelt, entries[term]))
    return Vocabulary(words | SIGNS, phrases)
