"""Conditions beside a sequence are about its last step, in whatever order the events arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import Amount, CompanyMention, Event, Party, ReportedType
from alertd.rules.beside import MAX_BOUND, MAX_MET, mark_of, with_met
from alertd.rules.book import BookChange, Portfolio
from alertd.rules.fact_index import event_ms, facts_of
from alertd.rules.match import Matcher
from alertd.rules.outcome import Earlier
from alertd.rules.parties import pairs
from tests.rules.desk import MSFT, NVDA, VRT, desk_book, desk_portfolio
from tests.rules.test_over_time_orders import settled, told, verdicts

START = parse_rfc3339("2026-03-01T00:00:00.000Z")
HOUR = 3_600_000
WITHIN = 8 * HOUR
STEPS = "sequence: [{event_type: compute_lease}, {event_type: contract_dispute}], within: 8h"
RESTS = [
    "title: quarrel",
    "exposed: holdings",
    'amount: ">= 100M USD"',
    "not: {title: quarrel}",
    'all: [{mentions: holdings}, {weight: ">= 3%"}]',
    "mentions: spacex",
]
KINDS = ["parties", "company"]
CASES = [(rest, by) for rest in RESTS for by in KINDS]
MATCHER = Matcher(
    desk_book(desk_portfolio(*(f"all: [{{{rest}}}, {{{STEPS}, by: {by}}}]" for rest, by in CASES), name="desk-a"))
)
ALONE = Matcher(desk_book(desk_portfolio(*RESTS)), engine="reference")
"""The same without the sequence."""


def _event(number: int, hour: int, kinds: list[str], companies: list[str], title: str, amount: float) -> Event:
    parties = [Party(company=company) for company in companies]
    return Event(
        id=f"ev_{number}",
        source="prwire",
        title=title,
        event_at=rfc3339(START + hour * HOUR),
        companies=[CompanyMention(id=company) for company in companies],
        event_types=[ReportedType(type=kind, parties=parties) for kind in kinds],
        amounts=[Amount(low=amount, high=amount, currency="USD")],
    )


_FIELDS = st.tuples(
    st.integers(0, 16),
    st.lists(st.sampled_from(["compute_lease", "contract_dispute"]), max_size=2, unique=True),
    st.lists(st.sampled_from([NVDA, VRT, MSFT, "spacex", "anthropic", "vega"]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["A quarrel", "It happens"]),
    st.sampled_from([1e6, 1e9]),
)
_EVENTS = st.lists(_FIELDS, max_size=8).map(lambda drawn: [_event(n, *fields) for n, fields in enumerate(drawn)])


def _reports(events: Sequence[Event], kind: str) -> list[Event]:
    return [event for event in events if any(reported.type == kind for reported in event.event_types)]


def _at(event: Event) -> int:
    at = event_ms(event)
    assert at is not None
    return at


def _plainly(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """Say which rules hold for what, by the meaning of the words alone."""
    for dispute in _reports(events, "contract_dispute"):
        met = {match.rule: match.companies for match in ALONE.match(dispute).matches}
        for number, (rest, by) in enumerate(CASES):
            bound = met.get(f"rule-{RESTS.index(rest)}")
            if bound is None:
                continue
            named = [mention.id for mention in dispute.companies]
            groups = pairs(named) if by == "parties" else [c for c in bound if c in named] or named
            for group in groups:
                if any(
                    _at(lease) < _at(dispute) <= _at(lease) + WITHIN
                    and set(group.split("+")) <= {mention.id for mention in lease.companies}
                    for lease in _reports(events, "compute_lease")
                ):
                    yield f"rule-{number}", group


@given(_EVENTS, st.data())
def test_a_rule_holds_where_its_last_step_meets_the_rest_whatever_the_order_of_arrival(
    events: list[Event], data: st.DataObject
) -> None:
    arrival = data.draw(st.permutations(events))
    for event in data.draw(st.lists(st.sampled_from(events), max_size=3)) if events else []:
        arrival.insert(data.draw(st.integers(0, len(arrival))), event)
    assert told(arrival, MATCHER) == set(_plainly(events))


@given(_EVENTS, st.data())
def test_an_event_that_comes_again_gets_the_answer_that_it_got(events: list[Event], data: st.DataObject) -> None:
    once = settled(events, MATCHER)
    again = data.draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
    repeated = settled([*events, *again], MATCHER)[len(events) :]
    for found, event in zip(repeated, again, strict=True):
        first = verdicts(once[int(event.id[3:])], event)
        # What came since may be a reason to ask, and none to answer otherwise.
        assert {verdict for verdict in verdicts(found, event) if verdict[3]} == {v for v in first if v[3]}


@given(_EVENTS, st.integers(2, 8))
def test_a_batch_gets_the_answers_that_its_events_get_one_by_one(events: list[Event], together: int) -> None:
    alone, batched = settled(events, MATCHER), settled(events, MATCHER, together=together)
    held = [
        [
            {verdict for verdict in verdicts(found, event) if verdict[3]}
            for found, event in zip(all_, events, strict=True)
        ]
        for all_ in (alone, batched)
    ]
    assert held[0] == held[1]
    for found in alone:
        assert len({(one.rule.id, one.by) for one in found}) == len(found), "and each is asked once"


@given(_EVENTS.filter(lambda events: len(_reports(events, "contract_dispute")) == 1), st.data())
def test_the_companies_of_the_match_are_those_of_the_last_step(events: list[Event], data: st.DataObject) -> None:
    (dispute,) = _reports(events, "contract_dispute")
    bound = {match.rule: match.companies for match in ALONE.match(dispute).matches}
    for found in settled(data.draw(st.permutations(events)), MATCHER):
        for match in (one.match for one in found if one.match is not None):
            rest, by = CASES[int(match.rule.removeprefix("rule-"))]
            if by == "parties":
                assert match.companies == bound[f"rule-{RESTS.index(rest)}"]


# --- one by one -----------------------------------------------------------------------------------------------


def _lease(hour: int = 0, title: str = "It happens", **more: object) -> Event:
    return msgspec.structs.replace(_event(0, hour, ["compute_lease"], ["spacex", "anthropic"], title, 1e9), **more)


def _dispute(hour: int = 4, title: str = "It happens", **more: object) -> Event:
    return msgspec.structs.replace(_event(1, hour, ["contract_dispute"], ["spacex", "anthropic"], title, 1e9), **more)


def _held(condition: str, *events: Event, settings: str = "") -> list[bool]:
    """Say after which events a rule with this beside the sequence held."""
    rules = desk_book(desk_portfolio(f"all: [{{{condition}}}, {{{STEPS}}}]", settings=settings))
    return [any(one.verdict.truth for one in found) for found in settled(events, Matcher(rules))]


def test_a_late_first_step_may_say_what_it_likes() -> None:
    quarrel = _dispute(title="A quarrel")
    assert _held("title: quarrel", quarrel, _lease()) == [False, True]
    assert _held("title: quarrel", _dispute(), _lease(title="A quarrel")) == [False, False]
    assert _held("not: {title: quarrel}", _dispute(), _lease(title="A quarrel")) == [False, True]


def test_a_last_step_that_is_corrected_counts_with_what_it_says_now() -> None:
    quarrel, calm = _dispute(title="A quarrel"), _dispute(revision=2)
    assert _held("title: quarrel", quarrel, calm, _lease()) == [False, False, False]
    assert _held("title: quarrel", _dispute(), _dispute(title="A quarrel", revision=2), _lease()) == [
        False, False, True,
    ]  # fmt: skip
    assert _held("title: quarrel", _dispute(), _lease(), _dispute(title="A quarrel", revision=2)) == [
        False, False, True,
    ]  # fmt: skip


def test_a_last_step_that_is_withdrawn_completes_nothing() -> None:
    gone = _dispute(title="A quarrel", revision=2, withdrawn=True)
    assert _held("title: quarrel", _dispute(title="A quarrel"), gone, _lease()) == [False, False, False]


def test_a_late_first_step_that_comes_again_holds_still_when_the_last_has_changed() -> None:
    events = [_dispute(title="A quarrel"), _lease(), _dispute(revision=2), _lease()]
    assert _held("title: quarrel", *events) == [False, True, False, True]


def test_the_days_on_which_a_rule_is_valid_are_those_of_the_last_step() -> None:
    after = "valid_from: 2026-03-02"
    for rest in ("title: [quarrel, happens]", "exposed: holdings"):
        events = [_dispute(26), _lease(20)]
        assert _held(rest, *events, settings=after) == [False, True]
        assert _held(rest, *events[::-1], settings=after) == [False, True]
        assert _held(rest, _dispute(22), _lease(20), settings=after) == [False, False]
    plain = desk_book(desk_portfolio(STEPS.replace("], within", "]\nwithin"), settings=after))
    assert told([_dispute(26), _lease(20)], Matcher(plain)) == {("rule-0", "anthropic+spacex")}


def test_the_match_of_a_late_first_step_names_the_last_and_the_way_to_the_holding() -> None:
    rules = desk_book(desk_portfolio(f"all: [{{exposed: holdings}}, {{{STEPS}}}]"))
    found = settled([_dispute(title="SpaceX is sued"), _lease()], Matcher(rules))[1]
    (match,) = [one.match for one in found if one.match is not None]
    assert (match.event, match.company) == ("ev_0", NVDA)
    assert match.evidence[0].quote == "contract_dispute 2026-03-01 · SpaceX is sued · ev_1"
    assert match.path == ["NVDA supplier of SpaceX (0.6)"]


def test_a_rule_of_another_name_does_not_take_over_what_was_met() -> None:
    portfolio = desk_portfolio(f"all: [{{title: quarrel}}, {{{STEPS}}}]")
    (rule,) = portfolio.rules
    renamed = msgspec.structs.replace(rule, id="other", identity=rule.id)
    assert mark_of(portfolio, rule) == mark_of(portfolio, renamed)
    assert mark_of(portfolio, rule) != mark_of(portfolio, msgspec.structs.replace(rule, id="other"))


def test_rules_that_change_and_go_are_asked_about_late_steps_as_they_are_now() -> None:
    quarrel = f"all: [{{title: quarrel}}, {{{STEPS}}}]"
    first = desk_book(desk_portfolio(quarrel))
    matcher = Matcher(first)
    (portfolio,) = first.portfolios
    mark = mark_of(portfolio, portfolio.rules[0])
    before = matcher.match(_lease()).earlier
    assert before is not None and before.rule(mark) is not None
    assert before.rule("another") is None

    def change_to(portfolios: list[Portfolio]) -> Earlier | None:
        after = desk_book(*portfolios)
        removed = () if portfolios else (portfolio.id,)
        change = BookChange(
            before=matcher.version, version=after.version, portfolios=after.portfolios, removed=removed
        )
        matcher.apply(change)
        return matcher.match(_lease()).earlier

    changed = change_to([desk_portfolio(quarrel.replace("quarrel", "anger"))])
    assert changed is not None
    open_ = changed.rule(mark)
    assert open_ is not None
    assert "anger" in open_.rule.when.children[0].label()
    renamed = msgspec.structs.replace(desk_portfolio(quarrel.replace("quarrel", "anger")), identity="first", hash="")
    found = change_to([renamed])
    assert found is not None
    assert (found.rule(mark), found.rule(mark_of(renamed, renamed.rules[0])) is not None) == (None, True)
    assert change_to([desk_portfolio("title: merger")]) is None
    assert change_to([]) is None


def test_a_rule_that_is_switched_off_is_not_asked_about_late_steps() -> None:
    book = desk_book(desk_portfolio(f"all: [{{title: quarrel}}, {{{STEPS}}}]"))
    matcher = Matcher(book)
    (portfolio,) = book.portfolios
    mark = mark_of(portfolio, portfolio.rules[0])
    earlier = matcher.match(_lease()).earlier
    assert earlier is not None
    open_ = earlier.rule(mark)
    assert open_ is not None
    matcher.switch_off(open_, _lease(), ZeroDivisionError())
    assert earlier.rule(mark) is None


def test_what_a_fact_remembers_is_bounded() -> None:
    portfolio = desk_portfolio(f"all: [{{exposed: holdings}}, {{{STEPS}}}]")
    (rule,) = portfolio.rules
    event = _dispute()
    many = [msgspec.structs.replace(rule, id=f"r-{n}") for n in range(MAX_MET + 5)]
    facts = with_met(facts_of(event), [(portfolio, one, [NVDA, VRT, MSFT, "spacex"]) for one in many])
    met = facts["anthropic+spacex"].met
    assert len(met) == MAX_MET
    assert sum(map(len, met.values())) < MAX_BOUND + MAX_MET
    assert met[mark_of(portfolio, many[0])] == [NVDA, VRT, MSFT, "spacex"]
    assert met[mark_of(portfolio, many[MAX_MET - 1])] == [NVDA], "the largest"
    assert facts["spacex"] == facts_of(event)["spacex"], "a sequence between parties says nothing of one"
