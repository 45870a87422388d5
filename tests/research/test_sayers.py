"""Who says it: a party's claim is told as that party's, and what the text says itself as the text's."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.model import Amount, DealTerm, Duration, Evidence
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from alertd.research.sayers import sayer_at
from alertd.research.study import Study
from tests.research.making import LABELS, graph, lease, of

FACT = "the notice period is 90 days"


def at(body: str, words: str = FACT) -> Evidence:
    start = body.index(words)
    return Evidence(field="body", start=start, end=start + len(words), quote=words)


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        (f"Lumen Labs says that {FACT}.", "Lumen Labs says"),
        (f"Lumen Labs has claimed {FACT}.", "Lumen Labs claims"),
        (f"Lumen Labs said on Monday that it leases Orion and {FACT}.", "Lumen Labs says"),
        (f"In its answer Vega Grid argues that {FACT}.", "Vega Grid claims"),
        (f"According to Lumen Labs, {FACT}.", "Lumen Labs says"),
        (f"In the lease {FACT}, according to Vega Grid.", "Vega Grid says"),
        (f"In the lease {FACT}, Vega Grid said.", "Vega Grid says"),
        (f"In the lease {FACT}, said Vega Grid.", "Vega Grid says"),
        (f"Lumen Labs' lawyers contend that {FACT}.", "Lumen Labs' lawyers claim"),
        (f"People familiar with the deal said {FACT}.", "people familiar with the deal say"),
        (f"The complaint says that {FACT}.", "the complaint says"),
        (f"It says {FACT}.", "one side says"),
        (f"Vega Grid denies it; Lumen Labs says {FACT}.", "Lumen Labs says"),
    ],
)
def test_who_says_it_is_read_from_its_sentence(sentence: str, says: str) -> None:
    body = f"Lumen Labs leases Orion. {sentence} Nobody said more."
    sayer = sayer_at(Study(lease(body=body)), [at(body)])
    assert sayer is not None
    assert sayer.says == says


@pytest.mark.parametrize(
    "sentence",
    [
        f"Under the lease {FACT}.",
        f"Lumen Labs says it may leave, but {FACT}.",
        f"Lumen Labs says it may leave; {FACT}.",
        f"Vega Grid said nothing. Under the lease {FACT}.",
        f"The lease says that {FACT} <https://evil.example> said.",
        f"{'X' * 80} says {FACT}.",
    ],
)
def test_what_the_text_says_itself_nobody_else_says(sentence: str) -> None:
    body = f"Lumen Labs leases Orion. {sentence}"
    assert sayer_at(Study(lease(body=body)), [at(body)]) is None


def test_a_place_that_is_none_is_said_by_nobody() -> None:
    for start, end in ((-1, 5), (5, 5), (0, 10_000)):
        assert sayer_at(Study(lease()), [Evidence(field="body", start=start, end=end, quote="")]) is None
    assert sayer_at(Study(lease()), []) is None
    assert sayer_at(Study(lease()), [Evidence(field="elsewhere", start=0, end=4, quote="")]) is None


def texts(section: str, **changed: Any) -> list[str]:
    return [said.text for said in of(facts_note(gather(lease(**changed), {}, graph(), LABELS), ""), section)]


def test_a_length_that_one_side_puts_is_told_as_that() -> None:
    body = f"Lumen Labs says {FACT}. The lease runs for 15 years."
    lengths = [
        Duration(low=90, high=90, unit="day", of="notice", evidence=[at(body)]),
        Duration(low=15, high=15, unit="year", of="lease", evidence=[at(body, "runs for 15 years")]),
    ]
    assert texts("horizon", body=body, durations=lengths) == [
        "Lumen Labs says the notice period is 90 days.",
        "The lease runs 15 years.",
    ]


def test_a_right_that_one_side_claims_is_told_as_that() -> None:
    body = "Vega Grid claims that it may take the capacity back."
    right = DealTerm(type="reclaim_right", held_by="vega", evidence=[at(body, "may take the capacity back")])
    told = "Reclaim right, held by Vega Grid, as Vega Grid claims: what was given can be taken back."
    assert texts("risk", body=body, terms=[right]) == [told]


@pytest.mark.parametrize(
    ("type_", "lead"), [("contract_dispute", "Claimed by Lumen Labs: $2bn."), ("compute_lease", "Stated: $2bn.")]
)
def test_in_a_dispute_a_figure_is_that_of_who_names_it(type_: str, lead: str) -> None:
    body = "Vega Grid owes it $2bn, Lumen Labs claims."
    (found,) = lease().event_types
    types = [type(found)(**{name: getattr(found, name) for name in found.__struct_fields__} | {"type": type_})]
    owed = Amount(low=2e9, high=2e9, role="cost", evidence=[at(body, "$2bn")])
    said = texts("implication", body=body, event_types=types, amounts=[owed])
    assert [one for one in said if "$2bn" in one] == [lead.replace("$2bn.", "$2bn, cost.")]
