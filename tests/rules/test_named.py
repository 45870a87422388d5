"""The companies that a book looks for in texts: how they travel, and what a reload of a company file changes."""

from __future__ import annotations

from pathlib import Path

from alertd.companies.table import load_registrants
from alertd.rules.book import apply_change, decode_book, encode_book
from alertd.rules.loader import RuleLoader, load_rules

COMPANIES = "companies:\n- {{id: vega, name: Vega Grid, aliases: [{alias}]}}\n- {{company: NVDA, sector: ai}}\n"
PORTFOLIO = (
    "portfolio: p\ntitle: P\nreceivers: []\nrules:\n- {id: r, title: R, severity: low, when: {mentions: [vega]}}\n"
)


def desk(folder: Path, alias: str = "Vega Power") -> Path:
    for name, text in (("companies/all.yaml", COMPANIES.format(alias=alias)), ("portfolios/p.yaml", PORTFOLIO)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_book_carries_what_is_declared_and_not_the_registrants(tmp_path: Path) -> None:
    loaded = load_rules(desk(tmp_path))
    named = loaded.book.companies
    assert [company.id for company in named.declared] == ["vega", "cik-0001045810"]
    assert named.registrants == load_registrants().version
    assert decode_book(encode_book(loaded.book)) == loaded.book
    table = named.over(load_registrants())
    assert table.resolve("Vega Power") == loaded.table.resolve("Vega Power")
    assert len(table) == len(loaded.table)


def test_a_reload_with_another_alias_tells_the_companies_anew_and_no_rule(tmp_path: Path) -> None:
    loader = RuleLoader(desk(tmp_path))
    first = loader.load()
    desk(tmp_path, "Vega Lines")
    second, change = loader.reload()
    assert change is not None
    assert (change.portfolios, change.removed) == ((), ())
    assert change.companies == second.book.companies != first.book.companies
    assert second.book.version != first.book.version
    assert second.book.shared == first.book.shared
    assert apply_change(first.book, change) == second.book == load_rules(tmp_path).book


def test_a_reload_that_changes_a_rule_alone_leaves_the_companies(tmp_path: Path) -> None:
    loader = RuleLoader(desk(tmp_path))
    first = loader.load()
    (tmp_path / "portfolios/p.yaml").write_text(PORTFOLIO.replace("low", "high"))
    second, change = loader.reload()
    assert change is not None
    assert change.companies is None
    assert second.book.companies == first.book.companies


def test_whom_a_relation_is_about_has_a_label_though_nobody_holds_or_names_it(tmp_path: Path) -> None:
    folder = desk(tmp_path)
    assert "cik-0000002488" not in load_rules(folder).book.labels
    with (folder / "companies/all.yaml").open("a") as file:
        file.write("relations: [{company: AMD, is: supplier, of: vega}]\n")
    assert load_rules(folder).book.labels["cik-0000002488"] == "AMD"
