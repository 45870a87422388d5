"""What Slack is to show of a message, made once and frozen; and the fields of one call, made for each attempt. Pure.

A message about an alert has two forms. As the first, or *root*, it says everything, and is edited in place when the
alert changes; as a *reply* in the root's thread it says what is new.
"""

from __future__ import annotations

from typing import Any, Literal

from alertd.model import Message, Struct
from alertd.notify.lines import Lines
from alertd.notify.message import POSSIBLE_REPEAT, compose, delayed
from alertd.notify.plain import one_line
from alertd.notify.progress import Progress
from alertd.notify.slack_blocks import (
    SECTION_MAX,
    Block,
    blocks,
    context,
    escape,
    marked,
    notification,
    plain,
    section,
    within,
)
from alertd.notify.slack_buttons import Handle, answers, link_button

_NEWS_SHOWN = 8
_NEWS_MAX = 300
_SAID_AGAIN = ("Escalated", "Answered")
"""Rows that a reply has, too."""


class Form(Struct, frozen=True, kw_only=True):
    """A text with its layout."""

    headline: str
    """Not escaped: what is said in front of it is only known when it is sent."""
    blocks: list[Block]
    plain: str
    """Escaped."""


class Frozen(Form, frozen=True, kw_only=True):
    """What `render` makes and the store keeps."""

    at_ms: int
    kind: Literal["alone", "tell", "edit", "note"] = "alone"
    """`alone`: it is about no alert that could have a thread. `edit`: it only changes the root. `note`: it stands in
    the root's thread, and nowhere else."""
    reply: Form | None = None
    broadcast: bool = False
    """The reply is shown in the channel, too."""


def freeze(message: Message, receiver: str, now: int, *, interactive: bool) -> Frozen:
    """Lay a message out."""
    lines = compose(message, now)
    alert = message.alert
    items = message.digest.items if message.digest is not None else []
    handle = Handle(receiver=receiver, alert=alert, items=items) if interactive and (alert or items) else None
    root = blocks(lines, handle, struck=_taken_back(message))
    frozen = Frozen(at_ms=now, headline=lines.headline, blocks=root, plain=plain(lines))
    if alert is None or message.type in ("test", "notice", "digest"):
        return frozen
    if message.type == "note":
        bare = blocks(lines, None)
        return Frozen(at_ms=now, headline=lines.headline, blocks=bare, plain=frozen.plain, kind="note")
    return Frozen(
        at_ms=now,
        headline=frozen.headline,
        blocks=root,
        plain=frozen.plain,
        kind="edit" if message.type in ("alert.acknowledged", "alert.closed") else "tell",
        reply=_reply(message, lines, handle),
        broadcast=message.loud,
    )


def fields(form: Form, progress: Progress, at_ms: int, now: int, *, edit: bool = False) -> dict[str, Any]:
    """Give the fields of one call: the frozen form, and before it what this attempt says about itself.

    An edit repeats nothing and comes late to nobody: it says nothing about itself.
    """
    doubt, late = (False, "") if edit else (progress.doubt, delayed(at_ms, now))
    notes = ([POSSIBLE_REPEAT] if doubt else []) + ([late] if late else [])
    made: dict[str, Any] = {} if edit else {"unfurl_links": False, "unfurl_media": False}
    if progress.plain:
        said = "".join(escape(note, 300) + "\n" for note in notes)
        # Left out, the blocks of a message that is edited would stay as they were.
        made |= {"text": said + form.plain}
        return made | {"blocks": []} if edit else made | {"mrkdwn": False}
    short = ["Possible repeat" if doubt else "", late.partition(":")[0]]
    head, *rest = form.blocks
    return made | {"text": notification(*short, form.headline), "blocks": [head, *map(context, notes), *rest]}


def _reply(message: Message, lines: Lines, handle: Handle | None) -> Form:
    """Say what is new. What is to be noticed also says what it is about, for it stands in the channel alone."""
    news = [one_line(text, _NEWS_MAX) for text in message.news or _last_change(message)]
    shown = [f"• {text}" for text in news[-_NEWS_SHOWN:] if text]
    rows = [f"{row.label}: {row.text}" for row in lines.rows if row.label in _SAID_AGAIN]
    body = [section(escape("\n".join([*shown, *rows]), SECTION_MAX))] if shown or rows else []
    head = [section(marked(lines.status, "*", SECTION_MAX))]
    buttons = [link_button(lines.link)] if lines.link else []
    if message.loud:
        struck = "~" if _taken_back(message) else "*"
        head.append(section(marked(lines.title, struck, SECTION_MAX)))
    asks = Handle(receiver=handle.receiver, alert=handle.alert, part="r") if handle and message.loud else None
    sources = [f"{row.label}  {row.text}" for row in lines.rows if row.label == "Source"]
    foot = [*map(context, sources), *answers(asks, buttons)]
    said = [lines.status, *([lines.title] if message.loud else []), *shown, *rows, *sources, lines.link]
    return Form(
        headline=lines.headline,
        blocks=within(head, body, foot),
        plain=escape("\n".join(text for text in said if text), SECTION_MAX),
    )


def _last_change(message: Message) -> list[str]:
    return [message.alert.changes[-1].text] if message.alert is not None and message.alert.changes else []


def _taken_back(message: Message) -> bool:
    event = message.event
    return event is not None and (event.withdrawn or event.revision_reason == "withdrawal")
