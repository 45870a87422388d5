"""Charts of mail, which Outlook can lay out, and of the terminal."""

from __future__ import annotations

import re

from alertd.history.charts.mail_table import MINUS, MOST_COLUMNS, mail_bars, mail_columns
from alertd.history.charts.text import bar, bars, has_blocks, sparkline
from alertd.history.charts.values import Bar
from tests.history.charts.sample import RULES, WAVE, sample_mail
from tests.history.charts.test_page import EVIL, Seen
from tests.pictures.test_pictures import needs_browser
from tools.pictures.browser import measure


def test_a_mails_chart_is_made_of_cells_alone() -> None:
    seen = Seen(mail_bars(RULES) + mail_columns(WAVE))
    assert seen.tags == {"table", "tr", "td"} and seen.open == []
    assert "class" not in seen.names


def test_lengths_are_shares_of_the_longest_and_the_sign_is_a_colour_and_a_word() -> None:
    made = mail_bars([Bar("NVDA", 0.5), Bar("VRT", -0.25)], signed=True)
    assert re.findall(r'width="(\d+)%" height="12"', made) == ["100", "50", "50"]
    assert made.count(MINUS) == 1 and "-0.25" in made and "+0.50" in made


def test_columns_are_bounded_and_keep_the_newest() -> None:
    made = mail_columns([1000.0] + [1.0] * MOST_COLUMNS)
    assert made.count("bgcolor") == MOST_COLUMNS
    assert 'height="1"' not in made


def test_text_of_others_stays_text_in_a_mail() -> None:
    assert Seen(mail_bars([Bar(EVIL, 1, EVIL)], EVIL) + mail_columns([1], title=EVIL)).tags == {"table", "tr", "td"}


def test_a_mails_charts_fit_a_phone() -> None:
    needs_browser()
    assert measure(sample_mail(), 320).scrolls <= 320


def test_a_sparkline_rises_and_falls() -> None:
    assert sparkline([0, 1, 2, 4, None, 8]) == "▁▂▃▅ █"
    assert sparkline([0, 1, 2, 4, None, 8], blocks=False) == "_.-+ @"
    assert sparkline([0, 0]) == "▁▁" and sparkline([None]) == "" and sparkline([]) == ""
    assert sparkline([-1, 1]) == "▁█"
    assert len(sparkline([1.0] * 1000, most=50)) == 50


def test_a_bar_that_is_not_zero_is_seen() -> None:
    assert bar(0.001, 1000) == "▏" and bar(0.001, 1000, blocks=False) == "#"
    assert bar(0, 10) == "" and bar(None, 10) == "" and bar(20, 10, 4) == "████"


def test_bars_of_a_terminal_line_up() -> None:
    assert bars([Bar("nvda", 4), Bar("vrt", 2, "half")], "alerts", width=4) == [
        "nvda  ████  4 alerts",
        "vrt   ██    2 alerts · half",
    ]


def test_a_terminal_without_blocks_gets_ascii() -> None:
    assert has_blocks("utf-8") and not has_blocks("ascii") and not has_blocks(None) and not has_blocks("no-such")
