"""The alerts of a backtest as far as they must be known again: which rules are part of each, and what people said.

An alert has the same id in a backtest as it had live (portfolio and subject), so what people said of it then counts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from alertd.model import JournalRecord

LIFE_MS = 45 * 86_400_000
"""After so long without news an alert is over: it is closed after 7 days and kept for 30 more."""
Said = Literal["useful", "noise"]


@dataclass(slots=True)
class Known:
    """One alert."""

    portfolio: str
    seen_ms: int
    rules: set[str] = field(default_factory=set)
    began: bool = False
    """It was counted as one that was raised."""
    counted: set[str] = field(default_factory=set)
    """The rules of which it was counted as an alert."""
    said: dict[str, Said] = field(default_factory=dict)
    """Person -> the last word."""


class KnownAlerts:
    """Those to which something still comes."""

    def __init__(self) -> None:
        self._alerts: OrderedDict[str, Known] = OrderedDict()

    def take(self, alert: str, portfolio: str, rules: Iterable[str], at_ms: int) -> tuple[Known, bool, list[str]]:
        """Note that an event came to an alert; gives it, whether it is new, and which of the rules are new to it."""
        found = self._alerts.get(alert)
        known = found or Known(portfolio, at_ms)
        known.seen_ms = at_ms
        self._alerts[alert] = known
        self._alerts.move_to_end(alert)
        joined = [rule for rule in dict.fromkeys(rules) if rule not in known.rules]
        known.rules.update(joined)
        while self._alerts:
            oldest = next(iter(self._alerts))
            if self._alerts[oldest].seen_ms > at_ms - LIFE_MS:
                break
            del self._alerts[oldest]
        return known, found is None, joined

    def get(self, alert: str) -> Known | None:
        """Give an alert."""
        return self._alerts.get(alert)

    def answered(self, record: JournalRecord) -> tuple[Known, Said | None, Said | None] | None:
        """Take what a person said; gives the alert, what they had said of it before, and what they say now.

        None: it is no opinion, or of an alert that there is not here.
        """
        if record.reason not in ("useful", "noise") or not record.ids:
            return None
        known = self._alerts.get(record.ids[0])
        if known is None:
            return None
        now: Said = "useful" if record.reason == "useful" else "noise"
        who = str(record.data.get("who", ""))
        before = known.said.get(who)
        known.said[who] = now
        return known, before, now
