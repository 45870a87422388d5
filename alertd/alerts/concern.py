"""Which alerts an event concerns: those that its matches are about, and those that it went into before. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from alertd.alerts.outcome import alert_of, subject_of
from alertd.model import Alert, Event, Match
from alertd.rules.book import Portfolio

FindPortfolio = Callable[[str], Portfolio | None]
"""Gives a portfolio by the id that it has or first had."""


@dataclass(frozen=True, slots=True)
class Concern:
    """An alert that an event raises or may change."""

    portfolio: Portfolio
    subject: str
    alert: str
    matches: tuple[Match, ...] = ()
    """Those about its subject; none where the event went into it before and does not match any more."""

    @property
    def on_trial(self) -> bool:
        """Whether it is of experimental rules alone."""
        return bool(self.matches) and all(match.experimental for match in self.matches)


def raised(event: Event, matches: Sequence[Match], find: FindPortfolio, story: str = "") -> list[Concern]:
    """Give the alerts that matches are about, one for each portfolio and subject, in the order of the matches.

    Rules on trial stand apart: what they hold for is decided beside the alert, and never changes it. `story` is the
    one that the event belongs to by now, where that is not the one that it carries.
    """
    about: dict[tuple[str, str, bool], list[Match]] = {}
    for match in matches:
        about.setdefault(
            (match.portfolio, match.subject or story or subject_of(event), match.experimental), []
        ).append(match)
    found = []
    for (name, subject, _), own in about.items():
        portfolio = find(name)
        if portfolio is not None:
            found.append(Concern(portfolio, subject, alert_of(portfolio, subject), tuple(own)))
    return found


def with_earlier(concerns: Sequence[Concern], alerts: Iterable[Alert], find: FindPortfolio) -> list[Concern]:
    """Add the alerts that the event went into before; those of portfolios that are gone have nobody to tell."""
    found = list(concerns)
    known = {concern.alert for concern in concerns if not concern.on_trial}
    for alert in alerts:
        portfolio = find(alert.portfolio)
        if alert.id not in known and portfolio is not None and alert_of(portfolio, alert.subject) == alert.id:
            known.add(alert.id)
            found.append(Concern(portfolio, alert.subject, alert.id))
    return found
