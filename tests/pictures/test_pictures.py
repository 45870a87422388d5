"""What a reader must see is visible, at the width of a phone and of a desktop, in a real browser."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tools.pictures import pages, reports, stories
from tools.pictures.__main__ import FOLDER, PICTURES
from tools.pictures.browser import Measured, NoBrowserError, find_browser, measure, shoot
from tools.pictures.slack_page import slack_page

PHONE, DESKTOP = 375, 760
MUST = (
    "SpaceX leases its Colossus 1",
    "NVDA +8.0 %",
    "$3-4bn a year",
    "reclaim right",
    "unconfirmed",
    "07:42:04 EST",
)


def needs_browser() -> None:
    """Skip where there is no browser that works."""
    try:
        find_browser()
        assert measure("<p>works</p>", PHONE).text.strip() == "works"
    except NoBrowserError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", autouse=True)
def browser() -> None:
    needs_browser()


def fits(page: Measured, width: int) -> None:
    """Hold a page to what a screen of that width can show."""
    assert page.wide == []
    assert page.scrolls <= width
    assert page.small == []


@pytest.mark.parametrize("width", [320, PHONE, DESKTOP])
def test_a_mail_fits_the_screen_and_shows_what_matters(width: int) -> None:
    page = measure(pages.mail_parts(stories.seed())[0], width)
    fits(page, width)
    for words in MUST:
        assert words in page.text, words
    assert page.text.index("NVDA") < page.text.index("reclaim right") < page.text.index("Why you")
    assert [text for text, _ in page.press] == ["Read source", "Acknowledge", "Snooze 4 h", "Useful", "Noise"]
    assert all(height >= 44 for _, height in page.press), page.press


def test_the_page_that_answers_fits_a_phone() -> None:
    page = measure(pages.answer_page(stories.seed()), PHONE)
    fits(page, PHONE)
    assert "Acknowledge this alert?" in page.text and "SpaceX leases its Colossus 1" in page.text
    assert page.press == [("Acknowledge", 48)]


def test_in_the_dark_it_is_laid_out_the_same() -> None:
    page = pages.mail_parts(stories.seed())[0]
    assert measure(page, PHONE, dark=True) == measure(page, PHONE)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_brief_fits_and_lists_the_loudest_first(width: int) -> None:
    page = measure(pages.mail_parts(stories.brief())[0], width)
    fits(page, width)
    places = [page.text.index(word) for word in ("CRITICAL", "HIGH", "MEDIUM", "LOW", "3 alerts more", "Expired")]
    assert places == sorted(places)


def test_the_first_words_of_a_mail_are_hidden_on_its_page() -> None:
    page = measure(pages.mail_parts(stories.seed())[0], PHONE)
    assert page.text.lstrip().startswith("CRITICAL") and page.text.count("SpaceX leases its Colossus 1") == 1


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_slack_shows_what_matters_without_scrolling_sideways(width: int) -> None:
    page = measure(pages.slack(stories.seed()), width)
    fits(page, width)
    for words in MUST:
        assert words in page.text, words


def test_a_title_of_one_endless_word_breaks() -> None:
    endless = "W" * 400
    said = stories.seed()
    assert said.event is not None and said.alert is not None
    changed = msgspec.structs.replace(said, event=msgspec.structs.replace(said.event, title=endless, source=endless))
    fits(measure(pages.mail_parts(changed)[0], PHONE), PHONE)


def test_our_page_of_slack_acts_on_nothing_but_marks() -> None:
    hostile = [
        {"type": "header", "text": {"type": "plain_text", "text": "&lt;b&gt; *not bold*"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*bold* &lt;script&gt;x&lt;/script&gt; 2*3*4\n~gone~"},
        },
    ]
    page = slack_page(hostile, "7:42 AM")
    assert "<b>bold</b>" in page and "<script" not in page and "2*3*4" in page and "<del>gone</del>" in page
    assert "<b> *not bold*" in measure(page, PHONE).text


def test_a_picture_is_taken(tmp_path: Path) -> None:
    target = tmp_path / "shot.png"
    shoot("<p>works</p>", PHONE, target)
    assert target.read_bytes().startswith(b"\x89PNG")


def test_every_picture_of_the_documents_is_one_that_we_take() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} <= set(PICTURES)


@pytest.mark.parametrize("width", [320, PHONE, DESKTOP])
def test_a_report_fits_the_screen_as_a_mail(width: int) -> None:
    page = measure(reports.mail(), width)
    fits(page, width)
    for words in ("AI infrastructure", "mildly positive", "NVDA +8.0 %", "CRITICAL", "supplies SpaceX"):
        assert words in page.text, words
    assert measure(reports.mail(), width, dark=True).text == page.text


@pytest.mark.parametrize("width", [320, PHONE, 1000])
def test_a_report_fits_the_screen_as_a_page(width: int) -> None:
    page = measure(reports.page(), width)
    assert page.scrolls <= width and page.small == []
    assert "Tone of the portfolio" in page.text and "Holdings in the news" in page.text


# --- research notes -------------------------------------------------------------------------------------------------

NOTED = (
    "Gains",
    "NVDA supplies SpaceX",
    "illustrative: processors",
    "Reclaim right, held by SpaceX",
    "Against",
    "none found",
)


@pytest.mark.parametrize("width", [320, PHONE, DESKTOP])
def test_a_mail_with_a_note_fits_and_shows_it_below_why_it_came(width: int) -> None:
    page = measure(pages.mail_parts(stories.seed(noted=True))[0], width)
    fits(page, width)
    for words in (*MUST, *NOTED):
        assert words in page.text, words
    assert page.text.index("Why you") < page.text.index("Gains") < page.text.index("Against")
    assert measure(pages.mail_parts(stories.seed(noted=True))[0], width, dark=True) == page


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_thread_shows_the_note_below_its_alert(width: int) -> None:
    page = measure(pages.slack(stories.seed(), stories.seed("note")), width)
    fits(page, width)
    for words in (*MUST, *NOTED):
        assert words in page.text, words
    assert (
        page.text.index("Why you") < page.text.index("1 reply") < page.text.index("NOTE") < page.text.index("Gains")
    )


def test_a_terminal_shows_the_note() -> None:
    page = measure(pages.console(stories.seed(noted=True)), DESKTOP)
    assert page.scrolls <= DESKTOP
    for words in (*MUST, *NOTED):
        assert words in page.text, words
