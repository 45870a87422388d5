"""Messages in a desk's own words, receiver by receiver; and what is sent where a template fails."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest

from alertd.base.secrets import Secret
from alertd.model import Message
from alertd.net.client import HttpClient
from alertd.notify.console import ConsoleConfig, ConsoleNotifier
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.email_form import Mail, build
from alertd.notify.hidden_values import HiddenValues
from alertd.notify.outcome import Sent
from alertd.notify.own_template import NOTHING, SKIPPED
from alertd.notify.protocol import NotifierDeps
from alertd.notify.samples import SAMPLES
from alertd.notify.slack import SlackConfig, SlackNotifier
from alertd.notify.slack_blocks import BLOCKS_MAX, SECTION_MAX
from alertd.notify.slack_frozen import Frozen
from alertd.notify.smtp import SmtpConfig
from alertd.notify.webhook import WebhookConfig, WebhookNotifier
from tests.notify.cases import NOW, alert, attempt, event, message, note
from tests.support.webhook import WebhookReceiver

BROKEN = "{{ alert.titel }}"
HOSTILE = '<!channel> <b>"&'


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient("alertd-test") as client:
        yield client


class Told:
    """Hears of templates that fail."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str]] = []

    def __call__(self, receiver: str, version: str, why: str) -> None:
        self.heard.append((receiver, version, why))


def hostile() -> Message:
    return message(event=event(title=HOSTILE))


# --- webhook --------------------------------------------------------------------------------------------------


def hooking(
    http: HttpClient, url: str = "https://x.example.com", told: Told | None = None, **settings: Any
) -> WebhookNotifier:
    config = WebhookConfig.model_validate({"id": "oms", "url": url, "allow_private": True} | settings)
    return WebhookNotifier(config, NotifierDeps(http=http, template_failed=told, clock=lambda: NOW))


async def test_a_webhooks_body_is_what_the_template_writes_signed_where_there_is_a_key(http: HttpClient) -> None:
    key = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="
    async with WebhookReceiver([key]) as hooks:
        template = '{"t": {{ event.title }}, "k": {{ values.k }}}'
        to = hooking(http, hooks.url, secret=key, template=template, values={"k": "key-of-the-gateway"})
        from alertd.base.clock import system_clock

        waits = to.render(hostile())
        assert isinstance(await to.send(waits, attempt(now=system_clock())), Sent)
    assert hooks.hooks[0].payload == {"t": HOSTILE, "k": "key-of-the-gateway"}
    assert json.loads(waits)["k"].startswith("<secret ")


async def test_a_body_that_is_no_json_goes_out_as_the_standard_one_which_says_so(http: HttpClient) -> None:
    told = Told()
    body = json.loads(hooking(http, told=told, template='{"t": "{{ event.title }}"}').render(message()))
    assert body["type"] == "alert.fired"
    assert "what it writes is no JSON" in body["data"]["template_fault"]
    ((receiver, version, why),) = told.heard
    assert (receiver, len(version)) == ("oms", 16)
    assert "no JSON" in why


async def test_another_content_type_is_text(http: HttpClient) -> None:
    to = hooking(http, template="{{ event.title }}", content_type="text/plain; charset=utf-8")
    assert to.render(hostile()).decode() == HOSTILE
    page = hooking(http, template="<p>{{ event.title }}</p>", content_type="text/html")
    assert page.render(hostile()).decode() == "<p>&lt;!channel&gt; &lt;b&gt;&#34;&amp;</p>"


async def test_a_template_that_writes_nothing_sends_nothing(http: HttpClient) -> None:
    to = hooking(http, template="{% if digest %}{}{% endif %}\n")
    assert to.render(message()) == SKIPPED
    assert await to.send(SKIPPED, attempt()) == Sent(NOTHING)


# --- slack ----------------------------------------------------------------------------------------------------


def slack(template: Any, told: Told | None = None) -> SlackNotifier:
    config = SlackConfig(id="desk", token=Secret("xoxb-1"), channel="C0123456789", template=template)
    deps = NotifierDeps(http=HttpClient("t"), template_failed=told, clock=lambda: NOW)
    return SlackNotifier(config, deps)


def frozen(template: Any, told: Message, hears: Told | None = None) -> Frozen:
    return msgspec.json.decode(slack({"inline": template}, hears).render(told), type=Frozen)


def test_in_slack_a_text_stands_between_our_header_and_our_clocks() -> None:
    made = frozen("*{{ event.title }}*\n" + "{{ event.excerpt }} " * 40, hostile())
    head, first, *rest = made.blocks
    assert head["type"] == "header"
    assert first["text"]["text"].startswith('*&lt;!channel&gt; &lt;b&gt;"&amp;*')
    assert all(len(block["text"]["text"]) <= SECTION_MAX for block in made.blocks if block["type"] == "section")
    assert rest[-1]["type"] in ("actions", "context")
    assert made.reply is not None, "the thread's reply stays ours"


def test_in_slack_a_note_in_the_thread_is_no_matter_of_the_template() -> None:
    said = message(type="note", alert=alert(note=note()), told_before=True)
    made = msgspec.json.decode(slack({"inline": "{{ alert.title }}"}).render(said), type=Frozen)
    assert made.kind == "note"
    assert "more may be needed" in str(made.blocks)


def test_in_slack_json_is_all_blocks_and_their_texts_are_escaped() -> None:
    source = '{"text": {{ event.title }}, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": {{ event.title }}}}]}'  # noqa: E501
    made = frozen(source, hostile())
    assert made.blocks == [
        {"type": "section", "text": {"type": "mrkdwn", "text": '&lt;!channel&gt; &lt;b&gt;"&amp;'}}
    ]
    assert made.headline == HOSTILE, "what is said before it is escaped with it when it is sent"


@pytest.mark.parametrize(
    "source",
    ["[]", '{"blocks": 1}', '{"text": 1, "blocks": [{"type": "divider"}]}', "[1]", '[{"type": 1}]',
     "[" + ",".join(['{"type": "divider"}'] * (BLOCKS_MAX + 1)) + "]", BROKEN],
)  # fmt: skip
def test_blocks_that_slack_would_not_take_are_the_built_in_message_with_small_print(source: str) -> None:
    told = Told()
    made = frozen(source, message(), told)
    assert made.blocks[0]["type"] == "header"
    assert "so this is the built-in message" in made.blocks[-1]["elements"][0]["text"]
    assert len(told.heard) == 1


# --- mail -----------------------------------------------------------------------------------------------------


def mailed(template: Any, told: Message, hears: Told | None = None) -> EmailMessage:
    config = EmailConfig.model_validate({"id": "pm", "to": ["pm@example.com"], "template": template})
    smtp = SmtpConfig.model_validate({"host": "relay.example.com", "from": "alertd@example.com"})
    to = EmailNotifier(
        config, NotifierDeps(http=HttpClient("t"), smtp=smtp, template_failed=hears, clock=lambda: NOW)
    )
    mail = msgspec.json.decode(to.render(told), type=Mail)
    data = build(mail, smtp.sender, config.to, config.cc, doubt=True)
    parsed = message_from_bytes(data, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    return str(found.get_content()).replace("\r\n", "\n") if found is not None else ""


def test_a_mail_with_a_text_of_its_own_has_no_html_and_what_an_attempt_says_stands_before_it() -> None:
    mail = mailed("Dear desk,\n{{ event.title }}", hostile())
    text = part(mail, "plain")
    assert text.startswith("Possible repeat") and f"Dear desk,\n{HOSTILE}" in text
    assert part(mail, "html") == ""


def test_html_is_escaped_and_the_subject_is_one_line() -> None:
    template = {
        "html": "<html><body><p>{{ event.title }}</p></body></html>",
        "subject": "a\n{{ event.title }}\r\nBcc: x@y",
    }
    mail = mailed(template, message(event=event(title="<script>\r\nBcc: a@b")))
    page = part(mail, "html")
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert page.index("<body>") < page.index("Possible repeat") < page.index("&lt;script") < page.index("</body>")
    assert mail["Bcc"] is None and mail["Subject"].startswith("a <script>")
    assert part(mail, "plain"), "the text is the built-in one"


def test_where_one_part_fails_the_whole_mail_is_the_built_in_one() -> None:
    told = Told()
    mail = mailed({"text": "ours", "html": BROKEN}, message(), told)
    assert "ours" not in part(mail, "plain")
    assert "so this is the built-in message" in part(mail, "plain").replace("\n", " ")
    assert len(told.heard) == 1


# --- console --------------------------------------------------------------------------------------------------


async def printed(template: str, told: Message) -> str:
    stream = io.StringIO()
    config = ConsoleConfig.model_validate({"id": "screen", "format": "json", "template": template})
    to = ConsoleNotifier(config, NotifierDeps(http=HttpClient("t"), stream=stream, clock=lambda: NOW))
    await to.send(to.render(told), attempt())
    return stream.getvalue()


async def test_the_console_prints_what_the_template_writes_without_what_a_terminal_would_obey() -> None:
    told = message(event=event(title="a\x1b[31mred\u202e"))
    assert await printed("> {{ event.title }}\n> {{ alert.severity }}", told) == "> a [31mred\n> high\n"


async def test_a_fault_is_in_what_is_printed() -> None:
    assert "so this is the built-in message" in json.loads(await printed(BROKEN, message()))["data"]["template_fault"]


# --- what ships -----------------------------------------------------------------------------------------------


def shipped(name: str, sample: str) -> Any:
    from tests.docs.pages import ROOT

    source = (ROOT / "deploy/templates" / name).read_text()
    settings: dict[str, Any] = {"template": {"inline": source}, "values": {"routing_key": "k" * 32}}
    body = hooking(HttpClient("t"), **settings).render(SAMPLES[sample]("oms", NOW))
    return None if body == SKIPPED else json.loads(HiddenValues(["k" * 32]).reveal(body))


@pytest.mark.parametrize("sample", SAMPLES)
def test_microsoft_teams_gets_an_adaptive_card_of_every_message(sample: str) -> None:
    card = shipped("teams.json.j2", sample)
    (attachment,) = card["attachments"]
    assert (card["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    content = attachment["content"]
    assert (content["type"], content["version"]) == ("AdaptiveCard", "1.4")
    assert all(block["type"] in ("TextBlock", "FactSet") for block in content["body"])
    assert all(set(fact) == {"title", "value"} for block in content["body"] for fact in block.get("facts", []))
    assert len(json.dumps(card)) < 28_000


@pytest.mark.parametrize(
    ("sample", "action"),
    [("lease", "trigger"), ("correction", "trigger"), ("acknowledged", "acknowledge"), ("closed", "resolve")],
)
def test_pagerduty_gets_events_about_one_incident_for_each_alert(sample: str, action: str) -> None:
    sent = shipped("pagerduty.json.j2", sample)
    told = SAMPLES[sample]("oms", NOW)
    assert told.alert is not None
    assert (sent["event_action"], sent["dedup_key"], sent["routing_key"]) == (action, told.alert.id, "k" * 32)
    if action == "trigger":
        assert sent["payload"]["severity"] in ("critical", "error", "warning", "info")
        assert {"summary", "source"} <= sent["payload"].keys() and len(sent["payload"]["summary"]) <= 1024


@pytest.mark.parametrize("sample", ["digest", "coverage", "notice", "test", "note"])
def test_pagerduty_gets_nothing_that_is_no_alert(sample: str) -> None:
    assert shipped("pagerduty.json.j2", sample) is None


def test_hostile_words_do_not_break_what_ships() -> None:
    from tests.docs.pages import ROOT

    for name in ("teams.json.j2", "pagerduty.json.j2"):
        source = (ROOT / "deploy/templates" / name).read_text()
        to = hooking(HttpClient("t"), template={"inline": source}, values={"routing_key": "k"})
        told = message(event=event(title='"}],\\ {{ x }} \u202e\ud800' * 200))
        assert HOSTILE not in to.render(told).decode()
        json.loads(to.render(told))
