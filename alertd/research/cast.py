"""Who plays which role in what happened, read once for all who are near it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from alertd.model import ReportedType
from alertd.research.study import Study
from alertd.research.whose import is_opinion, plays


@dataclass(frozen=True)
class Cast:
    """The parties of an event."""

    study: Study

    @cached_property
    def _said(self) -> dict[str, list[tuple[ReportedType, str]]]:
        """The event types of which each company is said to be a party."""
        found: dict[str, list[tuple[ReportedType, str]]] = {}
        for one in self.study.types:
            for party in one.parties:
                found.setdefault(party.company, []).append((one, party.role))
        return found

    @cached_property
    def _plays(self) -> dict[str, list[tuple[ReportedType, str]]]:
        return {
            company: played
            for company, said in self._said.items()
            if (played := [(one, role) for one, role in said if plays(self.study, one, company, role)])
        }

    @cached_property
    def _firm(self) -> tuple[ReportedType, ...]:
        return tuple(
            one for one in self.study.types if not self.study.is_talk(one) and not is_opinion(self.study, one)
        )

    @property
    def parties(self) -> frozenset[str]:
        """Those who play a role."""
        return frozenset(self._plays)

    def of(self, company: str) -> list[tuple[ReportedType, str]]:
        """Give the event types in which a company plays a role, the surest first."""
        return self._plays.get(company, [])

    def is_firm(self, found: ReportedType) -> bool:
        """Whether an event type is neither only talked of nor somebody's opinion."""
        return any(one is found for one in self._firm)

    def role(self, company: str) -> str | None:
        """Give the role of a company; None where what is said of one is another's."""
        if company in self._said:
            return next((role for _, role in self.of(company) if role), None)
        return next((one.role for one in self.study.event.companies if one.id == company), None)
