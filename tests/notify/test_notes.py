"""A research note as each receiver shows it: in the alert, in its thread, as data; and nothing of it acts."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from alertd.demo.local_slack import active_markup
from alertd.model import (
    Change,
    Evidence,
    Message,
    Note,
    NoteGround,
    NoteSection,
    NoteStatement,
    Rights,
    TouchedHolding,
)
from alertd.net.client import HttpClient
from alertd.notify.console import ConsoleConfig, ConsoleNotifier
from alertd.notify.message import compose
from alertd.notify.note_rows import UNQUOTED, note_rows
from alertd.notify.outcome import Later, Sent
from alertd.notify.payload import MAX_BYTES, payload
from alertd.notify.protocol import NotifierDeps
from alertd.notify.samples import SAMPLES
from tests.notify.cases import BODY, CLAUSE, NOW, alert, attempt, event, hostile_note, message, note
from tests.notify.test_email_form import Read, mail_of, part
from tests.notify.test_slack import notifier as incoming
from tests.notify.test_slack_thread import notifier, tell, told
from tests.support.slack import FakeSlack
from tests.support.slack_api import CHANNEL, SlackApi, Word


@pytest.fixture
async def slack() -> AsyncIterator[SlackApi]:
    async with SlackApi() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient("alertd-test") as client:
        yield client


def apart(said: Note | None = None) -> Message:
    """Make the message by which a note comes alone."""
    return message(type="note", alert=alert(note=said or note()), told_before=True, loud=False, reason="note")


def rows(said: Note) -> dict[str, str]:
    return {row.label: f"{row.text} {row.quote}".strip() for row in note_rows(said)}


# --- rows -----------------------------------------------------------------------------------------------------


def test_each_statement_shows_what_it_rests_on() -> None:
    assert rows(note()) == {
        "Gains": "NVDA supplies Vega Grid (lessor): more may be needed. · +8.0 %, good for the position"
        " · [its 10-K of 2026: NVDA supplies Vega Grid]",
        "Risk": f"Reclaim right, held by Vega Grid: what was given can be taken back. {CLAUSE}",
        "Open": "How long it runs is not stated. · [no duration was found]",
        "Note": "confidence medium: reported, 1 source · none found: a precedent · without a language model",
    }


def test_words_that_may_not_be_shown_leave_a_place_without_words() -> None:
    hidden = NoteGround(kind="quote", evidence=Evidence(field="body", start=3, end=9, quote=""))
    said = NoteStatement(section="risk", text="It can be taken back.", grounds=[hidden])
    assert rows(note(statements=[said]))["Risk"] == f"It can be taken back. · [{UNQUOTED}]"


def quoting(*places: tuple[int, int], section: NoteSection = "risk", text: str = "It may end.") -> NoteStatement:
    """Make a statement that rests on places of the body."""
    spans = [Evidence(field="body", start=a, end=b, quote=BODY[a:b]) for a, b in places]
    return NoteStatement(
        section=section, text=text, grounds=[NoteGround(kind="quote", evidence=one) for one in spans]
    )


FIRST, CLAUSED = (0, BODY.index(" Vega Grid")), (BODY.index(CLAUSE), len(BODY))


def test_words_that_several_statements_rest_on_are_quoted_once_and_then_referred_to() -> None:
    part = (CLAUSED[0] + 5, CLAUSED[0] + 16)
    said = [
        quoting(part, text="It may be taken back."),
        quoting(FIRST, text="Nobody else tells it."),
        quoting(CLAUSED, section="horizon", text="3 to 12 months."),
        quoting(FIRST, CLAUSED, section="contrarian", text="The sum is less certain."),
    ]
    assert [(row.text, row.quote) for row in note_rows(note(statements=said))[:-1]] == [
        ("It may be taken back. · [1]", CLAUSE),
        ("Nobody else tells it. · [2]", BODY[slice(*FIRST)]),
        ("3 to 12 months. · [1]", ""),
        ("The sum is less certain. · [2] [1]", ""),
    ]


def test_a_further_quote_bears_its_number_itself() -> None:
    said = [quoting(FIRST, CLAUSED), quoting(CLAUSED, section="horizon", text="Soon.")]
    assert [(row.label, row.text, row.quote) for row in note_rows(note(statements=said))[:-1]] == [
        ("Risk", "It may end.", BODY[slice(*FIRST)]),
        ("Risk", "[1]", CLAUSE),
        ("Horizon", "Soon. · [1]", ""),
    ]


def test_words_that_rights_have_cut_stand_for_no_others() -> None:
    whole = quoting(CLAUSED)
    hidden = replace(whole.grounds[0], evidence=replace(whole.grounds[0].evidence, quote=""))  # type: ignore[type-var]
    said = [replace(whole, grounds=[hidden]), quoting((CLAUSED[0] + 5, CLAUSED[0] + 16), text="It may.")]
    assert [(row.text, row.quote) for row in note_rows(note(statements=said))[:-1]] == [
        (f"It may end. · [{UNQUOTED}]", ""),
        ("It may.", "may reclaim"),
    ]


def test_a_quote_shows_where_its_sentence_is_cut() -> None:
    (whole,) = quoting((CLAUSED[0] + 5, CLAUSED[0] + 16)).grounds
    said = NoteStatement(
        section="risk", text="It may end.", grounds=[replace(whole, cut_before=True, cut_after=True)]
    )
    assert note_rows(note(statements=[said]))[0].quote == "…may reclaim…"


def test_who_gains_or_loses_and_is_not_held_is_said_so() -> None:
    gains, *_ = note().statements
    loses = replace(gains, section="loser", text="AMZN loses its tenant.", holding=None)
    unweighted = replace(gains, holding=TouchedHolding(company="nvda", label="NVDA"))
    held, other, plain = (note_rows(note(statements=[one]))[0].text for one in (gains, loses, unweighted))
    assert "+8.0 %" in held
    assert "not held" not in held
    assert other == "AMZN loses its tenant. · not held · [its 10-K of 2026: NVDA supplies Vega Grid]"
    assert plain.split(" · ")[1] == "held"


def test_numbers_are_told_in_words_and_stay_in_the_data() -> None:
    ground = NoteGround(kind="number", text="novelty 1.00", words="counted over the sources that are watched")
    said = note(statements=[NoteStatement(section="crowding", text="First report.", grounds=[ground, ground])])
    assert rows(said)["Known"] == "First report. · [counted over the sources that are watched]"
    assert "novelty 1.00" in str(data(message(alert=alert(note=said)))["alert"])


def test_a_model_is_named_and_what_was_dropped_is_counted() -> None:
    written = rows(note(by="openai/small-1", dropped=3))["Note"]
    assert written.endswith("by openai/small-1 · 3 statements without a ground were dropped")
    assert rows(note(fallback="no model: timeout"))["Note"].endswith("without a language model · no model: timeout")


def test_a_note_stands_below_why_the_alert_came_and_above_its_source() -> None:
    labels = [row.label for row in compose(message(alert=alert(note=note())), NOW).rows]
    assert labels == ["Says", "Why you", "Gains", "Risk", "Open", "Note", "Source"]


def test_a_note_that_comes_alone_says_what_it_is_about_and_not_the_alert_again() -> None:
    lines = compose(apart(), NOW)
    assert lines.headline.startswith("NOTE · HIGH · Vega Grid leases")
    assert [row.label for row in lines.rows] == ["Gains", "Risk", "Open", "Note", "Source"]


@pytest.mark.parametrize("kind", ["alert.acknowledged", "alert.closed"])
def test_an_answer_does_not_tell_the_note_again(kind: str) -> None:
    said = message(type=kind, alert=alert(note=note(), acknowledged_by="jd"), told_before=True)
    assert "Gains" not in [row.label for row in compose(said, NOW).rows]


def updated(*news: str, told_before: bool = True, **changes: Any) -> list[str]:
    """Give the rows of an update that tells of a snooze, of a report, or of both."""
    happened = [
        Change(at=AT, revision=2, event="", event_revision=0, reason="snoozed", text=SNOOZED),
        Change(at=AT, revision=3, event="ev_b", event_revision=1, reason="update_material", text=MORE),
    ]
    known = alert(note=note(), changes=happened, **changes)
    said = message(type="alert.updated", alert=known, news=list(news), told_before=told_before, reason="snooze")
    return [row.label for row in compose(said, NOW).rows]


AT = "2026-01-12T12:50:00.000Z"
SNOOZED, MORE = "snoozed until 14:00 by jd", "also reported: “Vega Grid adds a clause”"


def test_an_update_that_only_tells_what_people_did_does_not_tell_the_note_again() -> None:
    assert "Gains" not in updated(SNOOZED)
    assert "New" in updated(SNOOZED)


@pytest.mark.parametrize(
    ("news", "told_before"), [((MORE,), True), ((SNOOZED, MORE), True), ((SNOOZED,), False), ((), True)]
)
def test_an_update_that_tells_more_or_somebody_new_has_the_note(news: tuple[str, ...], told_before: bool) -> None:
    assert "Gains" in updated(*news, told_before=told_before)


def test_the_sample_has_a_note_to_look_at() -> None:
    labels = [row.label for row in compose(SAMPLES["note"]("ai-desk", NOW), NOW).rows]
    assert {"Gains", "Risk", "Note"} <= set(labels)


# --- Slack ----------------------------------------------------------------------------------------------------


async def test_a_note_is_one_reply_in_the_thread_of_its_alert(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    outcome = await tell(to, apart(), thread)
    assert isinstance(outcome, Sent) and outcome.detail == f"in the thread {thread}"
    (root,) = slack.roots()
    (reply,) = slack.replies(root.ts)
    assert root.edits == [], "the alert stays as it is"
    assert not reply.broadcast
    assert "more may be needed" in reply.said and CLAUSE in reply.said
    assert reply.actions() == ["read_source"], "the alert is answered where it stands"


async def test_a_note_waits_for_its_alert_to_stand_in_the_channel(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    early = await tell(to, apart())
    assert isinstance(early, Later) and (early.after_s, early.counts, slack.messages) == (1.0, False, [])
    thread = await told(to)
    assert isinstance(await tell(to, apart(), thread, number=2, progress=early.progress), Sent)
    assert len(slack.replies(slack.roots()[0].ts)) == 1


async def test_a_note_asks_less_often_the_longer_its_alert_is_missing(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    frozen = to.render(apart())
    waits = []
    for waited_s in (0, 10, 3600):
        outcome = await to.send(frozen, attempt(now=NOW + waited_s * 1000))
        assert isinstance(outcome, Later)
        waits.append(outcome.after_s)
    assert waits == [1.0, 5.0, 300.0]


async def test_a_note_whose_alert_was_deleted_is_not_shown(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.delete(slack.messages[0])
    outcome = await tell(to, apart(), thread)
    assert outcome == Sent("thread_not_found: there is nothing left that it could stand under")
    assert slack.messages == []


async def test_a_note_whose_alert_stands_in_the_channel_of_before_is_not_shown(
    slack: SlackApi, http: HttpClient
) -> None:
    thread = await told(notifier(http, slack))
    slack.channels["C9999999999"] = ""
    outcome = await tell(notifier(http, slack, channel="C9999999999"), apart(), thread)
    assert outcome == Sent("its alert stands in the channel of before")
    assert len(slack.messages) == 1


async def test_a_note_that_slack_could_not_take_is_replied_once(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.script("chat.postMessage", Word("service_unavailable"))
    outcome = await tell(to, apart(), thread)
    assert isinstance(outcome, Later)
    assert isinstance(await tell(to, apart(), thread, number=2, progress=outcome.progress), Sent)
    assert len(slack.replies(slack.roots()[0].ts)) == 1


async def test_a_note_whose_layout_slack_refuses_comes_as_plain_text(slack: SlackApi, http: HttpClient) -> None:
    to = notifier(http, slack)
    thread = await told(to)
    slack.script("chat.postMessage", Word("invalid_blocks"))
    outcome = await tell(to, apart(), thread)
    assert isinstance(outcome, Later)
    assert isinstance(await tell(to, apart(), thread, number=2, progress=outcome.progress), Sent)
    (reply,) = slack.replies(slack.roots()[0].ts)
    assert CLAUSE in reply.text and not reply.broadcast


async def test_an_incoming_webhook_has_the_note_in_the_message(http: HttpClient) -> None:
    async with FakeSlack() as hook:
        to = incoming(http, hook.url)
        assert isinstance(await to.send(to.render(message(alert=alert(note=note()))), attempt()), Sent)
        assert "more may be needed" in msgspec.json.encode(hook.messages[0]).decode()


HOSTILE = [
    "<!channel> <@U0123456> <https://evil.example|bank> & *bold* _it_ ~no~ `x`",
    "@here #general [bank](https://evil.example) <script>alert(1)</script>",
    "\u202egnp.exe\u202c\x1b[2J\r\nBcc: x@example.com\0",
    "x" * 10_240,
    "<!channel>" * 1024,
    "👩\u200d🚀" * 2_000,
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_slack_takes_any_note_and_acts_upon_none(slack: SlackApi, http: HttpClient, text: str) -> None:
    to = notifier(http, slack)
    thread = await told(to, message(alert=alert(note=hostile_note(text))))
    assert isinstance(await tell(to, apart(hostile_note(text)), thread), Sent)
    assert [active_markup(msgspec.to_builtins(fields)) for _, fields in slack.calls] == [[], []]
    assert thread.startswith(CHANNEL)


# --- mail -----------------------------------------------------------------------------------------------------


def test_a_note_by_mail_is_a_quiet_reply_in_the_thread_of_its_alert() -> None:
    first = mail_of(message(alert=alert(severity="critical")))
    loud = msgspec.structs.replace(apart(), delivery="dl_" + "b" * 26, alert=alert(severity="critical", note=note()))
    reply = mail_of(loud)
    assert (reply["Subject"], reply["References"]) == (first["Subject"], first["References"])
    assert reply["Message-ID"] != first["Message-ID"]
    assert (first["Importance"], reply["Importance"]) == ("high", None)
    for kind in ("plain", "html"):
        assert "more may be needed" in " ".join(part(reply, kind).split())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_mail_shows_any_note_as_text(text: str) -> None:
    mail = mail_of(message(alert=alert(note=hostile_note(text))))
    page = Read(part(mail, "html"))
    assert (page.fetched, page.links) == ([], ["https://news.example.com/orion?a=1&b=2"])
    assert "<script" not in part(mail, "html")
    assert "\u202e" not in part(mail, "plain") and mail["Bcc"] is None


# --- console and webhook --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
async def test_the_console_prints_any_note_as_text(http: HttpClient, text: str) -> None:
    stream = io.StringIO()
    to = ConsoleNotifier(
        ConsoleConfig.model_validate({"id": "screen", "format": "rich"}),
        NotifierDeps(http=http, stream=stream, clock=lambda: NOW),
    )
    await to.send(to.render(message(alert=alert(note=hostile_note(text)))), attempt())
    assert all(c.isprintable() or c in "\n\u200d" for c in stream.getvalue())
    assert "7 statements without a ground were dropped" in " ".join(stream.getvalue().split())


def data(said: Message) -> dict[str, object]:
    body = payload(said)
    assert len(body) < MAX_BYTES
    found: dict[str, object] = msgspec.json.decode(body)["data"]
    return found


def test_a_webhook_gets_the_note_as_data_and_not_whom_else_it_may_be_told() -> None:
    sent = data(message(alert=alert(note=note(rights=Rights(receivers=["oms", "other"])))))
    assert isinstance(sent["alert"], dict)
    assert sent["alert"]["note"] == msgspec.to_builtins(note())
    assert "trimmed" not in sent


def large(quote: int, statements: int) -> Note:
    ground = NoteGround(kind="quote", evidence=Evidence(field="body", start=0, end=quote, quote="q" * quote))
    return note(
        statements=[NoteStatement(section="risk", text="It can be taken back.", grounds=[ground])] * statements
    )


def test_of_a_payload_that_is_too_large_the_quotes_of_its_note_go_first() -> None:
    sent = data(message(alert=alert(note=large(2_000, 12))))
    assert sent["trimmed"] == ["note_quotes"]
    assert isinstance(sent["alert"], dict)
    said = sent["alert"]["note"]["statements"]
    assert len(said) == 12
    assert said[0]["grounds"][0]["evidence"] == {"field": "body", "start": 0, "end": 2_000, "quote": ""}
    assert sent["alert"]["matches"][0]["evidence"][0]["quote"] == "leases"


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_note_holds_its_payload_stays_below_the_limit(text: str) -> None:
    many = replace(hostile_note(text), statements=hostile_note(text).statements * 10)
    sent = data(message(alert=alert(note=many), event=event(body=text)))
    assert isinstance(sent["alert"], dict) and sent["alert"]["id"] == alert().id
    assert isinstance(sent["trimmed"], list) and sent["trimmed"][0] == "note_quotes"
