"""Find all terms of a rule book in one pass over a text.

A trie of words: the first word of a text position leads to a node, the next word on to its children, so the
cost is that of looking up each word once and does not grow with the number of terms that do not occur.
The inflected forms of a last word are further edges to the same term (`alertd.text.inflect`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alertd.text.fold import Tokens
from alertd.text.inflect import forms

Term = str
"""A word or phrase, folded, its words joined by one space; with `=` before it its last word is not inflected. It is
its own id: `compute lease`, `=compute`."""

Hits = dict[Term, list[tuple[int, int]]]
"""Term -> (first word, last word) of each place where it stands."""


def make_term(text: str, *, exact: bool = False) -> Term:
    """Fold a word or phrase as a user wrote it. Without any letter or digit the term is empty and never found."""
    words = " ".join(Tokens(text).words)
    return f"={words}" if exact and words else words


def term_words(term: Term) -> tuple[list[str], bool]:
    """Give the folded words of a term, and whether it is exact."""
    exact = term.startswith("=")
    return term[exact:].split(), exact


class _Node:
    __slots__ = ("after", "ends")

    def __init__(self) -> None:
        self.after: dict[str, _Node] = {}
        self.ends: tuple[Term, ...] = ()


class Found:
    """The terms found in one event, and their places in its title and body."""

    __slots__ = ("_tokens", "body", "title")

    def __init__(self, title: Tokens, body: Tokens, title_hits: Hits, body_hits: Hits) -> None:
        self._tokens = {"title": title, "body": body}
        self.title = title_hits
        self.body = body_hits

    def terms(self) -> set[Term]:
        """Give all terms that occur."""
        return self.title.keys() | self.body.keys()

    def places(self, field: str, term: Term, limit: int) -> list[tuple[int, int]]:
        """Give the first places of a term in `title` or `body` as original code points, end exclusive."""
        hits = self.title if field == "title" else self.body
        return [self._tokens[field].span(first, last) for first, last in hits.get(term, ())[:limit]]


class TermScanner:
    """Scans for a fixed set of terms."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._first: dict[str, _Node] = {}
        for term in dict.fromkeys(terms):
            if term:
                self._insert(term)

    def _insert(self, term: Term) -> None:
        (*head, last), exact = term_words(term)
        edges = self._first
        for word in head:
            edges = edges.setdefault(word, _Node()).after
        for form in (last,) if exact else forms(last):
            node = edges.setdefault(form, _Node())
            node.ends = (*node.ends, term)

    def scan(self, title: str, body: str) -> Found:
        """Find every place of every term; title and body are separate, a phrase never spans both."""
        title_tokens, body_tokens = Tokens(title), Tokens(body)
        return Found(title_tokens, body_tokens, self._walk(title_tokens.words), self._walk(body_tokens.words))

    def _walk(self, words: Sequence[str]) -> Hits:
        hits: Hits = {}
        first = self._first.get
        for start, word in enumerate(words):
            node = first(word)
            if node is None:
                continue
            end = start
            while node is not None:
                for term in node.ends:
                    hits.setdefault(term, []).append((start, end))
                end += 1
                node = node.after.get(words[end]) if node.after and end < len(words) else None
        return hits
