"""The conditions that only receivers have: on the alert itself, not on the event that it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from alertd.model import Severity
from alertd.rules.leaves import listed
from alertd.rules.logic import Leaf, Reading, Result, Scope


class AlertScope(Scope, frozen=True, kw_only=True):
    """What a condition of a receiver is asked about beside the event: one match of an alert."""

    severity: Severity = "info"
    """Of the alert, as the receiver sees it."""
    portfolio: str = ""
    rule: str = ""
    tags: tuple[str, ...] = ()
    owner: str = ""
    """Of the rule."""

    def bound_to(self, company: str) -> AlertScope:
        """Give the same scope with the company conditions bound to one."""
        return AlertScope(
            world=self.world, holdings=self.holdings, company=company, types=self.types,
            severity=self.severity, portfolio=self.portfolio, rule=self.rule, tags=self.tags, owner=self.owner,
        )  # fmt: skip


_READ: Mapping[str, Callable[[AlertScope], Sequence[str]]] = {
    "severity": lambda scope: (scope.severity,),
    "portfolio": lambda scope: (scope.portfolio,),
    "rule": lambda scope: (scope.rule,),
    "tag": lambda scope: scope.tags,
    "owner": lambda scope: (scope.owner,) if scope.owner else (),
}


class OfAlert(Leaf, frozen=True, gc=False, tag="alert"):
    """The alert's severity or portfolio, or its rule, a tag or the owner of that, is one of those named."""

    name: str
    any_of: tuple[str, ...]
    written: str = ""
    """As written, where that is not the list."""

    def label(self) -> str:
        """Say the condition in one line."""
        return f"{self.name}: {self.written or listed(self.any_of)}"

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Compare what the alert has with what is wanted."""
        if not isinstance(scope, AlertScope):
            return Result(None, (), "only an alert has that")
        found = _READ[self.name](scope)
        return Result(
            any(one in self.any_of for one in found), (), f"{self.name} is {listed(tuple(found)) or 'none'}"
        )
