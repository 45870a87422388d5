"""Slack, against a server that enforces its limits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from alertd.base.secrets import Secret
from alertd.demo.local_slack import MessageRate, active_markup, texts
from alertd.net.client import HttpClient
from alertd.notify.outcome import Dead, Later, Outcome, Sent, parked
from alertd.notify.progress import Progress, read_progress
from alertd.notify.protocol import NotifierDeps
from alertd.notify.slack import SlackConfig, SlackNotifier
from tests.notify.cases import NOW, attempt, correction, event, message, notice
from tests.support.http import refused_port
from tests.support.slack import DROP, HANG, RESET, FakeSlack, Reply


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient("alertd-test") as client:
        yield client


def notifier(http: HttpClient, url: str, **settings: Any) -> SlackNotifier:
    config = SlackConfig(id="ai-desk", webhook_url=Secret(url), allow_private=True, **settings)
    return SlackNotifier(config, NotifierDeps(http=http, clock=lambda: NOW))


async def test_an_alert_arrives_as_blocks_with_a_short_text(slack: FakeSlack, http: HttpClient) -> None:
    to = notifier(http, slack.url)
    assert await to.send(to.render(message()), attempt()) == Sent("HTTP 200 ok", wire=slack.requests[0])
    (sent,) = slack.messages
    assert sent["text"].startswith("HIGH · Vega Grid leases its Orion") and len(sent["text"]) <= 110
    assert [block["type"] for block in sent["blocks"]] == ["header", *["section"] * 3, "context", "actions"]
    assert sent["unfurl_links"] is False and sent["unfurl_media"] is False
    button = sent["blocks"][-1]["elements"][0]
    assert button["url"] == "https://news.example.com/orion?a=1&b=2"


async def test_every_type_of_message_is_within_the_limits(slack: FakeSlack, http: HttpClient) -> None:
    to = notifier(http, slack.url)
    for one in (correction(), notice(), message(type="test", alert=None, event=None), message(type="alert.closed")):
        assert isinstance(await to.send(to.render(one), attempt()), Sent)


async def test_a_stranger_cannot_mention_link_or_format(slack: FakeSlack, http: HttpClient) -> None:
    title = "<!channel> R&D <https://evil.example|your bank> *bold* &lt;"
    to = notifier(http, slack.url)
    await to.send(to.render(message(event=event(title=title))), attempt())
    (sent,) = slack.messages
    assert active_markup(sent) == []
    assert sent["blocks"][1]["text"]["text"] == (
        "&lt;!channel&gt; R&amp;D &lt;https://evil.example|your bank&gt; *bold* &amp;lt;"
    )
    assert all(block["text"].get("verbatim", True) for block in sent["blocks"] if "text" in block)


async def test_a_link_that_is_none_gets_no_button(slack: FakeSlack, http: HttpClient) -> None:
    to = notifier(http, slack.url)
    await to.send(to.render(message(event=event(url="javascript:alert(1)"))), attempt())
    assert "actions" not in [block["type"] for block in slack.messages[0]["blocks"]]


async def test_a_repeat_in_doubt_says_so_and_the_frozen_message_does_not(slack: FakeSlack, http: HttpClient) -> None:
    to = notifier(http, slack.url)
    payload = to.render(message())
    await to.send(payload, attempt(2, in_doubt=True))
    (sent,) = slack.messages
    assert sent["text"].startswith("Possible repeat · HIGH") and len(sent["text"]) <= 110
    assert sent["blocks"][1]["elements"][0]["text"].startswith("Possible repeat: an earlier attempt")
    assert b"repeat" not in payload


async def test_a_message_that_waited_says_how_long(slack: FakeSlack, http: HttpClient) -> None:
    to = notifier(http, slack.url)
    await to.send(to.render(message()), attempt(4, now=NOW + 7_200_000))
    assert slack.messages[0]["text"].startswith("Delayed 2 h · HIGH")


async def test_refused_blocks_are_tried_once_more_as_plain_text(slack: FakeSlack, http: HttpClient) -> None:
    slack.script(Reply(400, "invalid_blocks"))
    to = notifier(http, slack.url)
    payload = to.render(message())
    first = await to.send(payload, attempt())
    assert isinstance(first, Later)
    assert (first.error, first.after_s, first.counts) == (
        "HTTP 400 invalid_blocks; once again as plain text",
        1.0,
        False,
    )
    assert isinstance(await to.send(payload, attempt(2, progress=first.progress)), Sent)
    (sent,) = slack.messages
    assert "blocks" not in sent
    assert "Why you  big-compute-lease" in sent["text"]
    assert "https://news.example.com/orion?a=1&amp;b=2" in sent["text"]


async def test_plain_text_that_is_refused_too_is_a_dead_letter(slack: FakeSlack, http: HttpClient) -> None:
    slack.script(Reply(400, "invalid_payload"), Reply(400, "no_text"))
    to = notifier(http, slack.url)
    payload = to.render(message())
    first = await to.send(payload, attempt())
    assert isinstance(first, Later)
    outcome = await to.send(payload, attempt(2, progress=first.progress))
    assert outcome == Dead("HTTP 400 no_text (before, with blocks: invalid_payload)")


async def test_the_plain_try_outlives_a_limit_in_between(slack: FakeSlack, http: HttpClient) -> None:
    slack.script(Reply(400, "invalid_blocks"), Reply(429, "rate_limited", {"Retry-After": "3"}))
    to = notifier(http, slack.url)
    payload, progress = to.render(message()), ""
    for number in (1, 2):
        outcome = await to.send(payload, attempt(number, progress=progress))
        assert isinstance(outcome, Later) and not outcome.counts
        progress = outcome.progress
    assert read_progress(progress) == Progress(plain="invalid_blocks")


async def test_too_many_messages_are_asked_to_wait(http: HttpClient) -> None:
    async with FakeSlack(MessageRate(burst=2, clock=lambda: 0.0)) as slack:
        to = notifier(http, slack.url)
        payload = to.render(message())
        outcomes = [await to.send(payload, attempt()) for _ in range(3)]
    assert isinstance(outcomes[1], Sent)
    assert outcomes[2] == Later("HTTP 429 rate_limited", after_s=1.0, counts=False, pause_s=1.0)
    assert to.pace_ms == 1000 and to.concurrency == 1 and to.mode == "latest"


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "no_service"), (410, "channel_is_archived"), (403, "action_prohibited"), (404, "channel_not_found")],
)
async def test_a_webhook_that_is_gone_is_told_as_gone(
    slack: FakeSlack, http: HttpClient, status: int, code: str
) -> None:
    slack.script(Reply(status, code))
    to = notifier(http, slack.url)
    assert await to.send(to.render(message()), attempt()) == parked(f"HTTP {status} {code}", Progress())


async def test_a_fault_of_slack_is_tried_again(slack: FakeSlack, http: HttpClient) -> None:
    slack.script(Reply(500, "rollup_error"))
    to = notifier(http, slack.url)
    assert await to.send(to.render(message()), attempt()) == Later("HTTP 500 rollup_error")


async def test_a_log_in_page_is_not_slack(slack: FakeSlack, http: HttpClient) -> None:
    slack.script(Reply(200, "<!DOCTYPE html><title>Log in</title>"))
    to = notifier(http, slack.url)
    outcome = await to.send(to.render(message()), attempt())
    assert isinstance(outcome, Later) and outcome.counts and "web page" in outcome.error


@pytest.mark.parametrize("fault", [DROP, RESET])
async def test_a_lost_answer_is_in_doubt(slack: FakeSlack, http: HttpClient, fault: Any) -> None:
    slack.script(fault)
    to = notifier(http, slack.url)
    payload = to.render(message())
    outcome = await to.send(payload, attempt())
    assert isinstance(outcome, Later) and read_progress(outcome.progress).doubt
    await to.send(payload, attempt(2, progress=outcome.progress))
    assert slack.messages[-1]["text"].startswith("Possible repeat")


async def test_silence_ends_with_the_time_out(slack: FakeSlack, http: HttpClient) -> None:
    slack.script(HANG)
    to = notifier(http, slack.url, timeout="1s")
    outcome = await to.send(to.render(message()), attempt())
    assert isinstance(outcome, Later) and read_progress(outcome.progress).doubt


async def test_a_refused_connection_leaves_no_doubt(http: HttpClient) -> None:
    to = notifier(http, f"http://127.0.0.1:{refused_port()}/services/T/B/x")
    outcome = await to.send(to.render(message()), attempt())
    assert isinstance(outcome, Later) and outcome.progress == "" and outcome.counts


async def test_a_private_address_is_refused_unless_allowed(http: HttpClient) -> None:
    config = SlackConfig(id="ai-desk", webhook_url=Secret("https://127.0.0.1/services/T/B/x"))
    to = SlackNotifier(config, NotifierDeps(http=http))
    outcome = await to.send(to.render(message()), attempt())
    assert isinstance(outcome, Later) and outcome.gone and "loopback" in outcome.error


async def test_no_outcome_shows_the_secret_address(slack: FakeSlack, http: HttpClient) -> None:
    slack.script(Reply(404, "no_service"), RESET, Reply(302, "", {"Location": "/planted-secret"}))
    to = notifier(http, slack.url)
    payload = to.render(message())
    outcomes: list[Outcome] = [await to.send(payload, attempt()) for _ in range(3)]
    gone = notifier(http, f"http://127.0.0.1:{refused_port()}/services/planted-secret")
    outcomes.append(await gone.send(payload, attempt()))
    assert "planted-secret" not in repr(outcomes)


async def test_a_stored_message_that_cannot_be_read_is_a_dead_letter(http: HttpClient) -> None:
    to = notifier(http, "http://127.0.0.1:1/x")
    assert isinstance(await to.send(b"not ours", attempt()), Dead)


async def test_the_same_message_is_frozen_as_the_same_bytes(http: HttpClient) -> None:
    to = notifier(http, "http://127.0.0.1:1/x")
    assert to.render(message()) == to.render(message())
    frozen = msgspec.json.decode(to.render(message()))
    assert all(isinstance(text, str) for text in texts(frozen["blocks"]))
