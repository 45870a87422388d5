"""Webhooks: signed as the standard says, checked by the standard's own package."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from aiohttp import web

from alertd.base.secrets import Secret
from alertd.model import Change, Evidence
from alertd.net.client import HttpClient
from alertd.notify.outcome import Dead, Later, Sent
from alertd.notify.payload import EXCERPT_BYTES, MAX_BYTES, excerpt, payload
from alertd.notify.progress import read_progress
from alertd.notify.protocol import NotifierDeps
from alertd.notify.webhook import WebhookConfig, WebhookNotifier, sign
from tests.notify.cases import BODY, DELIVERY, alert, attempt, event, hostile_note, match, message, notice
from tests.support.http import FaultServer, redirect, reset
from tests.support.webhook import WebhookReceiver

OLD = "whsec_" + base64.b64encode(b"old key of twenty-four b").decode()
NEW = "whsec_" + base64.b64encode(bytes(range(64))).decode()


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient("alertd-test") as client:
        yield client


def now_ms() -> int:
    from alertd.base.clock import system_clock

    return system_clock()


def notifier(http: HttpClient, url: str, *secrets: str, **settings: Any) -> WebhookNotifier:
    known = [Secret(secret) for secret in secrets or (NEW,)]
    config = WebhookConfig(
        id="oms", url=Secret(url), secret=known if len(known) > 1 else known[0], allow_private=True, **settings
    )
    return WebhookNotifier(config, NotifierDeps(http=http))


def decoded(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(body)
    return found


async def test_the_standards_own_package_believes_the_signature(http: HttpClient) -> None:
    async with WebhookReceiver([NEW]) as hooks:
        to = notifier(http, hooks.url)
        assert await to.send(to.render(message()), attempt(now=now_ms())) == Sent("HTTP 204")
    (hook,) = hooks.hooks
    assert hook.id == DELIVERY
    assert hook.headers["content-type"] == "application/json"
    assert hook.payload["type"] == "alert.fired"
    assert hook.payload["timestamp"] == message().at
    assert hook.payload["data"]["alert"]["id"] == alert().id
    assert hook.payload["data"]["event"]["excerpt"] == BODY
    assert "body" not in hook.payload["data"]["event"]
    assert hook.payload["data"]["delivery"] == {
        "id": DELIVERY,
        "receiver": "ai-desk",
        "reason": "first",
        "dispatched_by": "alertd test",
    }


def test_the_signature_is_that_of_the_standard() -> None:
    # The example of the specification's reference libraries.
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_while_keys_are_rotated_either_one_fits(http: HttpClient) -> None:
    for known in (OLD, NEW):
        async with WebhookReceiver([known]) as hooks:
            to = notifier(http, hooks.url, OLD, NEW)
            assert isinstance(await to.send(to.render(message()), attempt(now=now_ms())), Sent)


async def test_a_retry_has_the_same_id_and_bytes_and_a_new_timestamp(http: HttpClient) -> None:
    async with WebhookReceiver([NEW]) as hooks:
        hooks.script(web.Response(status=500))
        to = notifier(http, hooks.url)
        body, now = to.render(message()), now_ms()
        first = await to.send(body, attempt(now=now))
        assert isinstance(first, Later)
        assert isinstance(await to.send(body, attempt(2, now=now + 5000, progress=first.progress)), Sent)
    one, two = hooks.by_id[DELIVERY]
    assert one.body == two.body == body
    assert two.timestamp - one.timestamp == 5


async def test_its_own_headers_go_along_and_stay_out_of_errors(http: HttpClient) -> None:
    async with WebhookReceiver([NEW]) as hooks:
        hooks.script(web.Response(status=422, text="you sent planted-token"))
        to = notifier(http, hooks.url, headers={"X-Api-Key": Secret("planted-token")})
        outcome = await to.send(to.render(message()), attempt(now=now_ms()))
    assert hooks.hooks[0].headers["x-api-key"] == "planted-token"
    assert outcome == Dead("HTTP 422 you sent <secret>")


async def test_an_endpoint_that_is_gone_is_parked(http: HttpClient) -> None:
    async with WebhookReceiver([NEW]) as hooks:
        hooks.script(web.Response(status=410))
        to = notifier(http, hooks.url)
        outcome = await to.send(to.render(message()), attempt(now=now_ms()))
    assert outcome == Later("HTTP 410", after_s=3600, counts=False, pause_s=3600, gone=True)


async def test_a_redirect_is_a_failure_and_not_followed(http: HttpClient) -> None:
    with FaultServer() as server:
        url = server.script("/hook", redirect(server.url("/elsewhere"), 307))
        to = notifier(http, url)
        outcome = await to.send(to.render(message()), attempt(now=now_ms()))
        assert isinstance(outcome, Later) and outcome.counts
        assert server.to("/elsewhere") == []


async def test_a_throttled_endpoint_is_left_alone_as_long_as_it_asks(http: HttpClient) -> None:
    async with WebhookReceiver([NEW]) as hooks:
        hooks.script(web.Response(status=429, headers={"Retry-After": "17"}), web.Response(status=504))
        to = notifier(http, hooks.url)
        body = to.render(message())
        assert await to.send(body, attempt(now=now_ms())) == Later("HTTP 429", after_s=17, counts=False, pause_s=17)
        second = await to.send(body, attempt(now=now_ms()))
    assert isinstance(second, Later) and second.counts and second.pause_s == 10


async def test_a_lost_answer_is_in_doubt(http: HttpClient) -> None:
    with FaultServer() as server:
        to = notifier(http, server.script("/hook", reset()))
        outcome = await to.send(to.render(message()), attempt(now=now_ms()))
    assert isinstance(outcome, Later) and read_progress(outcome.progress).doubt


def test_every_revision_is_sent_in_order_and_four_at_once(http: HttpClient) -> None:
    to = notifier(http, "http://127.0.0.1:1/x")
    assert (to.mode, to.concurrency, to.pace_ms) == ("every", 4, 0)
    assert to.lease_ms >= 30_000


# --- the payload ------------------------------------------------------------------------------------------


def test_the_excerpt_is_at_most_two_kilobytes_of_whole_characters() -> None:
    assert len(excerpt("é" * 5000).encode()) == EXCERPT_BYTES
    assert len(excerpt("€" * 5000).encode()) == EXCERPT_BYTES - EXCERPT_BYTES % 3
    assert excerpt("\ud800") == "?"


def test_a_notice_has_a_payload_too() -> None:
    data = decoded(payload(notice()))
    assert data["type"] == "notice"
    assert data["data"]["notice"]["kind"] == "source_failing"


def test_unknown_fields_of_an_event_are_kept() -> None:
    assert decoded(payload(message(event=event(extra={"desk_score": 7}))))["data"]["event"]["desk_score"] == 7


def test_a_payload_of_usual_size_is_not_trimmed() -> None:
    assert "trimmed" not in decoded(payload(message()))["data"]


def test_much_evidence_is_shortened_and_it_says_so() -> None:
    evidence = [Evidence(field="body", start=n, end=n + 400, quote="q" * 400) for n in range(100)]
    body = payload(message(alert=alert(matches=[match(evidence=evidence)])))
    data = decoded(body)["data"]
    assert len(body) < MAX_BYTES
    assert data["trimmed"] == ["evidence_shortened"]
    assert [len(e["quote"]) for e in data["alert"]["matches"][0]["evidence"]] == [200, 200, 200]


def test_whatever_is_large_the_payload_stays_below_its_limit() -> None:
    change = Change(at="t", revision=1, event="ev", event_revision=1, reason="first", text="c" * 3000)
    huge: list[dict[str, Any]] = [
        {"alert": alert(matches=[match(rule=f"r{n}", title="t" * 500) for n in range(200)])},
        {"alert": alert(changes=[change] * 50)},
        {"alert": alert(note=hostile_note("n" * 10_000))},
        {"event": event(facts={"text": "f" * 50_000}, extra={"more": ["x" * 1000] * 1000})},
        {"event": event(url="https://a.example/" + "u" * 50_000, items=["i" * 100] * 5000)},
        {"event": event(title="\U0001f680" * 50_000), "reason": "first"},
    ]
    for changes in huge:
        body = payload(message(**changes))
        assert len(body) < MAX_BYTES, changes.keys()
        data = decoded(body)["data"]
        assert data["trimmed"]
        assert data["alert"]["id"] == alert().id and data["event"]["id"] == event().id


def test_lone_surrogates_do_not_stop_a_message() -> None:
    data = decoded(payload(message(event=event(title="a\ud800b"), alert=alert(title="\udfff"))))["data"]
    assert data["event"]["title"] == "a?b"
