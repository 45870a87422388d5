"""The rules in force, for a process that holds none."""

from __future__ import annotations

import asyncio
import shutil
import threading
from pathlib import Path

from alertd.asking.across import in_a_thread
from alertd.asking.desk_view import load_nothing
from alertd.asking.in_force import NOBODYS, InForce
from alertd.asking.reach import Named, Reach
from alertd.base.secrets import Secret
from alertd.rules.book import RuleBook
from alertd.rules.loader import load_rules
from alertd.rules.places import kept_rules
from alertd.web.portfolio_names import PortfolioName


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
    names = [PortfolioName(one.id, one.title, one.desk) for one in book.portfolios]
    return InForce(reach, book.version, lambda: names)


async def test_a_portfolio_is_read_by_its_version_until_a_reload_brings_another(tmp_path: Path) -> None:
    first = written(tmp_path, "First")
    there = in_force(tmp_path, first)
    second = written(tmp_path, "Second")
    assert first.version != second.version
    found = await there.portfolio("ai-book")
    assert found is not None
    assert (found.title, [one.id for one in found.rules]) == ("First", ["r"])
    there.serve(there.reach, second.version)
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


class Here:
    """Belongs to the loop in which it was asked first."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.threads: set[int] = set()

    async def ask(self, number: int, *, more: int = 0) -> int:
        assert asyncio.get_running_loop() is self.loop
        self.threads.add(threading.get_ident())
        await asyncio.sleep(0)
        return number + more

    async def fail(self) -> None:
        raise LookupError("not here")


async def test_what_belongs_to_a_loop_is_asked_there_by_who_works_in_a_thread() -> None:
    here, mine = Here(), threading.get_ident()

    async def work(there: Here) -> tuple[int, str, bool]:
        total = sum([await there.ask(1), await there.ask(2, more=3)])
        try:
            await there.fail()
        except LookupError as error:
            return total, str(error), threading.get_ident() == mine
        return total, "", True

    assert await in_a_thread(here, work) == (6, "not here", False)
    assert here.threads == {mine}
