"""What comparing asks of one report, worked out once, however many others it is compared with. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain

from alertd.enrich.story_figures import rounded
from alertd.enrich.story_report import Report
from alertd.enrich.story_weights import RELATED
from alertd.enrich.story_words import NAME, UNSURE


class Side:
    """One of two reports that are compared. It knows nothing of its report, which keeps it: neither is collected."""

    def __init__(self, report: Report) -> None:
        self.words = report.words()
        self.title = report.title
        self.weight, self.title_weight = sum(self.words.values()), sum(self.title.values())
        self.names = {word for word, weight in self.title.items() if weight >= NAME}
        """Names in the title."""
        self.names_weight = sum(self.title[word] for word in self.names)
        self.sketch = frozenset(report.sketch)
        self.called = frozenset(report.called)
        self.main = report.main()
        self.kinds, self.titled = kinds(report.types), kinds(report.titled)
        self.assets, self.dockets = frozenset(report.assets), frozenset(report.dockets())
        self.address = report.address()
        self.numbers = frozenset(report.numbers)
        self.rounded = frozenset(chain.from_iterable(map(rounded, report.numbers)))
        """Its figures as others may round them."""
        self.english = report.language.startswith("en") or not report.language
        """Whether the words have their weights: of another language it is not known which are common."""


class Title:
    """How much of a title another report says too: without the names of companies that both are known to be about."""

    def __init__(self, side: Side, given: Collection[str]) -> None:
        names = sum(side.title[word] for word in given if word in side.names)
        self.given = given
        self.known_weight = side.title_weight - sum(side.title.get(word, 0) for word in given)
        self.deeds_weight = side.title_weight - side.names_weight - (side.title_weight - self.known_weight - names)
        self.strangers = side.names_weight
        self.told = self.told_deeds = 0

    def say(self, word: str, weight: int) -> None:
        """Take in a word that the other report says."""
        if weight >= NAME:
            self.strangers -= weight
        if word not in self.given:
            self.told += weight
            self.told_deeds += weight if weight < NAME else 0

    def share(self) -> float:
        """Give the share that the other report says."""
        return self.told / self.known_weight if self.known_weight else 0.0

    def deeds(self) -> float:
        """Give the share of it without any names."""
        return self.told_deeds / self.deeds_weight if self.deeds_weight else 0.0

    def strange(self) -> int:
        """Weigh the names of which the other report says nothing."""
        return self.strangers


def side_of(report: Report) -> Side:
    """Give the side of a report; the report keeps it."""
    side: Side | None = vars(report).get("side")
    if side is None:
        side = vars(report)["side"] = Side(report)
    return side


def kinds(types: Iterable[str]) -> set[str]:
    """Give what a report is about, by the families of its event types."""
    return {RELATED.get(kind, kind) for kind in types}


def shared(one: Collection[str], other: Collection[str]) -> bool:
    """Whether anything is the same."""
    return bool(one and other) and not set(one).isdisjoint(other)


def disjoint(one: Collection[str], other: Collection[str]) -> bool:
    """Whether both say something and nothing is the same."""
    return bool(one and other) and set(one).isdisjoint(other)


def half_named(one: Report, other: Report) -> bool:
    """Whether one names a company that is known, and the title of the other, which knows of none, its first word."""
    if side_of(other).main or not side_of(one).main:
        return False
    name = next((word for word in one.called if word in side_of(one).names), "")
    return bool(name) and other.title.get(name, 0) >= UNSURE
