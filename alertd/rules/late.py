"""Events that another process has matched: the rules over time that are open, made ready without scanning the text.

What they remember is asked of their state. Only where that says that one holds, its proof looks into the text again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from alertd.model import Event, Struct
from alertd.rules.book import Rule
from alertd.rules.logic import Reading, Scope
from alertd.rules.match import Matcher
from alertd.rules.outcome import Open
from alertd.text.scan import Found, TermScanner

_NOTHING = TermScanner(()).scan("", "")


class Opened(Struct, frozen=True, array_like=True):
    """A rule over time that an event concerns, by its names."""

    portfolio: str
    rule: str
    companies: tuple[str, ...] = ()


class LateReading(Reading):
    """A reading whose text is scanned when somebody asks for what is found in it."""

    __slots__ = ("_scan",)

    def __init__(self, event: Event, scan: Callable[[], Found]) -> None:
        super().__init__(event, _NOTHING)
        self._scan = scan
        del self.found

    def __getattr__(self, name: str) -> Found:
        if name != "found":
            raise AttributeError(name)
        self.found = self._scan()
        return self.found


class Late:
    """Makes events ready that are matched already. Belongs to one process."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._scopes: dict[tuple[str, str], tuple[Rule, Scope]] = {}

    def reading(self, event: Event) -> LateReading:
        """Give an event as the conditions read it."""
        return LateReading(event, lambda: self._matcher.read(event, as_found=True).reading.found)

    def opened(self, reading: Reading, opened: Iterable[Opened]) -> tuple[Open, ...]:
        """Give the rules that are open, each with the event as its desk sees it."""
        seen: dict[str | None, Reading] = {}
        found: list[Open] = []
        for one in opened:
            portfolio, rule = self._matcher.portfolio(one.portfolio), self._matcher.rule(one.portfolio, one.rule)
            if portfolio is None or rule is None:
                continue
            if portfolio.desk not in seen:
                event = self._matcher.seen_by(reading.event, portfolio.desk)
                seen[portfolio.desk] = reading if event is reading.event else self.reading(event)
            scope = self._scope(one, rule)
            found.append(Open(portfolio, rule, one.companies, seen[portfolio.desk], scope))
        return tuple(found)

    def _scope(self, one: Opened, rule: Rule) -> Scope:
        known = self._scopes.get((one.portfolio, one.rule))
        if known is None or known[0] is not rule:
            portfolio = self._matcher.portfolio(one.portfolio)
            assert portfolio is not None
            scope = Scope(self._matcher.worlds.of(portfolio.desk), portfolio.holdings.positions, types=rule.types)
            known = self._scopes[one.portfolio, one.rule] = (rule, scope)
        return known[1]
