"""Rules as their files have them: read in a process of their own, and kept until they may have changed."""

from __future__ import annotations

from msgspec.structs import replace

from alertd.asking.fresh import Fresh
from alertd.asking.in_force import InForce
from alertd.asking.rules_apart import Answer, Order, asked_apart
from alertd.errors import Temporary

FRESH_S, KEEP_S = 60.0, 900.0
TRIED_S = 120.0
WAIT_S, TRY_S = 3.0, 7.0
"""How long a page waits for what it has not seen yet, and for a text; it then says that it is to come."""
MOST_WAITING = 4
"""Texts, or rules whose tests are run, at the same time, those that wait for their turn included."""


class RuleFiles:
    """Asks about one directory."""

    def __init__(self, in_force: InForce) -> None:
        self._in_force = in_force
        self._seen: Fresh[Answer] = Fresh("rule_files", FRESH_S, KEEP_S)
        self._tested: Fresh[Answer] = Fresh("rule_tests", 0.0, 0.0)
        self._tried: Fresh[Answer] = Fresh("rule_tried", TRIED_S, TRIED_S)

    async def seen(self, portfolio: str, wait_s: float | None = WAIT_S) -> Answer | None:
        """Give the rules of a portfolio with their tests; None: they are being read. Raises Temporary."""
        order = self._order(portfolio)
        return await self._seen.get((self._in_force.version, portfolio), lambda: asked_apart(order), wait_s)

    async def tested(self, portfolio: str, rule: str, *, coverage: bool = False) -> Answer:
        """Run the tests of a rule now, or without a portfolio of an event type, as its file has them.

        Raises Temporary, also where too many ask.
        """
        if self._tested.waiting >= MOST_WAITING:
            raise Temporary("too many tests are being run")
        order = replace(self._order(portfolio), tests_of=rule, coverage=coverage)
        key = (self._in_force.version, portfolio, rule, coverage)
        answer = await self._tested.get(key, lambda: asked_apart(order))
        assert answer is not None  # it is waited for
        return answer

    async def tried(self, portfolio: str, rule: str, title: str, body: str) -> Answer | None:
        """Ask a rule about a text; None: it takes longer, and who asks the same again gets what came of it.

        Raises Temporary, also where too many ask.
        """
        if self._tried.waiting >= MOST_WAITING:
            raise Temporary("too many texts are being asked about")
        order = self._order(portfolio, rule, title, body)
        key = (self._in_force.version, portfolio, rule, title, body)
        return await self._tried.get(key, lambda: asked_apart(order), TRY_S)

    def _order(self, portfolio: str, rule: str = "", title: str = "", body: str = "") -> Order:
        reach = self._in_force.reach
        return Order(
            rules=str(reach.rules),
            state_dir=str(reach.state_dir),
            desks=reach.source_desks,
            portfolio=portfolio,
            rule=rule,
            title=title,
            body=body,
        )
