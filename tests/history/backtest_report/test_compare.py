"""Two versions of the rules over the same events, where the differences are known by construction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from alertd.history.backtest.compare import Comparing
from alertd.history.backtest.figures import Comparison
from alertd.history.backtest.happened import Happened, Rang
from alertd.history.backtest.lockstep import Aside, Pair, in_step
from alertd.history.backtest.summary import Summing
from alertd.history.past import PastEvent
from alertd.model import Decision, Event
from alertd.rules.book import RuleBook
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from tests.history.backtest_report.make import DAY, NOW, START, covered, event, rang

HEAD = "portfolio: ai\ntitle: AI\nreceivers: [desk]\nrules:\n"
TITLES = [
    "Vega leases a computer", "Vega leases a van", "Lumen buys a computer", "Lumen sells a van", "Vega in dispute",
    "Vega sues Lumen", "Lumen leases a computer to Vega",
]  # fmt: skip


def rules(folder: Path, text: str) -> RuleBook:
    """Load a portfolio `ai` with these rules."""
    file = folder / "portfolios/ai.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEAD + text)
    return load_rules(folder).book


def ran(book: RuleBook, events: Sequence[Event], receivers: dict[str, str] | None = None) -> list[Happened]:
    """Match events, each with an alert of its own for each portfolio."""
    matcher = Matcher(book)
    made = []
    for number, one in enumerate(events, 1):
        result = matcher.match(one)
        decisions = [
            Decision(
                portfolio="ai", alert=f"al_{one.id}", alert_revision=1, reason="first",
                receivers=receivers or {"desk": NOW}, rules=[match.rule for match in result.matches],
            )
        ] if result.matches else []  # fmt: skip
        past = PastEvent(START + number * 60_000, one)
        made.append(Happened(past, result.event, True, result.matches, tuple(decisions), number=number))
    return made


def compared(
    new: RuleBook,
    old: RuleBook,
    events: Sequence[Event],
    *answers: Rang,
    told: dict[str, str] | None = None,
    told_before: dict[str, str] | None = None,
) -> Comparison:
    """Compare two books over events."""
    comparing, sides = Comparing(new, old), (Summing(new), Summing(old))
    both = ran(new, events, told), ran(old, events, told_before)
    for one, other in zip(*both, strict=True):
        comparing.add(one, other)
        for summing, happened in zip(sides, (one, other), strict=True):
            summing.add(happened)
    for answer in answers:
        comparing.rang(answer)
    made = [side.made(covered(*which), START, START + DAY) for side, which in zip(sides, both, strict=True)]
    return comparing.made("old", *made)


def events() -> list[Event]:
    return [event(str(number), number * 60_000, title) for number, title in enumerate(TITLES)]


OLD = """
  - {id: lease, title: A lease, severity: high, when: {title: lease}}
  - {id: dispute, title: A dispute, severity: high, when: {title: [dispute, sue]}}
  - {id: purchase, title: A purchase, severity: low, when: {title: buy}}
"""
NEW = """
  - {id: big-lease, formerly: lease, title: A lease, severity: high, when: {all: [{title: lease}, {title: computer}]}}
  - {id: dispute, title: A dispute, severity: critical, when: {title: [dispute, sue]}}
  - {id: sale, title: A sale, severity: low, when: {title: sell}}
"""


def test_added_lost_and_changed_are_found_rule_by_rule(tmp_path: Path) -> None:
    made = compared(rules(tmp_path / "new", NEW), rules(tmp_path / "old", OLD), events())
    assert (made.added, made.lost, made.changed, made.same) == (1, 2, 4, 0)
    assert (made.alerts, made.alerts_before) == (5, 6)
    found = {one.rule: one for one in made.rules}
    assert set(found) == {"big-lease", "dispute", "sale", "purchase"}
    lease = found["big-lease"]
    assert (lease.was, lease.lost, lease.added, lease.edited) == ("ai/lease", 1, 0, True)
    assert lease.changes == {"evidence": 2}
    assert (lease.alerts, lease.alerts_before) == (2, 3)
    assert (found["sale"].is_new, found["sale"].added) == (True, 1)
    assert (found["purchase"].is_gone, found["purchase"].lost) == (True, 1)
    assert (found["dispute"].changed, found["dispute"].changes) == (2, {"severity": 2})


def test_a_sample_says_why_the_other_version_does_not_hold(tmp_path: Path) -> None:
    made = compared(rules(tmp_path / "new", NEW), rules(tmp_path / "old", OLD), events())
    found = {one.rule: one for one in made.rules}
    (lost,) = found["big-lease"].lost_samples
    assert lost.title == "Vega leases a van"
    assert lost.why == ("✗ title: computer — not in the title",)
    assert found["sale"].added_samples[0].why == ("there is no such rule there",)
    assert found["dispute"].changed_samples[0].why == ("severity: high → critical",)


def test_a_rule_that_is_only_renamed_makes_no_difference(tmp_path: Path) -> None:
    renamed = OLD.replace("id: lease,", "id: any-lease, formerly: lease,")
    made = compared(rules(tmp_path / "new", renamed), rules(tmp_path / "old", OLD), events())
    assert (made.added, made.lost, made.changed, made.rules) == (0, 0, 0, ())


def test_receivers_that_a_rule_names_anew_and_a_trial_that_ends_are_changes(tmp_path: Path) -> None:
    routed = OLD.replace("title: A lease,", "title: A lease, receivers: [pm],")
    trial = OLD.replace("title: A lease,", "title: A lease, status: experimental,")
    old = rules(tmp_path / "old", OLD)
    by_receiver = compared(rules(tmp_path / "a", routed), old, events()).rules[0]
    assert by_receiver.changes == {"receivers": 3}
    assert by_receiver.changed_samples[0].why == ("receivers: desk → pm",)
    live = compared(old, rules(tmp_path / "b", trial), events()).rules[0]
    assert live.changed_samples[0].why == ("status: experimental → live",)


def test_the_same_match_of_which_others_are_told_is_counted_apart(tmp_path: Path) -> None:
    book = rules(tmp_path, OLD)
    made = compared(book, book, events()[:2], told={"desk": "cooldown: 4h"}, told_before={"desk": NOW})
    assert (made.same, made.rules, made.told_otherwise) == (2, (), 2)
    assert made.told_samples[0].why == ("desk now → desk cooldown",)
    assert [(one.receiver, one.messages, one.before) for one in made.receivers] == [("desk", 0, 2)]


def test_lost_alerts_that_people_called_useful_are_counted(tmp_path: Path) -> None:
    useful = rang("answer", DAY, "useful", ["al_ev_1"], who="jd", portfolio="ai")
    noise = rang("answer", DAY, "noise", ["al_ev_1"], who="jd", portfolio="ai")
    books = rules(tmp_path / "new", NEW), rules(tmp_path / "old", OLD)
    for answers, count in (([useful, useful], 1), ([useful, noise], 0), ([noise, useful], 1)):
        made = compared(*books, events(), *answers)
        assert next(one for one in made.rules if one.rule == "big-lease").lost_useful == count


def test_what_one_version_has_nothing_to_tell_of_is_compared_too(tmp_path: Path) -> None:
    new, old = rules(tmp_path / "new", NEW), rules(tmp_path / "old", OLD)
    comparing, summary = Comparing(new, old), Summing(new).made(covered(), START, START + DAY)
    both = ran(new, events()), ran(old, events())
    some = [[one for one in side if one.matches] for side in both]
    rung = rang("timer", 0, "closed")

    async def stream(items: Sequence[Happened], first: Rang | None = None) -> AsyncIterator[Happened | Rang]:
        if first is not None:
            yield first
        for item in items:
            yield item

    async def go() -> list[Aside]:
        asides = []
        async for one in in_step(stream(some[0], rung), stream(some[1])):
            if isinstance(one, Pair):
                comparing.add(*one)
            else:
                asides.append(one)
        return asides

    assert asyncio.run(go()) == [Aside("new", rung)]
    made = comparing.made("old", summary, summary)
    assert (made.added, made.lost, made.changed, made.same) == (1, 2, 4, 0)
