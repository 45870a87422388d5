"""Slack's Block Kit as Slack shows it, as far as our messages use it. For pictures; not Slack's code, nor its fonts.

Source: docs.slack.dev, "Block Kit reference" and "Formatting message text".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from alertd.base.html import Html, document, element, joined, style_sheet

_CSS = """
body{margin:0;background:#fff;color:#1d1c1d;font:15px/22px Lato,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif}
.m{display:flex;padding:12px 16px;max-width:760px}.b{min-width:0;overflow-wrap:anywhere;flex:1}
.p{width:36px;height:36px;border-radius:8px;background:#0b57a4;flex:none;color:#fff;text-align:center;line-height:36px}
.p{font-weight:900;margin-right:10px}.n{font-weight:900}.t,.c{color:#616061;font-size:12.5px}
.app{font-size:11px;background:#ddd;border-radius:2px;padding:1px 3px;margin:0 6px}
.h{font-size:18px;line-height:24px;font-weight:900;margin:6px 0}.c{margin:6px 0;line-height:18px}
.s{margin:6px 0;display:flex;gap:8px}.s>div:first-child{flex:1;min-width:0}
.a{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0}.k{height:20px;line-height:20px;white-space:nowrap;flex:none}
.k{border:1px solid #bbb;border-radius:4px;padding:4px 12px;font-weight:700;font-size:13px}
.r{margin:0 16px;border-bottom:1px solid #ddd;color:#616061;font-size:13px;max-width:728px}
.primary{background:#007a5a;border-color:#007a5a;color:#fff}del{color:#616061}
"""
_MARK = re.compile(r"(?<![\w*_~])([*_~])(?=\S)([^\n]+?)(?<=\S)\1(?![\w*_~])")
_TAGS = {"*": "b", "_": "i", "~": "del"}


def slack_page(blocks: list[dict[str, Any]], time: str, replies: Sequence[list[dict[str, Any]]] = ()) -> str:
    """Show one message, and below it the replies in its thread."""
    said = "1 reply" if len(replies) == 1 else f"{len(replies)} replies"
    thread = [element("div", said, class_="r"), *(_message(reply, time) for reply in replies)] if replies else []
    head = joined(
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width"),
        style_sheet(_CSS),
    )
    return document(head, element("body", _message(blocks, time), *thread))


def _message(blocks: list[dict[str, Any]], time: str) -> Html:
    name = element(
        "div",
        element("span", "alertd", class_="n"),
        element("span", "APP", class_="app"),
        element("span", time, class_="t"),
    )
    body = element("div", name, *map(_block, blocks), class_="b")
    return element("div", element("div", "a", class_="p"), body, class_="m")


def _block(block: dict[str, Any]) -> Html:
    kind = block["type"]
    if kind == "header":
        return element("div", _plain(block["text"]), class_="h")
    if kind == "section":
        beside = [_control(block["accessory"])] if "accessory" in block else []
        return element("div", element("div", _text(block["text"])), *beside, class_="s")
    if kind == "context":
        return element("div", *map(_text, block["elements"]), class_="c")
    if kind == "actions":
        return element("div", *map(_control, block["elements"]), class_="a")
    if kind == "divider":
        return element("hr")
    raise ValueError(f"no picture of a block of type {kind}")


def _control(one: dict[str, Any]) -> Html:
    if one["type"] == "overflow":
        return element("span", "⋯", class_="k")
    if one["type"] == "static_select":
        return element("span", f"{_plain(one['placeholder'])} ▾", class_="k")
    return element("span", _plain(one["text"]), class_=f"k {one.get('style', '')}".strip())


def _plain(text: dict[str, Any]) -> str:
    """Give plain text: the three entities are undone, as Slack does."""
    found: str = text["text"]
    return found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _text(text: dict[str, Any]) -> Html:
    if text["type"] == "plain_text":
        return joined(_plain(text))
    lines = text["text"].split("\n")
    parts: list[Html] = []
    for number, line in enumerate(lines):
        parts += [element("br")] if number else []
        parts.append(_marked(line))
    return joined(*parts)


def _marked(line: str) -> Html:
    """Turn bold, italic and struck text into elements."""
    parts: list[Html] = []
    at = 0
    for found in _MARK.finditer(line):
        parts.append(joined(_plain({"text": line[at : found.start()]})))
        parts.append(element(_TAGS[found[1]], _plain({"text": found[2]})))
        at = found.end()
    return joined(*parts, _plain({"text": line[at:]}))
