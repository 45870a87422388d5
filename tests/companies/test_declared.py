"""What a desk declares, and every fault of it at its place."""

from __future__ import annotations

import pytest

from alertd.base.yaml import check, load_yaml
from alertd.companies.companies_file import CompaniesFile
from alertd.companies.model import Listing
from tests.companies.make import NVDA, declared, declaring


def faults(*texts: str) -> list[str]:
    return [str(fault) for fault in declaring(*texts)[2]]


def written(text: str) -> list[str]:
    """Give the faults of a file for itself."""
    return [str(fault) for fault in check(CompaniesFile, load_yaml(text, "a.yaml"))[1]]


def test_a_private_company_is_declared() -> None:
    table, _ = declared(
        """
companies:
  - {id: spacex, name: SpaceX, aliases: [Space Exploration Technologies], sector: aerospace, private: true}
"""
    )
    company = table.resolve("Space Exploration Technologies")
    assert company is not None
    assert (company.id, company.name, company.private, company.label) == ("spacex", "SpaceX", True, "SpaceX")
    assert table.sector("aerospace") == {"spacex"}


def test_a_private_company_goes_by_its_name_also_where_it_is_registered_with_a_ticker() -> None:
    table, _ = declared('companies: [{id: nowhere, name: Nowhere, cik: "0002098707", private: true}]')
    company = table.resolve("NWHR")
    assert company is not None
    assert (company.id, company.label) == ("nowhere", "Nowhere")


def test_a_registrant_gets_other_names_tickers_and_a_sector_from_several_files() -> None:
    table, _ = declared(
        "companies: [{company: NVDA, aliases: [Team Green], sector: semiconductors}]",
        "companies: [{company: 1045810, aliases: [Jensen], tickers: [{ticker: NVD, exchange: XETR}]}]",
    )
    company = table.get(NVDA)
    assert company is not None
    assert company.aliases == ("Team Green", "Jensen")
    assert company.listings == (Listing("NVDA", "Nasdaq"), Listing("NVD", "XETR"))
    assert table.resolve("team green") == table.resolve("NVD", "XETR") == table.resolve("NVDA") == company
    assert table.sector("Semiconductors") == {NVDA}


def test_a_declared_company_gets_more_from_another_file() -> None:
    table, _ = declared("companies: [{company: spacex, aliases: [SPX]}]", "companies: [{id: spacex, name: SpaceX}]")
    assert table.resolve("SPX") == table.get("spacex")


def test_what_yaml_makes_a_number_is_a_ticker_or_a_cik_all_the_same() -> None:
    table, _ = declared(
        """
companies:
  - {id: hynix, name: SK Hynix, tickers: [{ticker: 000660, exchange: XKRX}]}
  - {id: toyota, name: Toyota, tickers: [{ticker: 7203, exchange: XTKS}]}
  - {id: filer, name: A filer, cik: 1181412}
"""
    )
    assert [table.resolve(t, x) for t, x in (("000660", "XKRX"), ("7203", "XTKS"))] == [
        table.get("hynix"),
        table.get("toyota"),
    ]
    assert table.resolve("0001181412") == table.get("cik-0001181412") == table.get("filer")


def test_a_declared_id_stays_when_the_company_becomes_a_registrant() -> None:
    table, relations = declared(
        "companies: [{id: nvidia, name: Nvidia, cik: 0001045810, aliases: [Team Green]}]",
        "relations: [{company: NVDA, is: supplier, of: GOOGL}]",
    )
    company = table.resolve("NVDA")
    assert company is not None
    assert (company.id, company.label) == ("nvidia", "NVDA")
    assert all(
        table.resolve(x) == company for x in (NVDA, "1045810", "NVIDIA CORP", "Nvidia", "nvidia", "Team Green")
    )
    assert relations[0].company == "nvidia"
    assert table.canonical(NVDA) == "nvidia"


def test_former_ids_go_on_meaning_the_company() -> None:
    table, relations = declared(
        """
companies:
  - {id: spacex, name: SpaceX, formerly: space-x}
  - {id: xai, name: xAI, formerly: [x-ai, twitter]}
relations: [{company: space-x, is: partner, of: twitter}]
"""
    )
    assert table.canonical("space-x") == "spacex"
    assert (relations[0].company, relations[0].of) == ("spacex", "xai")


def test_relations_are_resolved_dated_and_carry_their_source() -> None:
    _, (relation,) = declared(
        """
companies: [{id: spacex, name: SpaceX}]
relations:
  - {company: NVDA, is: supplier, of: SpaceX, strength: 0.7, since: 2024-05-01, until: 2025-01-01, source: 10-K}
"""
    )
    assert (relation.company, relation.type, relation.of, relation.strength) == (NVDA, "supplier", "spacex", 0.7)
    assert (relation.since, relation.until, relation.source) == ("2024-05-01", "2025-01-01", "10-K")


def test_a_relation_says_what_is_supplied_one_thing_or_several() -> None:
    _, relations = declared(
        """
relations:
  - {company: NVDA, is: supplier, of: GOOGL, what: chips}
  - {company: GOOGL, is: lessor, of: NVDA, what: [compute, halls]}
"""
    )
    assert [one.what for one in relations] == [("chips",), ("compute", "halls")]


def test_only_where_something_is_supplied_or_leased_can_it_say_what() -> None:
    assert faults("relations: [{company: NVDA, is: partner, of: GOOGL, what: chips}]") == [
        "a.yaml:1:59: a partner neither supplies nor leases anything"
        " (`what` goes with supplier, customer, lessor, lessee)"
    ]


def test_a_subsidiary_is_a_relation_in_short() -> None:
    _, relations = declared(
        """
companies:
  - {id: spacex, name: SpaceX}
  - {id: starlink, name: Starlink, subsidiary_of: spacex}
  - {company: GOOGL, subsidiary_of: NVDA}
"""
    )
    assert [(r.type, r.of) for r in relations] == [("subsidiary", "spacex"), ("subsidiary", NVDA)]


def test_a_desk_keeps_its_companies_and_relations() -> None:
    table, (relation,) = declared(
        """
desk: ai
companies: [{id: spacex, name: SpaceX}, {company: NVDA, aliases: [Team Green]}]
relations: [{company: NVDA, is: supplier, of: spacex}]
"""
    )
    assert [table.declared[x].desk for x in ("spacex", NVDA)] == ["ai", None]
    assert relation.desk == "ai"


@pytest.mark.parametrize("other", ["desk: credit\n", ""])
def test_another_desk_may_not_name_them(other: str) -> None:
    assert faults(
        "desk: ai\ncompanies: [{id: spacex, name: SpaceX}]",
        other + "relations:\n  - {company: NVDA, is: supplier, of: spacex}",
    ) == [
        f"b.yaml:{3 if other else 2}:39: `spacex` is declared for desk `ai` alone"
        " (set `desk: ai` in this file too, or declare the company in a file without a desk)"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("companies: [{id: a, name: A}, {id: a, name: B}]", "a.yaml:1:36: `a` is declared twice (first in a.yaml:1)"),
        (
            "companies: [{id: a, name: A}, {id: b, name: B, formerly: a}]",
            "a.yaml:1:58: `a` is the id of another company (first in a.yaml:1)",
        ),
        (
            "companies: [{id: a, name: A, cik: 7}, {id: b, name: B, cik: 7}]",
            "a.yaml:1:61: CIK 0000000007 is given to two companies (first in a.yaml:1)",
        ),
        (
            "companies: [{id: a, name: Same}, {id: b, name: B, aliases: [SAME.]}]",
            "a.yaml:1:60: two companies are called `SAME.` (first in a.yaml:1)",
        ),
        (
            "companies: [{id: a, name: A, tickers: [{ticker: NVDA}]}]",
            "a.yaml:1:39: NVDA is the ticker of NVIDIA CORP"
            " (give the `exchange` if it is another share, or use `company` to add to that registrant)",
        ),
        (
            "companies: [{id: a, name: A, tickers: [{ticker: T, exchange: XPAR}]},"
            " {id: b, name: B, tickers: [{ticker: T, exchange: xpar}]}]",
            "a.yaml:1:97: T is the ticker of two companies (first in a.yaml:1)",
        ),
        (
            "companies: [{id: a, name: A, sector: one}, {company: a, sector: two}]",
            "a.yaml:1:65: `a` is already in sector `one` (a company has one sector; lists can have many)",
        ),
        (
            "companies: [{company: NVDX, sector: one}]",
            "a.yaml:1:23: no company is called `NVDX` (did you mean `NVDA` (NVIDIA CORP)?)",
        ),
        (
            "companies: [{id: a, name: A, subsidiary_of: nvda}]",
            "a.yaml:1:45: no company is called `nvda`"
            " (did you mean `NVDA` (NVIDIA CORP)? tickers are written in upper case)",
        ),
        (
            "relations: [{company: NVDA, is: supplier, of: NVDA}]",
            "a.yaml:1:47: `cik-0001045810` is related to itself (name another company)",
        ),
        (
            "relations: [{company: NVDA, is: supplier, of: GOOGL}, {company: NVDA, is: supplier, of: GOOG}]",
            "a.yaml:1:89: this relation is stated twice (first in a.yaml:1)",
        ),
        (
            "relations: [{company: NVDA, is: lessor, of: GOOGL, since: 2025-02-01, until: 2025-01-31}]",
            "a.yaml:1:78: ends on 2025-01-31, before it begins on 2025-02-01",
        ),
    ],
)
def test_what_cannot_be_is_a_fault_at_its_place(text: str, fault: str) -> None:
    assert faults(text) == [fault]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("companies: [{id: a}]", "item 1 of `companies`: `name` is missing"),
        ("companies: [{name: A}]", "give either `id`, to declare a company, or `company`, to add to one"),
        ("companies: [{id: a, company: NVDA, name: A}]", "give either `id`"),
        (
            "companies: [{company: NVDA, private: true}]",
            "`private` stands only where the company is declared, by `id`",
        ),
        ("companies: [{id: cik-0001045810, name: A}]", "ids that begin with `cik-` are those of registrants"),
        ("companies: [{id: Space X, name: A}]", "should be lower-case letters, digits and dashes"),
        ("companies: [{id: a, name: A, cik: 12345678901}]", "a CIK is at most ten digits, such as 0001045810"),
        ("companies: [{id: a, name: A, tickers: [{ticker: nvda}]}]", "a ticker is upper-case letters and digits"),
        ("companies: [{id: a, name: A, alias: [B]}]", "unknown key `alias` (did you mean `aliases`?)"),
        ("companies: [{id: a, name: ''}]", "`name` is empty"),
        ("relations: [{company: A, is: suplier, of: B}]", "`is` cannot be `suplier` (did you mean `supplier`?"),
        ("relations: [{company: A, is: supplier}]", "`of` is missing"),
        ("relations: [{company: A, is: supplier, of: B, strength: 0}]", "`strength` should be more than 0"),
        ("relations: [{company: A, is: supplier, of: B, strength: 1.5}]", "`strength` should be at most 1"),
        ("relations: [{company: A, is: supplier, of: B, since: May}]", "`since` should be a date such as 2026-03-31"),
        ("company: []", "unknown key `company` (did you mean `companies`?)"),
        ("companies: {a: b}", "`companies` should be a list, not a mapping"),
    ],
)
def test_what_is_written_wrongly_is_a_fault(text: str, fault: str) -> None:
    assert len(written(text)) == 1
    assert fault in written(text)[0]


def test_all_faults_of_all_files_come_at_once() -> None:
    found = faults(
        "companies: [{company: nobody, sector: x}]\nrelations: [{company: NVDA, is: partner, of: noone}]",
        "relations: [{company: '', is: partner, of: spacx}]".replace("''", "who"),
        "companies: [{id: spacex, name: SpaceX}]",
    )
    assert [fault.split(": ")[0] for fault in found] == ["a.yaml:1:23", "a.yaml:2:46", "b.yaml:1:23", "b.yaml:1:45"]
    assert found[-1].endswith("(did you mean `spacex`?)")
