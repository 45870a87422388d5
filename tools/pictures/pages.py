"""Each message as a page for the browser: as mail in HTML and in text, as Slack blocks, as a webhook's JSON."""

from __future__ import annotations

import asyncio
import email
import email.policy
import io
from typing import Any

import msgspec

from alertd.base.html import document, element, joined, style_sheet
from alertd.base.secrets import Secret
from alertd.model import Message
from alertd.net.client import HttpClient
from alertd.notify.console import ConsoleConfig, ConsoleNotifier
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.email_form import Mail, build
from alertd.notify.links import Links
from alertd.notify.message import compose
from alertd.notify.outcome import Sent
from alertd.notify.payload import payload
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.slack_blocks import blocks
from alertd.notify.slack_buttons import Handle
from alertd.notify.smtp import SmtpConfig
from alertd.web.answer_pages import question
from alertd.workers.answers import Seen
from tools.pictures.slack_page import slack_page
from tools.pictures.stories import SENT

_PRE = """
body{margin:0;background:#fff;color:#1d2125}pre{margin:0;padding:16px;font:13px/19px 'DejaVu Sans Mono',monospace;
white-space:pre-wrap;overflow-wrap:anywhere}
"""
_LINKS = Links("https://alerts.example.com", Secret("a key that is in no use anywhere else"), 7 * 86400.0)
_WIDTH = 104
_LINES = 90
_SHOWN = 2
"""Of a list too long for its line."""


def mail_parts(message: Message) -> tuple[str, str]:
    """Give the HTML and the text of a mail, read back from the mail itself."""
    smtp = SmtpConfig.model_validate({"host": "mail.example.com", "from": "alertd@example.com"})
    config = EmailConfig.model_validate({"id": "pm-mail", "to": ["pm@example.com"]})
    deps = NotifierDeps(http=HttpClient("unused"), smtp=smtp, clock=lambda: SENT, links=_LINKS)
    mail = msgspec.json.decode(EmailNotifier(config, deps).render(message), type=Mail)
    read = email.message_from_bytes(
        build(mail, "alertd@example.com", ["pm@example.com"], []), policy=email.policy.default
    )
    page, text = read.get_body(("html",)), read.get_body(("plain",))
    assert page is not None and text is not None
    return page.get_content(), f"Subject: {read['Subject']}\n\n{text.get_content()}"


def answer_page(message: Message) -> str:
    """Show the page that a link in a mail opens."""
    alert = message.alert
    assert alert is not None
    seen = Seen(
        alert=alert.id,
        title=alert.title,
        status=alert.status,
        severity=alert.severity,
        portfolio=alert.portfolio,
        portfolio_title=message.portfolio_title,
        acknowledged_by=None,
        snoozed_until=None,
    )
    return question("token", "acknowledge", seen, "pm@example.com")


def slack(*messages: Message) -> str:
    """Show a message as Slack does, and below it those of its thread."""
    first, *replies = messages
    handle = Handle(receiver="pm-phone", alert=first.alert, items=first.digest.items if first.digest else [])
    said = [blocks(compose(reply, SENT)) for reply in replies]
    return slack_page(blocks(compose(first, SENT), handle), "7:42 AM", said)


def console(message: Message) -> str:
    """Show a message as a terminal of that width does."""
    page = io.StringIO()
    config = ConsoleConfig.model_validate({"id": "screen", "format": "rich"})
    notifier = ConsoleNotifier(config, NotifierDeps(http=HttpClient("unused"), stream=page, clock=lambda: SENT))
    attempt = Attempt(delivery_id=message.delivery, number=1, in_doubt=False, now=SENT)
    sent = asyncio.run(notifier.send(notifier.render(message), attempt))
    assert isinstance(sent, Sent)
    return preformatted(page.getvalue())


def webhook(message: Message) -> str:
    """Show the beginning of a webhook's JSON."""
    lines = _pretty(msgspec.json.decode(payload(message))).splitlines()
    more = [f"… {len(lines) - _LINES} more lines"] if len(lines) > _LINES else []
    return preformatted("\n".join([*lines[:_LINES], *more]))


def preformatted(text: str) -> str:
    """Show text as a terminal or a text mail does."""
    head = joined(element("meta", charset="utf-8"), style_sheet(_PRE))
    return document(head, element("body", element("pre", text)))


def _pretty(value: Any, indent: int = 0, before: int = 0) -> str:
    """Write JSON; what fits on a line stays on it, and of long lists the beginning is shown."""
    whole = msgspec.json.format(msgspec.json.encode(value), indent=0).decode()
    flat = msgspec.json.encode(value).decode() if len(whole) < 2 else whole
    if indent + before + len(flat) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, list):
        rows = [inner + _pretty(one, indent + 2) for one in value[:_SHOWN]]
        rows += [f"{inner}… {len(value) - _SHOWN} more"] if len(value) > _SHOWN else []
        return "[\n" + ",\n".join(rows) + "\n" + " " * indent + "]"
    rows = [f'{inner}"{key}": {_pretty(one, indent + 2, len(key) + 4)}' for key, one in value.items()]
    return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
