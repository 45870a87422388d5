"""What a mail is called, whether it is marked as important, and whether it is but a short reply. Pure.

Clients thread by an unchanged subject: that of an alert names the portfolio and the headline that it was raised with,
whatever its severity and its revisions. Only an escalation says so first, and so stands beside the thread: it has the
headline of now, as its text has.
"""

from __future__ import annotations

import msgspec

from alertd.model import Message
from alertd.notify.digest_lines import called, whose
from alertd.notify.lines import Lines
from alertd.notify.plain import one_line
from alertd.notify.replayed import REPLAY

SUBJECT_MAX = 150
REPLY = "The rest of what is known stands in the first mail of this thread."
_IN_REPLY = frozenset({"Answered", "New", "Note", "Source"})


def subject_of(message: Message, lines: Lines) -> str:
    """Give the subject, one line of at most 150 characters."""
    return (
        one_line(f"{REPLAY} {_subject(message, lines)}", SUBJECT_MAX) if message.replay else _subject(message, lines)
    )


def _subject(message: Message, lines: Lines) -> str:
    if message.digest is not None:
        of = whose(message.digest, message.portfolio_title) or "alertd"
        return one_line(f"{of}: {called(message.digest)}", SUBJECT_MAX)
    alert = message.alert
    portfolio = one_line(message.portfolio_title or (alert.portfolio if alert else ""), 60)
    first = "ESCALATED " if message.escalated_from else ""
    title = alert.title if alert and (first or not alert.first_title) else alert.first_title if alert else lines.title
    about = one_line(title, SUBJECT_MAX - 64) if alert else title
    return one_line(f"{first}[{portfolio or 'alertd'}] {about}", SUBJECT_MAX)


def is_urgent(message: Message) -> bool:
    """Tell whether a phone is to make a sound: a critical alert that is news, or one that nobody answered."""
    if message.alert is None or message.type not in ("alert.fired", "alert.updated", "test"):
        return False
    return bool(message.escalated_from) or (message.loud and message.alert.severity == "critical")


def is_reply(message: Message, lines: Lines) -> bool:
    """Tell whether a mail only adds to one that the reader has: something new, and not to be noticed."""
    adds = message.type == "alert.updated" and message.told_before and not message.loud
    return adds and any(row.label == "New" for row in lines.rows)


def in_short(lines: Lines) -> Lines:
    """Leave of an alert's lines what a reply says."""
    return msgspec.structs.replace(lines, rows=[row for row in lines.rows if row.label in _IN_REPLY])
