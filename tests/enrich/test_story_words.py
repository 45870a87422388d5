"""Words, figures and marks by which reports are compared: whatever the text is, quickly and the same each time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.enrich.story_compare import compare
from alertd.enrich.story_figures import numbers
from alertd.enrich.story_marks import (
    correction_of,
    credit_of,
    likeness,
    names_of,
    publisher_of,
    series_of,
    sketch,
    without_dateline,
)
from alertd.enrich.story_report import report_of
from alertd.enrich.story_words import NAME, ORDINARY, UNSURE, cases_of, stem, weigh, weighed
from alertd.model import Event
from alertd.text.fold import split_words


@pytest.mark.parametrize(
    "words",
    ["lease leases leased leasing", "company companies", "cut cuts cutting", "rate rates",
     "appoint appoints appointed", "order orders ordered ordering", "merger mergers"],
)  # fmt: skip
def test_inflected_words_have_one_stem(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 1


def test_words_that_papers_use_for_one_another_are_one() -> None:
    def found(title: str, *, foreign: bool = False) -> set[str]:
        return set(weighed(split_words(title), cases_of(title, ""), frozenset(), 20, foreign=foreign))

    assert "resign" in found("chief of the maker quits") & found("chief of the maker resigns")
    assert "quit" in found("chief of the maker quit", foreign=True), "in other languages words are what they are"
    assert "strik" in found("dockers begin walkout")


def test_common_words_weigh_little_and_unknown_ones_most() -> None:
    assert weigh(stem("shares")) <= 1
    assert weigh(stem("company")) <= 1
    assert weigh(stem("zygomorphic")) == 9
    assert weigh("2031") == 0


@pytest.mark.parametrize(
    ("title", "body", "word", "least", "most"),
    [
        ("Vega is to lease its Orion to Lumen", "", "orion", NAME, 9),
        ("Vega Leases Orion To Lumen", "", "orion", 1, UNSURE),
        ("Vega Leases Orion To Lumen", "It said that Orion is large.", "orion", NAME, 9),
        ("Vega leases supercomputer", "", "supercomputer", 1, ORDINARY),
        ("Vega Leases Supercomputer", "A supercomputer in Texas.", "supercomputer", 1, ORDINARY),
        ("ECB cuts rates", "", "ecb", NAME, 9),
        ("CEO of Vega leaves", "", "ceo", 1, 3),
    ],
)
def test_a_word_is_a_name_if_the_text_writes_it_so(title: str, body: str, word: str, least: int, most: int) -> None:
    found = weighed(split_words(title), cases_of(title, body), frozenset(), 20, foreign=False)
    assert least <= found[stem(word)] <= most


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$1.2bn", ["1.2e+09"]), ("1.2 billion", ["1.2e+09"]), ("1,200 million", ["1.2e+09"]), ("17%", ["17%"]),
        ("17 percent", ["17%"]), ("48,000 pickups", ["48000"]), ("$0.31", ["0.31"]), ("9.6 crore", ["9.6e+07"]),
        ("in 2031", []), ("15 years", []), ("A321neo", []), ("1:26-cv-00311", []), ("2026-03-02", []), ("1,,,", []),
        ("9" * 400, ["1e+16"]), ("4b", ["4e+09"]),
        ("41 cents", ["0.41"]), ("140p", ["1.4"]), ("300M", ["3e+08"]),
    ],
)  # fmt: skip
def test_figures_are_the_same_however_they_are_written(text: str, found: list[str]) -> None:
    assert numbers(f"it is {text} now")[:1] == found


@pytest.mark.parametrize(
    ("title", "fixed", "bare"),
    [
        ("CORRECTED-Vega leases Orion", True, "Vega leases Orion"),
        ("CORRECTION: Vega leases Orion", True, "Vega leases Orion"),
        ("UPDATE 2-Vega leases Orion", False, "Vega leases Orion"),
        ("BREAKING: Vega leases Orion", False, "Vega leases Orion"),
        ("Corrections officer sues Vega", False, "Corrections officer sues Vega"),
        ("Alertd is here", False, "Alertd is here"),
        ("CORRECTION:", False, "CORRECTION:"),
    ],
)
def test_flags_of_wires_are_taken_off_a_title(title: str, fixed: bool, bare: str) -> None:
    assert correction_of(title) == (fixed, bare)


@pytest.mark.parametrize(
    ("url", "publisher"),
    [
        ("https://www.reuters.com/a", "reuters"), ("https://uk.finance.yahoo.com/a", "yahoo"),
        ("https://www.bbc.co.uk/a", "bbc"), ("https://apnews.com/a", "ap"), ("http://10.0.0.1/a", "wire"),
        ("", "wire"),        ("https://[bad/a", "wire"),
    ],
)  # fmt: skip
def test_a_publisher_is_its_site(url: str, publisher: str) -> None:
    assert publisher_of(Event(source="wire", url=url)) == publisher
    assert publisher_of(Event(source="edgar", kind="filing", url=url)) == "sec"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x/1", "http://www.a.example/x/1/?utm_source=feed#top", True),
        ("https://a.example/x?id=1", "https://a.example/x?id=2", False),
        ("https://a.example/", "https://a.example/", False),
        ("https://[bad/a", "https://[bad/a", False),
    ],
)
def test_an_address_names_an_article_and_a_front_page_none(one: str, other: str, same: bool) -> None:
    first, second = names_of(Event(url=one)), names_of(Event(url=other))
    assert (bool(first) and first == second) is same


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("NEW YORK, Jan 5 (Reuters) - Vega said", "Vega said"),
        ("AUSTIN, May 2 /PRNewswire/ -- Vega said", "Vega said"),
        ("NEW YORK (AP) — Vega said", "Vega said"), ("Vega - the lessor - said", "Vega - the lessor - said"),
    ],
)  # fmt: skip
def test_a_dateline_is_no_part_of_the_text(text: str, rest: str) -> None:
    assert without_dateline(text) == rest


def test_a_copy_is_known_by_its_sketch() -> None:
    words = [f"word{n}" for n in range(90)]
    cut = sketch(words[:80])
    assert likeness(sketch(words), sketch(words)) == 1.0
    assert likeness(sketch(words), cut) > 0.7
    assert likeness(sketch(words), sketch([f"other{n}" for n in range(90)])) == 0.0
    assert sketch(words[:5]) == [], "too short to say"
    assert likeness([], cut) == 0.0


def test_a_series_is_named_before_the_colon() -> None:
    assert series_of("CNBC Daily Open: S&P 500 nears a high") == 3
    assert series_of("Spalletti: he stays") == 0
    assert series_of("Vega leases Orion") == 0


def test_a_credit_counts_where_wires_put_it() -> None:
    assert credit_of(Event(body="LONDON (Reuters) - It said")) == "reuters"
    assert credit_of(Event(body="It said. " * 80 + "SOURCE Vega /PRNewswire/")) == "prnewswire"
    assert credit_of(Event(body="x " * 400 + "(Reuters) " + "x " * 400)) == ""


_TEXT = st.text(max_size=300) | st.text(alphabet="Aa1 .,:-$%()\u0301\u200b漢é\ud800", max_size=200)


@given(_TEXT, _TEXT, _TEXT, st.text(max_size=60))
def test_whatever_a_feed_writes_can_be_compared_with_itself(title: str, body: str, other: str, url: str) -> None:
    event = Event(id="ev_a", title=title, body=body, url=url, event_at="2026-01-01T00:00:00.000Z", accession=None)
    one, two = report_of(event), report_of(Event(id="ev_b", title=other, body=body, event_at=event.event_at))
    assert report_of(event) == one
    for new, known in ((one, two), (two, one), (one, one)):
        assert 0.0 <= compare(new, known).score <= 1.0


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a " * 100_000, "9," * 100_000, "A, " * 60_000, "1:11-cv-" * 30_000, "-" * 200_000,
             "\u0301" * 200_000]
)  # fmt: skip
def test_pathological_text_costs_no_more_than_its_beginning(text: str) -> None:
    began = time.process_time()
    report_of(Event(id="ev_a", title=text[:500], body=text, url="https://a.example/?" + text[:3_000]))
    assert time.process_time() - began < 0.25
