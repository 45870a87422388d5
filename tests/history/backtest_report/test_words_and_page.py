"""What is said of a past with holes, and the page where there is little or nothing to show."""

from __future__ import annotations

from html.parser import HTMLParser

from alertd.history.backtest import report_words as words
from alertd.history.backtest.figures import Heading, PastFigures
from alertd.history.backtest.happened import NearMiss
from alertd.history.backtest.report_html import report
from alertd.history.backtest.report_json import as_json
from alertd.history.backtest.summary import Summing
from alertd.model import Evidence
from tests.history.backtest_report.make import DAY, START, book, covered, decision, happened, match, raised

HEADING = Heading(rules="rules", events=("past.jsonl",), made="2026-03-05T07:30:00.000Z")
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)> \x1b]0;x\x07 \u202e'


class Seen(HTMLParser):
    """The elements and the addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not any(name.startswith("on") for name, _ in attrs)


def test_holes_of_the_past_are_said_each_in_its_own_words() -> None:
    past = PastFigures(
        events=10, skipped={"gap": 2, "removed": 1_204, "unreadable": 1}, no_text=3, errors=1, error="ev_1: boom",
        empty_days=tuple(f"2026-03-{day:02}" for day in range(1, 13)), more_empty_days=4,
    )  # fmt: skip
    assert list(words.holes(past)) == [
        "2 gaps: what the journal lost before it was archived",
        "1,204 lines removed by retention",
        "1 line damaged or no events",
        "16 days without any event: 2026-03-01, 2026-03-02, 2026-03-03, 2026-03-04, 2026-03-05, 2026-03-06,"
        " 2026-03-07, 2026-03-08 and 8 more",
        "3 events without body: words that stood there cannot be found",
        "1 event could not be processed, the first: ev_1: boom",
    ]
    assert next(words.holes(PastFigures())).startswith("there are no events in this time")


def test_a_page_and_a_document_about_nothing_can_be_written() -> None:
    nothing = Summing(book()).made(covered(), START, START + DAY)
    page = report(nothing, None, [], HEADING)
    assert "there are no events in this time" in page
    assert "2 rules never held" in page
    assert as_json(nothing, None, None, [])["summary"]["alerts"] == 0


def test_what_a_feed_says_can_neither_become_markup_nor_an_address_nor_steer_a_terminal() -> None:
    found = match("a", evidence=[Evidence(field="title", start=0, end=1, quote=EVIL)], companies=["x"])
    near = [NearMiss("ai", "sour", 1, (EVIL,), EVIL, 2)]
    bad = happened("a", 0, [found], [decision("al_a")], title=EVIL, url="javascript:alert(1)", near=near)
    summing = Summing(book())
    summing.add(bad)
    made = summing.made(covered(bad), START, START + DAY)
    page = report(made, None, [], HEADING)
    seen = Seen(page)
    assert not seen.tags & {"script", "img", "iframe", "form"}
    assert seen.links == []
    assert "\x1b" not in page
    sample = made.rules[0].samples[0]
    assert sample.title.isprintable()
    assert all(text.isprintable() for text in (*sample.evidence, *made.rules[1].near[0].samples[0].why))


def test_a_link_leads_to_the_report_and_gives_no_address_away() -> None:
    summing = Summing(book())
    one = raised("a", 0, url="https://wire.example/1?a=b&c=d")
    summing.add(one)
    page = report(summing.made(covered(one), START, START + DAY), None, [], HEADING)
    assert Seen(page).links == ["https://wire.example/1?a=b&c=d"]
    assert 'rel="noreferrer noopener"' in page


def test_a_span_of_days_is_said_in_days_and_one_of_hours_with_the_time() -> None:
    def span(length: int) -> str:
        return words.span(Summing(book()).made(covered(), START, START + length))

    assert span(30 * DAY) == "2026-03-02 to 2026-04-01, 30 days"
    assert span(DAY // 2) == "2026-03-02 08:00 to 2026-03-02 20:00"
    assert span(20_000 * DAY).endswith(", 20,000 days")
