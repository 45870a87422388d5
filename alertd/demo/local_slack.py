"""A local receiver that speaks the protocol of Slack's incoming webhooks and enforces its limits.

The demo sends its alerts here, and so do the tests: what this accepts, Slack accepts. Where Slack's documents leave
a limit open, the stricter reading is enforced (lengths in UTF-16 units).
Sources: docs.slack.dev, "Block Kit", "Composition objects", "Rate limits", "Incoming webhooks".
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

Payload = dict[str, Any]
OnMessage = Callable[[Payload], Awaitable[None] | None]

TEXT_MAX = 40_000
BLOCKS_MAX = 50
_FIELDS_MAX, _FIELD_MAX = 10, 2000
_CONTEXT_MAX = 10
_ACTIONS_MAX = 25
_TEXT_LIMITS = {"header": 150, "section": 3000, "context": 2000, "button": 75, "option": 75, "placeholder": 150}
_VALUE_MAX = {"button": 2000, "option": 150}
_OPTIONS_MAX = {"static_select": 100, "overflow": 5}
_URL_MAX = 3000
_ID_MAX = 255
_ACTIVE = re.compile(r"<[^<>]*>|<|&(?!(?:amp|lt|gt);)")
"""Markup that Slack acts upon (`<!channel>`, `<url|text>`), a lone `<`, or an ampersand that is not escaped."""


class _Refused(Exception):
    """The payload breaks a limit; the text is for the one who debugs, Slack's answer is only the code."""


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _need(holds: bool, why: str) -> None:
    if not holds:
        raise _Refused(why)


def _text_object(value: Any, limit: int, where: str, *, plain: bool = False) -> None:
    _need(isinstance(value, dict), f"{where}: no text object")
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    _need(value.get("type") in kinds, f"{where}: text type {value.get('type')!r}")
    text = value.get("text")
    _need(isinstance(text, str) and text != "", f"{where}: empty text")
    _need(_units(text) <= limit, f"{where}: {_units(text)} characters, at most {limit}")
    keys = {"type", "text", "emoji"} if value["type"] == "plain_text" else {"type", "text", "verbatim"}
    _need(set(value) <= keys, f"{where}: unknown keys {set(value) - keys}")


def _header(block: Payload) -> None:
    _text_object(block.get("text"), _TEXT_LIMITS["header"], "header", plain=True)


def _section(block: Payload) -> None:
    _need("text" in block or "fields" in block, "section: neither text nor fields")
    if "text" in block:
        _text_object(block["text"], _TEXT_LIMITS["section"], "section")
    fields = block.get("fields", [])
    _need(isinstance(fields, list) and len(fields) <= _FIELDS_MAX, "section: more than 10 fields")
    for field in fields:
        _text_object(field, _FIELD_MAX, "field")
    if "accessory" in block:
        _element(block["accessory"])


def _context(block: Payload) -> None:
    for element in _elements(block, _CONTEXT_MAX):
        _text_object(element, _TEXT_LIMITS["context"], "context")


def _actions(block: Payload) -> None:
    names: set[str] = set()
    for element in _elements(block, _ACTIONS_MAX):
        _element(element)
        _need(element["action_id"] not in names, "actions: an action_id twice")
        names.add(element["action_id"])


def _element(element: Any) -> None:
    """Check a button or a menu."""
    kind = str(element.get("type")) if isinstance(element, dict) else ""
    action = element.get("action_id", "") if isinstance(element, dict) else ""
    _need(isinstance(action, str) and 0 < len(action) <= _ID_MAX, "element: action_id missing or too long")
    if kind == "button":
        _text_object(element.get("text"), _TEXT_LIMITS["button"], "button", plain=True)
        _need(element.get("style") in (None, "primary", "danger"), "button: style")
        _link_and_value(element, "button")
        return
    _need(kind in _OPTIONS_MAX, f"only buttons and menus are known here, no {kind!r}")
    if kind == "static_select":
        _text_object(element.get("placeholder"), _TEXT_LIMITS["placeholder"], "placeholder", plain=True)
    options = element.get("options")
    _need(isinstance(options, list) and 0 < len(options) <= _OPTIONS_MAX[kind], f"{kind}: number of options")
    for option in options:
        _text_object(option.get("text"), _TEXT_LIMITS["option"], "option", plain=True)
        _need("url" not in option or kind == "overflow", "option: only an overflow menu has urls")
        _need(bool(option.get("value")), "option: no value")
        _link_and_value(option, "option")


def _link_and_value(value: Payload, where: str) -> None:
    url = value.get("url", "")
    _need(isinstance(url, str) and len(url) <= _URL_MAX, f"{where}: url too long")
    _need(url == "" or url.startswith(("https://", "http://")), f"{where}: url is not http(s)")
    _need(_units(str(value.get("value", ""))) <= _VALUE_MAX[where], f"{where}: value too long")


def _elements(block: Payload, limit: int) -> Sequence[Any]:
    elements = block.get("elements")
    _need(isinstance(elements, list) and 0 < len(elements) <= limit, f"{block['type']}: 1 to {limit} elements")
    assert isinstance(elements, list)
    return elements


def _divider(block: Payload) -> None:
    _need(set(block) <= {"type", "block_id"}, "divider: unknown keys")


_BLOCKS: Mapping[str, Callable[[Payload], None]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
}


def _check_blocks(blocks: Any) -> None:
    _need(isinstance(blocks, list), "blocks: no list")
    _need(len(blocks) <= BLOCKS_MAX, f"{len(blocks)} blocks, at most {BLOCKS_MAX}")
    ids: set[str] = set()
    for block in blocks:
        kind = str(block.get("type")) if isinstance(block, dict) else ""
        _need(kind in _BLOCKS, f"unknown block {kind!r}")
        block_id = block.get("block_id", "")
        _need(isinstance(block_id, str) and len(block_id) <= _ID_MAX, "block_id too long")
        _need(not block_id or block_id not in ids, "block_id twice")
        ids.add(block_id)
        _BLOCKS[kind](block)


def refusal(payload: Any) -> tuple[str, str] | None:
    """Say why Slack would refuse this payload: (its error code, the limit); None if it would take it."""
    if not isinstance(payload, dict):
        return "invalid_payload", "no JSON object"
    text = payload.get("text", "")
    if not isinstance(text, str) or _units(text) > TEXT_MAX:
        return "invalid_payload", f"text: at most {TEXT_MAX} characters"
    if not text and not payload.get("blocks") and not payload.get("attachments"):
        return "no_text", "neither text nor blocks"
    try:
        _check_blocks(payload.get("blocks", []))
    except _Refused as error:
        return "invalid_blocks", str(error)
    return None


def active_markup(payload: Payload) -> list[str]:
    """Find what Slack would act upon in any text of the payload: mentions, links, half-escaped entities."""
    return [hit for text in texts(payload) for hit in _ACTIVE.findall(text)]


def texts(payload: Any) -> list[str]:
    """Give every text that Slack parses: the top-level one and those of text objects."""
    found: list[str] = []
    for key, value in payload.items() if isinstance(payload, dict) else enumerate(payload):
        if key == "text" and isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict | list):
            found += texts(value)
    return found


class MessageRate:
    """One message a second with short bursts: a bucket that refills at `per_second` up to `burst`."""

    def __init__(self, per_second: float = 1.0, burst: int = 4, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._at = clock()

    def wait_s(self) -> int:
        """Take a turn and give 0, or give the whole seconds to wait, at least 1."""
        now = self._clock()
        self._tokens = min(self._tokens + (now - self._at) * self._per_second, self._burst)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return max(1, math.ceil((1 - self._tokens) / self._per_second))


def slack_app(on_message: OnMessage, rate: MessageRate | None = None) -> web.Application:
    """Make the application: any POST is a webhook. `on_message` gets each accepted payload, before the `ok`.

    Answers are plain text, as Slack's are: `ok`, `invalid_payload`, `invalid_blocks`, `no_text`, `rate_limited`.
    The header `X-Limit` says what was broken, which Slack does not.
    """
    bucket = rate or MessageRate()

    async def receive(request: web.Request) -> web.Response:
        if wait := bucket.wait_s():
            return web.Response(status=429, text="rate_limited", headers={"Retry-After": str(wait)})
        try:
            payload = await _payload(request)
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        refused = refusal(payload)
        if refused is not None:
            code, why = refused
            return web.Response(status=400, text=code, headers={"X-Limit": why})
        taken = on_message(payload)
        if taken is not None:
            await taken
        return web.Response(text="ok")

    app = web.Application(client_max_size=1 << 20)
    app.router.add_post("/{path:.*}", receive)
    return app


async def _payload(request: web.Request) -> Any:
    """Read JSON, or the older form field `payload`. Raises ValueError."""
    if request.content_type == "application/x-www-form-urlencoded":
        return json.loads(str((await request.post()).get("payload", "")))
    return json.loads(await request.read())
