"""Libraries that search a text for many strings at once; each gives the terms that stand in a folded text.

Terms are searched for as strings between blanks, in every inflected form; their texts are folded words with blanks
between, and one at each end. Folding is Python's and counts: no library does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from alertd.model import Event
from alertd.text.fold import split_words
from alertd.text.inflect import forms
from alertd.text.scan import Term, term_words
from bench.peers.base import need

Search = Callable[[str], set[Term]]


def spelled(terms: Iterable[Term]) -> dict[str, list[Term]]:
    """Give of each string that is searched for the terms that it stands for."""
    found: dict[str, list[Term]] = {}
    for term in terms:
        (*head, last), exact = term_words(term)
        for form in (last,) if exact else forms(last):
            found.setdefault(f" {' '.join([*head, form])} ", []).append(term)
    return found


def folded(text: str) -> str:
    """Give a text as it is searched."""
    return f" {' '.join(split_words(text))} "


def keys(search: Search, event: Event) -> set[str]:
    """Give what words an event has, as `alertd.rules.keys` names them."""
    titled = search(folded(event.title))
    return {*titled, *search(folded(event.body)), *[f"title:{term}" for term in titled]}


def pyahocorasick(terms: Iterable[Term]) -> Search:
    """Search by pyahocorasick: an automaton in C."""
    automaton = need("ahocorasick").Automaton()
    for string, stands_for in spelled(terms).items():
        automaton.add_word(string, stands_for)
    automaton.make_automaton()
    return lambda text: set(chain.from_iterable([found for _, found in automaton.iter(text)]))


def ahocorasick_rs(terms: Iterable[Term]) -> Search:
    """Search by ahocorasick_rs: an automaton in Rust."""
    library = need("ahocorasick_rs")
    strings = spelled(terms)
    posted = list(strings.values())
    automaton = library.AhoCorasick(list(strings), implementation=library.Implementation.ContiguousNFA)
    find = automaton.find_matches_as_indexes
    return lambda text: set(chain.from_iterable([posted[at] for at, _, _ in find(text, overlapping=True)]))


class Literals:
    """hyperscan's search for literals, each told once."""

    def __init__(self, terms: Iterable[Term]) -> None:
        library = need("hyperscan")
        strings = spelled(terms)
        self._posted = list(strings.values())
        literals = [string.encode() for string in strings]
        self._database = library.Database(mode=library.HS_MODE_BLOCK)
        self._database.compile(
            expressions=literals,
            ids=list(range(len(literals))),
            elements=len(literals),
            flags=[library.HS_FLAG_SINGLEMATCH] * len(literals),
            literal=True,
        )

    def search(self, text: str) -> set[Term]:
        """Give the terms in a folded text."""
        hits: list[int] = []
        self._database.scan(text.encode(), match_event_handler=lambda at, *_: hits.append(at))
        return set(chain.from_iterable([self._posted[at] for at in hits]))

    def only_scan(self, text: bytes) -> None:
        """Search a folded text, and be told of nothing."""
        self._database.scan(text)


def hyperscan(terms: Iterable[Term]) -> Search:
    """Search by hyperscan."""
    return Literals(terms).search
