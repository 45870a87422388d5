"""What one render may spend: steps, and the sizes of what it makes."""

from __future__ import annotations

import math
from typing import Any

from jinja2 import TemplateRuntimeError
from jinja2.runtime import Undefined

MAX_STEPS = 10_000
"""Parts of a template that one render may go through in loops and filters: some 10 ms."""
MAX_TEXT = 16_384
"""Characters of one text that a template puts together."""
MAX_MADE = 2_000
"""Parts of one list or mapping that a template puts together, however deep."""
_PER_STEP = 256
"""Characters that a filter looks at for one step."""


class TemplateLimit(TemplateRuntimeError):
    """A template wants more than it may have, or something that makes no sense."""


class RawJson(str):
    """A text that is a JSON value already: in JSON it is not written as one again."""

    __slots__ = ()


class RawSlack(str):
    """A text that is escaped for Slack already."""

    __slots__ = ()


class Budget:
    """Belongs to one render."""

    def __init__(self, now: int = 0, timezone: str = "UTC", steps: int = MAX_STEPS) -> None:
        """`now` (ms) and the zone are what clocks are shown by."""
        self.now = now
        self.timezone = timezone
        self._left = steps

    def spend(self, steps: int) -> None:
        """Take steps. Raises TemplateLimit when there are none left."""
        self._left -= steps
        if self._left < 0:
            raise TemplateLimit("it goes through too much: loops and filters have a limit")

    def look(self, value: Any) -> None:
        """Take the steps for looking at a value as a whole."""
        size = len(value) if isinstance(value, str | list | tuple | dict) else 1
        self.spend(1 + (size // _PER_STEP if isinstance(value, str) else size))

    def text(self, made: str) -> str:
        """Give a text that was put together, unless it is too long."""
        if len(made) > MAX_TEXT:
            raise TemplateLimit(f"a text is longer than {MAX_TEXT} characters")
        self.look(made)
        return made

    def size(self, value: Any) -> int:
        """Count the parts of a value. Raises TemplateLimit beyond `MAX_MADE`, after as many looks."""
        todo, count = [value], 0
        while todo:
            one = todo.pop()
            count += 1
            if count > MAX_MADE:
                raise TemplateLimit(f"a list or mapping has more than {MAX_MADE} parts")
            if isinstance(one, dict):
                todo.extend(one.values())
            elif isinstance(one, list | tuple):
                todo.extend(one)
        return count


def number(value: Any) -> bool:
    """Whether it is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_text(value: Any) -> str:
    """Write a text, a number or a truth; nothing for none. Raises TemplateLimit for lists and mappings."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}" if math.isfinite(value) else ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Undefined):
        return str(value)  # raises, saying what there is not
    what = "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list | tuple) else "this"
    raise TemplateLimit(f"{what} cannot be written as it is: name a part of it, or use |join or |json")
