"""`POST /v1/rules/PORTFOLIO/RULE/tests`: the tests of a rule, run as its file has them.

They run in a process of their own (`asking/rules_apart.py`): a test that never ends holds up nobody, and is ended.
"""

from __future__ import annotations

from typing import Any

from alertd.asking.house import House
from alertd.model import Struct
from alertd.web.eyes import Eyes
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal
from alertd.web.rules import NAMED, NOT_THERE, named_rule


class TestDone(Struct, frozen=True, kw_only=True):
    """A test that was run."""

    name: str
    line: int
    passed: bool
    expect: str
    got: str


class TestsDone(Struct, frozen=True, kw_only=True):
    """What came of the tests of a rule."""

    portfolio: str
    rule: str
    passed: int
    failed: int
    in_force: bool
    """The rule that was tested is the one in force, not one that its file has by now."""
    tests: list[TestDone]


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
                does=self._test, query=Nothing, body=Nothing, answer=TestsDone,
                fails={404: NOT_THERE, 409: "The files of the rules have faults, or do not have this rule any more."},
                parameters=NAMED, slow=True,
            ),
        ]  # fmt: skip

    async def _test(self, asked: Asked[Nothing, Nothing]) -> object:
        portfolio, rule = await named_rule(Eyes(asked.caller, self._house), asked.path)
        answer = await self._house.files.tested(portfolio.id, rule.id)
        if not answer.read:
            raise Refusal(409, answer.trouble)
        seen = answer.rules.get(rule.id)
        if seen is None:
            raise Refusal(409, "the rule is in force, and its files do not have it any more")
        tests = [
            TestDone(name=one.name, line=one.line, passed=one.passed, expect=one.expected, got=one.got)
            for one in seen.tests
        ]
        passed = sum(one.passed for one in tests)
        return TestsDone(
            portfolio=portfolio.id, rule=rule.id, passed=passed, failed=len(tests) - passed,
            in_force=seen.hash == rule.hash, tests=tests,
        )  # fmt: skip
