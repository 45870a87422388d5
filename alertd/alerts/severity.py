"""How loud an alert is whose rule says `severity: auto`: the base of the event type, moved in bounded steps. Pure.

    base      of the most severe of the event's types that the rule names, or else of all that the event reports
    weight    the largest holding that is touched: 5 % or more +1, under 1 % -1
    amount    the largest stated, in US dollars, of a rate what comes in a year: 1bn or more +1, under 50m -1
    status    that type is only rumoured, or denied: -1
    novelty   the third report of the story or a later one: -1
    sources   three independent ones: +1; one alone, of low trust: -1
    tone      of the company, else of the whole: 0.40 against the position or 0.70 otherwise, either way: +1

Each moves by one step at most, all together by two. What is missing moves nothing. docs/severity.md says the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from alertd.model import SEVERITIES, Amount, Event, Match, ReportedType, Severity, SeverityStep, TouchedHolding
from alertd.rules.match import Matcher
from alertd.rules.money import YEARLY, exchange
from alertd.rules.world import Rates
from alertd.text.written import amount_text

UNTOLD: Severity = "medium"
"""The base where no event type says another."""
CONFIDENT = 0.5
"""Event types under it do not count, as in conditions."""
MOST = 2
"""Steps by which all factors together may move."""
HEAVY, LIGHT = 0.05, 0.01
LARGE, SMALL = 1e9, 5e7
"""In US dollars."""
REPEATED = 3
"""The report of a story from which on it is an old one."""
CONFIRMED = 3
"""Independent sources."""
AGAINST, STRONG = 0.4, 0.7
"""How strong a tone is, against the position and otherwise."""

_NO_SIZE = frozenset(("valuation", "price_target", "per_share"))
"""Roles of amounts that do not say how large what happened is."""
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth"}


@dataclass(frozen=True, slots=True)
class Scale:
    """What severities are read from: the event types' own, the rates, the rules. Made once for a matcher."""

    matcher: Matcher
    bases: Mapping[str, Severity] = field(init=False)
    rates: Rates | None = field(init=False)

    def __post_init__(self) -> None:
        book = self.matcher.book
        given = {kind.id: kind.severity for kind in book.event_types if kind.severity is not None}
        object.__setattr__(self, "bases", given)
        object.__setattr__(self, "rates", book.rates)

    def weighed(self, matches: Sequence[Match], event: Event) -> tuple[Match, ...]:
        """Give the matches of an event, those of rules with `severity: auto` with the severity that they come to."""
        return tuple(self._weighed(match, event) if match.auto else match for match in matches)

    def _weighed(self, match: Match, event: Event) -> Match:
        portfolio = self.matcher.portfolio(match.portfolio)
        rule = self.matcher.rule(match.portfolio, match.rule)
        named = rule.types if rule is not None else frozenset()
        seen = self.matcher.seen_by(event, portfolio.desk if portfolio is not None else None)
        return weigh(match, seen, named, self.bases, self.rates)


def weigh(
    match: Match, event: Event, named: frozenset[str], bases: Mapping[str, Severity], rates: Rates | None
) -> Match:
    """Give a match with its severity and the arithmetic behind it. `named`: the event types that its rule names."""
    found = _type_of(event, named, bases)
    base = bases.get(found.type, UNTOLD) if found is not None else UNTOLD
    steps = [SeverityStep(factor="base", seen=_said(found.type) if found else "", move=SEVERITIES.index(base))]
    steps += [step for step in (
        _weight(match.holdings), _amount(event.amounts, rates), _status(found), _novelty(event), _sources(event),
        _tone(match, event),
    ) if step is not None]  # fmt: skip
    return replace(match, severity=SEVERITIES[_sum(steps)], steps=steps)


def _sum(steps: Sequence[SeverityStep]) -> int:
    moved = max(-MOST, min(MOST, sum(step.move for step in steps[1:])))
    return max(0, min(len(SEVERITIES) - 1, steps[0].move + moved))


def arithmetic(match: Match) -> str:
    """Write it in one line: `severity: base high (compute lease), +1 weight 8.0 %, -1 third report = high`.

    Empty for a rule that states its severity. What was looked at and moved nothing is left out.
    """
    if not match.steps:
        return ""
    base, moves = match.steps[0], [step for step in match.steps[1:] if step.move]
    parts = [f"base {SEVERITIES[base.move]}" + (f" ({base.seen})" if base.seen else "")]
    parts += [f"{_signed(step.move)} {step.seen}" for step in moves]
    capped = f" ({MOST} steps at most)" if abs(sum(step.move for step in moves)) > MOST else ""
    return f"severity: {', '.join(parts)}{capped} = {match.severity}"


def weighing(match: Match) -> Iterator[str]:
    """Write it line by line, with what was looked at and moved nothing: for `alertd explain`."""
    if match.steps:
        yield arithmetic(match)
        yield from (f"  {_signed(step.move):>2} {step.factor}: {step.seen}" for step in match.steps[1:])


def _signed(move: int) -> str:
    return f"+{move}" if move > 0 else f"−{-move}" if move else "0"


def _said(name: str) -> str:
    return name.replace("_", " ")[:60]


def _step(factor: str, seen: str, up: bool, down: bool = False) -> SeverityStep:
    return SeverityStep(factor=factor, seen=seen, move=int(up) - int(down))  # type: ignore[arg-type]


# --- the factors ----------------------------------------------------------------------------------------------


def _type_of(event: Event, named: frozenset[str], bases: Mapping[str, Severity]) -> ReportedType | None:
    """Give the most severe event type that counts; of those that are alike the surest."""
    sure = [found for found in event.event_types if found.confidence >= CONFIDENT]
    asked = [found for found in sure if found.type in named] or sure

    def severe(found: ReportedType) -> tuple[int, float]:
        return SEVERITIES.index(bases.get(found.type, UNTOLD)), found.confidence

    return max(asked, key=severe, default=None)


def _weight(holdings: Sequence[TouchedHolding]) -> SeverityStep | None:
    known = [holding for holding in holdings if holding.weight is not None]
    if not known:
        return None
    largest = max(known, key=lambda holding: abs(holding.weight or 0.0))
    weight = largest.weight or 0.0
    seen = f"weight {weight * 100:.1f} % ({(largest.label or largest.company)[:40]})".replace("-", "−", weight < 0)
    return _step("weight", seen, abs(weight) >= HEAVY, abs(weight) < LIGHT)


def _amount(amounts: Sequence[Amount], rates: Rates | None) -> SeverityStep | None:
    sized = [(worth, amount) for amount in amounts if (worth := _worth(amount, rates)) is not None]
    if not sized:
        return None
    worth, amount = max(sized, key=lambda pair: pair[0])
    text = amount_text(amount.low, amount.high, amount.currency, amount.bound, amount.per)
    other = f" (${worth:.3g})" if not text else ""
    return _step("amount", (text or "amount") + other, worth >= LARGE, worth < SMALL)


def _worth(amount: Amount, rates: Rates | None) -> float | None:
    """Give what is surely stated, in US dollars, of a rate what comes in a year; None where that cannot be said."""
    if amount.earlier or amount.role in _NO_SIZE or not (amount.per is None or amount.per in YEARLY):
        return None
    low = min(abs(amount.low), abs(amount.high))
    currency = amount.currency.upper()
    rate = 1.0 if currency == "USD" else exchange(currency, "USD", rates)
    if rate is None or not math.isfinite(low):
        return None
    worth = low * rate * (YEARLY[amount.per] if amount.per else 1)
    return worth if math.isfinite(worth) else None


def _status(found: ReportedType | None) -> SeverityStep | None:
    if found is None or found.status not in ("rumoured", "denied"):
        return None
    return _step("status", found.status, up=False, down=True)


def _novelty(event: Event) -> SeverityStep | None:
    if event.story is None:
        return None
    position = event.story.position
    seen = f"{_ORDINALS[position]} report" if position in _ORDINALS else f"report {position}"
    return _step("novelty", seen, up=False, down=position >= REPEATED)


def _sources(event: Event) -> SeverityStep | None:
    if event.story is None:
        return None
    count = event.story.sources
    alone = count <= 1 and event.trust == "low"
    seen = "one source, of low trust" if alone else f"{count} independent sources" if count > 1 else "one source"
    return _step("sources", seen, count >= CONFIRMED, alone)


def _tone(match: Match, event: Event) -> SeverityStep | None:
    own = next((one.sentiment for one in event.companies if one.id == match.company), None)
    score = own if own is not None else event.sentiment.score if event.sentiment is not None else None
    if score is None or not math.isfinite(score):
        return None
    impact = next((one.impact for one in match.holdings if one.company == match.company), None)
    position = f", {impact} for the position" if impact else ""
    seen = f"tone {score:+.2f}{position}".replace("-", "−", 1)
    return _step("tone", seen, abs(score) >= (AGAINST if impact == "bad" else STRONG))
