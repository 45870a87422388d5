"""New, known, revised, republished, missed: what a page means for what was seen before."""

from __future__ import annotations

import pytest

from alertd.model import ParsedFeed, SourceState
from alertd.sources.novelty import Backlog, PageVerdict, decide, is_flag, marks
from tests.sources.make import SEEN, Memory, atom, item, parse, rss

AFTER = SourceState(source="wire", baseline_done=True, entries=5)
FIRST = SourceState(source="wire")


def poll(memory: Memory, page: ParsedFeed, state: SourceState = AFTER, backlog: Backlog = "none") -> PageVerdict:
    verdict = decide(page, memory.known(), state, backlog, SEEN)
    handled = [i.candidate.position for i in verdict.items if not is_flag(i)]
    handled += [c.position for c in verdict.known] + [c.position for c, _ in verdict.skipped]
    assert sorted(handled) == sorted(c.position for c in page.candidates), "every candidate is in one list"
    for work in verdict.items:
        memory.take(work.candidate, work.verdict, work.alias_of)
    return verdict


def outcome(verdict: PageVerdict) -> list[str]:
    return [i.verdict for i in verdict.items if not is_flag(i)]


def numbered(
    count: int, *, guid: str = "g{}", date: str = "Tue, 03 Jun 2025 0{}:00:01 GMT", title: str = "Title {}"
) -> bytes:
    return rss(
        *(
            item(
                title.format(n),
                guid=guid.format(n),
                link=f"https://e.example/{n}",
                text=f"Text {n}",
                date=date.format(n),
            )
            for n in range(count)
        )
    )


@pytest.mark.parametrize(
    ("backlog", "verdicts"),
    [
        ("none", ["baseline", "baseline", "baseline"]),
        ("24h", ["new", "baseline", "baseline"]),
        ("all", ["new", "new", "new"]),
    ],
)
def test_the_first_subscription_is_a_baseline_as_far_as_backlog_says(backlog: Backlog, verdicts: list[str]) -> None:
    page = parse(
        rss(
            item("a", guid="a", date="2025-06-03T01:00:00Z"),
            item("b", guid="b", date="2025-06-01"),
            item("c", guid="c"),
        )
    )
    assert outcome(poll(Memory(), page, FIRST, backlog)) == verdicts


def test_later_entries_are_new_whatever_the_backlog_says() -> None:
    memory = Memory()
    poll(memory, parse(numbered(2)), FIRST)
    verdict = poll(memory, parse(numbered(3)))
    assert outcome(verdict) == ["new"]
    assert [c.title for c in verdict.known] == ["Title 0", "Title 1"]


def test_a_first_poll_that_was_interrupted_goes_on_as_baseline() -> None:
    memory = Memory()
    poll(memory, parse(numbered(2)), FIRST)
    assert outcome(poll(memory, parse(numbered(4)), FIRST)) == ["baseline", "baseline"]


def test_changed_text_under_the_same_name_is_a_revision_of_the_event() -> None:
    memory = Memory()
    poll(memory, parse(numbered(2)))
    poll(memory, parse(numbered(2, title="Title {}, corrected")))
    assert [what for _, what in memory.told] == ["new", "new", "revised", "revised"]
    poll(memory, parse(numbered(2)))
    assert len(memory.told) == 4, "going back to an earlier text is no news (A-B-A)"


def test_a_new_date_alone_is_no_revision() -> None:
    memory = Memory()
    poll(memory, parse(numbered(3)))
    poll(memory, parse(numbered(3, date="Wed, 04 Jun 2025 0{}:00:00 GMT")))
    assert len(memory.told) == 3


def test_a_changed_guid_is_an_alias_and_later_a_revision_finds_its_event() -> None:
    memory = Memory()
    poll(memory, parse(numbered(2)))
    moved = poll(memory, parse(numbered(2, guid="https://new.example/{}")))
    assert outcome(moved) == ["alias", "alias"]
    edited = poll(memory, parse(numbered(2, guid="https://new.example/{}", title="Edited {}")))
    assert [what for _, what in memory.told] == ["new", "new", "revised", "revised"]
    assert [e for e, _ in memory.told[:2]] == [e for e, _ in memory.told[2:]]
    for work in edited.items:
        assert work.candidate.event_id.encode() in bytes(work.candidate.event), "the event carries its owner's id"


def test_61_a_guid_that_changes_with_every_poll_alerts_once() -> None:
    memory = Memory()
    for n in range(5):
        poll(
            memory,
            parse(
                rss(item("A", guid=f"random-{n}", text="Same"), item("B", guid=f"r-{n}", link="https://e.example/b"))
            ),
        )
    assert [what for _, what in memory.told] == ["new", "new"]


def test_a_mass_republish_under_new_guids_links_and_dates_is_one_note_and_no_news() -> None:
    memory = Memory()
    poll(memory, parse(numbered(6)))
    body = numbered(6, guid="n{}", date="Wed, 04 Jun 2025 0{}:00:09 GMT").replace(b"e.example", b"www.e.example")
    fresh = item("A really new one", guid="fresh")
    verdict = poll(memory, parse(body.replace(b"</channel>", fresh.encode() + b"</channel>")))
    assert outcome(verdict) == ["alias"] * 6 + ["new"]
    assert [note.kind for note in verdict.notes] == ["mass_republish"]
    assert "7 of 7" in verdict.notes[0].text
    again = poll(memory, parse(body))
    assert (again.items, again.notes) == ([], [])


def test_headlines_that_come_again_over_other_items_are_no_mass_republish() -> None:
    memory = Memory()
    date = "Tue, 0{} Jun 2025 09:00:01 GMT"

    def page(day: int) -> bytes:
        links = [f"https://e.example/{day}-{n}" for n in range(6)]
        return rss(
            *(item(f"Form 8.3 {n}", guid=link, link=link, date=date.format(day)) for n, link in enumerate(links))
        )

    poll(memory, parse(page(3)))
    verdict = poll(memory, parse(page(4)))
    assert outcome(verdict) == ["new"] * 6


def test_a_few_new_guids_with_new_dates_are_no_mass_republish() -> None:
    memory = Memory()
    poll(memory, parse(numbered(4)))
    body = numbered(4, guid="n{}", date="Wed, 04 Jun 2025 0{}:00:09 GMT")
    assert outcome(poll(memory, parse(body))) == ["new"] * 4


def test_two_notices_of_one_day_in_the_same_words_are_two_events() -> None:
    memory = Memory()
    halt = {"text": "Trading halt", "date": "2025-06-03"}
    poll(memory, parse(rss(item("Halt", guid="1", link="https://e.example/1", **halt))))
    poll(memory, parse(rss(item("Halt", guid="2", link="https://e.example/2", **halt))))
    assert [what for _, what in memory.told] == ["new", "new"]


def test_side_by_side_the_same_words_at_the_same_second_are_two_events() -> None:
    memory = Memory()
    both = rss(*(item("Halt", guid=g, text="x", date="Tue, 03 Jun 2025 09:00:01 GMT") for g in "12"))
    poll(memory, parse(both))
    assert [what for _, what in memory.told] == ["new", "new"]


def test_a_page_with_nothing_known_on_a_known_source_suspects_a_gap_and_takes_all() -> None:
    memory = Memory()
    poll(memory, parse(numbered(3)))
    verdict = poll(memory, parse(rss(*(item(f"Other {n}", guid=f"o{n}") for n in range(3)))))
    assert outcome(verdict) == ["new"] * 3
    assert [note.kind for note in verdict.notes] == ["gap_suspected"]


@pytest.mark.parametrize("state", [FIRST, SourceState(source="wire", baseline_done=True, entries=0)])
def test_a_first_page_and_a_feed_that_was_empty_are_no_gap(state: SourceState) -> None:
    assert poll(Memory(), parse(numbered(3)), state).notes == []


def shared(title: str, link: int) -> str:
    return item(title, guid="same", link=f"https://e.example/{link}", date="Tue, 03 Jun 2025 09:00:01 GMT")


def test_the_item_that_had_a_guid_for_itself_keeps_its_event_when_the_guid_turns_out_ambiguous() -> None:
    memory = Memory()
    poll(memory, parse(rss(shared("A", 1))))
    verdict = poll(memory, parse(rss(shared("B", 2), shared("A", 1))))
    assert outcome(verdict) == ["new", "alias"]
    assert [what for _, what in memory.told] == ["new", "new"]


def test_once_ambiguous_a_guid_never_names_an_item_again() -> None:
    memory = Memory()
    poll(memory, parse(rss(shared("A", 1))))
    poll(memory, parse(rss(shared("B", 2), shared("A", 1))))
    poll(memory, parse(rss(shared("B", 2))))
    assert len(memory.told) == 2, "B alone is still B, and no correction of A"
    poll(memory, parse(rss(shared("C", 3))))
    assert [what for _, what in memory.told] == ["new", "new", "new"]
    poll(memory, parse(rss(shared("B, corrected", 2), shared("C", 3))))
    assert memory.told[-1] == (memory.told[1][0], "revised")


def test_where_the_link_is_always_the_same_too_the_title_names_an_item() -> None:
    memory = Memory()
    poll(memory, parse(rss(shared("B", 1), shared("A", 1))))
    for title in "CDC":
        poll(memory, parse(rss(shared(title, 1))))
    assert [what for _, what in memory.told] == ["new"] * 4, "D is no correction of C"
    poll(memory, parse(rss(shared("E", 2))))
    poll(memory, parse(rss(shared("E, corrected", 2))))
    assert memory.told[-1] == (memory.told[-2][0], "revised"), "under another link the title need not name it"


def test_the_item_that_had_a_guid_and_link_for_itself_keeps_its_event() -> None:
    memory = Memory()
    poll(memory, parse(rss(shared("A", 1), shared("B", 2))))
    poll(memory, parse(rss(shared("A", 1), shared("C", 1))))
    assert [what for _, what in memory.told] == ["new"] * 3


def test_a_kill_notice_under_the_same_guid_withdraws_the_event() -> None:
    memory = Memory()
    poll(memory, parse(numbered(1)))
    verdict = poll(memory, parse(numbered(1, title="KILL: Title {}")))
    assert [(i.verdict, i.candidate.withdrawn) for i in verdict.items] == [("new", True)]
    assert memory.told[1] == (memory.told[0][0], "revised")


def test_a_deleted_entry_withdraws_what_was_seen_and_nothing_else() -> None:
    memory = Memory()
    poll(memory, parse(atom("<entry><id>urn:1</id><title>Lease</title></entry>")))
    page = parse(
        atom(
            '<at:deleted-entry ref="urn:1" when="2025-06-03T13:00:00Z"/><at:deleted-entry ref="urn:never" when="x"/>'
        )
    )
    verdict = poll(memory, page)
    assert [i.candidate.event_id for i in verdict.items] == [memory.told[0][0]]
    assert [reason for _, reason in verdict.skipped] == ["takes back an item that was never seen"]
    assert verdict.notes == []


def test_everything_on_the_page_is_sighted_under_all_its_names() -> None:
    memory = Memory()
    poll(memory, parse(numbered(2)))
    page = parse(numbered(3, guid="new{}"))
    verdict = poll(memory, page)
    owners = {memory.marks[c.strong] for c in page.candidates}
    assert owners - {verdict.items[-1].candidate.identity} <= set(verdict.sighted)
    assert {c.identity for c in page.candidates} <= set(verdict.sighted)
    assert set(verdict.sighted) - set(marks(page)) <= owners
