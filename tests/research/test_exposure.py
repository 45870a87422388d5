"""Which companies an event touches, over which way, and whether that is good for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from alertd.base.yaml import load_yaml
from alertd.companies.model import Goods, Holding, Relation
from alertd.research.effects import known, on_itself, on_neighbour
from alertd.research.exposure import exposures, gather
from alertd.research.facts_note import facts_note
from alertd.research.handles import handles
from alertd.research.material import Exposure, read_material, written_material
from alertd.research.study import Study
from tests.research.making import HELD, LABELS, graph, holding, lease, of

RULES = Path(__file__).parents[2] / "rules"


def touched(hops: int = 1, *relations: Relation, **changed: object) -> dict[str, Exposure]:
    found = exposures(Study(lease(**changed)), holding(), graph(*relations), LABELS, hops)
    return {one.company: one for one in found}


def test_the_named_and_their_neighbours_are_touched_and_nobody_else() -> None:
    assert set(touched()) == {"vega", "lumen", "chips", "cool", "cloud", "rival"}


def test_holdings_come_first_the_named_before_the_neighbours_and_the_larger_before_the_smaller() -> None:
    assert [one for one, found in touched().items() if found.holding] == ["vega", "chips", "cloud"]


@pytest.mark.parametrize(
    ("company", "sign", "named", "role"),
    [
        ("vega", 1, "vega", "lessor"),
        ("lumen", None, "lumen", "lessee"),
        ("chips", 1, "vega", "lessor"),
        ("cloud", -1, "lumen", "lessee"),
        ("rival", -1, "vega", "lessor"),
    ],
)
def test_a_new_tenant_helps_the_lessor_and_who_supplies_it_and_hurts_the_cloud_that_it_leaves(
    company: str, sign: int | None, named: str, role: str
) -> None:
    found = touched()[company]
    assert (found.sign, found.named, found.role) == (sign, named, role)


def test_what_is_bad_for_a_company_is_good_for_who_is_short_of_it() -> None:
    found = touched()["cloud"]
    assert found.holding is not None
    assert (found.sign, found.holding.weight, found.holding.impact) == (-1, -0.02, "good")


def test_a_relation_that_is_turned_round_keeps_its_source() -> None:
    (relation,) = touched()["cloud"].path
    assert (relation.company, relation.type, relation.of, relation.source) == (
        "cloud", "supplier", "lumen", "its own blog"
    )  # fmt: skip


def test_two_relations_away_it_is_exposed_on_demand_and_without_a_sign() -> None:
    held = {"sand": Holding(company="sand", weight=0.01, label="SAND")}
    assert [one.company for one in exposures(Study(lease()), held, graph(), LABELS) if one.holding] == []
    (found,) = [one for one in exposures(Study(lease()), held, graph(), LABELS, 2) if one.holding]
    assert (found.company, found.hops, found.sign) == ("sand", 2, None)
    assert [relation.of for relation in found.path] == ["chips", "vega"]


@pytest.mark.parametrize(("since", "until"), [("2026-03-03", None), (None, "2026-03-01")])
def test_a_relation_that_does_not_hold_on_the_day_exposes_nobody(since: str | None, until: str | None) -> None:
    old = Relation(company="other", type="supplier", of="vega", since=since, until=until)
    assert "other" not in touched(1, old)


def test_a_way_that_says_in_which_direction_is_told_before_a_stronger_one_that_does_not() -> None:
    both = Relation(company="cool", type="partner", of="lumen", strength=1.0)
    assert touched(1, both)["cool"].named == "vega"


@pytest.mark.parametrize("what", [(), ("chips",), ("power", "cooling")])
def test_who_supplies_the_tenant_with_something_else_does_not_lose_it(what: tuple[Goods, ...]) -> None:
    made = Relation(company="other", type="supplier", of="lumen", what=what)
    found = {one.company: one for one in exposures(Study(lease()), HELD, graph(made), LABELS)}
    assert (found["other"].sign, found["other"].named) == (None, "lumen")
    lost = replace(made, what=(*what, "compute"))
    found = {one.company: one for one in exposures(Study(lease()), HELD, graph(lost), LABELS)}
    assert found["other"].sign == -1


def test_ways_of_one_length_that_disagree_give_no_direction_and_the_note_says_both() -> None:
    both = Relation(company="chips", type="supplier", of="lumen", strength=0.9, source="a blog", what=("compute",))
    held = holding("chips")
    note = facts_note(gather(lease(), held, graph(both), LABELS), lease().event_at)
    assert "chips" not in {s.holding.company for s in note.statements if s.section != "exposed" and s.holding}
    (said,) = of(note, "exposed")
    assert said.text == (
        "CHIP supplies Lumen Labs (lessee): its customer now takes capacity elsewhere;"
        " but it supplies Vega Grid (lessor): more of what it supplies may be needed."
        " Which counts for more is not known."
    )
    assert [ground.source for ground in said.grounds] == ["a blog", "its 10-K, 2025"]
    assert said.holding is not None
    assert said.holding.impact is None


def test_relations_that_disagree_stay_with_the_material_of_a_note_that_is_written_later() -> None:
    both = Relation(company="chips", type="supplier", of="lumen", what=("compute",))
    material = gather(lease(), holding("chips"), graph(both), LABELS)
    assert read_material(written_material(material), lease()) == material
    assert {(one.company, one.of) for one in handles(material).values()} >= {("chips", "lumen"), ("chips", "vega")}


def test_from_what_is_denied_nothing_follows() -> None:
    (denied,) = lease().event_types
    found = touched(event_types=[replace(denied, status="denied")])
    assert {one.sign for one in found.values()} == {None}


def test_a_type_that_is_not_sure_says_nothing() -> None:
    (doubtful,) = lease().event_types
    assert {one.sign for one in touched(event_types=[replace(doubtful, confidence=0.4)]).values()} == {None}


def test_an_unweighted_holding_is_touched_and_nobody_says_for_good_or_bad() -> None:
    held = {"chips": Holding(company="chips", unweighted=True)}
    (found,) = [one for one in exposures(Study(lease()), held, graph(), LABELS) if one.holding]
    assert found.holding is not None
    assert (found.holding.weight, found.holding.impact) == (None, None)


def test_every_sign_is_about_a_type_a_kind_and_roles_that_there_are() -> None:
    for name, roles in known().items():
        type_, _, kind = name.partition("/")
        data = load_yaml((RULES / f"event-types/{type_}.yaml").read_text(), name).value
        assert not kind or kind in data["kinds"], name
        assert roles <= set(data["roles"]), name


def test_an_unknown_type_has_no_sign() -> None:
    (found,) = lease().event_types
    odd = replace(found, type="alien_landing")
    assert on_itself(odd, "lessor").sign is None
    assert on_neighbour(odd, "lessor", "supplier").sign is None


def test_who_is_named_beside_the_parties_is_what_it_is_to_them() -> None:
    """The report says who makes the chips; that makes it no party."""
    there = lease().companies
    found = touched(companies=[*there, replace(there[0], id="chips", name="Chips")])["chips"]
    assert (found.hops, found.sign, found.named) == (1, 1, "vega")


def test_what_is_only_talked_of_is_good_or_bad_for_nobody_yet() -> None:
    (one,) = lease().event_types
    found = touched(event_types=[replace(one, status="rumoured")])
    assert (found["vega"].sign, found["chips"].sign) == (None, None)
