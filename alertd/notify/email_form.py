"""A message as an email: headers, plain text and simple HTML. Pure, and never raises on a stranger's text.

Sources: RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted), RFC 2919 (List-Id), RFC 2156 (Importance).
Mail clients thread by References and, some of them, by an unchanged subject: so the subject names the alert and
does not follow its severity or its revisions.
"""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from alertd.base.clock import to_datetime
from alertd.model import Struct
from alertd.notify.message import POSSIBLE_REPEAT, Lines, Row
from alertd.notify.smtp import split_mailbox

SUBJECT_MAX = 150
_LABEL = "{:<9} {}"
_SEVERITY_COLOURS = {"critical": "#b00020", "high": "#c0392b", "medium": "#b9770e"}


class Mail(Struct, frozen=True, kw_only=True):
    """What `render` makes and the store keeps: everything but what an attempt says about itself."""

    at_ms: int
    """Of the first attempt."""
    delivery: str
    thread: str
    """The alert, or empty for a message that stands alone."""
    date_ms: int
    subject: str
    urgent: bool
    list_name: str
    lines: Lines


def build(mail: Mail, sender: str, to: list[str], cc: list[str], *, doubt: bool = False, late: str = "") -> bytes:
    """Write the mail as RFC 5322 bytes; the same arguments give the same bytes.

    What an attempt says about itself stands in front of the text: with `doubt`, that it may be a repeat; `late`, that
    it waited.
    """
    notes = [note for note in (POSSIBLE_REPEAT if doubt else "", late) if note]
    domain = split_mailbox(sender)[1].rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender)
    message["To"] = [_address(one) for one in to]
    if cc:
        message["Cc"] = [_address(one) for one in cc]
    message["Date"] = format_datetime(to_datetime(mail.date_ms))
    message["Message-ID"] = f"<{mail.delivery}@{domain}>"
    if mail.thread:
        # A root that was never sent: every revision hangs below it, whichever arrives first.
        message["In-Reply-To"] = f"<{mail.thread}@{domain}>"
        message["References"] = f"<{mail.thread}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Id"] = f"<{mail.list_name}.alertd.{domain}>"
    message["X-Alertd-Delivery"] = mail.delivery
    if mail.urgent:
        message["Importance"] = "high"
        message["X-Priority"] = "1"
    if doubt:
        message["X-Alertd-Possible-Repeat"] = "yes"
    message.set_content(_text(mail.lines, notes), cte="quoted-printable")
    message.add_alternative(_html(mail.lines, notes), subtype="html", cte="quoted-printable")
    # A boundary of our own keeps the bytes the same; quoted-printable text cannot hold "=_".
    message.set_boundary(f"=_{mail.delivery}")
    return _subject(mail.subject) + message.as_bytes()


def _subject(text: str) -> bytes:
    """Write the subject's header line.

    By hand, because EmailMessage (Python 3.11) may begin a long subject with an empty line, and takes text that
    looks like an encoded word for one. What is not plain ASCII becomes RFC 2047 words, the rest stays one line: it is
    far below the 998 allowed.
    """
    encoded = text
    if not text.isascii() or "=?" in text:
        encoded = Header(text, "utf-8", maxlinelen=75, header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {encoded}\r\n".encode("ascii")


def _address(mailbox: str) -> Address:
    name, address = split_mailbox(mailbox)
    return Address(display_name=name, addr_spec=address)


def _text(lines: Lines, notes: list[str]) -> str:
    out = [*notes, lines.headline, "", lines.status, lines.title, ""]
    out += [_LABEL.format(row.label, _said(row)) for row in lines.rows]
    if lines.link:
        out += ["", lines.link]
    return "\n".join(out) + "\n"


def _said(row: Row) -> str:
    return f"{row.text} “{row.quote}”".strip() if row.quote else row.text


def _html(lines: Lines, notes: list[str]) -> str:
    colour = _SEVERITY_COLOURS.get(lines.severity or "", "#444444")
    parts = ['<!DOCTYPE html><html><body style="font-family:sans-serif;font-size:15px;color:#222222">']
    # The first words of a mail are what a phone shows beside its subject.
    parts.append(f'<div style="display:none">{escape(lines.headline)}</div>')
    parts += [f"<p><em>{escape(note)}</em></p>" for note in notes]
    parts.append(f'<p style="color:{colour};font-weight:bold;margin:0">{escape(lines.status)}</p>')
    parts.append(f'<p style="font-size:17px;font-weight:bold;margin:4px 0 10px">{escape(lines.title)}</p>')
    parts.append('<table style="border-collapse:collapse">')
    for row in lines.rows:
        quote = f" <em>“{escape(row.quote)}”</em>" if row.quote else ""
        parts.append(
            '<tr><td style="vertical-align:top;padding:2px 12px 2px 0;color:#777777">'
            f"{escape(row.label)}</td><td>{escape(row.text)}{quote}</td></tr>"
        )
    parts.append("</table>")
    if lines.link:
        parts.append(f'<p><a href="{escape(lines.link, quote=True)}" rel="noreferrer">Read source</a></p>')
    parts.append("</body></html>")
    return "\n".join(parts) + "\n"
