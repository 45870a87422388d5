"""What a text is scanned for: a folded word or phrase, and the spellings under which it is found."""

from __future__ import annotations

from sys import intern

from alertd.text.fold import split_words
from alertd.text.inflect import forms

Term = str
"""A word or phrase, folded, its words joined by one space; with `=` before it its last word is not inflected. It is
its own id: `compute lease`, `=compute`."""


def make_term(text: str, *, exact: bool = False) -> Term:
    """Fold a word or phrase as a user wrote it. Without any letter or digit the term is empty and never found."""
    words = " ".join(split_words(text))
    return f"={words}" if exact and words else words


def term_words(term: Term) -> tuple[list[str], bool]:
    """Give the folded words of a term, and whether it is exact."""
    exact = term.startswith("=")
    return term[exact:].split(), exact


def spellings(term: Term) -> tuple[list[str], tuple[str, ...]]:
    """Give the words before the last, and the forms of the last.

    Equal words are one object in all terms: in a large book they are then found near, in the processor's caches.
    """
    (*head, last), exact = term_words(term)
    return list(map(intern, head)), tuple(map(intern, (last,) if exact else forms(last)))
