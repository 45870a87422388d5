"""Holds what a backtest came to against what a desk expects of it. Pure.

Happened -> Judging -> with the Summary, the Comparison -> Verdict, a case for each thing that is expected
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alertd.history.backtest.expect_file import DIFFERENCES, Expectation, Limit, limit
from alertd.history.backtest.figures import Comparison, PortfolioFigures, RuleDifference, RuleFigures, Sample, Summary
from alertd.history.backtest.happened import Happened
from alertd.model import Event
from alertd.rules.explain import one_line
from alertd.ruletests.junit import Case

MAX_UNEXPECTED = 20
"""Events that are named of those for which a rule held and should not have."""
MAX_DAYS = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was expected, and what came."""

    expectation: Expectation
    about: str
    """`portfolio/rule`, a portfolio, a receiver; `all rules`."""
    name: str
    """What was expected, in one line."""
    passed: bool
    got: str
    details: tuple[str, ...] = ()

    def case(self) -> Case:
        """Give it as a case of a report for CI servers."""
        file, line, _ = self.expectation.place
        own = self.expectation.entry.name
        return Case(
            file=file,
            line=line,
            classname=self.about.replace("/", "."),
            name=f"{one_line(own)}: {self.name}" if own else self.name,
            failure="" if self.passed else f"expected {self.name}, got {self.got}",
            details=self.details,
        )


@dataclass(slots=True)
class _Events:
    """What is remembered of the events that one entry names."""

    matched: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    unexpected: list[str] = field(default_factory=list)
    more: int = 0


class Judging:
    """Remembers what expectations about single events need, while the backtest runs."""

    def __init__(self, expectations: Sequence[Expectation]) -> None:
        self._expectations = expectations
        self._events = {i: _Events() for i, one in enumerate(expectations) if one.entry.match or one.entry.no_match}

    @property
    def names_events(self) -> bool:
        """Whether single events are named: then all events have to be looked at, also those of which nothing came."""
        return bool(self._events)

    def add(self, happened: Happened) -> None:
        """Note whether the rules hold for the events that are named."""
        if not happened.counted:
            return
        held = {(match.portfolio, match.rule) for match in happened.matches}
        event = happened.event
        for i, known in self._events.items():
            expectation = self._expectations[i]
            names = _names(event)
            known.seen |= names & {*expectation.entry.match, *expectation.entry.no_match}
            if expectation.rule not in held:
                continue
            known.matched |= names
            if expectation.entry.nothing_else and names.isdisjoint(expectation.entry.match):
                if len(known.unexpected) < MAX_UNEXPECTED:
                    known.unexpected.append(f"{event.id} “{one_line(event.title)}”")
                else:
                    known.more += 1

    def verdicts(self, summary: Summary, comparison: Comparison | None) -> list[Verdict]:
        """Say of everything that is expected whether it came so, in the order of the file."""
        found: list[Verdict] = []
        for i, one in enumerate(self._expectations):
            found += _counts(one, summary)
            found += _differences(one, comparison)
            if i in self._events:
                found += _events(one, self._events[i])
            if one.entry.budgets is not None:
                found += _budgets(one, summary)
        return found


def _names(event: Event) -> set[str]:
    return {event.id, event.url} - {""}


def _about(one: Expectation) -> str:
    if one.rule is not None:
        return "/".join(one.rule)
    return one.entry.portfolio or one.entry.receiver or "all rules"


# --- numbers ------------------------------------------------------------------------------------------------------


def _counts(one: Expectation, summary: Summary) -> Iterator[Verdict]:
    entry = one.entry
    if entry.events is not None:
        yield _number(one, "events", limit(entry.events), summary.past.events, summary.past.days)
    if entry.messages is not None:
        of = next((r for r in summary.receivers if r.receiver == entry.receiver), None)
        total = of.messages + of.digests + of.reminders if of is not None else 0
        days = dict.fromkeys(summary.by_day, 0) | (of.days if of is not None else {})
        yield _number(one, "messages", limit(entry.messages), total, days)
    if entry.alerts is None and entry.matches is None:
        return
    alerts, matches, days, samples = _fired(one, summary)
    if entry.alerts is not None:
        yield _number(one, "alerts", limit(entry.alerts), alerts, dict.fromkeys(summary.by_day, 0) | days, samples)
    if entry.matches is not None:
        yield _number(one, "matches", limit(entry.matches), matches, {}, samples)


def _fired(one: Expectation, summary: Summary) -> tuple[int, int, dict[str, int], tuple[Sample, ...]]:
    """Give alerts, matches, alerts by day, and samples of what an entry is about."""
    if one.rule is not None:
        rules = [rule for rule in summary.rules if (rule.portfolio, rule.rule) == one.rule]
        of: RuleFigures | PortfolioFigures | None = rules[0] if rules else None
        samples = rules[0].samples if rules else ()
    elif one.entry.portfolio is not None:
        of = next((p for p in summary.portfolios if p.portfolio == one.entry.portfolio), None)
        samples = ()
    else:
        days = {day: sum(counts.values()) for day, counts in summary.by_day.items()}
        return summary.alerts, summary.matches, days, ()
    return (of.alerts, of.matches, of.days, samples) if of is not None else (0, 0, {}, ())


def _number(
    one: Expectation,
    what: str,
    wanted: Limit,
    total: int,
    days: Mapping[str, int],
    samples: Sequence[Sample] = (),
) -> Verdict:
    if not wanted.per_day:
        passed, got = wanted.holds(total), f"{total}"
        details = [] if passed else [f"{s.at}  {s.event} “{s.title}”" for s in samples]
    else:
        wrong = {day: count for day, count in sorted(days.items()) if not wanted.holds(count)}
        passed = not wrong
        worst = max(wrong or days or {"": 0}, key=lambda day: (days.get(day, 0), day))
        got = f"{days.get(worst, 0)} on {worst}" if worst else "no days"
        got += f" and {len(wrong) - 1} more such days" if len(wrong) > 1 else ""
        details = [f"{day}  {count}" for day, count in list(wrong.items())[:MAX_DAYS]]
    return Verdict(one, _about(one), f"{what} {wanted.text}", passed, got, tuple(details))


def _differences(one: Expectation, comparison: Comparison | None) -> Iterator[Verdict]:
    for key in DIFFERENCES:
        text = getattr(one.entry, key)
        if text is None or comparison is None:
            continue
        rules = [rule for rule in comparison.rules if _is_about(one, rule)]
        total = sum(getattr(rule, key) for rule in rules)
        wanted = limit(text)
        samples = [(rule, sample) for rule in rules for sample in getattr(rule, f"{key}_samples")]
        details = [
            f"{rule.portfolio}/{rule.rule}: {sample.event} “{sample.title}”: {'; '.join(sample.why)}"
            for rule, sample in samples[:MAX_UNEXPECTED]
        ]
        passed = wanted.holds(total)
        yield Verdict(one, _about(one), f"{key} {text}", passed, str(total), () if passed else tuple(details))


def _is_about(one: Expectation, rule: RuleDifference) -> bool:
    if one.rule is not None:
        return one.rule == (rule.portfolio, rule.rule) or "/".join(one.rule) == rule.was
    return one.entry.portfolio in (None, rule.portfolio)


def _budgets(one: Expectation, summary: Summary) -> Iterator[Verdict]:
    for rule in summary.rules:
        budget = rule.budget
        if budget is not None:
            name = f"budget at_most {budget.at_most} per {budget.per}"
            got = f"{budget.worst} in the {budget.per} from {budget.worst_at[:16].replace('T', ' ')}"
            got = (got if budget.worst else "0") + (f", {budget.over} times too many" if budget.over > 1 else "")
            yield Verdict(one, f"{rule.portfolio}/{rule.rule}", name, not budget.over, got)


# --- single events ------------------------------------------------------------------------------------------------


def _events(one: Expectation, known: _Events) -> Iterator[Verdict]:
    about = _about(one)
    for name in one.entry.match:
        got = "match" if name in known.matched else "no match" if name in known.seen else _NOT_THERE
        yield Verdict(one, about, f"match of {name}", name in known.matched, got)
    for name in one.entry.no_match:
        got = "match" if name in known.matched else "no match" if name in known.seen else _NOT_THERE
        yield Verdict(one, about, f"no match of {name}", got == "no match", got)
    if one.entry.nothing_else:
        count = len(known.unexpected) + known.more
        more = (f"and {known.more} more",) if known.more else ()
        yield Verdict(one, about, "nothing else", not count, f"{count} more", (*known.unexpected, *more))


_NOT_THERE = "no such event in this past"
