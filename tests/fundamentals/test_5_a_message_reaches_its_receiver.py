"""Chapter 5. A notifier speaks one protocol and says what came of an attempt; it never raises for what goes wrong."""

from __future__ import annotations

from standardwebhooks.webhooks import Webhook

from alertd.base.clock import rfc3339, system_clock
from alertd.model import Message
from alertd.net.client import HttpClient
from alertd.notify.catalog import build_notifier
from alertd.notify.outcome import Later, Outcome, Sent
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.webhook import WebhookConfig
from tests.support.http import FaultServer, answer, reset

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="


async def send(server: FaultServer) -> Outcome:
    """Make one attempt to send a test message to the server's /hook."""
    config = WebhookConfig.model_validate(
        {"id": "oms", "type": "webhook", "url": server.url("/hook"), "secret": SECRET, "allow_private": True}
    )
    now = system_clock()
    async with HttpClient("alertd test") as http:
        notifier = build_notifier(config, NotifierDeps(http=http))
        payload = notifier.render(Message(type="test", delivery="dl_1", receiver="oms", at=rfc3339(now)))
        return await notifier.send(payload, Attempt(delivery_id="dl_1", number=1, in_doubt=False, now=now))


async def test_a_webhook_is_signed_so_that_the_receiver_knows_it_is_from_us() -> None:
    with FaultServer() as server:
        server.script("/hook", answer(status=204))
        assert isinstance(await send(server), Sent)
        (request,) = server.requests
    assert request.headers["webhook-id"] == "dl_1", "the same on each try: the receiver can drop a repeat"
    assert Webhook(SECRET).verify(request.body, request.headers)["type"] == "test"


async def test_a_server_that_is_down_is_tried_again_later() -> None:
    with FaultServer() as server:
        server.script("/hook", answer(status=503))
        outcome = await send(server)
    assert isinstance(outcome, Later)
    assert outcome.counts


async def test_being_told_to_slow_down_is_obeyed_and_is_no_failure() -> None:
    with FaultServer() as server:
        server.script("/hook", answer(status=429, headers={"Retry-After": "7"}))
        outcome = await send(server)
    assert isinstance(outcome, Later)
    assert not outcome.counts
    assert outcome.pause_s >= 7


async def test_a_connection_that_breaks_leaves_it_open_whether_the_message_arrived() -> None:
    with FaultServer() as server:
        server.script("/hook", reset())
        assert isinstance(await send(server), Later)


async def test_an_address_that_is_gone_is_parked_and_loses_nothing() -> None:
    with FaultServer() as server:
        server.script("/hook", answer(status=410))
        outcome = await send(server)
    assert isinstance(outcome, Later)
    assert outcome.gone
