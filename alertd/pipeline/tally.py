"""What is counted of an event for receivers that get a daily line: only what each of them may see. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import closed_to, limits
from alertd.model import Decision, Event
from alertd.rules.book import Portfolio

ITEMS, NAMES, ALERTS = "items", "names", "alerts"
_WAITS = ("quiet_until", "folded_into")
_FIRST = ("first", *_WAITS)


def count_name(what: str, receiver: str) -> str:
    """Name a count of a receiver's in the store."""
    return f"{what}:{receiver}"


class Tally:
    """Counts for one version of rules and receivers."""

    def __init__(
        self, portfolios: Iterable[Portfolio], policies: Iterable[ReceiverPolicy], source_desks: Mapping[str, str]
    ) -> None:
        self._policies = [policy for policy in policies if policy.covered]
        self._source_desks = source_desks
        wanted = {policy.id for policy in self._policies}
        self._holders: dict[str, set[str]] = {}
        """Company -> the receivers that are told by a portfolio which holds it."""
        for portfolio in portfolios if wanted else ():
            for receiver in wanted.intersection(portfolio.tells()):
                for company in portfolio.holdings.positions:
                    self._holders.setdefault(company, set()).add(receiver)

    def counts(self, event: Event, decisions: Sequence[Decision]) -> dict[str, int]:
        """Give what an event adds to each count: it is an item once, what came first of it an alert."""
        counts: dict[str, int] = {}
        if not self._policies:
            return counts
        is_item = event.revision == 1 and not event.baseline
        desk, rights = self._source_desks.get(event.source), limits(event)
        touched = {receiver for company in event.companies for receiver in self._holders.get(company.id, ())}
        for policy in self._policies:
            first = sum(d.reason in _FIRST and _reaches(d.receivers.get(policy.id, "")) for d in decisions)
            if first:
                counts[count_name(ALERTS, policy.id)] = first
            if is_item and desk in (None, policy.desk) and not closed_to(policy, rights):
                counts[count_name(ITEMS, policy.id)] = 1
                if policy.id in touched:
                    counts[count_name(NAMES, policy.id)] = 1
        return counts


def _reaches(answer: str) -> bool:
    """Tell what is sent, or goes out at the end of a window, from what is not told."""
    return answer.startswith(("dl_", *_WAITS))
