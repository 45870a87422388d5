"""The engines that are compared: each takes the same book and gives the same matches, with the same evidence.

naive       asks every rule about every event (`alertd.rules.reference`, by which the index is judged)
automaton   a plain Aho-Corasick over all spellings of all terms; each rule posted under the terms of its first
            clause of words, and what is found evaluated in Python
dictionaries the index without the compiled core
index       what the daemon runs (`alertd.rules.engines`)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import chain

from ahocorasick_rs import AhoCorasick, Implementation

from alertd.rules.book import RuleBook
from alertd.rules.index import plain
from alertd.rules.logic import Key, Reading
from alertd.rules.match import Matcher
from alertd.rules.slot import Candidacy, Slot
from alertd.text.fold import Tokens, split_words
from alertd.text.inflect import forms
from alertd.text.scan import Found, Term, TermScanner, term_words


def naive(book: RuleBook) -> Matcher:
    """Make the engine that asks every rule."""
    return Matcher(book, "reference")


def automaton(book: RuleBook) -> Matcher:
    """Make the engine with an Aho-Corasick automaton."""
    matcher = Matcher(book, "reference")
    postings = Postings()
    for slots in matcher._slots.values():
        for slot in slots.values():
            postings.add(slot)
    matcher._rules = postings
    matcher._scanner = AutomatonScanner(matcher._scanner._uses)
    return matcher


def dictionaries(book: RuleBook) -> Matcher:
    """Make the engine that the daemon runs where there is no compiled core."""
    return Matcher(book, "dictionaries")


def index(book: RuleBook) -> Matcher:
    """Make the engine that the daemon runs."""
    return Matcher(book)


ENGINES: dict[str, Callable[[RuleBook], Matcher]] = {
    "naive": naive, "automaton": automaton, "dictionaries": dictionaries, "index": index,
}  # fmt: skip
"""The index is the last one."""


class Postings:
    """Slots under the words of their first clause; those that need no word are always asked."""

    narrow = False

    def __init__(self) -> None:
        self._posted: dict[Key, list[Slot]] = {}
        self._always: list[Slot] = []

    def add(self, slot: Slot) -> None:
        """Take in a slot."""
        for clause in map(plain, slot.when.clauses()):
            if not any(":" in key and not key.startswith("title:") for key in clause):
                for key in clause:
                    self._posted.setdefault(key, []).append(slot)
                return
        self._always.append(slot)

    def remove(self, slot: Slot) -> None:
        """Nothing is ever removed here."""
        raise NotImplementedError

    def settle(self, slot: Slot) -> bool:
        """Nothing is ever moved here."""
        return False

    def candidates(self, reading: Reading, keys: Collection[Key]) -> Iterable[Slot]:
        """Give every slot one of whose words stands in the event."""
        found = dict.fromkeys(self._always)
        for key in keys:
            found.update(dict.fromkeys(self._posted.get(key, ())))
        return found

    def why(self, slot: Slot, reading: Reading, keys: Collection[Key]) -> Candidacy:
        """Nobody asks here."""
        raise NotImplementedError


class AutomatonScanner(TermScanner):
    """Finds terms in folded text by one automaton."""

    def __init__(self, terms: Iterable[Term]) -> None:
        super().__init__()
        posted: dict[str, list[Term]] = {}
        for term in terms:
            (*head, last), exact = term_words(term)
            for form in (last,) if exact else forms(last):
                posted.setdefault(f" {' '.join([*head, form])} ", []).append(term)
        self._posted = list(posted.values())
        self._automaton = AhoCorasick(list(posted), implementation=Implementation.ContiguousNFA)

    def scan(self, title: str, body: str) -> Found:
        """Find the terms that occur."""
        return _Seen(title, body, self._terms)

    def _terms(self, words: list[str]) -> set[Term]:
        hits = self._automaton.find_matches_as_indexes(f" {' '.join(words)} ", overlapping=True)
        return set(chain.from_iterable([self._posted[number] for number, _, _ in hits]))


class _Seen(Found):
    """What the automaton found; the places of a term are looked up by a scan for it alone, when asked."""

    def __init__(self, title: str, body: str, find: Callable[[list[str]], set[Term]]) -> None:
        titled, bodied = split_words(title), split_words(body)
        self._texts = {"title": Tokens(title, titled), "body": Tokens(body, bodied)}
        self.title, self.body = find(titled), find(bodied)
        self._keys = None

    def tokens(self, field: str) -> Tokens:
        """Give the words of `title` or `body`."""
        return self._texts[field]

    def positions(self, field: str, term: Term) -> list[tuple[int, int]]:
        """Give every place of a term."""
        (*head, last), exact = term_words(term)
        lasts, words, more = (last,) if exact else forms(last), self._texts[field].words, len(head)
        return [
            (end - more, end)
            for end, word in enumerate(words)
            if word in lasts and end >= more and words[end - more : end] == head
        ]
