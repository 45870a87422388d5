"""Pages with charts: they stand alone, say everything in words too, and no text of others becomes markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from alertd.history.charts.heat import heat
from alertd.history.charts.page import Figure, badge, figures, link, page, section
from alertd.history.charts.svg import MOST_BARS, day_bars, level_bars, lines, sparkline
from alertd.history.charts.tables import table
from alertd.history.charts.values import Band, Bar, Series
from tests.history.charts.sample import DAYS, sample_page
from tests.pictures.test_pictures import needs_browser
from tools.pictures.browser import measure

EVIL = "</title></svg><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


class Seen(HTMLParser):
    """Which elements and attributes a browser makes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names.update(name for name, _ in attrs)
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_fetches_nothing_and_runs_nothing() -> None:
    made = sample_page()
    seen = Seen(made)
    assert seen.open == []
    assert not seen.tags & {"script", "link", "img", "iframe", "object", "form", "use", "image", "base"}
    assert not {name for name in seen.names if name.startswith("on") or name in {"src", "srcset", "style"}}
    assert re.findall(r"https?://[^\"]+", made) == ["https://wire.example/1"]
    assert "url(" not in made and "@import" not in made
    assert "default-src &#x27;none&#x27;" in made


def test_text_of_others_stays_text() -> None:
    some = [Series(EVIL, [1.0, -1.0], "high")]
    parts = [
        day_bars(EVIL, EVIL, [EVIL, EVIL], [Series(EVIL, [1, 2]), Series(EVIL, [1, 2])], note=EVIL),
        lines(EVIL, EVIL, [EVIL, EVIL], some, band=Band(EVIL, [0, 0], [1, 1])),
        level_bars(EVIL, EVIL, [Bar(EVIL, 1, EVIL)]),
        heat(EVIL, EVIL, [EVIL, EVIL], some),
        table([EVIL], [[EVIL]], caption=EVIL),
        sparkline(EVIL, [1, 2]),
        sparkline(EVIL, []),
        figures(Figure(EVIL, EVIL, EVIL)),
        badge(EVIL),
        link(EVIL, "https://e.example/?" + EVIL),
        EVIL,
    ]
    made = page(EVIL, section(EVIL, *parts, note=EVIL), lead=EVIL, small=[EVIL])
    seen = Seen(made)
    assert not seen.tags & {"script", "img"}
    assert "onerror" not in seen.names


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//e.example", "", "http://[", "JAVASCRIPT:x"]
)
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert link("here", url) == "here"


def test_every_chart_says_in_words_what_it_shows() -> None:
    made = day_bars("Alerts", "alerts", ["Nov 28", "Nov 29"], [Series("high", [1, 2]), Series("low", [3, None])])
    assert "Alerts: Nov 28 to Nov 29, from 2 alerts to 4 alerts" in made
    assert "Nov 28: 1 high" in made
    assert '<td>Nov 29</td>\n<td class="n">2</td>\n<td class="n">–</td>' in made
    assert "lowest -1, highest 2" in sparkline("tone", [1, None, -1, 2])


def test_a_gap_is_a_gap_and_a_point_alone_is_seen() -> None:
    made = lines(
        "x", "u", ["a", "b", "c", "d"], [Series("one", [1, None, 2, 2]), Series("two", [None, 1, None, None])]
    )
    assert made.count("M125.0") == 1 and made.count("circle") == 2 * 2  # opened and closed: of "one" a, of "two" b
    assert re.search(r'd="M125\.0 [0-9.]+M625\.0 [0-9.]+L875\.0', made)


@pytest.mark.parametrize("draw", [day_bars, lines, heat])
def test_with_nothing_known_a_chart_says_so(draw: object) -> None:
    for labels, values in (([], []), (["a"], [None]), (["a"], [float("nan")])):
        made = draw("Title", "unit", labels, [Series("s", values)])  # type: ignore[operator]
        assert "Title" in made and "<svg" not in made
    assert "<svg" not in level_bars("Title", "unit", [])


def test_many_days_share_bars() -> None:
    days = [str(at) for at in range(1000)]
    made = day_bars("Alerts", "alerts", days, [Series("all", [1] * 1000)])
    assert made.count("<rect") == -(-1000 // 9) <= MOST_BARS
    assert "each bar is 9 days" in made


@pytest.mark.parametrize("width", [320, 375, 980])
def test_a_page_fits_every_screen(width: int) -> None:
    needs_browser()
    seen = measure(sample_page(), width)
    assert seen.scrolls <= width and seen.small == []
    assert "big-compute-lease" in seen.text and DAYS[0] in seen.text
