"""Whether a new alert is one more than the author of its rule expects (`expect`). Pure."""

from __future__ import annotations

from alertd.alerts.circumstances import Circumstances, View, expect_name, expect_window
from alertd.alerts.rules_of import identity_of, portfolio_of, rules_of


def over_budget(view: View, circumstances: Circumstances, now: int) -> int:
    """Give the end (ms) of the window in which a new alert is beyond its budget; 0 if it is not.

    One of several rules that may still raise alerts lets it through, and so does one without a budget.
    """
    known = rules_of(view)
    ends = []
    for match in view.matches:
        rule = known.get(match.rule)
        if rule is None or rule.expect is None:
            return 0
        name = expect_name(portfolio_of(view), identity_of(rule.id, known), rule.expect.per, now)
        if circumstances.count(name) < rule.expect.at_most:
            return 0
        ends.append(expect_window(rule.expect.per, now)[1])
    return min(ends, default=0)
