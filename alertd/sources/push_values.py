"""JSON of a pusher made safe: nothing that cannot be stored or shown, nothing endless. A fault names its path."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from alertd.sources.plain import scrub

MAX_DEPTH = 8
MAX_MEMBERS = 1_000
"""Members of one list or object."""
MAX_TEXT = 4_000
"""Characters of a text that is neither title nor body."""
MAX_NAME = 100
"""Characters of the name of a field."""
_INTEGERS = 1 << 63


class Wrong(Exception):
    """An item cannot be taken: what in it is wrong, and how."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(f"{path}: {text}" if path else text)
        self.path = path
        self.text = text


def below(path: str, key: str | int) -> str:
    """Give the path of a member: `companies[2].id`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def safe(value: Any, path: str, depth: int = 0) -> Any:
    """Give a JSON value, texts scrubbed of what is invisible. Raises Wrong for what is too deep, long or large."""
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise Wrong(path, f"text of {len(value):,} characters; {MAX_TEXT:,} are taken here")
        return scrub(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise Wrong(path, "a number beyond what can be stored")
    if isinstance(value, int) and not -_INTEGERS <= value < _INTEGERS:
        raise Wrong(path, "a number beyond what can be stored")
    if isinstance(value, list | dict):
        if depth >= MAX_DEPTH:
            raise Wrong(path, f"nested deeper than {MAX_DEPTH} levels")
        if len(value) > MAX_MEMBERS:
            raise Wrong(path, f"{len(value):,} members; {MAX_MEMBERS:,} are taken")
        if isinstance(value, list):
            return [safe(one, below(path, i), depth + 1) for i, one in enumerate(value)]
        return {_name(key, path): safe(one, below(path, _name(key, path)), depth + 1) for key, one in value.items()}
    return value


def _name(key: str, path: str) -> str:
    name = scrub(key)
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise Wrong(path, f"a field's name has 1 to {MAX_NAME} printable characters")
    return name


def within(fields: Mapping[str, Any], path: str, name: str, low: float, high: float) -> None:
    """Check a number's range where the field is there. Raises Wrong."""
    value = fields.get(name)
    if isinstance(value, int | float) and not low <= value <= high:
        raise Wrong(below(path, name), f"a number from {low:g} to {high:g}")
