"""The local Slack enforces what Slack enforces."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from alertd.demo.local_slack import MessageRate, active_markup, refusal
from tests.support.slack import FakeSlack


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def header(length: int) -> dict[str, Any]:
    return {"type": "header", "text": plain("x" * length)}


def section(**fields: Any) -> dict[str, Any]:
    return {"type": "section", **fields}


def button(**fields: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": plain("Read"), **fields}]}


def menu(kind: str, count: int, **fields: Any) -> dict[str, Any]:
    options = [{"text": plain("x"), "value": str(number), **fields} for number in range(count)]
    name = {"placeholder": plain("x")} if kind == "static_select" else {}
    return {"type": kind, "action_id": "m", "options": options, **name}


def context(count: int) -> dict[str, Any]:
    return {"type": "context", "elements": [plain("x")] * count}


@pytest.mark.parametrize(
    "blocks",
    [
        [header(150)] * 50,
        [section(text=plain("x" * 3000))],
        [section(fields=[plain("x" * 2000)] * 10)],
        [context(10)],
        [button(url="https://a.example/" + "x" * 2982)],
        [{"type": "divider", "block_id": "x" * 255}],
        [section(text=plain("x"), accessory=menu("overflow", 5, url="https://a.example"))],
        [{"type": "actions", "elements": [menu("static_select", 100)]}],
    ],
)
def test_what_is_just_within_a_limit_is_taken(blocks: list[Any]) -> None:
    assert refusal({"text": "x" * 40_000, "blocks": blocks}) is None


@pytest.mark.parametrize(
    "blocks",
    [
        [header(1)] * 51,
        [header(151)],
        [header(0)],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [section()],
        [section(text=plain("x" * 3001))],
        [section(text=plain("🚀" * 1501))],
        [section(fields=[plain("x")] * 11)],
        [section(fields=[plain("x" * 2001)])],
        [context(11)],
        [context(0)],
        [button(url="https://a.example/" + "x" * 2983)],
        [button(url="javascript:alert(1)")],
        [{"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": plain("x" * 76)}]}],
        [{"type": "actions", "elements": [{"type": "button", "text": plain("x")}]}],
        [{"type": "actions", "elements": button()["elements"] * 2}],
        [section(text=plain("x"), accessory=menu("overflow", 6))],
        [section(text=plain("x"), accessory=menu("overflow", 2, value="x" * 151))],
        [{"type": "actions", "elements": [menu("static_select", 2, url="https://a.example")]}],
        [{"type": "divider", "block_id": "x" * 256}],
        [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}],
        [{"type": "marquee"}],
        ["text"],
        "no list",
    ],
)
def test_what_is_just_beyond_a_limit_is_refused(blocks: Any) -> None:
    refused = refusal({"text": "x", "blocks": blocks})
    assert refused is not None and refused[0] == "invalid_blocks"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "invalid_payload"),
        ({"text": 7}, "invalid_payload"),
        ([], "invalid_payload"),
    ],
)
def test_the_rest_of_the_payload_is_judged_too(payload: Any, code: str) -> None:
    refused = refusal(payload)
    assert refused is not None and refused[0] == code


def test_it_finds_what_slack_would_act_upon() -> None:
    assert active_markup({"text": "a &amp; b &lt;!channel&gt;"}) == []
    assert active_markup({"text": "<!here> a & b", "blocks": [{"text": {"text": "<https://x|y>"}}]}) == [
        "<!here>",
        "&",
        "<https://x|y>",
    ]


def test_one_message_a_second_after_the_burst() -> None:
    now = 0.0
    rate = MessageRate(burst=2, clock=lambda: now)
    assert [rate.wait_s() for _ in range(3)] == [0, 0, 1]
    now = 1.0
    assert [rate.wait_s() for _ in range(2)] == [0, 1]
    now = 100.0
    assert [rate.wait_s() for _ in range(3)] == [0, 0, 1]


async def test_it_answers_in_plain_text_as_slack_does() -> None:
    async with FakeSlack(MessageRate(burst=3, clock=lambda: 0.0)) as slack, ClientSession() as session:
        answers = []
        bodies = [b"{broken", b'{"text": "hello"}', b"payload=%7B%22text%22%3A%22old+form%22%7D", b"{}"]
        for body in bodies:
            form = {"Content-Type": "application/x-www-form-urlencoded"} if body.startswith(b"payload") else {}
            async with session.post(slack.url, data=body, headers=form) as answer:
                answers.append((answer.status, await answer.text(), answer.headers.get("Retry-After")))
    assert answers == [
        (400, "invalid_payload", None),
        (200, "ok", None),
        (200, "ok", None),
        (429, "rate_limited", "1"),
    ]
    assert [sent["text"] for sent in slack.messages] == ["hello", "old form"]
