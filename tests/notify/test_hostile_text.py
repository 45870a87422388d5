"""Whatever a stranger publishes, every receiver gets a message within its limits, and only text."""

from __future__ import annotations

import email
import email.policy
import html
import io
import re
import unicodedata
from email.header import decode_header, make_header
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.demo.local_slack import active_markup, refusal
from alertd.model import Change, Evidence
from alertd.net.client import HttpClient
from alertd.notify.console import ConsoleConfig, ConsoleNotifier
from alertd.notify.email_form import Mail, build
from alertd.notify.email_subject import subject_of
from alertd.notify.message import HEADLINE_MAX, compose
from alertd.notify.payload import MAX_BYTES, payload
from alertd.notify.plain import one_line
from alertd.notify.protocol import NotifierDeps
from alertd.notify.slack_blocks import blocks, context, cost, escape, notification, plain
from tests.notify.cases import NOW, alert, attempt, event, hostile_note, match, message
from tests.notify.digests import brief, digest, item

NASTY = [
    "<!channel>",
    "<https://evil.example|bank>",
    "&amp;&lt;",
    "a\r\nBcc: x@example.com",
    "\u202egnp.exe\u202c",
    "\ud800\udfff",
    "\x1b[2J\x07",
    "o" + "\u0301" * 300,
    "👩\u200d🚀" * 100,
    "<script>alert(1)</script>",
    "=?utf-8?q?x?=",
    "{{7*7}}",
    ".\r\n.\r\n",
    "From here",
    "\u2028\u2029\x85",
    "\U000e0041\ufeff",
    "&" * 4000,
    "x" * 5000,
    "*_~`" * 50,
    "\0",
]
BIDI_CONTROLS = frozenset({"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"})
any_text = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=300),
    st.lists(st.sampled_from(NASTY), max_size=5).map("".join),
)
any_event = st.fixed_dictionaries(
    {
        "title": any_text,
        "body": any_text,
        "url": any_text | any_text.map("https://".__add__),
        "source": any_text,
        "published_at": any_text | st.just("2026-01-12T12:41:56.000Z"),
        "event_at": any_text | st.just("0001-01-01T00:00:00Z") | st.just("9999-12-31T23:59:59.999+00:00"),
        "companies": st.lists(
            st.fixed_dictionaries({"id": any_text, "name": any_text, "sentiment": st.floats()}), max_size=2
        ),
        "terms": st.lists(st.fixed_dictionaries({"type": any_text, "held_by": any_text}), max_size=2),
        "amounts": st.lists(
            st.fixed_dictionaries({"low": st.floats(), "high": st.floats(), "currency": any_text, "per": any_text}),
            max_size=2,
        ),
    }
)


def told(fields: dict[str, Any], text: str, zone: str = "America/New_York") -> Any:
    """Make a message in which everything a stranger can touch is hostile, and the operator's words too."""
    half = len(fields["body"]) // 2
    evidence = [
        Evidence(field="title", start=0, end=3, quote=text),
        Evidence(field="body", start=0, end=half, quote=fields["body"][:half]),
        Evidence(field="body", start=-5, end=10**9, quote=text),
    ]
    change = Change(at="t", revision=2, event="e", event_revision=1, reason="update_material", text=text)
    told_alert = alert(
        title=fields["title"],
        matches=[match(title=text, rule=text, evidence=evidence, path=[text] * 9)] * 7,
        changes=[change],
        note=hostile_note(text),
        severity="critical",
    )
    return message(type="alert.updated", alert=told_alert, event=event(**fields), portfolio_title=text, timezone=zone)


@settings(max_examples=150, deadline=None)
@given(any_event, any_text)
def test_slack_takes_every_message_and_acts_upon_none(fields: dict[str, Any], text: str) -> None:
    lines = compose(told(fields, text), NOW)
    head, *rest = blocks(lines)
    sent: dict[str, Any] = {
        "text": notification("Possible repeat", lines.headline),
        "blocks": [head, context("Possible repeat"), *rest],
    }
    wire = msgspec.json.decode(msgspec.json.encode(sent))
    assert refusal(wire) is None
    assert active_markup(wire) == []
    assert len(sent["text"]) <= HEADLINE_MAX and len(lines.headline) <= HEADLINE_MAX
    assert refusal({"text": plain(lines)}) is None
    assert active_markup({"text": plain(lines)}) == []


@given(any_text, st.integers(0, 200))
def test_escaping_loses_nothing_but_what_was_cut(text: str, limit: int) -> None:
    line = one_line(text)
    escaped = escape(line, limit)
    assert len(escaped.encode("utf-16-le")) // 2 <= limit
    shown = html.unescape(escaped) if "&" in escaped else escaped
    if sum(map(cost, line)) <= limit:
        assert shown == line
    else:
        assert not shown or (shown.endswith("…") and line.startswith(shown[:-1]))
    assert not re.search(r"&(?!(amp|lt|gt);)", escaped)


@given(any_text)
def test_a_line_is_printable_and_stays_what_it_is(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in line)
    assert not any(unicodedata.bidirectional(c) in BIDI_CONTROLS for c in line)
    line.encode("utf-8")


def read_subject(raw: bytes) -> str:
    """Give the subject as a mail client shows it."""
    line = email.message_from_bytes(raw, policy=email.policy.compat32)["Subject"].replace("\r\n", "")
    return str(make_header(decode_header(line)))


@settings(max_examples=150, deadline=None)
@given(any_event, any_text)
def test_email_never_raises_and_keeps_its_headers(fields: dict[str, Any], text: str) -> None:
    said = told(fields, text)
    subject = one_line(f"[{text}] {fields['title']}", 150)
    mail = Mail(
        at_ms=NOW,
        delivery=said.delivery,
        thread=said.alert.id,
        date_ms=NOW,
        subject=subject,
        urgent=True,
        list_name="pm-mail",
        lines=compose(said, NOW),
    )
    raw = build(mail, "Desk <alertd@desk.example>", ["pm@example.com"], [], doubt=True)
    assert raw == build(mail, "Desk <alertd@desk.example>", ["pm@example.com"], [], doubt=True)
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert [name.lower() for name in parsed].count("to") == 1
    assert parsed["Bcc"] is None
    assert read_subject(raw) == subject
    assert parsed["To"] == "pm@example.com"
    assert len([part for part in parsed.walk() if not part.is_multipart()]) == 2
    shown = parsed.get_body(("html",))
    assert shown is not None and "<script" not in shown.get_content()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@settings(max_examples=100, deadline=None)
@given(any_text, any_text)
def test_a_digest_of_anything_is_a_mail_of_two_parts(title: str, text: str) -> None:
    nasty = item(
        title=title, source=text, url=text, first_at=text, since=text, news=[text] * 9, portfolio_title=title
    )
    said = brief(digest(items=[nasty, nasty], expired=[nasty], since=text), portfolio_title=text, timezone=text)
    lines = compose(said, NOW)
    assert len(lines.headline) <= HEADLINE_MAX
    mail = Mail(
        at_ms=NOW,
        delivery=said.delivery,
        thread="",
        date_ms=NOW,
        subject=subject_of(said, lines),
        urgent=False,
        list_name="pm-mail",
        lines=lines,
    )
    raw = build(mail, "alertd@desk.example", ["pm@example.com"], [])
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert parsed["Bcc"] is None and read_subject(raw) == mail.subject
    page, plain_text = (parsed.get_body((kind,)) for kind in ("html", "plain"))
    assert page is not None and "<script" not in page.get_content()
    assert plain_text is not None and not BIDI_CONTROLS & {
        unicodedata.bidirectional(c) for c in plain_text.get_content()
    }


@settings(max_examples=100, deadline=None)
@given(any_event, any_text)
def test_the_payload_is_json_below_its_limit(fields: dict[str, Any], text: str) -> None:
    body = payload(told(fields, text))
    assert len(body) < MAX_BYTES
    assert msgspec.json.decode(body)["data"]["delivery"]["id"]


@pytest.mark.parametrize("title", NASTY)
async def test_the_console_prints_only_text(title: str) -> None:
    stream = io.StringIO()
    deps = NotifierDeps(http=HttpClient("unused"), stream=stream, clock=lambda: NOW)
    to = ConsoleNotifier(ConsoleConfig.model_validate({"id": "screen", "format": "rich"}), deps)
    said = told({"title": title, "body": title, "url": title, "source": title}, title, zone=title)
    await to.send(to.render(said), attempt())
    assert all(c.isprintable() or c in "\n\u200d" for c in stream.getvalue())
