"""Rules and texts that are hard to match: each kind takes away what an index lives on.

common words   every word that a rule asks for stands in a large part of the events, so none is rare
200 companies  every portfolio holds 200, so hardly a rule is left by its companies
all of 12      twelve words that must all be there, each common
regex alone    of a hundred rules one is a pattern and nothing else: it has to be tried on every event
filings        the usual rules on texts of 50 kB, and of 5 MB
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import msgspec

from alertd.model import Event
from alertd.rules.book import Rule
from alertd.rules.pattern import Pattern
from alertd.rules.tree import Condition
from bench.generate import COMPANIES, RuleMaker, company, make_events, one_of
from bench.language import KNOWN, RARE, SEED, language

_COMMON = 300
_EVERYWHERE = 100
_HELD = 200
_PLANTED_EVERY = 400
"""Words of a filing from one phrase that desks watch to the next."""


class CommonWords(RuleMaker):
    """Makes rules of one to three words that many events have."""

    def some_terms(self) -> list[str]:
        """Give the terms of a rule."""
        return self._random.sample(language().words[:_COMMON], self._random.randint(1, 3))


class ManyCompanies(RuleMaker):
    """Makes rules for portfolios of 200 companies."""

    def holdings(self) -> list[str]:
        """Give what a portfolio holds."""
        drawn = self._random.choices(range(COMPANIES), cum_weights=self._owners, k=4 * _HELD)
        return sorted(map(company, list(dict.fromkeys(drawn))[:_HELD]))


class AllOfTwelve(RuleMaker):
    """Makes rules that ask for twelve common words."""

    def some_terms(self) -> list[str]:
        """Give the terms of a rule."""
        return self._random.sample(language().words[:_EVERYWHERE], 12)

    def tree(self, terms: list[str]) -> Iterator[Condition]:
        """Ask for each of them."""
        return (one_of("text", [term]) for term in terms)


class RegexAlone(RuleMaker):
    """Makes one rule in a hundred of a pattern alone, the others as usual."""

    def rule(self, number: int, held: Sequence[str], *, wide: bool = True) -> Rule:
        """Make a rule."""
        if self._random.random() >= 0.01:
            return super().rule(number, held, wide=wide)
        word, other = self._random.sample(language().words[RARE : 5 * RARE], 2)
        return self.made(number, [Pattern((rf"(?i)\b{word}\w*\s+(?:{other}|\d+)\b",))], binds=False)


KINDS: dict[str, type[RuleMaker]] = {
    "common words": CommonWords, "200 companies": ManyCompanies, "all of 12": AllOfTwelve, "regex alone": RegexAlone,
}  # fmt: skip
FILINGS = {"50 kB": 50_000, "5 MB": 5_000_000}


def make_filings(count: int, characters: int, seed: int = SEED) -> list[Event]:
    """Make events with texts of so many characters."""
    return [_filing(event, characters, Random(f"{seed} {event.id}")) for event in make_events(count, seed)]


def _filing(event: Event, characters: int, random: Random) -> Event:
    words: list[str] = []
    left = characters
    while left > 0:
        more = [*language().text(random, _PLANTED_EVERY), random.choice(KNOWN)]
        words += more
        left -= sum(map(len, more)) + len(more)
    return msgspec.structs.replace(event, id=f"{event.id[:-9]}{characters:09d}", body=" ".join(words)[:characters])
