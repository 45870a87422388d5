"""What a model is shown, and what of its answer becomes the note."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace

from alertd.model import Provenance, Rights
from alertd.research.facts_note import facts_note
from alertd.research.handles import handles
from alertd.research.material import Material, only_known, read_material, written_material
from alertd.research.model_note import BODY_MAX, request, withheld
from tests.research.cases import SECRET, lease, material

AT = "2026-03-02T14:30:05.000Z"


def shown(what: Material, *, outside: bool = True) -> str:
    return request(what, handles(what), outside=outside).content


def test_no_company_that_only_a_desk_relates_is_shown_by_id_or_by_name() -> None:
    content = shown(material())
    assert "QuietCo" not in content
    assert SECRET.company not in content
    assert "NVDA supplies SpaceX" in content


def test_no_weight_no_holding_and_nothing_of_a_portfolio_is_shown() -> None:
    what = material()
    assert any(one.holding is not None for one in what.exposures)
    bare = dataclasses.replace(
        what, exposures=tuple(dataclasses.replace(one, holding=None) for one in what.exposures)
    )
    assert shown(what) == shown(bare)


@pytest.mark.parametrize(
    ("provenance", "outside", "why"),
    [
        (Provenance(), True, ""),
        (Provenance(rights=Rights(model=False)), False, "the source's rights forbid it"),
        (Provenance(classification="internal"), True, "the item is internal and the model is outside the house"),
        (Provenance(classification="internal"), False, ""),
        (Provenance(classification="restricted"), True, "the item is restricted and the model is outside the house"),
    ],
)
def test_what_a_source_withholds_is_not_shown(provenance: Provenance, outside: bool, why: str) -> None:
    assert withheld(lease(provenance=provenance), outside=outside) == why


@pytest.mark.parametrize(
    ("rights", "outside", "seen"),
    [
        (None, True, True),
        (Rights(show="title"), False, False),
        (Rights(export=False), True, False),
        (Rights(export=False), False, True),
    ],
)
def test_of_the_text_is_shown_what_its_source_lets_be_shown(rights: Rights | None, outside: bool, seen: bool) -> None:
    event = lease(provenance=Provenance(rights=rights))
    assert (event.body[:40] in shown(material(event=event), outside=outside)) is seen


def test_of_a_long_text_its_beginning_is_shown() -> None:
    event = lease(body="word " * 10_000)
    assert len(shown(material(event=event))) < BODY_MAX + 6_000


def test_companies_that_the_desk_does_not_see_are_not_in_the_event() -> None:
    what = material()
    names = {company: name for company, name in what.names.items() if company != "anthropic"}
    seen = only_known(dataclasses.replace(what, names=names)).event
    assert "anthropic" not in {company.id for company in seen.companies}
    assert "anthropic" not in seen.parties


def test_what_stands_beside_the_event_is_read_again_as_it_was_written() -> None:
    what = material()
    again = read_material(written_material(what), what.event)
    assert (again.exposures, again.earlier, dict(again.names)) == (what.exposures, what.earlier, dict(what.names))


@pytest.mark.parametrize("text", ["", "no json", '{"exposures": 7}'])
def test_what_cannot_be_read_is_nothing_to_rest_on(text: str) -> None:
    assert read_material(text, lease()).exposures == ()


def test_the_same_event_asks_the_same_whoever_holds_what() -> None:
    what = material()
    note = facts_note(what, AT)
    assert shown(what) == shown(dataclasses.replace(what, armed=("a dispute → critical",)))
    assert replace(note, statements=[]).event == what.event.id
