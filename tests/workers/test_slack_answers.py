"""Buttons that people press in Slack, over a socket or as signed requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
import structlog

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import system_clock
from alertd.errors import Temporary
from alertd.model import AlertState, Answer, StoredAlert, Told
from alertd.net.client import HttpClient
from alertd.notify.protocol import NotifierDeps
from alertd.notify.slack import SlackConfig, SlackNotifier
from alertd.web.public import PublicServer
from alertd.web.slack_actions import SlackActions
from alertd.workers.slack_answers import NOT_NOW, NOT_YOURS, SlackAnswers
from alertd.workers.socket_mode import SocketMode
from tests.notify.cases import alert, attempt, event, message
from tests.notify.digests import digest
from tests.support.http import DEADLINE_S
from tests.support.slack_api import CHANNEL, TOKEN, Posted, SlackApi
from tests.support.slack_app import APP_TOKEN, SECRET, NotAcknowledgedError, SlackPeople


@dataclass(frozen=True)
class Said:
    outcome: str
    text: str


class Answers:
    """Takes answers, and keeps them."""

    def __init__(self) -> None:
        self.given: list[Answer] = []
        self.fail: list[Exception] = []
        self.hold: asyncio.Event | None = None

    async def give(self, given: Answer) -> Said:
        if self.hold is not None:
            await self.hold.wait()
        if self.fail:
            raise self.fail.pop(0)
        self.given.append(given)
        return Said("done", f"{given.kind} by <{given.who}>")


class Alerts:
    """A store with one alert."""

    def __init__(self) -> None:
        told = {"ai-desk": Told(revision=1, at_ms=system_clock())}
        self.more: dict[str, AlertState] = {}
        self.state = AlertState(alert=alert(), event=event(), told=told, receivers=["ai-desk", "other"], desk="ai")

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        states = [self.state, *self.more.values()]
        known = {state.alert.id: StoredAlert(version=1, state=state) for state in states}
        return {name: known.get(name, StoredAlert(version=0, state=None)) for name in ids}


class Notices:
    """Keeps what the operator is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.came = asyncio.Event()

    async def tell(self, kind: str, subject: str, text: str, episode: str, **_: Any) -> None:
        self.told.append((kind, text))
        self.came.set()


@dataclass
class Desk:
    """Slack, people in it, and alertd's end of it."""

    slack: SlackApi
    people: SlackPeople
    http: HttpClient
    answers: Answers
    alerts: Alerts
    notices: Notices
    door: SlackAnswers
    socket: SocketMode
    url: str = ""

    def receiver(self, **changes: Any) -> SlackConfig:
        known = {
            "id": "ai-desk", "desk": "ai", "token": TOKEN, "channel": CHANNEL, "base_url": self.slack.base_url,
            "allow_private": True,
        }  # fmt: skip
        return SlackConfig.model_validate(known | changes)

    async def serve(self, *receivers: SlackConfig) -> None:
        self.door.serve(receivers, {one.id: ReceiverPolicy(id=one.id, desk=one.desk) for one in receivers})
        await self.socket.serve(receivers)

    async def tell(self, receiver: SlackConfig, **changes: Any) -> Posted:
        to = SlackNotifier(receiver, NotifierDeps(http=self.http))
        said = message(**changes)
        await to.send(to.render(said), attempt())
        return self.slack.messages[-1]

    async def by_socket(self, **changes: Any) -> Posted:
        receiver = self.receiver(app_token=APP_TOKEN, **changes)
        await self.serve(receiver)
        await self.people.connected()
        return await self.tell(receiver)

    async def by_request(self, **changes: Any) -> Posted:
        receiver = self.receiver(signing_secret=SECRET, **changes)
        await self.serve(receiver)
        return await self.tell(receiver)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    slack = SlackApi()
    people = SlackPeople(slack)
    async with slack, HttpClient("alertd-test") as http:
        answers, alerts, notices = Answers(), Alerts(), Notices()
        door = SlackAnswers(answers, alerts, http, system_clock)
        socket = SocketMode(http, door.take, notices, system_clock, waits_s=(0.01,))  # type: ignore[arg-type]
        server = PublicServer("127.0.0.1:0", "https://alerts.example.com", SlackActions(door).routes())
        host, port = await server.start()
        yield Desk(slack, people, http, answers, alerts, notices, door, socket, f"http://{host}:{port}/slack/actions")
        await socket.aclose()
        await door.aclose()
        await server.stop()


# --- what is shown ----------------------------------------------------------------------------------------------


async def test_without_a_way_back_there_are_no_buttons_that_act(desk: Desk) -> None:
    assert (await desk.tell(desk.receiver())).actions() == ["read_source"]


@pytest.mark.parametrize(
    ("status", "actions"),
    [
        ("open", ["read_source", "acknowledge", "snooze", "useful", "noise", "why"]),
        ("acknowledged", ["read_source", "unacknowledge", "snooze", "useful", "noise", "why"]),
        ("closed", ["read_source", "useful", "noise", "why"]),
    ],
)
async def test_the_buttons_are_those_that_make_sense_now(desk: Desk, status: str, actions: list[str]) -> None:
    receiver = desk.receiver(signing_secret=SECRET)
    assert (await desk.tell(receiver, alert=alert(status=status))).actions() == actions


# --- by socket --------------------------------------------------------------------------------------------------


async def test_a_click_is_acknowledged_and_becomes_an_answer(desk: Desk) -> None:
    root = await desk.by_socket()
    await desk.people.press(root, "acknowledge")
    assert await desk.people.whispered() == "acknowledge by &lt;ana (U0123)&gt;"
    (given,) = desk.answers.given
    assert (given.kind, given.alert, given.who, given.via, given.desk) == (
        "acknowledge", alert().id, "ana (U0123)", "slack", "ai",
    )  # fmt: skip


async def test_a_snooze_ends_so_long_after_it_was_pressed(desk: Desk) -> None:
    await desk.people.press(await desk.by_socket(), "snooze", "snooze:4h")
    await desk.people.whispered()
    (given,) = desk.answers.given
    assert given.kind == "snooze" and given.until_ms - given.at_ms == 4 * 3_600_000
    assert abs(given.at_ms - system_clock()) < 60_000


async def test_an_alert_of_a_digest_is_answered_from_its_menu(desk: Desk) -> None:
    await desk.by_socket()
    receiver = desk.receiver(app_token=APP_TOKEN)
    brief = await desk.tell(receiver, type="digest", alert=None, event=None, digest=digest())
    await desk.people.press(brief, "answer", "acknowledge")
    await desk.people.whispered()
    assert (desk.answers.given[0].kind, desk.answers.given[0].alert) == ("acknowledge", digest().items[0].alert)


async def test_opening_a_source_answers_nothing(desk: Desk) -> None:
    await desk.people.press(await desk.by_socket(), "read_source")
    assert desk.answers.given == []


async def test_one_socket_for_an_app_whatever_the_number_of_receivers(desk: Desk) -> None:
    await desk.serve(*(desk.receiver(id=f"r{n}", app_token=APP_TOKEN, timeout=f"{n + 5}s") for n in range(3)))
    await desk.people.connected()
    assert desk.people.opened == 1


async def test_a_reload_closes_the_socket_of_an_app_that_is_gone(desk: Desk) -> None:
    await desk.by_socket()
    await desk.serve(desk.receiver())
    await desk.people.connected(0)


async def test_it_comes_back_when_slack_says_goodbye_and_when_it_does_not(desk: Desk) -> None:
    root = await desk.by_socket()
    await desk.people.disconnect()
    await desk.slack.until(lambda: desk.people.linked == 2 and len(desk.people.sockets) == 1)
    await desk.people.press(root, "useful")
    await desk.people.drop()
    await desk.slack.until(lambda: desk.people.linked == 3 and len(desk.people.sockets) == 1)
    await desk.people.press(root, "noise")
    await desk.people.whispered(2)
    assert [given.kind for given in desk.answers.given] == ["useful", "noise"]


async def test_a_socket_that_does_not_open_is_asked_for_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.workers.socket_mode.PING_S", 0.05)
    desk.people.deaf = 2
    desk.people.refuse = ["internal_error", "ratelimited"]
    with structlog.testing.capture_logs() as lines:
        await desk.by_socket()
    assert desk.people.opened == 5
    assert "planted" not in repr(lines), "neither token nor ticket"


async def test_a_token_that_slack_does_not_take_is_told_to_the_operator(desk: Desk) -> None:
    await desk.serve(desk.receiver(app_token="xapp-another"))
    await asyncio.wait_for(desk.notices.came.wait(), DEADLINE_S)
    (kind, text), *_ = desk.notices.told
    assert kind == "slack_socket_refused" and "ai-desk (apps.connections.open: invalid_auth)" in text


@pytest.mark.parametrize("payload", [{}, {"type": "block_actions"}, {"actions": 7}, {"type": "view_submission"}])
async def test_what_is_no_click_of_ours_is_acknowledged_and_left(desk: Desk, payload: dict[str, Any]) -> None:
    await desk.by_socket()
    await desk.people.send(payload)
    await desk.people.send(payload, "events_api")
    assert desk.answers.given == []


# --- by request -------------------------------------------------------------------------------------------------


async def test_a_signed_request_is_answered_before_the_work_is_done(desk: Desk) -> None:
    root = await desk.by_request()
    desk.answers.hold = asyncio.Event()
    assert await desk.people.post(desk.url, root, "acknowledge") == 200
    assert desk.answers.given == []
    desk.answers.hold.set()
    await desk.people.whispered()
    assert desk.answers.given[0].kind == "acknowledge"


async def test_a_request_that_is_sent_again_does_nothing_more(desk: Desk) -> None:
    root = await desk.by_request()
    body, headers = desk.people.request(desk.people.payload(root, "snooze", "snooze:1h"))
    assert [await desk.people.deliver(desk.url, body, headers) for _ in range(3)] == [200, 200, 200]
    await desk.people.whispered()
    assert len(desk.answers.given) == 1


@pytest.mark.parametrize(
    "changes",
    [{"secret": "another"}, {"at": 0}, {"at": system_clock() / 1000 - 301}, {"at": system_clock() / 1000 + 3600}],
)
async def test_what_is_not_signed_now_by_an_app_of_ours_is_refused(desk: Desk, changes: dict[str, Any]) -> None:
    root = await desk.by_request()
    body, headers = desk.people.request(desk.people.payload(root, "acknowledge"), **changes)
    assert await desk.people.deliver(desk.url, body, headers) == 401
    assert desk.answers.given == []


async def test_a_signature_is_of_these_bytes(desk: Desk) -> None:
    root = await desk.by_request()
    body, headers = desk.people.request(desk.people.payload(root, "acknowledge"))
    assert await desk.people.deliver(desk.url, body.replace(b"acknowledge", b"close"), headers) == 401
    for name in ("X-Slack-Signature", "X-Slack-Request-Timestamp"):
        assert await desk.people.deliver(desk.url, body, headers | {name: "\xe9"}) == 401
        assert await desk.people.deliver(desk.url, body, {k: v for k, v in headers.items() if k != name}) == 401


@pytest.mark.parametrize("payload", [7, [], {"user": []}, {"actions": [{"block_id": 3}]}])
async def test_a_signed_request_without_a_payload_of_slacks_is_refused(desk: Desk, payload: Any) -> None:
    await desk.by_request()
    body, headers = desk.people.request(payload)
    assert await desk.people.deliver(desk.url, body, headers) == 400


# --- walls ------------------------------------------------------------------------------------------------------


async def test_whoever_signs_for_one_app_cannot_press_the_buttons_of_another(desk: Desk) -> None:
    root = await desk.by_request()
    other = desk.receiver(id="other", desk="other", signing_secret="of-the-other-desk")
    await desk.serve(desk.receiver(signing_secret=SECRET), other)
    body, headers = desk.people.request(desk.people.payload(root, "acknowledge"), secret="of-the-other-desk")
    assert await desk.people.deliver(desk.url, body, headers) == 200
    assert await desk.people.whispered() == NOT_YOURS
    assert desk.answers.given == []


async def test_a_button_in_another_channel_is_not_the_receivers(desk: Desk) -> None:
    root = await desk.by_request()
    assert await desk.people.post(desk.url, root, "acknowledge", channel={"id": "C0000000000"}) == 200
    assert await desk.people.whispered() == NOT_YOURS
    assert desk.answers.given == []


async def test_nothing_is_sent_to_an_address_that_is_not_slacks(desk: Desk) -> None:
    root = await desk.by_request()
    for url in ("http://127.0.0.1:1/x", "https://slack.com.evil.example/x", "https://[x", "file:///etc/passwd"):
        assert await desk.people.post(desk.url, root, "useful", response_url=url) == 200
    await desk.people.post(desk.url, root, "noise")
    assert await desk.people.whispered() == "noise by &lt;ana (U0123)&gt;"
    assert len(desk.people.whispers) == 1


async def test_why_is_told_to_whoever_asks_and_says_only_what_the_receiver_may_see(desk: Desk) -> None:
    root = await desk.by_request()
    assert await desk.people.post(desk.url, root, "why") == 200
    told = await desk.people.whispered()
    assert "Rule big-compute-lease (Compute lease of half a billion a year or more) held on “leases”: high." in told
    assert "ai-desk was told revision 1 at" in told and f"alertd why {alert().id}" in told
    assert "other" not in told


async def test_why_tells_nothing_of_another_desks_alert(desk: Desk) -> None:
    root = await desk.by_request()
    desk.alerts.state = msgspec.structs.replace(desk.alerts.state, desk="other")
    await desk.people.post(desk.url, root, "why")
    assert await desk.people.whispered() == NOT_YOURS


async def test_why_of_an_alert_that_another_carries_on_is_told_of_that_one(desk: Desk) -> None:
    root = await desk.by_request()
    now = desk.alerts.state
    other = "al_" + "b" * 26
    desk.alerts.more[other] = msgspec.structs.replace(now, alert=alert(id=other, title="The older one"))
    desk.alerts.state = msgspec.structs.replace(now, alert=alert(merged_into=other))
    await desk.people.post(desk.url, root, "why")
    assert "The older one" in await desk.people.whispered()


# --- trouble ----------------------------------------------------------------------------------------------------


async def test_an_answer_that_cannot_be_taken_now_says_so_and_may_be_pressed_again(desk: Desk) -> None:
    root = await desk.by_request()
    desk.answers.fail = [Temporary("redis is away")]
    body, headers = desk.people.request(desk.people.payload(root, "acknowledge"))
    await desk.people.deliver(desk.url, body, headers)
    assert await desk.people.whispered() == NOT_NOW
    await desk.people.deliver(desk.url, body, headers)
    await desk.people.whispered(2)
    assert len(desk.answers.given) == 1


async def test_too_many_clicks_are_refused_where_who_pressed_sees_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alertd.workers.slack_answers.MOST", 1)
    monkeypatch.setattr("tests.support.slack_app.WITHIN_S", 0.3)
    root = await desk.by_socket()
    desk.answers.hold = asyncio.Event()
    await desk.people.press(root, "useful")
    with pytest.raises(NotAcknowledgedError):
        await desk.people.press(root, "noise")
    desk.answers.hold.set()
