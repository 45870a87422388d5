"""The tests of a rule or an event type, run as its file has them; `{"coverage": true}`: and what they prove.

POST /v1/rules/PORTFOLIO/RULE/tests
POST /v1/event-types/TYPE/tests

They run in a process of their own (`asking/rules_apart.py`): a test that never ends holds up nobody, and is ended.
"""

from __future__ import annotations

from typing import Any

from alertd.asking.house import House
from alertd.asking.rules_apart import CoverageSeen, RuleSeen
from alertd.model import Struct
from alertd.web.event_type_rules import NAMED_TYPE, NO_TYPE, named_type
from alertd.web.eyes import Eyes
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal
from alertd.web.rules import NAMED, NOT_THERE, named_rule

FAULTS = "The files of the rules have faults, or do not have this one any more."


class Testing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a request to run tests."""

    coverage: bool = False
    """Say also which conditions no test proves."""


class TestDone(Struct, frozen=True, kw_only=True):
    """A test that was run."""

    name: str
    line: int
    passed: bool
    expect: str
    got: str


class TestsRun(Struct, frozen=True, kw_only=True):
    """What came of tests."""

    passed: int
    failed: int
    in_force: bool
    """What was tested is what is in force, not what its file has by now."""
    tests: list[TestDone]
    coverage: CoverageSeen | None
    """Null where it was not asked for."""


class TestsDone(TestsRun, frozen=True, kw_only=True):
    """What came of the tests of a rule."""

    portfolio: str
    rule: str


class TestsOfType(TestsRun, frozen=True, kw_only=True):
    """What came of the tests of an event type."""

    event_type: str


class RuleTestRoutes:
    """Runs tests."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="testRule", method="POST", path="/v1/rules/{portfolio}/{rule}/tests", reads=True,
                summary="Run the tests of a rule as its file has them",
                does=self._rule, query=Nothing, body=Testing, answer=TestsDone,
                fails={404: NOT_THERE, 409: FAULTS}, parameters=NAMED, slow=True,
            ),
            Operation(
                name="testEventType", method="POST", path="/v1/event-types/{type}/tests", reads=True,
                summary="Run the tests of an event type as its file has them",
                does=self._event_type, query=Nothing, body=Testing, answer=TestsOfType,
                fails={404: NO_TYPE, 409: FAULTS}, parameters=NAMED_TYPE, slow=True,
            ),
        ]  # fmt: skip

    async def _rule(self, asked: Asked[Nothing, Testing]) -> object:
        portfolio, rule = await named_rule(Eyes(asked.caller, self._house), asked.path)
        seen = await self._seen(portfolio.id, rule.id, asked.body)
        return {"portfolio": portfolio.id, "rule": rule.id, **_done(seen, rule.hash)}

    async def _event_type(self, asked: Asked[Nothing, Testing]) -> object:
        kind = await named_type(self._house, asked.path["type"])
        return {"event_type": kind.id, **_done(await self._seen("", kind.id, asked.body), kind.hash)}

    async def _seen(self, portfolio: str, name: str, body: Testing) -> RuleSeen:
        """Run the tests of one. Raises Refusal, Temporary."""
        answer = await self._house.files.tested(portfolio, name, coverage=body.coverage)
        if not answer.read:
            raise Refusal(409, answer.trouble)
        seen = answer.rules.get(name)
        if seen is None:
            raise Refusal(
                409, f"the {'rule' if portfolio else 'type'} is in force, and its files do not have it any more"
            )
        return seen


def _done(seen: RuleSeen, in_force: str) -> dict[str, Any]:
    tests = [
        TestDone(name=one.name, line=one.line, passed=one.passed, expect=one.expected, got=one.got)
        for one in seen.tests
    ]
    passed = sum(one.passed for one in tests)
    return {
        "passed": passed, "failed": len(tests) - passed, "in_force": seen.hash == in_force, "tests": tests,
        "coverage": seen.coverage,
    }  # fmt: skip
