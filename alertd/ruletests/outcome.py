"""What became of a rule's tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from alertd.base.config import format_duration
from alertd.rules.explain import one_line
from alertd.rules.explanation import Explanation
from alertd.rules.loaded import RuleTest, RuleTests


@dataclass(frozen=True, slots=True)
class Step:
    """One given event, and whether the rule held for it."""

    at_ms: int
    title: str
    held: bool
    companies: tuple[str, ...] = ()
    """What the companies are called for which it held."""
    status: str = ""
    """Of an event type that was found: with which status."""
    severity: str = ""
    """Where it held with another severity than the test asks for: with which, and how that came about."""

    @property
    def at(self) -> str:
        """When it came, as a rule's test writes it: `0d`, `120d`, `90m`."""
        return format_duration(self.at_ms / 1000) if self.at_ms else "0d"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test of a rule or event type that was run."""

    rule: RuleTests
    number: int
    """From 1."""
    test: RuleTest
    steps: tuple[Step, ...]
    passed: bool
    expected: str
    got: str
    errors: tuple[str, ...] = ()
    """A rule that raises fails whatever was expected."""
    explanation: Explanation | None = None
    """Of a test that failed: why the rule did, or did not, hold for the event that decides."""
    seconds: float = 0.0

    @property
    def id(self) -> str:
        """Name the rule as a person would: `portfolio/rule`, or the event type."""
        return rule_id(self.rule)

    @property
    def name(self) -> str:
        """Name the test: as written, or by what is given last."""
        return one_line(self.test.name or (f"“{self.steps[-1].title}”" if self.steps else "nothing given"))


@dataclass(frozen=True, slots=True)
class Summary:
    """All that was run."""

    outcomes: Sequence[Outcome]
    untested: Sequence[RuleTests] = field(default=())
    """Rules and event types without a test."""
    resting: Sequence[RuleTests] = field(default=())
    """Rules that are not enabled and have tests: these were not run."""

    @property
    def failed(self) -> int:
        """Count the tests that failed."""
        return sum(not outcome.passed for outcome in self.outcomes)

    @property
    def rules(self) -> int:
        """Count the rules and event types that were tested."""
        return len({outcome.id for outcome in self.outcomes})


def rule_id(rule: RuleTests) -> str:
    """Name a rule as a person would: `portfolio/rule`, or the event type."""
    return f"{rule.portfolio}/{rule.rule}" if rule.portfolio else rule.rule


def got_of(steps: Sequence[Step], company: str) -> str:
    """Say for which events a rule held: in the words of `expect` for one event, with the times for several."""
    held = [step for step in steps if step.held]
    elsewhere = [label for step in steps if not step.held for label in step.companies]
    if wrong := list(dict.fromkeys(step.severity for step in steps if step.severity)):
        return f"match, but {'; '.join(one if ':' in one else f'of severity {one}' for one in wrong)}"
    other = f", but for {', '.join(dict.fromkeys(elsewhere))} and not {company}" if company and elsewhere else ""
    if wrong := list(dict.fromkeys(step.status for step in steps if step.status and not step.held)):
        other = f", but as {' and '.join(wrong)}"
    if len(steps) == 1:
        return "match" if held else f"match{other}" if other else "no match"
    if not held:
        return f"no match in {len(steps)} events{other}"
    times = "once" if len(held) == 1 else f"{len(held)} times"
    return f"{times} in {len(steps)} events, at {', '.join(step.at for step in held)}{other}"
