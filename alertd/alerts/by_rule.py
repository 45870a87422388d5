"""What the rules brought and what people thought of it: a line for each rule. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from alertd.alerts.lanes import knows, lanes
from alertd.model import AlertState


@dataclass(slots=True)
class RuleLine:
    """What one rule of a portfolio brought."""

    portfolio: str
    rule: str
    alerts: int = 0
    """That it held for, alone or with others."""
    sent: int = 0
    """Those of them that somebody was told of."""
    useful: int = 0
    noise: int = 0

    @property
    def precision(self) -> float | None:
        """Useful ones among those that were judged; None if nobody judged."""
        judged = self.useful + self.noise
        return self.useful / judged if judged else None

    def as_json(self) -> dict[str, Any]:
        """Give it for JSON."""
        counts = {"alerts": self.alerts, "sent": self.sent, "useful": self.useful, "noise": self.noise}
        return {"portfolio": self.portfolio, "rule": self.rule, **counts, "precision": self.precision}


class ByRule:
    """Counts alerts and opinions by rule."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], RuleLine] = {}
        self._names: dict[str, str] = {}
        """First id of a portfolio -> the one that it has."""

    def add(self, state: AlertState) -> None:
        """Count an alert for each rule that held; one that another carries on is counted there."""
        alert = state.alert
        self._names[state.identity or alert.portfolio] = alert.portfolio
        if alert.merged_into:
            return
        sent = any(knows(known) for known in lanes(state).values())
        for rule in dict.fromkeys(match.rule for match in alert.matches if not match.experimental):
            line = self._line(alert.portfolio, rule)
            line.alerts += 1
            line.sent += sent

    @property
    def portfolios(self) -> list[str]:
        """Give the first ids of the portfolios, by which opinions are kept."""
        return sorted(self._names)

    def judge(self, portfolio: str, opinions: Iterable[Mapping[str, Any]]) -> None:
        """Count what people thought of a portfolio's alerts (`store.feedback`); `portfolio` is its first id."""
        for one in opinions:
            for rule in one.get("rules", ()):
                line = self._line(self._names.get(portfolio, portfolio), rule)
                line.useful += one.get("useful", 0)
                line.noise += one.get("noise", 0)

    def lines(self) -> list[RuleLine]:
        """Give the lines: the rules with most noise first, then those with most alerts."""
        return sorted(self._lines.values(), key=lambda line: (-line.noise, -line.alerts, line.portfolio, line.rule))

    def _line(self, portfolio: str, rule: str) -> RuleLine:
        return self._lines.setdefault((portfolio, rule), RuleLine(portfolio, rule))
