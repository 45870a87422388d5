"""The schemas for editors: current, complete, of one mind with what reads the files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from alertd.base.yaml import load_yaml
from alertd.rules.conditions import OPERATORS, Reader
from alertd.rules.files import FOLDERS
from alertd.rules.known import Known, ListKind, TermList
from alertd.rules.leaves import Words
from alertd.rules.schemas import SCHEMAS
from alertd.rules.tree import Condition
from alertd.text.scan import make_term
from tests.docs.pages import PAGES, Block, blocks
from tests.docs.rule_examples import file_of
from tests.support.json_schema import complaints, kind_of, schema

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "rules/schema"
KINDS = ("settings", "backtest", *SCHEMAS)

EXAMPLES = [
    *(path for folder in FOLDERS for path in sorted((ROOT / "rules" / folder).rglob("*.yaml"))),
    *sorted((ROOT / "alertd/cli/templates").rglob("*.yaml")),
]
SHOWN = [
    block for page in PAGES for block in blocks(page)
    if block.language == "yaml" and not block.text.startswith(("groups:", "on:"))
]  # fmt: skip

# --- kept and sound -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_kept_beside_the_rules_is_current(kind: str) -> None:
    kept = json.loads((KEPT / f"{kind}.schema.json").read_text("utf-8"))
    assert kept == schema(kind), "run: alertd schema --write rules/schema"


def test_nothing_else_is_kept_beside_the_rules() -> None:
    assert {path.name for path in KEPT.iterdir()} == {f"{kind}.schema.json" for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_one_and_every_reference_resolves(kind: str) -> None:
    Draft202012Validator.check_schema(schema(kind))
    for name in re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema(kind))):
        assert name in schema(kind)["$defs"]


# --- the table of conditions ----------------------------------------------------------------------------------


def branches(kind: str, definition: str) -> set[str]:
    found = schema(kind)["$defs"][definition]["anyOf"]
    assert all(branch["additionalProperties"] is False for branch in found)
    return {branch["required"][0] for branch in found}


def test_every_operator_is_a_branch_where_it_may_stand() -> None:
    stateful = {name for name, operator in OPERATORS.items() if operator.stateful}
    forbidden = {name for name, operator in OPERATORS.items() if operator.forbidden_in_event_types}
    assert branches("portfolio", "Condition") == branches("fragments", "Condition") == OPERATORS.keys() - stateful
    assert branches("portfolio", "OverTime") == stateful
    assert branches("event-type", "Condition") == OPERATORS.keys() - forbidden


# --- examples -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_is_shipped_is_as_its_schema_says(path: Path) -> None:
    text = path.read_text("utf-8")
    assert complaints(text, kind_of(text) or "settings") == {}
    named = re.match(r"# yaml-language-server: \$schema=(\S+)", text)
    if named and path.is_relative_to(ROOT / "rules"):
        assert (path.parent / named[1]).resolve() == KEPT / f"{kind_of(text)}.schema.json"


@pytest.mark.parametrize("block", SHOWN, ids=str)
def test_every_file_that_the_documents_show_is_as_its_schema_says(block: Block) -> None:
    text = file_of(block)
    assert complaints(text, kind_of(text) or "settings") == {}


RULE = "portfolio: p\ntitle: P\nreceivers: []\nrules:\n  - {id: r, title: R, severity: high, when: %s}\n"


class Everything(Known):
    """Whatever the conditions below name."""

    lists: Mapping[str, ListKind] = {"quarrels": "terms", "wires": "sources"}
    fragments = ("routine",)
    sectors = ("space",)

    def term_list(self, name: str) -> TermList | None:
        return TermList(("dispute",), frozenset({make_term("dispute")}))

    def source_list(self, name: str) -> tuple[str, ...] | None:
        return ("wire",)

    def sector(self, name: str) -> frozenset[str] | None:
        return frozenset({"orbit"})

    def company(self, text: str) -> str | None:
        return text.lower()

    def fragment(self, name: str) -> Condition | None:
        return Words("text", ("routine",), frozenset({make_term("routine")}))


def is_taken(when: str) -> bool:
    """Ask what reads rules."""
    reader = Reader(load_yaml(RULE % when, "x"), Everything())
    return reader.when(("rules", 0, "when")) is not None and not reader.faults


TAKEN = [
    "{text: lease}",
    "{text: [lease, 404]}",
    "{title: {list: quarrels}}",
    "{lead: [lease, rent]}",
    "{lead: {list: quarrels}}",
    "{near: {terms: [lease, [GPU, chip]], within: 12}}",
    "{near: {terms: [lease, {list: quarrels}], within: 12, in: lead}}",
    "{regex: 'le(a|e)se'}",
    "{all: [{not: {use: routine}}, {any: [{kind: filing}, {language: en}, {trust: high}]}]}",
    "{form: 8-K, item: ['1.01', 1.02]}",
    "{form: 4}",
    "{source: {list: wires}}",
    "{event_type: [compute_lease], status: [rumoured, denied], min_confidence: 0.8}",
    '{amount: ">= 500M USD per year", role: revenue}',
    "{terms: [reclaim_right]}",
    '{facts: {percent: ">= 5", amendment: false}}',
    '{sentiment: "<= -0.35", of: holdings}',
    '{novelty: ">= 0.75"}',
    "{mentions: {sector: space}, min_relevance: 0.5}",
    '{exposed: holdings, as: supplier, of: lessor, hops: "1..1", strength: ">= 0.5"}',
    "{role: [lessor]}",
    '{weight: ">= 2%"}',
    '{sentiment_index: "<= -0.3"}',
    '{volume_z: ">= 3", days: 90}',
    "{count: {at_least: 3, within: 1h, by: company, distinct: story}}",
    "{all: [{mentions: NVDA}, {spike: {factor: 4, within: 1h, baseline: 30d}}]}",
    "{change: {of: sentiment, by: company, at_most: -0.5, within: 3d, baseline: 30d}}",
    "{sequence: [{event_type: compute_lease}, {form: 8-K, item: '1.02'}], by: parties, within: 365d}",
]


@pytest.mark.parametrize("when", TAKEN)
def test_a_condition_that_the_reader_takes_is_as_the_schema_says(when: str) -> None:
    assert is_taken(when)
    assert complaints(RULE % when, "portfolio") == {}


REFUSED = [
    "{}",
    "[]",
    "lease",
    "{txet: lease}",
    "{text: []}",
    "{text: lease, title: rent}",
    "{text: {list: a, of: b}}",
    "{all: {text: lease}}",
    "{not: [{text: lease}]}",
    "{near: {terms: [lease], within: 12}}",
    "{item: '1.01'}",
    "{form: 8-K, itme: '1.01'}",
    "{kind: tweet}",
    "{amount: 500000000}",
    '{amount: ">= 500M USD", role: tip}',
    "{terms: [reclaim]}",
    '{facts: {percentage: ">= 5"}}',
    "{sentiment: -0.35}",
    "{exposed: holdings, hops: 9}",
    "{weight: 2%}",
    "{sentiment_index: -0.3}",
    '{volume_z: ">= 3", days: 60}',
    "{any: [{text: a}, {count: {at_least: 3, within: 1h}}]}",
    "{not: {count: {at_least: 3, within: 1h}}}",
    "{count: {at_least: 1, within: 1h}}",
    "{count: {at_least: 201, within: 1h}}",
    "{spike: {factor: 4, within: 1h, baseline: 30d, at_least: 1001}}",
    "{event_type: compute_lease, min_confidence: 2}",
    "{mentions: holdings, min_relevance: 2}",
    "{near: {terms: [lease, GPU], within: 1}}",
    "{near: {terms: [lease, GPU], within: 5, in: body}}",
    "{near: {terms: [lease, GPU], within: 5, in: [title, lead]}}",
    "{count: {at_least: 3, within: 1h, distinct: title}}",
    "{all: [{count: {at_least: 3, within: 1h}}, {spike: {factor: 4, within: 1h, baseline: 30d}}]}",
    "{sequence: [{event_type: compute_lease}, {event_type: contract_dispute}]}",
    "{sequence: [{event_type: compute_lease}, {text: dispute}], within: 365d}",
]


@pytest.mark.parametrize("when", REFUSED)
def test_a_condition_that_the_reader_refuses_is_faulted_where_it_stands(when: str) -> None:
    assert not is_taken(when)
    assert [place for place in complaints(RULE % when, "portfolio") if place.startswith("$.rules[0].when")]


def test_every_operator_was_tried() -> None:
    assert all(any(re.search(rf"\b{name}:", when) for when in TAKEN) for name in OPERATORS)


@pytest.mark.parametrize(
    ("kind", "text", "place"),
    [
        ("portfolio", "{portfolio: p, extends: q, titel: T}", "$"),
        ("portfolio", "{portfolio: p, title: P, receivers: [a]}", "$"),
        ("portfolio", "{portfolio: p, title: P, receivers: [a], rules: []}", "$.rules"),
        ("portfolio", "{portfolio: p, title: P, receivers: [a], rules: [{id: r, when: {text: a}}]}", "$.rules[0]"),
        ("portfolio", "{portfolio: P, extends: q}", "$.portfolio"),
        ("portfolio", "{portfolio: p, extends: q, holdings: [{ticker: A, weight: 8}]}", "$.holdings"),
        ("portfolio", "{portfolio: p, extends: q, holdings: [{ticker: A, company: a}]}", "$.holdings"),
        ("portfolio", "{portfolio: p, extends: q, holdings: {map: {isin: ISIN}}}", "$.holdings"),
        ("portfolio", "{portfolio: p, extends: q, rules: [{id: r, severity: hihg}]}", "$.rules[0].severity"),
        ("portfolio", "{portfolio: p, extends: q, rules: [{id: r, expect: 5 per day}]}", "$.rules[0].expect"),
        ("event-type", "{event_type: lease, title: L, when: {sentiment: '<= 0'}}", "$.when"),
        ("event-type", "{event_type: Lease, title: L, when: {text: lease}}", "$.event_type"),
        ("event-type", "{event_type: lease, title: L, when: {text: a}, status: {maybe: {text: b}}}", "$.status"),
        ("companies", "{companies: [{id: orbit}]}", "$.companies[0]"),
        ("companies", "{companies: [{id: orbit, company: NVDA, name: O}]}", "$.companies[0]"),
        ("companies", "{relations: [{company: a, is: friend, of: b}]}", "$.relations[0].is"),
        ("list", "{list: a}", "$"),
        ("list", "{list: a, terms: [x], forms: [8-K]}", "$"),
        ("list", "{list: a, rates: {EUR: 1.1}}", "$"),
        ("list", "{list: a, rates: {euro: 1.1}, date: 2026-01-02}", "$.rates"),
        ("fragments", "{fragments: {a: {txet: b}}}", "$.fragments.a"),
        ("fragments", "{fragments: {A: {text: b}}}", "$.fragments"),
        ("settings", "{sources: [{id: a, type: feed, url: 'https://example.com/', every: 30}]}", "$.sources[0]"),
        ("settings", "{receivers: [{id: a, type: consol}]}", "$.receivers[0]"),
    ],
)  # fmt: skip
def test_what_is_wrong_elsewhere_in_a_file_is_faulted_where_it_stands(kind: str, text: str, place: str) -> None:
    found = complaints(text, kind)
    assert any(other.startswith(place) for other in found), found


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("{title: Lease, form: 4, companies: [{id: NVDA, sentiment: 0.3}]}", False),
        ("[{title: Lease, at: 0d}, {title: Dispute, at: 120d}]", False),
        ("{titel: Lease}", True),
        ("{title: Lease, companies: [{id: NVDA, sentimant: 0.3}]}", True),
        ("[{title: Lease, at: tomorrow}]", True),
        ("[]", True),
    ],
)
def test_the_events_of_tests_are_described_too(given: str, wrong: bool) -> None:
    test = f"tests: [{{given: {given}, expect: match}}]"
    found = complaints(RULE % f"{{text: lease}}, {test}", "portfolio")
    assert [place for place in found if place.startswith("$.rules[0].tests[0].given")] if wrong else found == {}
