"""A message as Slack Block Kit, within Slack's limits and with nothing in it that Slack would act upon. Pure.

Sources: docs.slack.dev, "Blocks" and "Formatting message text" (only `&`, `<` and `>` are special, in every text
object). Limits are counted in escaped UTF-16 units, the strictest way to read them.
"""

from __future__ import annotations

from typing import Any

from alertd.notify.message import HEADLINE_MAX, LINK_MAX, SEPARATOR, Lines, Row
from alertd.notify.plain import cut

HEADER_MAX = 150
SECTION_MAX = 3000
CONTEXT_MAX = 2000
BLOCKS_MAX = 50
_ROW_MAX = 1400
"""Two rows, and what stands around them, always fit a section."""
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


def blocks(lines: Lines) -> list[Block]:
    """Lay the lines out."""
    title = escape(lines.title, SECTION_MAX - 2)
    bold = title if _FORMATTING.intersection(title) else f"*{title}*"
    out: list[Block] = [
        {"type": "header", "text": {"type": "plain_text", "text": escape(lines.status, HEADER_MAX), "emoji": False}},
        _section(bold),
    ]
    out += [_section(text) for text in _paragraphs([row for row in lines.rows if row.label != "Source"])]
    out += [context(f"{row.label}  {row.text}") for row in lines.rows if row.label == "Source"]
    if lines.link and len(lines.link) <= LINK_MAX:
        button = {
            "type": "button",
            "action_id": "read_source",
            "text": {"type": "plain_text", "text": "Read source"},
            "url": lines.link,
        }
        out.append({"type": "actions", "elements": [button]})
    return out[:BLOCKS_MAX]


def plain(lines: Lines) -> str:
    """Give the whole message as text without blocks, for the day when Slack refuses them."""
    rows = [f"{row.label}  {row.text} {_quoted(row)}".rstrip() for row in lines.rows]
    return escape("\n".join([lines.status, lines.title, *rows, *([lines.link] if lines.link else [])]), 12_000)


def _quoted(row: Row) -> str:
    return f"“{row.quote}”" if row.quote else ""


def _paragraphs(rows: list[Row]) -> list[str]:
    """Join rows into as few texts as Slack's limit for a section allows."""
    texts: list[str] = []
    for row in rows:
        line = f"*{row.label}*  {escape(f'{row.text} {_quoted(row)}'.strip(), _ROW_MAX)}"
        if texts and len(texts[-1]) * 2 + len(line) * 2 < SECTION_MAX:
            texts[-1] += "\n" + line
        else:
            texts.append(line)
    return texts


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> Block:
    # verbatim: Slack makes no links of addresses and names that stand in strangers' text.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
