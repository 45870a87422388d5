"""A message as Slack Block Kit, within Slack's limits and with nothing in it that Slack would act upon. Pure.

Sources: docs.slack.dev, "Blocks" and "Formatting message text" (only `&`, `<` and `>` are special, in every text
object). Limits are counted in escaped UTF-16 units, the strictest way to read them. No text has links in it: an
address stands behind a button, where nothing can break out of it.
"""

from __future__ import annotations

from typing import Any

from alertd.notify.lines import HEADLINE_MAX, LINK_MAX, LISTED, SEPARATOR, Item, Lines, Row, parts_of
from alertd.notify.plain import cut
from alertd.notify.slack_buttons import Handle, answers, item_menu, item_place, link_button

HEADER_MAX = 150
SECTION_MAX = 3000
CONTEXT_MAX = 2000
BLOCKS_MAX = 50
TOTAL_MAX = 12_000
"""All texts of a message together. No page says so, but beyond 13,000 Slack answers `msg_blocks_too_long`
(github.com/slackapi/bolt-js/issues/2509)."""
ITEMS_MAX = 20
"""Alerts that a digest shows; with what stands around them they are far from 50 blocks."""
EXPIRED_MAX = 10
_ROW_MAX = 2000
"""With its label far from what a section may hold: no row takes the room of all others."""
_PLAIN_MAX = 3600
"""Slack cannot edit a text of more than 4,000 characters; what an attempt says about itself comes before it."""
_FORMATTING = frozenset("*_~`")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

Block = dict[str, Any]


def cost(char: str) -> int:
    """Say how much one character counts once it is escaped."""
    escaped = _ESCAPES.get(char)
    if escaped:
        return len(escaped)
    return 2 if char > "\uffff" else 1


def escape(text: str, limit: int) -> str:
    """Escape for Slack and shorten to `limit` after escaping; an entity is kept whole or left out."""
    return "".join(_ESCAPES.get(char, char) for char in cut(text, limit, cost))


def notification(*parts: str) -> str:
    """Give the top-level text: what a phone's lock screen and a screen reader get."""
    return escape(SEPARATOR.join(part for part in parts if part), HEADLINE_MAX)


def context(text: str) -> Block:
    """Make a line of small print."""
    return {"type": "context", "elements": [_mrkdwn(escape(text, CONTEXT_MAX))]}


def section(text: str, accessory: Block | None = None) -> Block:
    """Make a paragraph of text that is escaped already."""
    made: Block = {"type": "section", "text": _mrkdwn(text)}
    return made if accessory is None else {**made, "accessory": accessory}


def marked(text: str, mark: str, limit: int) -> str:
    """Escape and set in bold (`*`) or strike through (`~`), unless the text itself has signs of formatting in it."""
    inner = escape(text, limit - 2)
    return inner if not inner or _FORMATTING.intersection(inner) else f"{mark}{inner}{mark}"


def blocks(lines: Lines, handle: Handle | None = None, *, struck: bool = False) -> list[Block]:
    """Lay a whole message out. `handle` is there where people can answer; `struck`: what it says was taken back."""
    head: list[Block] = [
        {"type": "header", "text": {"type": "plain_text", "text": escape(lines.status, HEADER_MAX), "emoji": False}},
        section(marked(lines.title, "~" if struck else "*", SECTION_MAX)),
    ]
    body = [section(_paragraph(row)) for row in lines.rows if row.label != "Source"]
    body += digest_blocks(lines, handle)
    foot = [context(f"{row.label}  {row.text}") for row in lines.rows if row.label == "Source"]
    buttons = [link_button(lines.link)] if lines.link and len(lines.link) <= LINK_MAX else []
    foot += answers(handle, buttons)
    return within(head, body, foot)


def within(head: list[Block], body: list[Block], foot: list[Block]) -> list[Block]:
    """Put a message together; of its middle as much as Slack takes in one message."""
    room = BLOCKS_MAX - len(head) - len(foot)
    left = TOTAL_MAX - sum(map(_length, [*head, *foot]))
    kept: list[Block] = []
    for block in body:
        left -= _length(block)
        if len(kept) == room or left < 0:
            break
        kept.append(block)
    return [*head, *kept, *foot]


def digest_blocks(lines: Lines, handle: Handle | None) -> list[Block]:
    """Give one paragraph for each alert of a digest, the expired ones and what is not listed."""
    out = [_item(item, number, handle) for number, item in enumerate(lines.items[:ITEMS_MAX])]
    more = len(lines.items) - ITEMS_MAX
    foot = [f"and {more} more"] if more > 0 else []
    if lines.expired:
        titles = [f"{item.severity.upper()} {item.title}" for item in lines.expired[:EXPIRED_MAX]]
        rest = len(lines.expired) - EXPIRED_MAX
        said = SEPARATOR.join(cut(title, 160) for title in titles) + (f" and {rest} more" if rest > 0 else "")
        out.append(context(f"Expired meanwhile: {said}"))
    return out + [context(text) for text in (*foot, lines.foot) if text]


def plain(lines: Lines) -> str:
    """Give the whole message as text without blocks, for the day when Slack refuses them."""
    rows = [f"{row.label}  {row.text} {_quoted(row)}".rstrip() for row in lines.rows]
    items = [SEPARATOR.join(filter(None, (_named(item), item.text, item.news, item.url))) for item in lines.items]
    ends = [text for text in (lines.foot, lines.link) if text]
    return escape("\n".join([lines.status, lines.title, *rows, *items, *ends]), _PLAIN_MAX)


def _named(item: Item) -> str:
    return " ".join(filter(None, (item.mark, item.severity.upper(), item.title)))


def _item(item: Item, number: int, handle: Handle | None) -> Block:
    parts = [marked(_named(item), "*", 600), *(escape(text, 400) for text in (item.holdings, item.news, item.text))]
    text = "\n".join(part for part in parts if part)
    url = item.url if len(item.url) <= LINK_MAX else ""
    made = section(text, item_menu(handle, number, url))
    place = item_place(handle, number)
    return {**made, "block_id": place} if place else made


def _quoted(row: Row) -> str:
    return f"“{row.quote}”" if row.quote else ""


def _paragraph(row: Row) -> str:
    """Write a row; what it lists stands below one another, for a phone is narrow."""
    parts = [*parts_of(row), _quoted(row)]
    shown = [part for part in parts if part]
    if len(shown) > 1 and row.label in LISTED:
        return f"*{row.label}*\n" + escape("\n".join(f"• {part}" for part in shown), _ROW_MAX)
    return f"*{row.label}*  {escape(' '.join(shown), _ROW_MAX)}"


def _length(block: Block) -> int:
    """Count the text of a block in UTF-16 units."""
    texts = [block.get("text"), *block.get("elements", [])]
    found = [text.get("text", "") for text in texts if isinstance(text, dict)]
    return sum(len(text.encode("utf-16-le")) // 2 for text in found if isinstance(text, str))


def _mrkdwn(text: str) -> Block:
    # verbatim: Slack makes no links of addresses and names that stand in strangers' text.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
