from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.model import Event
from alertd.research.quotes import Quotable, is_long_enough

TITLE = "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4bn a year"
BODY = (
    "The lessor keeps a right to “reclaim the compute” under a harm\u00a0clause — after 90 days’ notice.\n\n"
    "Oﬃcials said the \ufb01rst rent of $13.5bn, down 2.25%, is due in May… Zoë Müller signed."
)
EVENT = Event(id="ev_1", title=TITLE, body=BODY)


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("spacex leases its COLOSSUS 1", "SpaceX leases its Colossus 1"),
        ('to "reclaim the compute" under a harm clause', "to “reclaim the compute” under a harm\u00a0clause"),
        ("a harm clause - after 90 days' notice", "a harm\u00a0clause — after 90 days’ notice"),
        ("officials said the first rent", "Oﬃcials said the \ufb01rst rent"),
        ("is due in May...", "is due in May"),
        ("is due in May… Zoe\u0308 Mu\u0308ller", "is due in May… Zoë Müller"),
        ("«keeps a right to»", "keeps a right to"),
        ("keeps  a\n right\tto", "keeps a right to"),
        ("days’ notice. Officials said", "days’ notice.\n\nOﬃcials said"),
        ("leases\u200b its Colossus", "leases its Colossus"),
    ],
)  # fmt: skip
def test_a_quote_is_found_however_it_was_copied_and_given_in_the_words_of_the_text(quote: str, words: str) -> None:
    found = Quotable(EVENT).find(quote)[0].evidence
    assert found.quote == words
    assert (TITLE if found.field == "title" else BODY)[found.start : found.end] == words


@pytest.mark.parametrize(
    "quote",
    [
        "SpaceX leases its Colossus 2",  # a figure changed
        "for $3-5bn a year",
        "the first rent of $3.5bn",
        "3.5bn, down 2.25%",  # the end of a larger number
        "the first rent of $13",  # its beginning
        "down 2.25%, is due in Ma",
        "ecial right to reclaim",
        "a year The lessor keeps",  # across title and body
        "keeps a right [...] under a harm clause",  # something left out
        "Sp\u0430ceX leases its Colossus",  # a Cyrillic letter in it
        "",
        "…",
    ],
)
def test_what_the_text_does_not_say_is_not_found(quote: str) -> None:
    assert Quotable(EVENT).find(quote) == []


def test_a_quote_that_stands_several_times_is_found_at_each_place_title_first() -> None:
    text = Event(title="The lease ends.", body="So the lease ends. Or: the lease ends here.")
    assert [found.evidence.field for found in Quotable(text).find("the lease ends")] == ["title", "body", "body"]


def test_the_sentence_of_a_quote_is_given_and_of_a_text_without_points_only_what_is_near() -> None:
    (found,) = Quotable(EVENT).find("right to reclaim") or Quotable(EVENT).find("keeps a right to")
    assert BODY[found.start : found.end].startswith("The lessor") and BODY[found.start : found.end].endswith(
        "notice."
    )
    endless = Event(body="word " * 2_000 + "a harm clause " + "word " * 2_000)
    (found,) = Quotable(endless).find("a harm clause")
    assert found.end - found.start < 1_000


@pytest.mark.parametrize(
    ("quote", "enough"),
    [
        ("a harm clause", True), ("is due in", True), ("supercomputer", True), ("it is", False), ("…  …", False),
        ("", False), ("“Colossus”", False),
    ],
)  # fmt: skip
def test_a_quote_of_a_word_or_two_shows_nothing(quote: str, enough: bool) -> None:
    assert is_long_enough(quote) is enough


@given(st.text(max_size=60), st.text(max_size=30), st.integers(0, 60), st.integers(1, 40))
def test_whatever_is_found_is_the_text_at_its_place(title: str, body: str, at: int, size: int) -> None:
    event = Event(title=title, body=body)
    for found in Quotable(event).find(title[at : at + size]):
        one = found.evidence
        assert one.quote == (title if one.field == "title" else body)[one.start : one.end]
        assert found.start <= one.start < one.end <= found.end


def test_ten_megabytes_of_text_are_looked_through_in_bounded_time() -> None:
    began = time.process_time()
    assert Quotable(Event(body="the lease " * 1_000_000)).find("the lease the lease the end") == []
    assert Quotable(Event(body="a" * 10_000_000)).find("aaaaaaaaaaaaaaaa") == []
    assert time.process_time() - began < 5


@pytest.mark.parametrize("size", [20_000, 80_000])
@pytest.mark.parametrize("filler", ["x", "9", "a,", "no end "])
def test_what_is_read_around_a_quote_does_not_grow_with_a_text_that_has_no_sentences(filler: str, size: int) -> None:
    body = f"{filler * (size // len(filler))} keeps a right to reclaim {filler * (size // len(filler))}"
    (found,) = Quotable(Event(body=body)).find("keeps a right to reclaim")
    assert found.end - found.start == len("keeps a right to reclaim") + 2 * 400


@pytest.mark.parametrize("times", [30, 120])
def test_of_a_quote_that_stands_everywhere_only_the_places_that_are_given_are_worked_out(times: int) -> None:
    asked = []

    class Counting(Quotable):
        def _around(self, name: str, first: int, last: int) -> tuple[int, int]:
            asked.append(first)
            return super()._around(name, first, last)

    assert len(Counting(Event(body="It keeps a right. " * times)).find("keeps a right")) == len(asked) == 8
