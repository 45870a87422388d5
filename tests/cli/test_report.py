"""`alertd report`: made of what was archived, in each of its forms, to nobody who must not see it."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from alertd.base.clock import rfc3339, system_clock
from alertd.history.analytics.model import Report
from alertd.model import CompanyMention, Event, Message, Sentiment, Story
from tests.cli.conftest import Desk
from tests.cli.keeping import keep
from tests.cli.test_why import event_record

NVDA = "cik-0001045810"
HOLDS = """portfolio: chips
title: Chips
holdings: [{ticker: NVDA, weight: -8%}]
receivers: [desk]
rules:
  - {id: lease, title: A lease, severity: high, when: {title: lease}}
"""
HOUR = 3_600_000
MAIL = {
    "smtp": {"host": "mail.example.com", "from": "a@example.com"},
    "receivers": [
        {"id": "pm", "type": "email", "to": ["pm@example.com"]},
        {"id": "cut", "type": "email", "to": ["cut@example.com"], "show_weights": "none"},
        {"id": "desk", "type": "console"},
        {"id": "credit", "type": "console", "desk": "credit"},
    ],
}


@pytest.fixture
def chips(desk: Desk) -> Desk:
    """A desk that is short of a chip maker, about which there was bad news in three stories."""
    (desk.folder / "rules/portfolios/chips.yaml").write_text(HOLDS)
    desk.settings(**MAIL)
    now = system_clock()
    for n in range(3):
        at = rfc3339(now - n * HOUR - 60_000)
        mention = CompanyMention(id=NVDA, name="NVIDIA", sentiment=-0.5)
        made = Event(
            id=f"ev_{n}", source="wire", title=f"NVIDIA warns {n}", companies=[mention], event_at=at, seen_at=at,
            published_at=at, published_precision="second", story=Story(id=f"st_{n}"), sentiment=Sentiment(score=-0.5),
        )  # fmt: skip
        desk.journal(replace(event_record(event=made, matches=[]), at=at))
    keep(desk)
    return desk


def test_bad_news_about_a_short_is_good(chips: Desk) -> None:
    done = chips.run("report", "chips", "--json")
    assert (done.code, done.err) == (0, "")
    report = msgspec.convert(done.json, Report)
    (line,) = report.holdings
    assert (line.label, line.weight, line.tone.now, line.signed) == ("NVDA", -0.08, -0.5, 0.5)
    assert (report.tone.now, report.volume.stories, report.volume.z30) == (0.5, 3, None)
    assert {one.title for one in report.stories} == {"NVIDIA warns 0", "NVIDIA warns 1", "NVIDIA warns 2"}


def test_the_terminal_shows_it(chips: Desk) -> None:
    done = chips.run("report", "chips", "--since", "2d")
    assert done.code == 0
    for words in ("Chips: ", "Tone    +0.50 moderately positive", "NVDA  -8.0 %", "NVIDIA warns 2"):
        assert words in done.out


def test_a_page_is_written_as_a_whole(chips: Desk) -> None:
    done = chips.run("report", "chips", "--html", "page.html")
    assert (done.code, done.out) == (0, "wrote page.html\n")
    page = (chips.folder / "page.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>") and "NVIDIA warns 0" in page
    refused = chips.run("report", "chips", "--html", "there/is/none.html")
    assert (refused.code, "cannot be written" in refused.err) == (1, True)


def test_a_mail_goes_into_the_queue_as_its_receiver_may_see_it(chips: Desk) -> None:
    for receiver in ("pm", "cut"):
        done = chips.run("report", "chips", "--mail", receiver)
        assert done.code == 0, done.err
        assert done.out.startswith(f"queued for {receiver} as dl_")
    texts = {}
    for receiver in ("pm", "cut"):
        (message,) = waiting(chips, receiver)
        assert message.type == "report" and message.mailing is not None
        texts[receiver] = message.mailing.text
    assert "-8.0 %" in texts["pm"] and "+0.50" in texts["pm"]
    assert "8.0 %" not in texts["cut"] and "+0.50" not in texts["cut"]


def waiting(desk: Desk, receiver: str) -> list[Message]:
    """Give the messages in the queue of a receiver."""
    due, _ = desk.do(lambda store: store.due(receiver, system_clock() + HOUR, 10))
    return [one.message for one in due]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chip"], "there is no portfolio chip (did you mean chips?)"),
        (["chips", "--since", "soon"], "--since takes a time such as 36h or 7d"),
        (["chips", "--until", "2100-01-01"], "--until lies ahead"),
        (["chips", "--since", "1d", "--until", "2d"], "the time is empty"),
        (["chips", "--since", "2020-01-01"], "400 days at most"),
        (["chips", "--mail", "nobody"], "there is no receiver nobody; of mail there are pm, cut"),
        (["chips", "--mail", "desk"], "receiver desk is of type console, and only mail can carry a report"),
    ],
)
def test_what_makes_no_sense_is_refused(chips: Desk, words: list[str], said: str) -> None:
    done = chips.run("report", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_without_a_history_it_says_what_is_missing(desk: Desk) -> None:
    done = desk.run("report", "ai")
    assert (done.code, done.out) == (1, "")
    assert "there is no history yet" in done.err


def test_a_portfolio_of_another_desk_is_not_there(chips: Desk) -> None:
    (chips.folder / "rules/portfolios/chips.yaml").write_text(
        HOLDS.replace("receivers: [desk]", "receivers: [credit]\ndesk: credit")
    )
    done = chips.run("report", "chips", "--desk", "ai")
    assert (done.code, done.out) == (2, "")
    assert "there is no portfolio chips" in done.err
    assert chips.run("report", "chips", "--desk", "credit").code == 0
    walled = chips.run("report", "chips", "--mail", "pm")
    assert (walled.code, "go only to its own receivers" in walled.err) == (1, True)
