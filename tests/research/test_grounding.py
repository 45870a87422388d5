from __future__ import annotations

import pytest

from alertd.research.draft import DraftGround
from alertd.research.grounding import check
from alertd.research.handles import handles
from tests.research.cases import (
    BANKS,
    BODY,
    HOLDS,
    LEASES,
    MSFT,
    NVDA,
    PROFIT,
    RECLAIM,
    ROSE,
    TITLE,
    VRT,
    citing,
    draft,
    lease,
    material,
    passed,
    quoting,
    reason,
    statement,
)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Anthropic pays SpaceX $3-4bn a year.", LEASES),
        ("Anthropic pays SpaceX between $3 billion and $4 billion annually.", LEASES),
        ("The rent is 3 to 4 billion dollars a year.", LEASES),
        ("The annual rent is $3-4bn.", LEASES),
        ("Anthropic pays at least $3bn a year.", LEASES),
        ("Anthropic pays up to $4bn a year.", LEASES),
        ("Colossus 1 goes to another operator.", LEASES),
        ("The lessor can take the machines back with 90 days' notice.", RECLAIM),
        ("The tenant can lose the compute under a harm clause.", RECLAIM),
        ("Cash profit is over $2.5bn.", PROFIT),
        ("Musk named the profit on 2 March 2026.", PROFIT),
        ("Elon Musk named the profit on 2026-03-02.", PROFIT),
        ("Musk named the profit in March 2026.", PROFIT),
        ("The lessor may be worth $1.75-2 trillion.", BANKS),
        ("2 banks have put a value on the lessor.", BANKS),
        ("Some 200,000 GPUs change hands until June 2031.", HOLDS),
        ("The term ends in 2031.", HOLDS),
        ("Demand is 40 percent higher.", ROSE),
        ("Orders of up to $500 million are open.", ROSE),
        ("Does the clause reach the hyperscalers?", RECLAIM),
        ("Hyperscalers' reclaiming of capacity is a risk.", RECLAIM),
    ],
)
def test_what_the_sentence_of_its_quote_says_may_be_said_in_other_words(text: str, quote: str) -> None:
    said = passed(text, *quoting(quote))
    (ground,) = said.grounds
    assert ground.evidence is not None
    field = TITLE if ground.evidence.field == "title" else BODY
    assert ground.text == field[ground.evidence.start : ground.evidence.end] == quote


@pytest.mark.parametrize(
    ("text", "quote", "why", "detail"),
    [
        ("Anthropic pays SpaceX $3-5bn a year.", LEASES, "number_not_in_ground", "$3-5bn a year"),
        ("Anthropic pays SpaceX €3-4bn a year.", LEASES, "number_not_in_ground", "€3-4bn a year"),
        ("Anthropic pays SpaceX $4bn a year.", LEASES, "number_not_in_ground", "$4bn a year"),
        ("Anthropic pays SpaceX $3-4bn a month.", LEASES, "number_not_in_ground", "$3-4bn a month"),
        ("The deal is worth $3-4bn.", LEASES, "number_not_in_ground", "$3-4bn"),
        ("Anthropic pays SpaceX $3-4m a year.", LEASES, "number_not_in_ground", "$3-4m a year"),
        ("Anthropic takes two machines.", LEASES, "number_not_in_ground", "two"),
        ("Anthropic takes Colossus 2.", LEASES, "number_not_in_ground", "2"),
        ("Cash profit is up to $2.5bn.", PROFIT, "number_not_in_ground", "$2.5bn"),
        ("Orders of $500m are open.", ROSE, "number_not_in_ground", "$500m"),
        ("Demand doubled.", ROSE, "number_not_in_ground", "x2"),
        ("Demand rose by a third.", ROSE, "number_not_in_ground", "a third"),
        ("Demand rose 40 points.", ROSE, "number_not_in_ground", "40"),
        ("Notice is three months.", RECLAIM, "number_not_in_ground", "three months"),
        ("Notice is 60 days.", RECLAIM, "number_not_in_ground", "60 days"),
        ("A B200 holds more.", HOLDS, "number_not_in_ground", "b200"),
        ("Demand rose by ４１%.", ROSE, "number_not_in_ground", "４１%"),
        ("Demand rose by a hundred percent.", ROSE, "number_not_in_ground", "a hundred percent"),
        ("Musk named the profit on 3 March 2026.", PROFIT, "date_not_in_ground", "3 March 2026"),
        ("Musk named the profit in 2025.", PROFIT, "date_not_in_ground", "2025"),
        ("The term ends on 30 June 2031.", HOLDS, "date_not_in_ground", "30 June 2031"),
        ("The term ends in Q2 2031.", HOLDS, "date_not_in_ground", "Q2 2031"),
        ("The reclaim right bites by Friday.", RECLAIM, "date_not_in_ground", "Friday"),
        ("Demand helps CRWV most.", ROSE, "name_not_in_ground", "CRWV"),
        ("Demand helps $CRWV most.", ROSE, "name_not_in_ground", "$CRWV"),
        ("CoreWeave gains as demand rose.", ROSE, "name_not_in_ground", "CoreWeave"),
        ("Apple gains as demand rose.", ROSE, "name_not_in_ground", "Apple"),
        ("Higher demand helps Apple.", ROSE, "name_not_in_ground", "Apple"),
        ("Higher demand helps nvidia.", ROSE, "name_not_in_ground", "nvidia"),
        ("Tim Musk named the profit.", PROFIT, "name_not_in_ground", "Tim"),
        ("SpaceX sells power equipment.", ROSE, "name_not_in_ground", "SpaceX"),
        ("China may object to the profit.", PROFIT, "name_not_in_ground", "China"),
        ("The FTC may object to the profit.", PROFIT, "name_not_in_ground", "FTC"),
        ("Sp\u0430ceX leases it.", LEASES, "name_not_in_ground", "Sp\u0430ceX"),
        ("Прибыль растёт.", PROFIT, "name_not_in_ground", "Прибыль"),
    ],
)
def test_a_number_a_date_or_a_name_that_the_ground_does_not_have_costs_the_statement(
    text: str, quote: str, why: str, detail: str
) -> None:
    assert reason(text, *quoting(quote)) == (why, detail)


@pytest.mark.parametrize(
    ("quote", "why"),
    [
        ("SpaceX leases its Colossus 2 supercomputer", "quote_not_found"),
        ("for $3-5bn a year", "quote_not_found"),
        ("the compute without notice", "quote_not_found"),
        ("$3-4bn a year SpaceX has agreed", "quote_not_found"),
        ("Sp\u0430ceX leases its Colossus 1 supercomputer", "quote_not_found"),
        ("SpaceX", "quote_short"),
        ("", "quote_short"),
    ],
)
def test_a_quote_must_be_the_texts_and_long_enough(quote: str, why: str) -> None:
    assert reason("The machines change hands.", *quoting(quote))[0] == why


def test_a_statement_without_a_ground_that_exists_is_dropped_and_one_with_some_keeps_those() -> None:
    assert reason("The machines change hands.") == ("no_ground", "")
    assert reason("The machines change hands.", *citing("r9")) == ("handle_unknown", "r9")
    wrong_kind = DraftGround(kind="event", quote="", id="r1")
    assert reason("The machines change hands.", wrong_kind) == ("handle_unknown", "r1")
    said = passed("The machines change hands.", *citing("r9"), *quoting("invented words here", LEASES, LEASES))
    assert [ground.text for ground in said.grounds] == [LEASES]


def test_of_a_quote_that_stands_twice_the_place_is_taken_that_says_what_is_said() -> None:
    body = "A lease of the compute is near. Then a lease of the compute costs $5m."
    event = lease(title="A lease of the compute is signed", body=body)
    about = material(event=event)
    result = check(draft(statement("The cost is $5m.", quoting("a lease of the compute"))), about, handles(about))
    evidence = result.statements[0].grounds[0].evidence
    assert evidence is not None
    assert (evidence.field, evidence.start) == ("body", event.body.rindex("a lease"))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("NVDA supplies SpaceX.", ["r1"]),
        ("Nvidia supplies SpaceX.", ["r1"]),
        ("Nvidia has supplied SpaceX since July 2024.", ["r1"]),
        ("Vertiv sells to SpaceX.", ["r2"]),
        ("NVDA and VRT both sell to SpaceX.", ["r1", "r2"]),
        ("Anthropic and SpaceX were in a contract dispute in November 2025.", ["e1"]),
        ("They argued over 12 satellites on 2025-11-20.", ["e1"]),
        ("SpaceX earns $3-4bn a year.", ["n1"]),
        ("The profit is more than 2.5 billion dollars.", ["n2"]),
        ("Notice is 90 days.", ["n3"]),
        ("The lease runs until June 2031.", ["n4"]),
        ("It has 3 reports.", ["n7"]),
        ("Two independent sources have it.", ["n6"]),
        ("The tone is mildly positive at 0.35.", ["n8"]),
    ],
)
def test_relations_earlier_events_and_numbers_are_grounds_too(text: str, ids: list[str]) -> None:
    said = passed(text, *citing(*ids))
    assert len(said.grounds) == len(ids)


@pytest.mark.parametrize(
    ("text", "ids", "why"),
    [
        ("MSFT supplies SpaceX.", ["r1"], "name_not_in_ground"),
        ("NVDA has supplied SpaceX since 2023.", ["r1"], "date_not_in_ground"),
        ("NVDA supplies 40% of SpaceX.", ["r1"], "number_not_in_ground"),
        ("They argued over 13 satellites.", ["e1"], "number_not_in_ground"),
        ("They argued in December 2025.", ["e1"], "date_not_in_ground"),
        ("NVDA is 8.13% of the portfolio.", ["r1"], "number_not_in_ground"),
        ("Novelty is 0.75.", ["n5"], "number_not_in_ground"),
    ],
)
def test_a_handle_says_no_more_than_it_says(text: str, ids: list[str], why: str) -> None:
    assert reason(text, *citing(*ids))[0] == why


def test_a_winner_is_a_company_that_the_event_does_not_hurt_and_is_named() -> None:
    text = "NVDA supplies SpaceX."
    said = passed(text, *citing("r1"), section="winner", company=NVDA)
    assert said.holding is not None
    assert said.holding.label == "NVDA"
    assert reason(text, *citing("r1"), section="loser", company=NVDA) == ("sign_contradicts", NVDA)
    rents = "MSFT rents to Anthropic."
    assert passed(rents, *citing("r3"), section="loser", company=MSFT).holding is None
    assert reason(rents, *citing("r3"), section="winner", company=MSFT)[0] == "sign_contradicts"
    unsigned = passed("VRT supplies SpaceX.", *citing("r2"), section="winner", company=VRT)
    assert unsigned.section == "winner"
    assert reason(text, *citing("r1"), section="winner", company=VRT)[0] == "company_not_named"
    assert reason(text, *citing("r1"), section="exposed")[0] == "company_not_named"
    assert reason(text, *citing("r1"), section="winner", company="cik-0000320193")[0] == "company_unknown"


def test_what_is_said_twice_is_said_once() -> None:
    about = material()
    one, again = (
        statement("The machines change hands.", quoting(LEASES)),
        statement("The MACHINES change hands!", quoting(LEASES), "risk"),
    )
    result = check(draft(one, again), about, handles(about))
    assert ([said.section for said in result.statements], [one.reason for one in result.dropped]) == (
        ["implication"], ["duplicate"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "stated"),
    [
        (None, None, True), (3, None, True), (3, 63, True), (None, 62.9, True), (3, 12, False), (6, 6, False),
        (63, 3, False),
    ],
)  # fmt: skip
def test_a_horizon_is_given_only_if_the_text_states_it(low: float | None, high: float | None, stated: bool) -> None:
    about = material()
    result = check(draft(low=low, high=high), about, handles(about))
    assert [one.reason for one in result.dropped] == ([] if stated else ["horizon_not_stated"])
    assert (result.horizon_low, result.horizon_high) == ((low, high) if stated else (None, None))
