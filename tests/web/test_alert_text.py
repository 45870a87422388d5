"""The text of an event with its evidence marked."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.model import Event, Evidence, Match
from alertd.web.page.alert_text import LONG, MOST_PASSAGES, Span, marked, spans, text_of
from tests.alerts.living import match


class Seen(HTMLParser):
    """What a browser shows of markup: its words, and which of them are marked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.marks, self.tags = "", list[str](), list[str]()
        self._in_mark = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "mark":
            self._in_mark = True
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = self._in_mark and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_mark:
            self.marks[-1] += data


def event(body: str = "", title: str = "Vega leases Orion", **more: Any) -> Event:
    return Event(id="ev_a", revision=1, title=title, body=body, **more)


def held(*places: tuple[int, int], field: str = "body", **more: Any) -> Match:
    return match(evidence=[Evidence(field=field, start=a, end=b, quote="") for a, b in places], **more)


def test_the_words_that_rules_held_for_are_marked_within_the_text() -> None:
    body = "Vega leases Orion.\n\nThe lease runs for ten years."
    seen = Seen(text_of(event(body), [held((5, 11), (24, 29))]) or "")
    assert seen.marks == ["leases", "lease"]
    assert seen.text.split() == body.split(), "no blank is put into a word"


def test_part_of_a_word_is_marked_without_breaking_it() -> None:
    assert Seen(marked("supercomputers", [Span(5, 13, "rule")])).text == "supercomputers"


def test_places_that_overlap_are_marked_once_and_name_their_rules() -> None:
    found = spans([held((0, 6), (4, 11)), held((4, 9), rule="other")], event("Vega leases Orion"), "body")
    assert found == [Span(0, 11, "Rule lease · Rule other")]


@pytest.mark.parametrize(
    ("matches", "why"),
    [
        ([held((0, 4), event="ev_b")], "of another event"),
        ([held((0, 400))], "behind the end of what is there of it"),
        ([held((4, 4))], "of no length"),
        ([held((0, 4), field="form")], "of another field"),
    ],
)
def test_evidence_that_does_not_stand_there_marks_nothing(matches: list[Match], why: str) -> None:
    assert spans(matches, event("Vega leases Orion"), "body") == [], why


def test_of_a_long_text_the_passages_with_evidence_are_shown_and_the_whole_is_folded() -> None:
    paragraphs = [f"Paragraph {number} says little. " * 10 for number in range(40)]
    body = "\n".join(paragraphs)
    assert len(body) > LONG
    at = body.index("Paragraph 20 ")
    text = text_of(event(body), [held((at, at + 12))]) or ""
    before, _, folded = text.partition("<details>")
    assert "Paragraph 20 " in Seen(before).text and "Paragraph 19 " not in before and "Paragraph 0 " not in before
    assert Seen(before).marks == Seen(folded).marks == ["Paragraph 20"]
    assert all(f"Paragraph {number} " in folded for number in range(40))
    first = text_of(event(body), []) or ""
    assert "Paragraph 0 " in first.partition("<details>")[0], "without evidence its beginning"
    every = [(one.start(), one.start() + 9) for one in __import__("re").finditer("Paragraph", body)]
    shown = (text_of(event(body), [held(*every)]) or "").partition("<details>")[0]
    assert shown.count("says little.") == MOST_PASSAGES * 10


def test_no_text_is_no_part_and_one_that_was_cut_says_so() -> None:
    assert text_of(event("  \n "), []) is None
    assert "goes on at its source" in (text_of(event("Vega", truncated=True), []) or "")


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=6))
def test_whatever_the_text_and_the_places_it_stays_text(body: str, places: list[tuple[int, int]]) -> None:
    made = text_of(event(body, title=""), [held(*places)])
    if made is not None:
        made.encode()
        assert set(Seen(made).tags) <= {"div", "p", "mark"}
