"""Asks rules again about an event of the journal: by those of its time, where they are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from alertd.alerts.policy import severity_rank
from alertd.asking.desk_view import DeskView
from alertd.asking.past_rules import Books, Version
from alertd.model import Event
from alertd.rules.book import Portfolio, Rule
from alertd.rules.explain import Explained, deciding
from alertd.rules.explanation import Explanation, OverTime
from alertd.rules.explanation_text import brief
from alertd.text.written import counted

MAX_ASKED = 3_000
"""Rules that are asked where no portfolio is named."""
MAX_NEAREST = 5
FAR = 1_000
"""How far a rule is that was not asked at all."""


@dataclass(frozen=True, slots=True)
class Again:
    """Asks again, for whoever may see the portfolios."""

    books: Books
    view: DeskView

    def missed(
        self, event: Event, record: Mapping[str, Any], held: AbstractSet[tuple[str, str]], portfolio: str | None
    ) -> Iterator[str]:
        """Say of the rules that did not hold why: of all of a portfolio, or of the nearest of all of them."""
        if portfolio is not None:
            yield from self._portfolio(event, record, held, portfolio)
        else:
            yield from self._nearest(event, record, held)

    def _portfolio(
        self, event: Event, record: Mapping[str, Any], held: AbstractSet[tuple[str, str]], name: str
    ) -> Iterator[str]:
        version = self.books.of(dict(record), name)
        portfolio = version.book.portfolio(name)
        if portfolio is None:
            version = self.books.today()
            portfolio = version.book.portfolio(name)
        if portfolio is None:
            return
        if wall := version.explainer.wall(portfolio, event):
            yield f"    {name}: a wall keeps the event from it: {wall}; none of its rules is asked"
            return
        if _is_bare(event):
            yield f"    {name}: {_BARE}"
        rules = [rule for rule in portfolio.rules if (name, rule.id) not in held]
        found = [explained(version, portfolio, rule, event, record) for rule in rules]
        for holds, words in ((False, f"the rules that did not hold, {version.words}"), (True, _hold(version))):
            told = [one for one in found if (one.truth is True) is holds]
            if told:
                yield f"    {name}: {words}:"
            for one in told:
                yield from (f"      {text}" for text in brief(one))

    def _nearest(self, event: Event, record: Mapping[str, Any], held: AbstractSet[tuple[str, str]]) -> Iterator[str]:
        """Say how many rules did not hold, and which came nearest."""
        version = self.books.of(dict(record))
        if self.books.trouble is not None and not version.then:
            yield "    the rules of today do not load, so it is not said why they did not hold: see alertd check"
            return
        seen = [p for p in version.book.portfolios if self.view.sees_portfolio(p.id, version)]
        others = [(p, rule) for p in seen for rule in p.rules if (p.id, rule.id) not in held]
        if not others:
            if not held:
                yield "    there is no rule that could have held"
            return
        asked = others[:MAX_ASKED]
        walls = [p for p in seen if version.explainer.wall(p, event)]
        found = [explained(version, p, rule, event, record) for p, rule in asked if p not in walls]
        nearest = sorted((one for one in found if one.truth is not True), key=nearness)[:MAX_NEAREST]
        portfolios = len({p.id for p, _ in others})
        of = f" of {counted(portfolios, 'portfolio')}"
        yield f"    {counted(len(others), 'rule')}{of} did not hold ({version.words}); the nearest:"
        for one in nearest:
            yield f"      {one.portfolio}/{one.rule}: {why_not(one)}"
        yield from (f"      {p.id}: a wall keeps the event from it" for p in walls[:MAX_NEAREST])
        if len(others) > len(asked):
            yield f"      only the first {len(asked)} were asked"
        yield "    name a portfolio to see why each of its rules did not"

    def explanations(self, event: Event, record: Mapping[str, Any], name: str) -> list[Explanation]:
        """Give what each rule of a portfolio says of the event, also those that held; for `--json`."""
        version = self.books.of(dict(record), name)
        portfolio = version.book.portfolio(name)
        rules = portfolio.rules if portfolio is not None else ()
        return [explained(version, portfolio, rule, event, record) for rule in rules if portfolio is not None]


_BARE = "the text of the event is not kept, so what its rules ask of it cannot be asked again"


def _hold(version: Version) -> str:
    when = "as they are today, though they did not when the event came" if not version.then else version.words
    return (
        f"rules that hold {when}"
        if not version.then
        else f"rules that hold, {when}, and did not when they were asked"
    )


def _is_bare(event: Event) -> bool:
    """Tell whether the journal keeps the event without its text, as the source's rights want it."""
    rights = event.provenance.rights
    return not event.body and rights is not None and rights.keep_body_s is not None


def explained(
    version: Version, portfolio: Portfolio, rule: Rule, event: Event, record: Mapping[str, Any]
) -> Explanation:
    """Ask a rule again, over the past as it was seen then."""
    verdicts = record.get("over_time", {}).get("verdicts", [])
    known = [
        OverTime(v["by"], Explained(rule.state.label(), v["holds"], v["seen"]), _remembered(v["remembered"] - 1))
        for v in verdicts
        if rule.state is not None and (v["portfolio"], v["rule"]) == (portfolio.id, rule.id)
    ]
    return version.explainer.rule(portfolio, rule, event, over_time=known or None)


def failing(found: Explanation) -> int:
    """Say how many leaves decide against a rule: one, and it nearly held."""
    if found.guard:
        return FAR
    parts = [part.condition for part in found.over_time] or [asked.condition for asked in found.asked]
    return min((len({leaf.label for leaf in deciding(part)}) for part in parts), default=FAR)


def is_single(found: Explanation) -> bool:
    """Tell whether a rule is a single condition: of that nothing is left to hold where it fails."""
    parts = [part.condition for part in found.over_time] or [asked.condition for asked in found.asked]
    return all(_leaves(part) < 2 for part in parts)


def _leaves(tree: Explained) -> int:
    return sum(_leaves(child) for child in tree.children) if tree.children else 1


def nearness(found: Explanation) -> tuple[int, int, str, str]:
    """Order rules that did not hold: the one of which the fewest leaves failed first, of these the loudest."""
    loud = severity_rank(found.severity) if found.severity != "auto" else 0  # type: ignore[arg-type]
    return failing(found), -loud, found.portfolio, found.rule


def why_not(found: Explanation) -> str:
    """Say in one line why a rule does not hold."""
    return "; ".join(found.because) or "what came before is not known here"


def _remembered(count: int) -> tuple[str, ...]:
    return (f"{count} other event{'' if count == 1 else 's'} remembered then",) if count > 0 else ()


def names_of(records: Sequence[Mapping[str, Any]]) -> Collection[str]:
    """Name the portfolios that something was decided for."""
    return {one["portfolio"] for data in records for one in data.get("decisions", [])}
