"""A report as JSON, text, page and mail: complete, escaped, bounded, and no more than its reader may see."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest

from alertd.history.analytics import model
from alertd.history.analytics.model import Report
from alertd.history.report.html import report_page
from alertd.history.report.mail import mailing_of
from alertd.history.report.narrowed import narrowed
from alertd.history.report.text import TextForm, report_lines
from tests.history.analytics.tables import Tables
from tests.history.report.sample import hostile, sample

DOC = (Path(__file__).parents[3] / "docs" / "reports.md").read_text("utf-8")
GMAIL = 102 * 1024


@pytest.fixture(scope="module")
def report() -> Report:
    return sample()


# --- JSON -----------------------------------------------------------------------------------------------------


def test_json_is_the_record_and_nothing_else(report: Report) -> None:
    data = msgspec.json.encode(report)
    assert msgspec.json.decode(data, type=Report) == report
    assert set(msgspec.json.decode(data)) == set(Report.__struct_fields__)


def test_every_field_is_documented() -> None:
    told = set(re.findall(r"`([a-z_0-9]+)(?:\[\])?`", DOC.partition("## As JSON")[2]))
    records = [one for one in vars(model).values() if isinstance(one, type) and one.__module__ == model.__name__]
    fields = {name for one in records for name in getattr(one, "__struct_fields__", ())}
    assert fields - told == set()


# --- text -----------------------------------------------------------------------------------------------------


def test_the_text_says_what_matters_within_its_width(report: Report) -> None:
    lines = report_lines(report, TextForm(width=78))
    text = "\n".join(lines)
    for words in (
        "AI infrastructure",
        "NVDA",
        "Top stories",
        "Near to the news",
        "Rules",
        "How fast",
        "compute_lease",
    ):
        assert words in text
    assert all(len(line) <= 100 for line in lines)
    assert not any(line.endswith(" ") for line in lines)


def test_a_terminal_without_blocks_gets_plain_characters(report: Report) -> None:
    text = "\n".join(report_lines(report, TextForm(blocks=False)))
    assert not set("▁▂▃▄▅▆▇█▉") & set(text)


def test_a_report_on_nothing_can_be_written_in_every_form() -> None:
    empty = Tables().report()
    assert "none in this time" in "\n".join(report_lines(empty, TextForm()))
    assert "There is no history yet" in report_page(empty)
    assert "There is no history yet" in mailing_of(empty, "r").html


# --- pages and mails --------------------------------------------------------------------------------------------


def test_a_page_fetches_nothing(report: Report) -> None:
    page = report_page(report)
    assert not re.search(r"<(?:script|link|img|iframe)\b|url\(|@import", page)
    assert "<svg" in page


def test_a_mail_has_charts_that_need_no_pictures_and_is_not_cut_off(report: Report) -> None:
    mail = mailing_of(report, "ai-week")
    assert not re.search(r"<(?:script|link|img|svg|iframe)\b|url\(", mail.html)
    assert "bgcolor" in mail.html
    made = EmailMessage()
    made.set_content(mail.text)
    made.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    assert len(made.as_bytes()) < GMAIL
    assert len(mail.subject) <= 150 and "\n" not in mail.subject


@pytest.mark.parametrize("form", ["page", "mail"])
def test_a_strangers_words_stay_text(form: str) -> None:
    report = hostile()
    page = report_page(report) if form == "page" else mailing_of(report, "r").html
    assert "<script>" not in page and "javascript:" not in page and "<img" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page


def test_a_strangers_words_stay_one_line_of_text() -> None:
    lines = report_lines(hostile(), TextForm())
    assert not any(set(line) & {"\x1b", "\r", "\u202e"} for line in lines)


# --- weights ----------------------------------------------------------------------------------------------------


def test_bands_stand_in_place_of_weights(report: Report) -> None:
    seen = narrowed(report, "band")
    assert {one.weight for one in seen.holdings} == {one.weight for one in seen.near} == {None}
    assert [one.band for one in seen.holdings][:1] == ["5-10 %"]
    assert "8.0 %" not in mailing_of(seen, "r").html and "5-10 %" in mailing_of(seen, "r").html


def test_without_weights_nothing_tells_a_long_from_a_short(report: Report) -> None:
    seen = narrowed(report, "none")
    assert {one.signed for one in seen.holdings} == {None} and seen.tone.now is None
    assert [one.label for one in seen.holdings] == sorted(one.label for one in seen.holdings)
    for text in (mailing_of(seen, "r").html, mailing_of(seen, "r").text):
        assert "8.0 %" not in text and "5-10 %" not in text and "short" not in text


def test_exact_weights_change_nothing(report: Report) -> None:
    assert narrowed(report, "exact") is report


def test_a_mail_on_a_quarter_is_not_cut_off_either() -> None:
    mail = mailing_of(sample(days=100), "r")
    assert len(mail.html) < GMAIL * 0.8  # quoted-printable adds some
