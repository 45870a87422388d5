"""What would go over the wire for a rendered message, as a person reads it: for `alertd preview`. Pure.

text   what a person would read        json   what a machine would get        html   the page of a mail
"""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal

import msgspec

from alertd.notify.config import ReceiverConfig
from alertd.notify.console import ConsoleConfig
from alertd.notify.console import Frozen as Printed
from alertd.notify.email import EmailConfig
from alertd.notify.email_form import Mail, build
from alertd.notify.message import delayed
from alertd.notify.progress import Progress
from alertd.notify.slack_config import SlackConfig
from alertd.notify.slack_frozen import Frozen, fields
from alertd.notify.smtp import SmtpConfig

Shape = Literal["text", "json", "html"]
SHAPES: tuple[Shape, ...] = ("text", "json", "html")


class NotShown(Exception):
    """A receiver's message has no such form."""


def shown(config: ReceiverConfig, smtp: SmtpConfig | None, payload: bytes, shape: Shape | None) -> str:
    """Show a rendered payload; without a shape as it is sent. Raises NotShown."""
    if isinstance(config, SlackConfig):
        return _slack(msgspec.json.decode(payload, type=Frozen), shape, threads=config.edits)
    if isinstance(config, EmailConfig) and smtp is not None:
        return _mail(config, smtp, msgspec.json.decode(payload, type=Mail), shape)
    if isinstance(config, ConsoleConfig):
        return _console(msgspec.json.decode(payload, type=Printed), shape)
    return _webhook(payload, shape)


def _webhook(payload: bytes, shape: Shape | None) -> str:
    text = payload.decode("utf-8", "replace")
    if shape == "html":
        raise NotShown("a webhook's message has no HTML of its own; leave --format out")
    return _pretty(text) if shape == "json" else text


def _pretty(text: str) -> str:
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError as error:
        raise NotShown(f"what is sent is no JSON: {error}") from error


def _slack(frozen: Frozen, shape: Shape | None, *, threads: bool) -> str:
    if shape == "html":
        raise NotShown("Slack's messages have no HTML")
    if shape == "text":
        return frozen.plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    made: dict[str, Any] = fields(frozen, Progress(), frozen.at_ms, frozen.at_ms)
    if threads and frozen.reply is not None:
        reply = fields(frozen.reply, Progress(), frozen.at_ms, frozen.at_ms)
        made = {"message": made, "reply": reply, "reply_broadcast": frozen.broadcast}
    return _pretty(msgspec.json.encode(made).decode())


def _mail(config: EmailConfig, smtp: SmtpConfig, mail: Mail, shape: Shape | None) -> str:
    data = build(mail, config.sender or smtp.sender, config.to, config.cc, late=delayed(mail.at_ms, mail.at_ms))
    if shape is None:
        return data.decode("utf-8", "replace").replace("\r\n", "\n")
    parsed = message_from_bytes(data, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    parts = {kind: parsed.get_body((kind,)) for kind in ("plain", "html")}
    text, html = (part.get_content() if part is not None else "" for part in parts.values())
    if shape == "json":
        return _pretty(msgspec.json.encode({"subject": mail.subject, "text": text, "html": html}).decode())
    if shape == "html" and not html:
        raise NotShown("this mail has no HTML: its template writes text alone")
    return html if shape == "html" else f"Subject: {mail.subject}\n\n{text}"


def _console(printed: Printed, shape: Shape | None) -> str:
    if shape == "html":
        raise NotShown("what is printed has no HTML")
    if shape == "json":
        return _pretty(bytes(printed.json).decode())
    if printed.own:
        return printed.own
    lines = printed.lines
    rows = [f"{row.label:<9} {row.text} {f'“{row.quote}”' if row.quote else ''}".rstrip() for row in lines.rows]
    items = [
        "\n".join(filter(None, (f"{item.severity.upper():<9} {item.title}", item.holdings, item.news, item.url)))
        for item in lines.items
    ]
    return "\n".join(text for text in (lines.status, lines.title, *rows, *items, lines.foot, lines.link) if text)
