"""The rules by which something was decided: those of its time where they are kept, else those of today."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import msgspec

from alertd.asking.reach import Reach
from alertd.asking.rules import loaded_with
from alertd.asking.warnings import Warn
from alertd.errors import ConfigError
from alertd.rules.book import Portfolio, RuleBook
from alertd.rules.explanation import Explainer
from alertd.rules.places import kept_rules

_NONE = RuleBook()


@dataclass(frozen=True, slots=True)
class Version:
    """A book and what explains by it."""

    book: RuleBook
    explainer: Explainer
    then: bool
    """It is the version that decided; else that of today stands in for it."""

    @property
    def words(self) -> str:
        """Say of which time the rules are."""
        return "as they were then" if self.then else "as they are today"


@dataclass(slots=True)
class Books:
    """The versions of one state directory. Reads files; today's rules only where they are needed."""

    reach: Reach
    warn: Warn
    """Told what is odd about the rules of today."""
    trouble: ConfigError | None = None
    """Why the rules of today cannot be loaded; then they are taken for none."""
    _today: Version | None = None
    _then: dict[tuple[str, str], Version | None] = field(default_factory=dict)

    def of(self, record: dict[str, Any], portfolio: str = "") -> Version:
        """Give the rules that an event's record names, or those of today; of one portfolio alone if it is named."""
        version = record.get("rules_version", "")
        key = (version, portfolio)
        if key not in self._then:
            book = kept_rules(self.reach.state_dir).load(version, [portfolio] if portfolio else None)
            self._then[key] = Version(book, Explainer(book), then=True) if book is not None else None
        return self._then[key] or self.today()

    def today(self) -> Version:
        """Give the rules as they are today."""
        if self._today is None:
            try:
                book = loaded_with(self.reach.rules, self.reach.state_dir, self.warn).book
            except ConfigError as error:
                self.trouble, book = error, _NONE
            book = msgspec.structs.replace(book, source_desks=self.reach.source_desks)
            self._today = Version(book, Explainer(book), then=False)
        return self._today

    def portfolio(self, name: str, records: Collection[dict[str, Any]]) -> Portfolio | None:
        """Give a portfolio as one of the records knew it, else as it is today; None if nobody knows it."""
        for record in records:
            if (found := self.of(record, name).book.portfolio(name)) is not None:
                return found
        return self.today().book.portfolio(name)
