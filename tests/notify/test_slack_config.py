"""What a user may write about a Slack receiver, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from alertd.net.client import HttpClient
from alertd.notify.protocol import NotifierDeps
from alertd.notify.slack import SlackConfig, SlackNotifier
from alertd.notify.slack_api import ERRORS, NOT_OURS, NOT_THERE
from tests.settings.conftest import Desk, desk

__all__ = ["desk"]

BOT: dict[str, Any] = {"id": "ai-desk", "token": "xoxb-planted", "channel": "C0123456789"}
HOOK: dict[str, Any] = {"id": "ai-desk", "webhook_url": "https://hooks.example.com/services/planted"}


def said(fields: dict[str, Any]) -> str:
    """Give what is wrong with a receiver, which never shows a secret."""
    with pytest.raises(ValidationError) as caught:
        SlackConfig.model_validate(fields)
    assert "planted" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("fields", [BOT, HOOK, BOT | {"app_token": "xapp-x"}, BOT | {"signing_secret": "x"}])
def test_a_token_with_a_channel_or_a_webhook_alone(fields: dict[str, Any]) -> None:
    config = SlackConfig.model_validate(fields)
    assert config.base_url == "https://slack.com/api"
    assert config.interactive is ("app_token" in fields or "signing_secret" in fields)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"id": "a"}, "give `token` and `channel`, or `webhook_url` alone"),
        (BOT | HOOK, "not both"),
        ({"id": "a", "token": "xoxb-planted"}, "`token` needs `channel`, such as C0123456789"),
        (HOOK | {"channel": "C0123456789"}, "a `webhook_url` has its own channel and no buttons"),
        (HOOK | {"app_token": "xapp-planted"}, "a `webhook_url` has its own channel and no buttons"),
        (BOT | {"token": "planted"}, "this token begins with xoxb-"),
        (BOT | {"app_token": "xoxb-planted"}, "this token begins with xapp-"),
        (BOT | {"app_token": "xapp-planted", "signing_secret": "planted"}, "each click would be answered twice"),
        (BOT | {"channel": "#desk"}, "channel"),
        (BOT | {"base_url": "http://slack.example.com/api"}, "plain http:// is refused"),
    ],
)
def test_what_cannot_work_is_refused_with_what_to_do(fields: dict[str, Any], says: str) -> None:
    assert says in said(fields)


def test_socket_mode_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.notify.slack_config.find_spec", lambda name: None)
    assert "install alertd[slack]" in said(BOT | {"app_token": "xapp-planted"})


def test_receivers_of_one_channel_share_its_pace_and_names_tell_no_secret() -> None:
    deps = NotifierDeps(http=HttpClient("unused"))
    bot, same, hook = (SlackNotifier(SlackConfig.model_validate(one), deps) for one in (BOT, BOT | {"id": "b"}, HOOK))
    assert bot.pace_key == same.pace_key == "slack/C0123456789" != hook.pace_key
    assert hook.pace_key.startswith("slack/") and "planted" not in hook.pace_key
    assert bot.pace_ms == 1000


def test_signed_requests_need_somewhere_to_arrive(desk: Desk) -> None:
    receiver = 'receivers: [{id: a, type: slack, token: "${T}", channel: C0123456789, signing_secret: "${S}"}]\n'
    env = {"T": "xoxb-x", "S": "s"}
    [fault] = desk.faults(receiver, env)
    assert fault.endswith(
        "what is pressed in Slack has nowhere to arrive: a `signing_secret` needs `web.public` "
        "(add web.public, or use app_token instead)"
    )
    public = 'web: {public: {bind: "127.0.0.1:0", url: "https://alerts.example.com"}}\n'
    assert desk.load(public + receiver, env).settings.web.public is not None


PAGE = (Path(__file__).parents[2] / "docs" / "slack.md").read_text("utf-8")


@pytest.mark.parametrize("word", [*ERRORS, *sorted(NOT_THERE | NOT_OURS)])
def test_every_word_of_slacks_is_documented(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_the_examples_of_the_page_are_valid(desk: Desk) -> None:
    env = {"SLACK_TOKEN": "xoxb-x", "SLACK_APP_TOKEN": "xapp-x", "SLACK_SIGNING_SECRET": "s"}
    examples = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        loaded = desk.load(example, env)
        assert loaded.settings.receivers[0].id == "ai-desk" and loaded.warnings == []
    (manifest,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(manifest)["oauth_config"]["scopes"]["bot"] == ["chat:write"]


def test_a_webhook_is_not_told_of_answers_as_it_cannot_edit() -> None:
    assert [SlackConfig.model_validate(one).answered for one in (BOT, HOOK)] == [True, False]
