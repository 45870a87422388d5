"""The index is kept in a file, from which it is there again as it was made: for the same book, and for no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.model import Event
from alertd.rules import index_file
from alertd.rules.book import BookChange, RuleBook
from alertd.rules.cache import write_sealed
from alertd.rules.index_core import CoreIndex
from alertd.rules.index_file import IndexFile
from alertd.rules.match import Matcher
from alertd.text.core import CORE
from tests.rules.anything import book_of, books, events, portfolios
from tests.rules.make import book, news

pytestmark = pytest.mark.skipif(not CORE, reason="the core is not built, or left out")
CONDITIONS = (
    "text: lease",
    "regex: 'le.se'",
    "mentions: holdings",
    "kind: news",
    "all: [{text: bank}, {title: [a b, c]}]",
)


@pytest.fixture(autouse=True)
def of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_file, "MANY", 0)


def kept(path: Path, of: RuleBook) -> bool:
    """Whether there is a file for a book."""
    return IndexFile(path, of).kept is not None


@given(books(), st.lists(events(), min_size=1, max_size=5), portfolios("a"))
def test_an_index_from_its_file_finds_what_it_found(
    tmp_path_factory: pytest.TempPathFactory, book_: RuleBook, given_: list[Event], other: object
) -> None:
    path = tmp_path_factory.mktemp("kept") / "index.bin"
    first, again = Matcher(book_, index_file=path), Matcher(book_, index_file=path)
    assert kept(path, book_)
    assert sizes(again) == sizes(first)
    changed = BookChange(before=book_.version, version="after", portfolios=(other,))  # type: ignore[arg-type]
    for change in (None, changed):
        for matcher in (first, again):
            if change is not None:
                matcher.apply(change)
        for event in given_:
            assert again.match(event) == first.match(event)
            for portfolio, rule in book_.rules():
                one, two = (m.why_candidate(portfolio.id, rule.id, event) for m in (first, again))
                assert one == two
    again.apply(BookChange(before="after", version="empty", removed=tuple({"a", *(p.id for p in book_.portfolios)})))
    assert sizes(again) == sizes(Matcher(book_of([], book_.event_types)))


def sizes(matcher: Matcher) -> list[object]:
    rules = matcher._rules
    assert isinstance(rules, CoreIndex)
    core = {name: size for name, size in rules._postings.sizes().items() if name != "bytes"}
    return [core, len(rules._slots), rules._patterns.uses(), matcher._scanner.uses()]


def test_a_file_is_for_one_book_and_written_anew_for_another(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "index.bin"
    one, other = book(*CONDITIONS), book(*CONDITIONS, "text: other")
    Matcher(one, index_file=path)
    assert kept(path, one)
    assert not kept(path, other)
    assert len(Matcher(other, index_file=path).match(news("An other lease")).matches) == 4
    assert kept(path, other)


def test_a_file_of_other_code_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, made = tmp_path / "index.bin", book(*CONDITIONS)
    Matcher(made, index_file=path)
    monkeypatch.setattr(index_file, "code_hash", lambda: "other")
    assert not kept(path, made)


@pytest.mark.parametrize("part", ["slots", "sets", "numbers", "keys", "companies"])
def test_what_is_not_whole_is_made_anew(tmp_path: Path, part: str) -> None:
    path, made = tmp_path / "index.bin", book(*CONDITIONS)
    Matcher(made, index_file=path)
    there = IndexFile(path, made).kept
    assert there is not None
    posted = replace(there.posted, **{part: getattr(there.posted, part)[:-1]})
    body = index_file._encoder.encode(replace(there, posted=posted))
    write_sealed(path, index_file._MAGIC, body)
    matcher = Matcher(made, index_file=path)
    assert matcher.match(news("A lease")) == Matcher(made).match(news("A lease"))
    assert IndexFile(path, made).kept == there


@pytest.mark.parametrize("harm", ["", "cut", "bent", "other"])
def test_a_file_that_is_broken_is_written_anew(tmp_path: Path, harm: str) -> None:
    path, made = tmp_path / "index.bin", book(*CONDITIONS)
    Matcher(made, index_file=path)
    whole = path.read_bytes()
    broken = {"": b"", "cut": whole[:-3], "bent": whole[:-3] + b"xyz", "other": b"alertd rules" + whole[12:]}
    path.write_bytes(broken[harm])
    assert not kept(path, made)
    assert len(Matcher(made, index_file=path).match(news("A lease")).matches) == 3
    assert path.read_bytes() == whole


def test_few_rules_are_not_worth_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_file, "MANY", 6)
    for of, there in ((CONDITIONS, False), ((*CONDITIONS, "text: other"), True)):
        Matcher(book(*of), index_file=tmp_path / "index.bin")
        assert (tmp_path / "index.bin").exists() == there


def test_where_nothing_can_be_written_the_index_is_made_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    matcher = Matcher(book(*CONDITIONS), index_file=tmp_path / "file" / "index.bin")
    assert len(matcher.match(news("A lease")).matches) == 3
