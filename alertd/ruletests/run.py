"""Runs the tests inside rules: by the engine that the daemon uses, on the test's own clock, from an empty memory.

What a test states of an event stays as it is; the rest is found in its words, as the daemon would.

given -> events with ids and times -> Stream -> for how many the rule held -> expected or not
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

import msgspec

from alertd.alerts.severity import arithmetic
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.ids import event_id
from alertd.enrich.enricher import Enricher
from alertd.model import Event
from alertd.rules.book import EventTypeRule, Portfolio, Rule, RuleBook, make_book
from alertd.rules.explanation import Explainer, Explanation
from alertd.rules.explanation_type import TypeExplainer
from alertd.rules.loaded import Loaded, RuleTest, RuleTests
from alertd.rules.match import Matcher
from alertd.rules.tree import Always
from alertd.rules.understanding import Understanding
from alertd.ruletests.coverage import Covered
from alertd.ruletests.outcome import Outcome, Step, got_of, rule_id
from alertd.ruletests.stream import Stream, told

START = "2030-01-07T14:30:00.000Z"
"""When a test begins that states no times: a Monday, so late that relations which begin before are in force."""
SOURCE = "test"


class Runner:
    """Runs the tests of one rules directory."""

    def __init__(self, loaded: Loaded, wanted: Iterable[RuleTests], *, coverage: bool = False) -> None:
        """Only rules in `wanted` are matched: the others cannot change what a test shows.

        With `coverage`, those without a test count too: nothing of them is proven.
        """
        self._wanted = [tests for tests in wanted if tests.tests or coverage]
        self._book = _only(loaded.book, self._wanted)
        self._understanding = Enricher.of(loaded.book.event_types, loaded.table)
        self._benches: dict[bytes, _Bench] = {}
        self._broken: dict[str, str] = {}
        """Rule -> what it raised: it is switched off from then on."""
        self.covered: dict[str, Covered] | None = {} if coverage else None

    def __iter__(self) -> Iterator[Outcome]:
        """Run all tests, in the order of the files."""
        for tests in self._wanted:
            if self.covered is not None:
                self.covered[rule_id(tests)] = self._made(b"", self._book).to_cover(tests)
            for number, test in enumerate(tests.tests, 1):
                yield self._run(tests, number, test)

    def _run(self, tests: RuleTests, number: int, test: RuleTest) -> Outcome:
        began = time.perf_counter()
        trial = _Trial(self._bench(tests, test), tests, test)
        for taken in trial.taken:
            self._broken |= {f"{f.portfolio}/{f.rule}".lstrip("/"): f.error for f in taken.failures}
        name = rule_id(tests)
        errors = (f"the rule raised {self._broken[name]}",) if name in self._broken else ()
        steps = tuple(trial.step(i) for i in range(len(trial.taken)))
        count = sum(step.held for step in steps)
        few = count < test.at_least
        wrong = few or (test.at_most is not None and count > test.at_most)
        if self.covered is not None:
            for i in range(len(trial.taken)):
                self.covered[name].note(trial.explain(i))
        return Outcome(
            rule=tests,
            number=number,
            test=test,
            steps=steps,
            passed=not wrong and not errors,
            expected=test.expect + _wanted(test, trial.company),
            got=got_of(steps, trial.company),
            errors=errors,
            explanation=_about(trial, _deciding(steps, few=few)) if wrong and not errors else None,
            seconds=time.perf_counter() - began,
        )

    def _bench(self, tests: RuleTests, test: RuleTest) -> _Bench:
        """Give what the test runs on: shared by all tests with the portfolio's own holdings."""
        if test.holdings is None or not tests.portfolio:
            return self._made(b"", self._book)
        key = tests.portfolio.encode() + msgspec.msgpack.encode(test.holdings, order="deterministic")
        portfolio = self._book.portfolio(tests.portfolio)
        assert portfolio is not None
        held = msgspec.structs.replace(portfolio, holdings=test.holdings, hash="")
        names = {holding.company: holding.label for holding in test.holdings.positions.values() if holding.label}
        return self._made(key, _with(self._book, [held], self._book.labels | names))

    def _made(self, key: bytes, book: RuleBook) -> _Bench:
        if key not in self._benches:
            self._benches[key] = _Bench(book, self._understanding)
        return self._benches[key]


def _wanted(test: RuleTest, company: str) -> str:
    """Say for whom, how severe, or as what, a test expects its match."""
    if test.severity is not None:
        return (f" for {company}" if company else "") + f" of severity {test.severity}"
    as_what = " ".join(part for part in (test.status, test.kind) if part)
    return f" for {company}" if company else f" as {as_what}" if as_what else ""


class _Bench:
    """A book made ready."""

    def __init__(self, book: RuleBook, understanding: Understanding) -> None:
        self.labels = book.labels
        self.matcher = Matcher(book, understanding=understanding)
        self.explainer = Explainer(book)
        self.type_explainer = TypeExplainer(book, understanding)
        self.rules: dict[tuple[str, str], tuple[Portfolio, Rule]] = {(p.id, r.id): (p, r) for p, r in book.rules()}
        self.types: dict[str, EventTypeRule] = {kind.id: kind for kind in book.event_types}

    def to_cover(self, tests: RuleTests) -> Covered:
        """Say which conditions of a rule or event type there are to cover."""
        covered = Covered()
        if tests.event_type:
            kind = self.types[tests.event_type]
            covered.expect("when", kind.when)
            for status, node in kind.statuses:
                covered.expect(status, node)
            for name, node in kind.kinds:
                covered.expect(f"kind {name}", node)
            return covered
        _, rule = self.rules[tests.portfolio or "", tests.rule]
        if not isinstance(rule.when, Always):  # then it is a rule about what came before, and about that alone
            covered.expect("when", rule.when)
        if rule.state is not None:
            covered.expect_one("state", rule.state.label())
        return covered


class _Trial:
    """One test on its bench: its events, taken one after the other."""

    def __init__(self, bench: _Bench, tests: RuleTests, test: RuleTest) -> None:
        self._bench = bench
        self._type = bench.types[tests.event_type] if tests.event_type else None
        self._rule = bench.rules[tests.portfolio, tests.rule] if tests.portfolio else None
        self._test = test
        self.company = bench.labels.get(test.company, test.company) if test.company else ""
        """What the company is called that the test asks for."""
        start = _start(self._rule[1] if self._rule else None)
        self._events = [
            _event(given.event, start + given.at_ms, f"{rule_id(tests)}:{number}")
            for number, given in enumerate(test.given, 1)
        ]
        with Stream(bench.matcher, only=(tests.portfolio or "", tests.rule)) as stream:
            self.taken = [stream.take(event) for event in self._events]

    def step(self, i: int) -> Step:
        """Say whether the rule held for an event, for the company that the test asks for."""
        taken, at_ms, title = self.taken[i], self._test.given[i].at_ms, self._events[i].title
        if self._rule is None:
            found = next((r for r in taken.event.event_types if r.type == self._kind.id), None)
            if found is None:
                return Step(at_ms, title, held=False)
            held = self._test.status in (None, found.status) and self._test.kind in (None, found.kind)
            said = found.status if self._test.kind is None else f"{found.status} {found.kind or 'of no kind'}"
            return Step(at_ms, title, held, status=said)
        portfolio, rule = self._rule
        matches = [match for match in taken.matches if (match.portfolio, match.rule) == (portfolio.id, rule.id)]
        companies = [company for match in matches for company in match.companies]
        held = bool(matches) and (self._test.company is None or self._test.company in companies)
        labels = tuple(self._bench.labels.get(company, company) for company in companies)
        if held and self._test.severity not in (None, *(match.severity for match in matches)):
            return Step(
                at_ms, title, held=False, companies=labels, severity=arithmetic(matches[0]) or matches[0].severity
            )
        return Step(at_ms, title, held, labels)

    def explain(self, i: int) -> Explanation:
        """Say why the rule, or the event type, holds for an event or does not."""
        if self._rule is None:
            return self._bench.type_explainer.event_type(self._kind, self._events[i])
        portfolio, rule = self._rule
        taken = self.taken[i]
        titles = {event.id: event.title for event in self._events}
        before = told(taken, portfolio.id, rule.id, titles)
        return self._bench.explainer.rule(portfolio, rule, taken.event, over_time=before, refused=taken.refused)

    @property
    def _kind(self) -> EventTypeRule:
        assert self._type is not None
        return self._type


def _about(trial: _Trial, i: int) -> Explanation:
    """Explain the rule for the event that decides: where the test names a company, for that one first."""
    found = trial.explain(i)
    if not trial.company:
        return found
    asked = sorted(found.asked, key=lambda one: one.label != trial.company)
    if asked and asked[0].label == trial.company:
        return replace(found, asked=tuple(asked))
    return replace(found, notes=(*found.notes, f"{trial.company} is not asked: nothing in the event leads to it"))


def _start(rule: Rule | None) -> int:
    """Begin on a day on which the rule is valid."""
    day = START[:10]
    if rule is not None and rule.valid_until:
        day = min(day, rule.valid_until)
    if rule is not None and rule.valid_from:
        day = max(day, rule.valid_from)
    return parse_rfc3339(day + START[10:])


def _event(given: Event, at_ms: int, identity: str) -> Event:
    """Fill in what a test leaves out: an id, a source, times."""
    at = given.event_at or given.accepted_at or given.published_at or rfc3339(at_ms)
    return msgspec.structs.replace(
        given,
        id=given.id or event_id(SOURCE, identity),
        seen_at=given.seen_at or at,
        event_at=at,
    )


def _deciding(steps: tuple[Step, ...], *, few: bool) -> int:
    """Give the place of the event to explain: the last one for which the rule should have held, or should not."""
    return max((i for i, step in enumerate(steps) if step.held is not few), default=len(steps) - 1)


def _only(book: RuleBook, wanted: Iterable[RuleTests]) -> RuleBook:
    """Leave out of a book the rules that are not tested."""
    rules: defaultdict[str, set[str]] = defaultdict(set)
    for tests in wanted:
        rules[tests.portfolio or ""].add(tests.rule)
    portfolios = [
        msgspec.structs.replace(p, rules=tuple(rule for rule in p.rules if rule.id in rules[p.id]), hash="")
        for p in book.portfolios
        if p.id in rules
    ]
    return _with(book, portfolios, book.labels)


def _with(book: RuleBook, portfolios: list[Portfolio], labels: dict[str, str]) -> RuleBook:
    shared = {name: getattr(book, name) for name in book.__struct_fields__ if name not in ("portfolios", "version")}
    return make_book(portfolios, **shared | {"labels": labels})
