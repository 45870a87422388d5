"""A sum a year that was reckoned: told as the total over its term, and a year where it comes out even."""

from __future__ import annotations

import pytest

from alertd.model import Amount, NoteStatement
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from tests.research.making import graph, lease, of, span


def money(total: float, years: float, body: str) -> list[Amount]:
    part = Amount(low=total / years, high=total / years, per="year", derived=True, evidence=[span(body, text=body)])
    return [Amount(low=total, high=total, evidence=[span("$6 billion", text=body)]), part]


def stated(amounts: list[Amount], body: str) -> list[NoteStatement]:
    about = lease(body=body, amounts=amounts, terms=[])
    return [one for one in of(facts_note(gather(about, {}, graph(), {}), about.event_at), "implication")
            if one.text.startswith("Stated")]  # fmt: skip


def test_one_that_comes_out_even_has_its_reckoning_as_a_ground() -> None:
    body = "The lease is worth $6 billion over 12 years"
    (said,) = stated(money(6e9, 12, body), body)
    assert said.text == "Stated: $6bn over 12 years, $500m a year (reckoned)."
    assert [one.kind for one in said.grounds] == ["quote", "number"]


def test_one_that_does_not_is_told_as_the_total() -> None:
    body = "The lease is worth $6 billion over 7 years"
    (said,) = stated(money(6e9, 7, body), body)
    assert said.text == "Stated: $6bn over 7 years."


def test_one_whose_total_is_not_known_is_not_told() -> None:
    body = "The lease is worth $6 billion over 12 years"
    assert stated(money(6e9, 12, body)[1:], body) == []


@pytest.mark.parametrize(("shortest", "longest", "said"), [(10, 12, "10 to 12 years"), (12, 12, "12 years")])
def test_a_term_may_be_a_range(shortest: float, longest: float, said: str) -> None:
    body = "The lease is worth $6 billion over 10 to 12 years"
    total, _ = money(6e9, 12, body)
    part = Amount(low=6e9 / longest, high=6e9 / shortest, per="year", derived=True, evidence=[span(body, text=body)])
    assert stated([total, part], body)[0].text.startswith(f"Stated: $6bn over {said}")
