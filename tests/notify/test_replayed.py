"""A message of a replay says so where it is read first, whatever form it takes."""

from __future__ import annotations

import json
import time

import pytest

from alertd.model import Message
from alertd.net.client import HttpClient
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.email_subject import subject_of
from alertd.notify.message import compose
from alertd.notify.payload import payload
from alertd.notify.protocol import NotifierDeps
from alertd.notify.replayed import replayed_text, replayed_titles
from alertd.notify.slack_frozen import freeze
from alertd.notify.smtp import SmtpConfig
from tests.notify.cases import NOW, message


def again(**changes: object) -> Message:
    return message(replay=True, **changes)


def test_the_first_words_of_headline_status_and_subject_are_the_mark() -> None:
    lines = compose(again(), NOW)
    assert lines.headline.startswith("REPLAY · ") and len(lines.headline) <= 110
    assert lines.status.startswith("REPLAY · HIGH · ")
    assert subject_of(again(), lines).startswith("REPLAY [")
    assert "REPLAY" not in compose(message(), NOW).headline + subject_of(message(), compose(message(), NOW))


def test_the_text_of_slack_begins_with_the_mark() -> None:
    frozen = freeze(again(), "desk", NOW, interactive=False)
    assert frozen.headline.startswith("REPLAY · ")
    assert frozen.blocks[0]["text"]["text"].startswith("REPLAY · ")


def test_a_webhook_says_it_in_a_field_of_its_own() -> None:
    assert json.loads(payload(again()))["replay"] is True
    assert "replay" not in json.loads(payload(message()))


@pytest.mark.parametrize("form", ["text", "html", "slack"])
def test_what_a_template_writes_says_it_whatever_it_names(form: str) -> None:
    assert "REPLAY" in replayed_text("something fell", form)
    assert replayed_text("REPLAY: x", form) == "REPLAY: x"


def test_json_of_a_template_says_it_in_a_field_and_in_its_texts() -> None:
    assert json.loads(replayed_text('{"text": "a", "n": 1}', "json")) == {"replay": True, "text": "REPLAY: a", "n": 1}
    assert replayed_text("[1]", "json") == "[1]" and replayed_text("{", "json") == "{"


def test_titles_that_a_template_can_name_say_it() -> None:
    said = replayed_titles(again())
    assert said.alert is not None and said.alert.title.startswith("REPLAY: ")
    assert said.event is not None and said.event.title.startswith("REPLAY: ")


def test_a_mail_begins_its_subject_with_the_mark_and_is_dated_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.base.clock._followed", [lambda: NOW])  # a replay's processes go by the past
    config = EmailConfig.model_validate({"id": "mail", "to": ["pm@example.com"]})
    relay = SmtpConfig.model_validate({"host": "127.0.0.1", "port": 25, "from": "alertd@example.com", "tls": "none"})
    notifier = EmailNotifier(config, NotifierDeps(http=HttpClient("unused"), smtp=relay, clock=lambda: NOW))
    before = time.time_ns() // 1_000_000
    made = json.loads(notifier.render(again()))
    assert made["subject"].startswith("REPLAY [") and made["lines"]["headline"].startswith("REPLAY · ")
    assert made["date_ms"] >= before - 1_000 and made["at_ms"] == NOW
    assert json.loads(notifier.render(message()))["date_ms"] <= NOW
