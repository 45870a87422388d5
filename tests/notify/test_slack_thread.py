"""One alert in a channel: a message that is kept up to date, and a thread that says what happened since."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from alertd.base.clock import system_clock
from alertd.base.secrets import Secret
from alertd.demo.local_slack import MessageRate
from alertd.model import Message
from alertd.net.client import HttpClient
from alertd.notify.outcome import Dead, Later, Outcome, Sent
from alertd.notify.progress import read_progress
from alertd.notify.protocol import NotifierDeps
from alertd.notify.slack import SlackConfig, SlackNotifier
from alertd.store.memory import MemoryStore
from tests.notify.cases import NOW, alert, attempt, correction, event, message
from tests.notify.digests import digest
from tests.support.slack_api import CHANNEL, DROP, HANG, RESET, TOKEN, Limited, SlackApi, Status, Word


@pytest.fixture
async def slack() -> AsyncIterator[SlackApi]:
    async with SlackApi() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient("alertd-test") as client:
        yield client


def notifier(http: HttpClient, slack: SlackApi, turns: Any = None, now: Any = None, **settings: Any) -> SlackNotifier:
    known = {"id": "ai-desk", "token": Secret(TOKEN), "channel": CHANNEL, "base_url": slack.base_url}
    config = SlackConfig.model_validate({"allow_private": True, **known, **settings})
    return SlackNotifier(config, NotifierDeps(http=http, clock=now or (lambda: NOW), turns=turns))


async def tell(to: SlackNotifier, said: Message, thread: str = "", **changes: Any) -> Outcome:
    return await to.send(to.render(said), attempt(thread=thread, **changes))


async def told(to: SlackNotifier, said: Message | None = None) -> str:
    """Tell of the alert and give where it stands."""
    outcome = await tell(to, said or message())
    assert isinstance(outcome, Sent)
    return outcome.thread


def update(**changes: Any) -> Message:
    """Make an update that is not to be noticed: a second source reports the same."""
    known = message(
        type="alert.updated", alert=alert(revision=2), news=["also reported by Second Wire"], loud=False,
        told_before=True,
    )  # fmt: skip
    return msgspec.structs.replace(known, **changes)


def withdrawal() -> Message:
    gone = event(revision=2, revision_reason="withdrawal", withdrawn=True)
    return update(event=gone, news=["taken back by the source"], loud=True)


def acknowledged() -> Message:
    by = alert(
        revision=3, status="acknowledged", acknowledged_by="Ana Pm", acknowledged_at="2026-01-12T12:50:00.000Z"
    )
    return message(type="alert.acknowledged", alert=by, loud=False, told_before=True)


# --- the story of an alert ------------------------------------------------------------------------------------


async def test_the_first_message_stands_in_the_channel_and_its_place_is_kept(
    slack: SlackApi, http: HttpClient
) -> None:
    thread = await told(notifier(http, slack))
    (root,) = slack.roots()
    assert thread == f"{CHANNEL} {root.ts}"
    assert root.text.startswith("HIGH · Vega Grid leases its Orion") and len(root.text) <= 110
    assert slack.calls[0][1]["unfurl_links"] is False


async def test_a_second_source_edits_the_message_and_replies_without_noise(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    outcome = await tell(to, update(), thread)
    assert isinstance(outcome, Sent)
    assert (outcome.detail, outcome.thread) == (f"in the thread {thread}", thread)
    calls = [msgspec.json.decode(body) for body in outcome.wire.splitlines()]
    assert calls == [fields for _, fields in slack.calls[1:]], "what the archive keeps is what Slack got"
    (root,) = slack.roots()
    (reply,) = slack.replies(root.ts)
    assert len(root.edits) == 1 and "UPDATE" in root.said
    assert "• also reported by Second Wire" in reply.said and not reply.broadcast


@pytest.mark.parametrize("said", [withdrawal(), update(loud=True, news=["severity high → critical"])])
async def test_what_is_to_be_noticed_is_shown_in_the_channel_too(
    slack: SlackApi, http: HttpClient, said: Message
) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    await tell(to, said, thread)
    (root,) = slack.roots()
    (reply,) = slack.replies(root.ts)
    assert reply.broadcast and f"• {said.news[0]}" in reply.said
    assert "Vega Grid leases its Orion" in reply.said, "it stands in the channel alone"
    assert len(reply.text) <= 110


async def test_a_correction_says_in_the_thread_what_was_corrected(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    await tell(to, correction(), thread)
    (root,) = slack.roots()
    (reply,) = slack.replies(root.ts)
    assert "CORRECTED" in root.said and "CORRECTED" in reply.said
    assert "• The source corrected the amount." in reply.said


async def test_what_was_taken_back_is_struck_through(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    await tell(to, withdrawal(), await told(to))
    (root,) = slack.roots()
    assert "WITHDRAWN" in root.said and f"~{event().title}~" in root.said
    assert f"~{event().title}~" in slack.replies(root.ts)[0].said


async def test_an_acknowledgement_only_edits(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    assert isinstance(await tell(to, acknowledged(), thread), Sent)
    (root,) = slack.messages
    assert "ACKNOWLEDGED" in root.said and "Ana Pm" in root.said


async def test_an_answer_to_what_no_message_here_told_of_says_nothing(slack: SlackApi, http: HttpClient) -> None:
    outcome = await tell(notifier(http, slack), acknowledged())
    assert outcome == Sent("nothing of it stands in the channel") and slack.messages == []


async def test_an_update_without_a_root_is_the_root(slack: SlackApi, http: HttpClient) -> None:
    thread = await told(notifier(http, slack), update())
    (root,) = slack.roots()
    assert thread == f"{CHANNEL} {root.ts}" and "also reported by Second Wire" in root.said


async def test_a_digest_is_a_message_of_its_own(slack: SlackApi, http: HttpClient) -> None:
    brief = Message(type="digest", delivery="dl_" + "a" * 26, receiver="ai-desk", at="", digest=digest())
    assert isinstance(await tell(notifier(http, slack), brief, "C0123456789 1.1"), Sent)
    (posted,) = slack.roots()
    assert posted.text.startswith("Brief of 7 alerts, 2 high")
    for words in ("*HIGH Vega Grid leases", "*ACKNOWLEDGED HIGH Regulator", "4 alerts more", "Trading in Lumen Labs"):
        assert words in posted.said
    assert posted.actions() == ["read_source", "read_source"]


# --- what has gone, or cannot be edited -------------------------------------------------------------------------


async def test_a_message_that_was_deleted_is_posted_anew(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.delete(slack.messages[0])
    outcome = await tell(to, update(), thread)
    (root,) = slack.roots()
    assert isinstance(outcome, Sent)
    assert (outcome.detail, outcome.thread) == (f"posted as {CHANNEL} {root.ts}", f"{CHANNEL} {root.ts}")
    assert "also reported by Second Wire" in root.said


@pytest.mark.parametrize("word", ["edit_window_closed", "cant_update_message"])
async def test_a_message_that_may_not_be_edited_any_more_is_posted_anew(
    slack: SlackApi, http: HttpClient, word: str
) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.script("chat.update", Word(word))
    outcome = await tell(to, update(), thread)
    old, new = slack.roots()
    assert isinstance(outcome, Sent) and outcome.thread == f"{CHANNEL} {new.ts}" != f"{CHANNEL} {old.ts}"


async def test_a_thread_that_went_between_edit_and_reply_is_begun_anew_a_second_later(
    slack: SlackApi, http: HttpClient
) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.script("chat.postMessage", Word("thread_not_found"))
    outcome = await tell(to, update(), thread)
    assert isinstance(outcome, Later) and (outcome.after_s, outcome.counts) == (1.0, False)
    outcome = await tell(to, update(), thread, number=2, progress=outcome.progress)
    assert isinstance(outcome, Sent) and outcome.thread == f"{CHANNEL} {slack.roots()[1].ts}"


async def test_an_acknowledgement_that_cannot_be_shown_in_place_is_told_in_the_thread(
    slack: SlackApi, http: HttpClient
) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.script("chat.update", Word("edit_window_closed"))
    assert isinstance(await tell(to, acknowledged(), thread), Sent)
    (reply,) = slack.replies(slack.roots()[0].ts)
    assert "ACKNOWLEDGED" in reply.said and not reply.broadcast


async def test_what_stands_in_the_channel_of_before_is_left_there(slack: SlackApi, http: HttpClient) -> None:
    thread = await told(notifier(http, slack))
    slack.channels["C9999999999"] = ""
    outcome = await tell(notifier(http, slack, channel="C9999999999"), update(), thread)
    old, new = slack.roots()
    assert isinstance(outcome, Sent) and outcome.thread == f"C9999999999 {new.ts}"
    assert old.edits == []


async def test_a_message_to_a_person_is_edited_where_it_stands(slack: SlackApi, http: HttpClient) -> None:
    slack.channels["U0123456789"] = slack.channels["D0123456789"] = ""
    slack.direct["U0123456789"] = "D0123456789"
    to = notifier(http, slack, channel="U0123456789")
    thread = await told(to)
    assert thread.startswith("D0123456789 ")
    assert isinstance(await tell(to, acknowledged(), thread), Sent)
    assert "ACKNOWLEDGED" in slack.messages[0].said


async def test_an_acknowledgement_of_a_deleted_message_is_dropped(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.delete(slack.messages[0])
    outcome = await tell(to, acknowledged(), thread)
    assert outcome == Sent("message_not_found: there is nothing left to edit") and slack.messages == []


# --- retries ----------------------------------------------------------------------------------------------------


async def test_what_is_done_is_not_done_again(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.script("chat.postMessage", Word("service_unavailable"))
    outcome = await tell(to, update(), thread)
    assert isinstance(outcome, Later) and read_progress(outcome.progress).served == ("edited",)
    assert isinstance(await tell(to, update(), thread, number=2, progress=outcome.progress), Sent)
    assert [method for method, _ in slack.calls] == [
        "chat.postMessage", "chat.update", "chat.postMessage", "chat.postMessage",
    ]  # fmt: skip
    assert len(slack.replies(slack.roots()[0].ts)) == 1


@pytest.mark.parametrize("fault", [DROP, RESET])
async def test_a_reply_that_may_have_arrived_is_repeated_and_says_so(
    slack: SlackApi, http: HttpClient, fault: Any
) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.script("chat.postMessage", fault)
    outcome = await tell(to, update(), thread)
    assert isinstance(outcome, Later) and read_progress(outcome.progress).doubt
    await tell(to, update(), thread, number=2, progress=outcome.progress)
    assert slack.messages[-1].text.startswith("Possible repeat")
    assert not slack.roots()[0].text.startswith("Possible repeat"), "an edit repeats nothing"


async def test_an_edit_that_may_have_arrived_makes_no_doubt(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack, timeout="1s")
    thread = await told(to)
    slack.script("chat.update", HANG)
    outcome = await tell(to, update(), thread)
    assert isinstance(outcome, Later) and outcome.counts and outcome.progress == ""
    await tell(to, update(), thread, number=2, progress=outcome.progress)
    assert not slack.messages[-1].text.startswith("Possible repeat")


async def test_a_refused_layout_goes_once_as_plain_text(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    slack.script("", Word("invalid_blocks"))
    outcome = await tell(to, message())
    assert isinstance(outcome, Later) and (outcome.after_s, outcome.counts) == (1.0, False)
    assert isinstance(await tell(to, message(), number=2, progress=outcome.progress), Sent)
    (root,) = slack.roots()
    assert root.blocks == [] and "Why you  big-compute-lease" in root.text
    slack.script("", Word("msg_too_long"))
    again = await tell(to, message(), number=3, progress=outcome.progress)
    assert again == Dead("chat.postMessage: msg_too_long (before, with blocks: invalid_blocks)")


async def test_a_refused_edit_goes_once_as_plain_text_and_takes_the_blocks_away(
    slack: SlackApi, http: HttpClient
) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.script("chat.update", Word("msg_blocks_too_long"))
    outcome = await tell(to, acknowledged(), thread)
    assert isinstance(outcome, Later)
    assert isinstance(await tell(to, acknowledged(), thread, number=2, progress=outcome.progress), Sent)
    (root,) = slack.messages
    assert root.blocks == [] and "Ana Pm" in root.text


# --- what Slack's words mean ------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["is_archived", "not_in_channel"])
async def test_a_channel_that_is_gone_parks_the_receiver(slack: SlackApi, http: HttpClient, word: Any) -> None:
    slack.channels[CHANNEL] = word
    outcome = await tell(notifier(http, slack), message())
    assert isinstance(outcome, Later) and outcome.gone and outcome.error == f"chat.postMessage: {word}"


@pytest.mark.parametrize("word", ["token_revoked", "account_inactive", "invalid_auth", "channel_not_found"])
async def test_a_token_that_is_gone_parks_the_receiver_in_the_middle_of_a_thread_too(
    slack: SlackApi, http: HttpClient, word: str
) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.script("chat.update", Word(word))
    outcome = await tell(to, update(), thread)
    assert isinstance(outcome, Later) and outcome.gone and outcome.error == f"chat.update: {word}"


async def test_a_missing_scope_is_named(slack: SlackApi, http: HttpClient) -> None:
    slack.script("", Word("missing_scope", {"needed": "chat:write"}))
    outcome = await tell(notifier(http, slack), message())
    assert isinstance(outcome, Later) and outcome.error == "chat.postMessage: missing_scope (needs chat:write)"


@pytest.mark.parametrize(
    ("word", "doubt"),
    [("service_unavailable", False), ("fatal_error", True), ("internal_error", True), ("word_of_2031", False)],
)
async def test_what_may_pass_is_tried_again(slack: SlackApi, http: HttpClient, word: str, doubt: bool) -> None:
    slack.script("", Word(word))
    outcome = await tell(notifier(http, slack), message())
    assert isinstance(outcome, Later) and outcome.counts and not outcome.gone
    assert read_progress(outcome.progress).doubt is doubt


@pytest.mark.parametrize(
    ("text", "doubt"), [("<!DOCTYPE html><title>Log in</title>", False), ('{"ok":true,"ts":', True), ("[]", True)]
)
async def test_an_answer_that_is_not_slacks_is_not_taken_for_one(
    slack: SlackApi, http: HttpClient, text: str, doubt: bool
) -> None:
    slack.script("", Status(200, text))
    outcome = await tell(notifier(http, slack), message())
    assert isinstance(outcome, Later) and outcome.counts
    assert read_progress(outcome.progress).doubt is doubt


async def test_no_outcome_shows_the_token(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    slack.script("", Status(404, "nope"), RESET, Word(f"word {TOKEN}"))
    outcomes = [await tell(to, message()) for _ in range(2)]
    assert "planted" not in repr(outcomes)


# --- pace -------------------------------------------------------------------------------------------------------


class Clock:
    """A clock for the fake and for alertd."""

    def __init__(self) -> None:
        self.now = NOW

    def ms(self) -> int:
        return self.now

    def s(self) -> float:
        return self.now / 1000


async def test_the_silence_that_slack_asks_for_is_kept_by_every_receiver_of_the_channel(http: HttpClient) -> None:
    clock, store = Clock(), MemoryStore()
    async with SlackApi(clock=clock.s) as slack:
        first = notifier(http, slack, store, clock.ms)
        second = notifier(http, slack, store, clock.ms, id="second")
        assert first.pace_key == second.pace_key == f"slack/{CHANNEL}" and first.pace_ms == 1000
        slack.script("chat.postMessage", Limited(30))
        outcome = await tell(first, message(), now=clock.now)
        assert isinstance(outcome, Later) and (outcome.after_s, outcome.counts, outcome.pause_s) == (
            30.0,
            False,
            30.0,
        )
        for seconds in (1, 28):
            clock.now += seconds * 1000
            waits = await tell(second, message(), number=seconds, now=clock.now)
            assert isinstance(waits, Later) and not waits.counts and waits.pause_s <= 29
        assert len(slack.calls) == 1
        clock.now += 1100
        assert isinstance(await tell(second, message(), number=99, now=clock.now), Sent)


async def test_an_edit_that_slack_limits_does_not_hold_up_the_reply(http: HttpClient) -> None:
    clock, store = Clock(), MemoryStore()
    async with SlackApi(clock=clock.s) as slack:
        to = notifier(http, slack, store, clock.ms)
        thread = await told(to)
        slack.script("chat.update", Limited(20))
        outcome = await tell(to, update(), thread, number=2, now=clock.now)
        assert isinstance(outcome, Later) and (outcome.after_s, outcome.counts, outcome.pause_s) == (20.0, False, 0)
        assert len(slack.replies(slack.roots()[0].ts)) == 1
        other = notifier(http, slack, store, clock.ms, id="second")
        waits = await tell(other, acknowledged(), thread, number=3, now=clock.now)
        assert isinstance(waits, Later) and waits.after_s == 20.0
        clock.now += 20_000
        done = await tell(to, update(), thread, number=4, progress=outcome.progress, now=clock.now)
        assert isinstance(done, Sent) and len(slack.replies(slack.roots()[0].ts)) == 1
        assert len(slack.roots()[0].edits) == 1


async def test_edits_stay_within_fifty_a_minute_for_an_app_whatever_the_channel(http: HttpClient) -> None:
    """Two at once are let pass, as a busy machine may bring the first of two late; the third shows the rate."""
    store = MemoryStore()
    channels = ["C9999999997", "C9999999998", "C9999999999"]
    async with SlackApi(edits=lambda: MessageRate(50 / 60, burst=2)) as slack:
        slack.channels |= dict.fromkeys(channels, "")
        receivers = [notifier(http, slack, store, system_clock, channel=channel) for channel in channels]
        places = [(to, await told(to)) for to in receivers]
        for number, (to, place) in enumerate(places):
            assert isinstance(await tell(to, acknowledged(), place, number=number, now=system_clock()), Sent)
        assert slack.answers == ["ok"] * 6
