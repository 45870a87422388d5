"""A template of the desk's own as a Slack message: its text between our header and our buttons, or its own blocks."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from alertd.notify.slack_blocks import BLOCKS_MAX, SECTION_MAX, Block, context, escape, section, within
from alertd.notify.slack_frozen import Frozen
from alertd.notify.template_language import Form
from alertd.notify.templates import TemplateFailed

_OURS = ("actions", "context")
"""Blocks of the built-in message that stay below a text of the desk's own: the clocks and the buttons."""


def laid_out(frozen: Frozen, text: str, form: Form | None) -> Frozen:
    """Give the message with what the template wrote in place of its middle, or of all of it if that is JSON.

    The reply in a thread stays as it is: it says what is new. Raises TemplateFailed.
    """
    if form == "json":
        return _whole(frozen, json.loads(text))
    head, *rest = frozen.blocks
    foot = [block for block in rest if block["type"] in _OURS]
    return replace(frozen, blocks=within([head], [section(part) for part in _parts(text)], foot), plain=text[:3900])


def failed(frozen: Frozen, fault: str) -> Frozen:
    """Give the built-in message with small print that says why it is that one."""
    head, *rest = frozen.blocks
    return replace(frozen, blocks=within([head], rest, [context(fault)])) if fault else frozen


def _whole(frozen: Frozen, made: Any) -> Frozen:
    made = {"blocks": made} if isinstance(made, list) else made
    blocks = made.get("blocks") if isinstance(made, dict) else None
    if not isinstance(blocks, list) or not 0 < len(blocks) <= BLOCKS_MAX:
        raise TemplateFailed(f'for Slack it must write {{"text": …, "blocks": […]}} with 1 to {BLOCKS_MAX} blocks')
    if not all(isinstance(block, dict) and isinstance(block.get("type"), str) for block in blocks):
        raise TemplateFailed("each block must be a mapping with a `type`")
    text = made.get("text", frozen.headline)
    if not isinstance(text, str):
        raise TemplateFailed("`text` must be a text")
    shown: list[Block] = [_escaped(block) for block in blocks]
    return replace(frozen, headline=text, blocks=shown, plain=escape(text, SECTION_MAX))


def _escaped(value: Any) -> Any:
    """Escape every text of type mrkdwn: in JSON the template has no say in that."""
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _escaped(item) for key, item in value.items()}
    if made.get("type") in ("mrkdwn", "plain_text") and isinstance(made.get("text"), str):
        made["text"] = escape(made["text"], SECTION_MAX)
    return made


def _parts(text: str) -> list[str]:
    """Cut a text that is escaped already into pieces that Slack takes as a section, between lines where it can."""
    parts: list[str] = []
    for line in text.strip("\n").split("\n"):
        while len(line) * 2 > SECTION_MAX * 2:
            cut = line.rfind(" ", 0, SECTION_MAX)
            cut = cut if cut > 0 else SECTION_MAX
            parts.append(line[:cut])
            line = line[cut:]
        if parts and len(parts[-1]) + len(line) + 1 <= SECTION_MAX:
            parts[-1] += "\n" + line
        else:
            parts.append(line)
    return [part for part in parts if part.strip()]
