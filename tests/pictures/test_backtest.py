"""The page of a backtest on a screen: nothing sticks out, what must be read is there, also what feeds say."""

from __future__ import annotations

import pytest

from tests.pictures.test_pictures import fits, needs_browser
from tools.pictures.backtest_page import backtest_page
from tools.pictures.browser import measure


@pytest.fixture(scope="module", autouse=True)
def browser() -> None:
    needs_browser()


def test_the_page_reads_on_a_desktop_and_fits() -> None:
    seen = measure(backtest_page(), 980)
    fits(seen, 980)
    for words in (
        "Backtest of rules against main (4f1c9aa)",
        "What is missing of the past",
        "1 gap",
        "supplier-news",
    ):
        assert words in seen.text
    assert seen.text.index("Expectations") < seen.text.index("Against main") < seen.text.index("The noisiest rules")


@pytest.mark.parametrize("width", [320, 375])
def test_the_page_does_not_scroll_sideways_on_a_phone(width: int) -> None:
    seen = measure(backtest_page(), width)
    assert seen.scrolls <= width
    assert seen.small == []
