"""A message as an email: its headers around plain text and HTML. Pure, and never raises on a stranger's text.

Sources: RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted), RFC 2919 (List-Id), RFC 2156 (Importance).
Mail clients thread by References and, some of them, by an unchanged subject: so the subject names the alert and
does not follow its severity or its revisions. Below the root of the thread, which is never sent, hangs the first mail
about the alert, and below that all later ones.
"""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from alertd.base.clock import to_datetime
from alertd.model import Struct
from alertd.notify.email_html import Button, Offers, html_part
from alertd.notify.email_own import own_html, own_text
from alertd.notify.email_text import text_part
from alertd.notify.lines import Lines
from alertd.notify.message import POSSIBLE_REPEAT
from alertd.notify.smtp import split_mailbox


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
    buttons: list[Button] = msgspec.field(default_factory=list)
    """Signed links by which it is answered."""
    item_links: dict[str, str] = msgspec.field(default_factory=dict)
    """Of a digest: alert -> the link by which it is acknowledged."""
    small: list[str] = msgspec.field(default_factory=list)
    """Small print at the end."""
    text: str = ""
    """Written by a template in place of the built-in text; the links and the small print follow it."""
    html: str = ""
    """The same for HTML; empty beside a `text`: the mail has none."""


def build(
    mail: Mail, sender: str, to: list[str], cc: list[str], *, doubt: bool = False, late: str = "", first: str = ""
) -> bytes:
    """Write the mail as RFC 5322 bytes; the same arguments give the same bytes.

    What an attempt says about itself stands in front of the text: with `doubt`, that it may be a repeat; `late`, that
    it waited. `first` is the Message-ID of the first mail about the alert.
    """
    notes = [note for note in (POSSIBLE_REPEAT if doubt else "", late) if note]
    domain = split_mailbox(sender)[1].rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender)
    message["To"] = [_address(one) for one in to]
    if cc:
        message["Cc"] = [_address(one) for one in cc]
    message["Date"] = format_datetime(to_datetime(mail.date_ms))
    message["Message-ID"] = message_id(mail, sender)
    if mail.thread:
        # A root that was never sent: every revision hangs below it, whichever arrives first.
        root = f"<{mail.thread}@{domain}>"
        message["In-Reply-To"] = first or root
        message["References"] = f"{root} {first}".rstrip()
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Id"] = f"<{mail.list_name}.alertd.{domain}>"
    message["X-Alertd-Delivery"] = mail.delivery
    if mail.urgent:
        message["Importance"] = "high"
        message["X-Priority"] = "1"
    if doubt:
        message["X-Alertd-Possible-Repeat"] = "yes"
    offers = Offers(buttons=mail.buttons, items=mail.item_links, small=mail.small)
    text = own_text(mail.text, notes, offers) if mail.text else text_part(mail.lines, notes, offers)
    message.set_content(text, cte="quoted-printable")
    if mail.html or not mail.text:
        page = html_part(mail.subject, mail.lines, notes, offers)
        html = own_html(mail.html, notes, offers) if mail.html else page
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    # A boundary of our own keeps the bytes the same; quoted-printable text cannot hold "=_".
    message.set_boundary(f"=_{mail.delivery}")
    return _subject(mail.subject) + message.as_bytes()


def message_id(mail: Mail, sender: str) -> str:
    """Name a mail after its delivery, so that a repeat has the same name."""
    return f"<{mail.delivery}@{split_mailbox(sender)[1].rpartition('@')[2]}>"


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
