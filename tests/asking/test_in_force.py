"""The rules in force, for a process that holds none."""

from __future__ import annotations

import shutil
from pathlib import Path

from alertd.asking.caller import NOBODYS
from alertd.asking.desk_view import load_nothing
from alertd.asking.in_force import InForce, Setup
from alertd.asking.portfolio_names import PortfolioNames, name_of
from alertd.asking.reach import Named, Reach
from alertd.base.secrets import Secret
from alertd.rules.book import RuleBook
from alertd.rules.loader import load_rules
from alertd.rules.places import kept_rules


def written(folder: Path, title: str) -> RuleBook:
    """Write two portfolios of two desks, and keep them as a supervisor does."""
    (folder / "rules/portfolios").mkdir(parents=True, exist_ok=True)
    for desk in ("ai", "power"):
        head = f"portfolio: {desk}-book\ntitle: {title}\ndesk: {desk}\nreceivers: [x]\n"
        text = f"{head}rules: [{{id: r, title: R, severity: low, when: {{title: a}}}}]\n"
        (folder / f"rules/portfolios/{desk}.yaml").write_text(text)
    book = load_rules(folder / "rules").book
    kept_rules(folder / "var").keep(book, 3_600)
    return book


def in_force(folder: Path, book: RuleBook) -> InForce:
    sources = [Named("wire", "feed"), Named("own", "feed", "ai")]
    reach = Reach(folder / "var", folder / "rules", "a", Secret(""), None, None, sources, [], folder / "archive")
    return InForce(Setup(reach, book.version), names_of(book))


def names_of(book: RuleBook) -> PortfolioNames:
    return PortfolioNames([name_of(one) for one in book.portfolios])


async def test_a_portfolio_is_read_by_its_version_until_a_reload_brings_another(tmp_path: Path) -> None:
    first = written(tmp_path, "First")
    there = in_force(tmp_path, first)
    second = written(tmp_path, "Second")
    assert first.version != second.version
    found = await there.portfolio("ai-book")
    assert found is not None
    assert (found.title, [one.id for one in found.rules]) == ("First", ["r"])
    there.serve(Setup(there.reach, second.version), names_of(second).all())
    found = await there.portfolio("ai-book")
    assert found is not None
    assert found.title == "Second"
    assert await there.portfolio("nothing") is None


async def test_several_are_read_at_once_and_only_those(tmp_path: Path) -> None:
    there = in_force(tmp_path, written(tmp_path, "T"))
    book = await there.book(["power-book"])
    assert book is not None
    assert [one.id for one in book.portfolios] == ["power-book"]


async def test_rules_that_could_not_be_kept_are_said_to_be_missing(tmp_path: Path) -> None:
    there = in_force(tmp_path, written(tmp_path, "T"))
    shutil.rmtree(tmp_path / "var")
    assert await there.portfolio("ai-book") is None
    view = await there.view("ai", load_nothing)
    assert view.sees_portfolio("ai-book", view.books.today()), "whose a portfolio is does not depend on it"


async def test_a_desk_looks_with_its_own_eyes(tmp_path: Path) -> None:
    there = in_force(tmp_path, written(tmp_path, "T"))
    for desk, seen in (("ai", ["ai-book"]), (None, ["ai-book", "power-book"]), (NOBODYS, [])):
        view = await there.view(desk, load_nothing)
        today = view.books.today()
        assert [name for name in ("ai-book", "power-book", "gone") if view.sees_portfolio(name, today)] == (
            seen if desk is not None else [*seen, "gone"]
        )
        assert today.book.source_desks == {"own": "ai"}
