"""A JSON document as an API sends it: read, asked whether it is an error, and taken apart into rows. Pure.

APIs say with status 200 that a quota is used up, a key is wrong, or they are down; that is no empty list, and no news
were missed only in looks. What is said so is quoted, at most 200 characters of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from alertd.errors import ParseFailed
from alertd.sources.json_path import Path, TooDeep, compile_path
from alertd.sources.json_text import scalar
from alertd.sources.outline import MAX_ENTRIES
from alertd.sources.plain import html_title, quoted

_FAULTS = ("error", "errors", "error message", "error_message", "errormessage", "fault")
"""Keys, in lower case, that make an answer an error wherever no rows are."""
_HINTS = (*_FAULTS, "note", "information", "message", "detail", "reason", "description")
"""Keys whose text is quoted where there is no list at all: what is said there is the reason."""
_BESIDE = {
    "title",
    "status",
    "statuscode",
    "status_code",
    "code",
    "success",
    "ok",
    "type",
    "timestamp",
    "path",
    "request_id",
}
"""Keys that stand beside these in an object that is an error and no item."""
_MAX_KEYS = 12


def load(text: str) -> Any:
    """Read a document. Raises ParseFailed, in words for a person."""
    text = text.strip("\ufeff \t\r\n\0")
    if not text:
        raise ParseFailed("the document is empty")
    if text[0] == "<":
        title = html_title(text)
        titled = f" titled “{quoted(title)}”" if title else ""
        raise ParseFailed(f"HTML or XML{titled} instead of JSON")
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise ParseFailed("JSON that is nested too deep") from None
    except ValueError as error:
        raise ParseFailed(f"JSON with an error: {quoted(str(error))}") from None


def check(document: Any, errors: Mapping[str, str]) -> None:
    """Look for what the settings call an error: path -> text, or anything where it is empty. Raises ParseFailed."""
    for path, wanted in errors.items():
        for value in _values(compile_path(path), document, 20):
            text = scalar(value) if not isinstance(value, dict | list) else ("…" if value else "")
            if text and text != "false" and wanted.casefold() in text.casefold():
                says = f": {said}" if (said := _said(document, _HINTS)) else ""
                raise ParseFailed(f"the answer is an error: `{path}` is “{quoted(text)}”{says}")


def rows(document: Any, where: str) -> list[Any]:
    """Give the rows that a list's path leads to; at most one more than are looked at.

    Raises ParseFailed where it leads nowhere: with what the document says instead, if it says something.
    """
    path = compile_path(where)
    found = _values(path, document, MAX_ENTRIES + 1)
    if path.steps is not None:
        if not found:
            raise ParseFailed(_missing(document, where))
        found = _of_one(found[0], document)
    elif path.holder is not None:
        held = _values(path.holder, document, 1)
        if not held or not (held[0] is None or isinstance(held[0], dict | list)):
            raise ParseFailed(_missing(document, where))
        if held[0] is document and isinstance(document, dict):
            _no_list(document)
    # Of a path with `..` nobody can say where the rows would have been: none is none.
    if not found:
        _no_fault(document)
    return [row for row in found if row is not None][: MAX_ENTRIES + 1]


def _of_one(value: Any, document: Any) -> list[Any]:
    """Give the rows where the path leads to one place: a list of them, none at all, or a single one."""
    if isinstance(value, list):
        return value
    if value is None:
        return []
    if not isinstance(value, dict):
        raise ParseFailed(f"the list is no list but “{quoted(scalar(value))}”")
    if value is document:
        _no_list(document)
    return [value]


def _no_list(document: dict[str, Any]) -> None:
    """Refuse an object at the top that says nothing but why there is no list. Raises ParseFailed."""
    held = {str(key).lower() for key in list(document)[:_MAX_KEYS]}
    if len(document) <= _MAX_KEYS and held <= {*_HINTS, *_BESIDE} and (said := _said(document, _HINTS)):
        raise ParseFailed(f"the answer is an error: {said}")


def _no_fault(document: Any) -> None:
    """Refuse an answer without rows that names an error. Raises ParseFailed."""
    if said := _said(document, _FAULTS):
        raise ParseFailed(f"the answer is an error: {said}")


def _missing(document: Any, where: str) -> str:
    if said := _said(document, _FAULTS):
        return f"the answer is an error: {said}"
    if said := _said(document, _HINTS):
        return f"the answer has no list `{where}`: {said}"
    return f"the list `{where}` is not there: {described(document)}. Has the layout changed?"


def described(value: Any) -> str:
    """Say what a value looks like, for whoever mends the paths."""
    if isinstance(value, dict):
        keys = [f"`{quoted(str(key), 40)}`" for key in list(value)[:_MAX_KEYS]]
        more = f" and {len(value) - _MAX_KEYS} more" if len(value) > _MAX_KEYS else ""
        return f"it has the keys {', '.join(keys)}{more}" if keys else "it is an empty object"
    if isinstance(value, list):
        return f"it is a list of {len(value)}"
    return f"it is “{quoted(scalar(value), 60)}”"


def _said(document: Any, keys: Iterable[str]) -> str:
    """Quote what an object says under one of the keys, or under these within the first of them."""
    if not isinstance(document, dict):
        return ""
    lower = {str(key).lower(): value for key, value in list(document.items())[:100]}
    for key in keys:
        if (value := lower.get(key)) in (None, "", False, 0):
            continue
        if isinstance(value, list):
            value = value[0] if value else ""
        if isinstance(value, dict):
            value = next((v for k in ("message", "detail", "description", "title", "code", "reason")
                          if (v := scalar(value.get(k)))), described(value) if value else "")  # fmt: skip
        if text := scalar(value):
            return f"`{key}` says “{quoted(text)}”"
    return ""


def _values(path: Path, document: Any, most: int) -> list[Any]:
    try:
        return path.values(document, most)
    except TooDeep:
        raise ParseFailed(f"JSON that is nested too deep for `{path.text}`") from None
