"""Which lines, and what of them, an export takes: by kind, portfolio, desk, and what sources allow to hand on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from alertd.history.archive.limits import may_leave, without_text
from alertd.history.walls import MALFORMED, UNKNOWN, DeskWall, cards_of, cut, only, without_files
from alertd.model import JournalRecord

Owner = Callable[[str], tuple[str, str | None] | None]
"""Gives portfolio and desk of an alert; None where it is not known."""


@dataclass(slots=True)
class Narrowing:
    """What is asked for. It learns from the lines of whom alerts are, so it takes them in their order."""

    kinds: frozenset[str] = frozenset()
    """None: all."""
    portfolios: frozenset[str] = frozenset()
    """None: all."""
    wall: DeskWall | None = None
    earlier: Owner = lambda alert: None
    """Knows alerts of before the time that is exported."""
    _alerts: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    @property
    def narrows(self) -> bool:
        """Tell whether it leaves lines out."""
        return bool(self.kinds or self.portfolios or self.wall is not None)

    def words(self) -> list[str]:
        """Say what it narrows to."""
        found = [f"kind {name}" for name in sorted(self.kinds)]
        found += [f"portfolio {name}" for name in sorted(self.portfolios)]
        return found + ([f"desk {self.wall.desk}"] if self.wall is not None else [])

    def take(self, record: JournalRecord) -> JournalRecord | None:
        """Give what is taken of a line; None: nothing, also of one that is not made as this version knows it."""
        try:
            return self._taken(record)
        except MALFORMED:
            return None

    def _taken(self, record: JournalRecord) -> JournalRecord | None:
        for card in cards_of(record):
            self._alerts[str(card.get("id"))] = (str(card.get("portfolio")), card.get("desk"))
        if self.kinds and record.kind not in self.kinds:
            return None
        found: JournalRecord | None = record
        if self.wall is not None:
            wall = self.wall
            known = DeskWall(wall.desk, wall.walls, wall.owners, wall.portfolios, lambda alert: self._owner(alert)[1])
            found = cut(record, known)
        if self.portfolios and found is not None:
            found = self._of_portfolios(found)
        return found

    def _of_portfolios(self, record: JournalRecord) -> JournalRecord | None:
        data = record.data
        if record.kind == "version":
            return without_files(record)
        if record.kind == "reload":
            return record
        if record.kind != "event":
            named = {data.get("portfolio"), *data.get("portfolios", [])}
            named.update(self._owner(one)[0] for one in record.ids if one.startswith("al_"))
            return record if named & self.portfolios else None
        named = {one["portfolio"] for name in ("matches", "decisions") for one in data.get(name, [])}
        if not named & self.portfolios:
            return None
        return only(
            record, self.portfolios, [card for card in cards_of(record) if card["portfolio"] in self.portfolios]
        )

    def _owner(self, alert: str) -> tuple[str, str | None]:
        return self._alerts.get(alert) or self.earlier(alert) or (UNKNOWN, UNKNOWN)


def shareable(record: JournalRecord) -> JournalRecord:
    """Give a record as it may be handed on."""
    return record if may_leave(record) else without_text(record)
