"""The same item has the same name on every page, in every order, however often it is said."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.model import ParsedFeed, SourceState
from alertd.sources.identity import Facts, Identity, Repeat, identify
from alertd.sources.novelty import PageVerdict, decide, marks
from tests.sources.make import SEEN, Memory, accounted, item, parse, rss

guids = st.sampled_from(["", "a", "b", "https://e.example/1"])
links = st.sampled_from(["", "https://e.example/1", "https://e.example/2"])
words = st.sampled_from(["", "Lease", "Dispute", "Notice"])
days = st.sampled_from(["", "Tue, 03 Jun 2025 09:00:00 GMT", "2025-06-02"])
items = st.builds(lambda g, k, t, x, d: (g, k, t, x, d), guids, links, words, words, days)
pages = st.lists(items, max_size=8)

Item = tuple[str, str, str, str, str]


def page_of(written: list[Item]) -> ParsedFeed:
    return parse(rss(*(item(t, guid=g, link=k, text=x, date=d) for g, k, t, x, d in written)))


def poll(memory: Memory, page: ParsedFeed, state: SourceState) -> PageVerdict:
    asked = set(marks(page))
    known = {mark: owner for mark, owner in memory.known().items() if mark in asked}
    verdict = decide(page, known, state, "none", SEEN)
    for work in verdict.items:
        memory.take(work.candidate, work.verdict, work.alias_of)
    return verdict


AFTER = SourceState(source="wire", baseline_done=True, entries=1)


def facts(candidate_page: ParsedFeed) -> set[tuple[str, str]]:
    return {(c.event_id, c.content_hash) for c in candidate_page.candidates}


@settings(deadline=None)
@given(pages, st.randoms())
def test_the_order_of_a_page_does_not_change_names(written: list[Item], chance: object) -> None:
    shuffled = sorted(written, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert facts(page_of(written)) == facts(page_of(shuffled))


@settings(deadline=None)
@given(pages)
def test_saying_everything_twice_changes_nothing_but_the_duplicates(written: list[Item]) -> None:
    once, twice = page_of(written), page_of(written + written)
    assert facts(once) == facts(twice)
    assert accounted(twice) == list(range(2 * len(written)))


@settings(deadline=None)
@given(pages)
def test_every_entry_is_accounted_for_once_and_events_have_names_of_their_own(written: list[Item]) -> None:
    page = page_of(written)
    assert accounted(page) == list(range(len(written)))
    assert len({c.event_id for c in page.candidates}) == len(page.candidates)
    assert len({c.identity for c in page.candidates}) == len(page.candidates)


@settings(deadline=None)
@given(pages)
def test_a_second_poll_of_the_same_page_adds_nothing(written: list[Item]) -> None:
    memory = Memory()
    page = page_of(written)
    poll(memory, page, SourceState(source="wire"))
    told = list(memory.told)
    verdict = poll(memory, page_of(written), AFTER)
    assert memory.told == told
    assert verdict.notes == []


@settings(deadline=None)
@given(st.lists(pages, min_size=2, max_size=5))
def test_whatever_was_on_earlier_pages_a_repeated_page_adds_nothing(history: list[list[Item]]) -> None:
    memory = Memory()
    for written in history:
        poll(memory, page_of(written), AFTER)
    told = list(memory.told)
    poll(memory, page_of(history[-1]), AFTER)
    assert memory.told == told


@settings(deadline=None)
@given(st.lists(st.tuples(guids, links, words, words), min_size=1, max_size=8, unique=True))
def test_every_distinct_item_of_one_page_becomes_an_event(written: list[tuple[str, str, str, str]]) -> None:
    """No item is lost because another one shares its GUID or link, as long as anything tells them apart."""
    page = page_of([(g, k, t, x, "") for g, k, t, x in written])
    by_name = {(g or k or (t, x), k, t, x) for g, k, t, x in written if g or k or t or x}
    assert len(page.candidates) + len(page.duplicates) == len([w for w in written if any(w)])
    assert len(page.candidates) >= len({name[0] for name in by_name})
    for position, of in page.duplicates:
        mine, other = written[position], written[of]
        assert mine[1:] == other[1:], "a duplicate says what its original says"


def test_marks_of_different_kinds_never_meet() -> None:
    names = identify(
        "wire", [Facts("", "", "T", ""), Facts("T", "", "", ""), Facts("", "https://e.example/T", "", "")]
    )
    found = [m for name in names if isinstance(name, Identity) for m in (name.identity, name.strong, name.weak)]
    assert [m[0] for m in found] == ["i", "s", "w"] * 3


def test_a_repeat_points_to_the_entry_that_stands() -> None:
    same = Facts("g", "l", "T", "b")
    names = identify("wire", [same, same, Facts("h", "l", "T", "b"), same])
    assert names[1] == Repeat(0)
    assert names[3] == Repeat(0)
    assert isinstance(names[2], Identity)


def test_events_of_two_sources_never_share_a_name() -> None:
    one = parse(rss(item("A", guid="1")), id="one")
    two = parse(rss(item("A", guid="1")), id="two")
    assert one.candidates[0].event_id != two.candidates[0].event_id
