"""Rules as their files have them, asked in a process of their own: where each stands, its tests, a text against one.

    web  -order on stdin->  python -m alertd.asking.rules_apart, nice 10  -answer on stdout->  web

To load a directory of rules and to run its tests takes a processor for seconds; whoever sends must not wait for that.
What is asked is answered by the files as they stand; the fingerprint of a rule says whether it is the one in force.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from alertd.asking.events import EventReader
from alertd.asking.explain import explained, named
from alertd.asking.rule_source import SourceLine, name_of, source_of
from alertd.asking.rules import loaded_with
from alertd.base import apart
from alertd.base.clock import follow_clock
from alertd.errors import ConfigError, NotThere, ParseFailed, Permanent, Temporary
from alertd.rules.explanation_text import lines
from alertd.rules.loaded import Loaded
from alertd.ruletests.coverage import Covered, Lack
from alertd.ruletests.outcome import Outcome, rule_id
from alertd.ruletests.run import Runner

NICE = 10
PATIENCE_S = 60.0
"""After so long a process is ended: a test that never ends must not stay for ever."""
MOST_TESTS = 2_000
"""Of one portfolio; more are left to `alertd test`."""


class Order(Struct, frozen=True, kw_only=True):
    """What is asked."""

    rules: str
    state_dir: str
    desks: dict[str, str] = msgspec.field(default_factory=dict)
    """Source -> desk, for the sources that name one."""
    portfolio: str
    """Empty: of event types."""
    tests_of: str = ""
    """This rule alone, or this event type; empty: all of the portfolio."""
    coverage: bool = False
    """Also which conditions the tests prove."""
    rule: str = ""
    """Of a text: against which rule."""
    title: str = ""
    body: str = ""


class TestRun(Struct, frozen=True, kw_only=True):
    """A test that was run."""

    __test__ = False

    name: str
    line: int
    passed: bool
    expected: str
    got: str
    given: list[str] = msgspec.field(default_factory=list)
    """The headlines."""


class GapSeen(Struct, frozen=True, kw_only=True):
    """A condition that no test proves."""

    lack: Lack
    condition: str


class CoverageSeen(Struct, frozen=True, kw_only=True):
    """Which conditions the tests of a rule prove: true in one, false in another, and its answer hung on it in one."""

    conditions: int
    """How many there are."""
    gaps: list[GapSeen]


class RuleSeen(Struct, frozen=True, kw_only=True):
    """A rule as its file has it, or an event type."""

    file: str
    line: int
    hash: str
    """Its fingerprint: as `Rule.hash`."""
    source: list[SourceLine] = msgspec.field(default_factory=list)
    tests: list[TestRun] = msgspec.field(default_factory=list)
    coverage: CoverageSeen | None = None
    """Only where it is asked for."""


class Answer(Struct, frozen=True, kw_only=True):
    """What came of it."""

    read: bool = True
    """Whether the files could be read."""
    rules: dict[str, RuleSeen] = msgspec.field(default_factory=dict)
    lines: list[str] = msgspec.field(default_factory=list)
    """Of a text: the explanation."""
    holds: bool | None = None
    trouble: str = ""
    """Why there is no answer, for a person who may see the portfolio."""


async def asked_apart(order: Order) -> Answer:
    """Have it answered. Raises Temporary where it takes too long or the process dies."""
    try:
        ended = await apart.asked_apart("alertd.asking.rules_apart", msgspec.json.encode(order), PATIENCE_S)
    except TimeoutError as error:
        raise Temporary(f"the rules were not read within {PATIENCE_S:.0f} seconds") from error
    if ended.code:
        raise Temporary(f"reading the rules ended with {ended.code}: {ended.said}")
    return msgspec.json.decode(ended.out, type=Answer)


def answered(order: Order) -> Answer:
    """Answer it here. Blocks."""
    try:
        loaded = loaded_with(Path(order.rules), Path(order.state_dir), lambda _: None, tests=not order.rule)
    except ConfigError:
        return Answer(read=False, trouble="The files of the rules have faults at present; alertd check names them.")
    loaded = replace(loaded, book=msgspec.structs.replace(loaded.book, source_desks=order.desks))
    return _tried(loaded, order) if order.rule else _seen(loaded, order)


def _seen(loaded: Loaded, order: Order) -> Answer:
    """Give the rules of a portfolio, or event types, as their files have them, with their tests."""
    portfolio, of = order.portfolio, order.tests_of
    places = {
        rule: place
        for (whose, rule), place in loaded.places.items()
        if whose == portfolio and rule and of in ("", rule)
    }
    wanted = [one for one in loaded.tests if (one.portfolio or "") == portfolio and of in ("", one.rule)]
    runner = Runner(loaded, wanted, coverage=order.coverage)
    run: dict[str, list[TestRun]] = {}
    for outcome in islice(runner, MOST_TESTS):
        run.setdefault(outcome.rule.rule, []).append(_run(outcome))
    covered = runner.covered or {}
    proven = {one.rule: _coverage(covered[rule_id(one)]) for one in wanted if rule_id(one) in covered}
    there = loaded.book.portfolio(portfolio)
    known = (there.rules if there is not None else ()) if portfolio else loaded.book.event_types
    hashes = {one.id: one.hash for one in known}
    rules = {
        rule: RuleSeen(
            file=name_of(place, order.rules),
            line=place.line,
            hash=hashes.get(rule, ""),
            source=source_of(place),
            tests=run.get(rule, []),
            coverage=proven.get(rule),
        )
        for rule, place in places.items()
    }
    return Answer(rules=rules)


def _coverage(one: Covered) -> CoverageSeen:
    return CoverageSeen(
        conditions=one.total, gaps=[GapSeen(lack=gap.lack, condition=gap.label) for gap in one.gaps()]
    )


def _run(outcome: Outcome) -> TestRun:
    return TestRun(
        name=outcome.name,
        line=outcome.test.place.line,
        passed=outcome.passed,
        expected=outcome.expected,
        got="; ".join([outcome.got, *outcome.errors]),
        given=[step.title for step in outcome.steps],
    )


def _tried(loaded: Loaded, order: Order) -> Answer:
    """Ask a rule about a text."""
    try:
        asked = named(loaded.book, f"{order.portfolio}/{order.rule}")
        fields = {"title": order.title, "body": order.body}
        events = EventReader.of(loaded).timeline(msgspec.json.encode(fields))
        found = explained(loaded, asked, events)
    except (NotThere, ParseFailed, Permanent) as error:
        return Answer(trouble=str(error))
    return Answer(lines=list(lines(found)), holds=found.truth)


def main() -> None:
    """Answer the order on stdin, on stdout."""
    os.nice(NICE)
    follow_clock(os.environ)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.json.encode(answered(order)))


if __name__ == "__main__":
    main()
