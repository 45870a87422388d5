"""Whether what a silence names is there: what the rules and the settings know, with a suggestion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from alertd.asking.reach import Reach
from alertd.base import suggest
from alertd.cli.rules import loaded_with
from alertd.errors import ConfigError
from alertd.rules.book import Portfolio
from alertd.rules.known_rules import Asking
from alertd.rules.loaded import Loaded
from alertd.rules.walls import may_see


@dataclass
class Names:
    """What there is to name, for everybody (`desk` None) or for a desk."""

    reach: Reach
    desk: str | None
    trouble: str = ""
    """Why nothing of the rules can be checked."""
    faults: list[str] = field(default_factory=list)
    """What is named and is not there."""

    def __post_init__(self) -> None:
        self._loaded: Loaded | None = None
        try:
            self._loaded = loaded_with(self.reach.rules, self.reach.state_dir)
        except ConfigError as error:
            self.trouble = str(error.faults[0])

    def own_desk(self) -> None:
        """Check the desk itself. No other is suggested: what desks there are is no desk's business."""
        if self.desk is None or self._loaded is None:
            return
        everything: list[Any] = [*self._loaded.book.portfolios, *self.reach.receivers, *self.reach.sources]
        if all(one.desk != self.desk for one in everything):
            self.faults.append(f"there is no desk {self.desk}")

    def portfolios(self, names: Iterable[str]) -> list[str]:
        """Check portfolios."""
        own = [p.id for p in self._portfolios]
        return self._checked("portfolio", names, own)

    def rules(self, names: Iterable[str]) -> list[str]:
        """Check rules."""
        return self._checked("rule", names, [rule.id for p in self._portfolios for rule in p.rules])

    def event_types(self, names: Iterable[str]) -> list[str]:
        """Check event types."""
        book = self._loaded.book if self._loaded is not None else None
        return self._checked("event type", names, [kind.id for kind in book.event_types] if book else [])

    def companies(self, names: Iterable[str]) -> list[str]:
        """Check companies written as id, ticker, CIK or name; give their ids."""
        if self._loaded is None or self._loaded.names is None:
            return list(names)
        asking, found = Asking(self._loaded.names, self.desk), []
        for name in names:
            known = asking.company(name)
            if known is None or asking.barred("company", known):
                hint = asking.company_hint(name) if known is None else ""
                self.faults.append(f"there is no company {name}" + (f"; {hint}" if hint else ""))
            else:
                found.append(known)
        return found

    def sources(self, names: Iterable[str]) -> list[str]:
        """Check sources."""
        return self._checked("source", names, self._of(self.reach.sources), always=True)

    def receivers(self, names: Iterable[str]) -> list[str]:
        """Check receivers."""
        return self._checked("receiver", names, self._of(self.reach.receivers), always=True)

    @property
    def _portfolios(self) -> Sequence[Portfolio]:
        book = self._loaded.book if self._loaded is not None else None
        return [p for p in book.portfolios if self.desk in (None, p.desk)] if book is not None else []

    def _of(self, named: Iterable[Any]) -> list[str]:
        return [one.id for one in named if may_see(self.desk, one.desk)]

    def _checked(self, what: str, names: Iterable[str], known: Sequence[str], *, always: bool = False) -> list[str]:
        wanted = list(names)
        if always or self._loaded is not None:
            for name in wanted:
                if name not in known:
                    hint = suggest.hint(name, known)
                    self.faults.append(f"there is no {what} {name}" + (f"; {hint}" if hint else ""))
        return wanted
