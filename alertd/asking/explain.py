"""Why a rule holds for an event, or does not, leaf by leaf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from alertd.alerts.severity import weighing
from alertd.base import suggest
from alertd.enrich.enricher import Enricher
from alertd.errors import NotThere, Permanent
from alertd.model import Event, event_to_dict
from alertd.rules.book import EventTypeRule, Portfolio, Rule, RuleBook
from alertd.rules.explanation import Explainer, Explanation
from alertd.rules.explanation_type import TypeExplainer
from alertd.rules.loaded import Loaded
from alertd.rules.match import Matcher
from alertd.rules.walls import Walls, may_see
from alertd.ruletests.stream import Stream, told

MAX_NAMED = 10
"""Rules that are named to somebody who asks for one that there is not."""


@dataclass(frozen=True, slots=True)
class Named:
    """What is to be explained: a rule of a portfolio, or an event type."""

    rule: tuple[Portfolio, Rule] | None = None
    event_type: EventTypeRule | None = None


def named(book: RuleBook, name: str) -> Named:
    """Find what was named. Raises NotThere where that is nothing, or more than one thing."""
    found = {f"{p.id}/{r.id}": Named((p, r)) for p, r in book.rules() if name in (r.id, f"{p.id}/{r.id}")}
    found |= {kind.id: Named(event_type=kind) for kind in book.event_types if kind.id == name}
    if len(found) > 1:
        raise NotThere(f"there are several: {', '.join(sorted(found))}; name one of them")
    if not found:
        raise NotThere(f"there is no rule {name}" + _meant(book, name))
    return next(iter(found.values()))


def _meant(book: RuleBook, name: str) -> str:
    whole = [f"{p.id}/{r.id}" for p, r in book.rules()]
    if not whole and not book.event_types:
        return ": there are no rules"
    kinds = [kind.id for kind in book.event_types]
    called = {r.rpartition("/")[2]: r for r in reversed(whole)}  # a rule is asked for without its portfolio, too
    near = suggest.closest_in(name, [*whole, *called], kinds)
    if near:
        return f" (did you mean {called.get(near, near)}?)"
    known = [*whole, *kinds]
    more = f" and {len(known) - MAX_NAMED} more" if len(known) > MAX_NAMED else ""
    return f"; there are {', '.join(known[:MAX_NAMED])}{more}"


def explained(
    loaded: Loaded,
    asked: Named,
    events: Sequence[Event],
    enricher: Enricher | None = None,
    *,
    walls: str | None = None,
) -> Explanation:
    """Say it of the last of some events, which remembers those before it; to a desk (`walls`), None: whole.

    Raises Permanent where the rule fails.
    """
    understanding = enricher or Enricher.of(loaded.book.event_types, loaded.table)
    if asked.event_type is not None:
        found = _of_type(loaded, asked.event_type, events[-1], understanding, walls)
    else:
        assert asked.rule is not None
        found = _of_rule(loaded, asked.rule, events, understanding)
    return found if walls is None else _without_names(found, loaded.book, walls)


def _of_type(
    loaded: Loaded, event_type: EventTypeRule, event: Event, understanding: Enricher, walls: str | None
) -> Explanation:
    declared = Walls(loaded.book.companies.declared)
    seen = (lambda one: declared.seen_by(one, walls)) if walls is not None else None
    return TypeExplainer(loaded.book, understanding, seen).event_type(event_type, event)


def _without_names(found: Explanation, book: RuleBook, walls: str) -> Explanation:
    """Leave out why words were not taken for companies where some of these are another desk's: it may name them."""
    if all(may_see(walls, company.desk) for company in book.companies.declared):
        return found
    kinds = {kind.id for kind in book.event_types}
    return replace(found, refused=tuple((what, why) for what, why in found.refused if what in kinds))


def _of_rule(
    loaded: Loaded, asked: tuple[Portfolio, Rule], events: Sequence[Event], understanding: Enricher
) -> Explanation:
    portfolio, rule = asked
    matcher = Matcher(loaded.book, understanding=understanding)
    with Stream(matcher, only=(portfolio.id, rule.id)) as stream:
        taken = [stream.take(event) for event in events]
    for failure in (failure for one in taken for failure in one.failures):
        if (failure.portfolio, failure.rule) == (portfolio.id, rule.id):
            raise Permanent(f"rule {portfolio.id}/{rule.id} failed: {failure.error}")
    why = matcher.why_candidate(portfolio.id, rule.id, taken[-1].event)
    candidate = f"{'yes' if why.asked else 'no'}, {why.reason}"
    before = told(taken[-1], portfolio.id, rule.id, {event.id: event.title for event in events})
    last, explainer = taken[-1], Explainer(loaded.book)
    found = explainer.rule(portfolio, rule, last.event, over_time=before, candidate=candidate, refused=last.refused)
    own = [match for match in last.matches if (match.portfolio, match.rule) == (portfolio.id, rule.id)]
    return replace(found, weighed=tuple(line for match in own[:1] for line in weighing(match)))


def document(found: Explanation) -> dict[str, Any]:
    """Give it for machines."""
    document: dict[str, Any] = msgspec.to_builtins(found)
    if found.understood is not None:
        document["understood"] = event_to_dict(found.understood)
    return document
