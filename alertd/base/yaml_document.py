"""A loaded YAML file: plain values, and for each value and key the place where the user wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from alertd.errors import Fault

Path = tuple[str | int, ...]
"""Where a value stands in a document: keys and list positions (from 0) from the top down."""
Scalar = str | int | float | bool | None
_HOLDERS = (dict, list)


class Place(NamedTuple):
    """A file with line and column, both from 1; line 0 means the whole file (or an environment variable)."""

    file: str
    line: int
    column: int


class Node(msgspec.Struct, frozen=True, gc=False):
    """One value with its places."""

    value: Scalar | list[Node] | dict[str, Node]
    place: Place
    key: Place | None = None
    """Where its key stands, if it is a value in a mapping."""
    raw: str | None = None
    """Source text of a plain (unquoted) scalar: `007`, `1.10`, `true`."""
    shown: str | None = None
    """What messages show instead of the value: `${NAME}` for what came from outside the file."""

    def plain(self) -> Any:
        """Give a fresh copy as plain Python: dict, list, str, int, float, bool, None."""
        value = self.value
        if type(value) is dict:
            return {
                key: node.value if type(node.value) not in _HOLDERS else node.plain() for key, node in value.items()
            }
        if type(value) is list:
            return [node.value if type(node.value) not in _HOLDERS else node.plain() for node in value]
        return value

    def child(self, step: str | int) -> Node | None:
        """Give the value under a key or at a position, or None."""
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and 0 <= step < len(self.value):
            return self.value[step]
        return None


@dataclass(frozen=True)
class Document:
    """The content of one file. Paths that do not exist answer with their nearest ancestor's place."""

    file: str
    root: Node = field(repr=False)

    @cached_property
    def value(self) -> Any:
        """The whole content as plain Python. Treat it as read-only."""
        return self.root.plain()

    def node(self, path: Path) -> Node | None:
        """Give the node at a path, or None."""
        node: Node | None = self.root
        for step in path:
            if node is None:
                return None
            value = node.value
            node = value.get(step) if type(value) is dict and type(step) is str else node.child(step)
        return node

    def place(self, path: Path, key: bool = False) -> Place:
        """Give the place of the value at a path, or of its key."""
        node = self.root
        for step in path:
            child = node.child(step)
            if child is None:
                return node.place
            node = child
        return node.key if key and node.key is not None else node.place

    def mark(self, path: Path, key: bool = False) -> tuple[int, int]:
        """Give (line, column), from 1, of the value at a path, or of its key."""
        return self.place(path, key)[1:]

    def raw(self, path: Path) -> str | None:
        """Give the source text of a plain scalar; None for quoted text, lists and mappings."""
        node = self.node(path)
        return node.raw if node is not None else None

    def shown(self, path: Path) -> str:
        """Give a scalar as messages may show it: at most 60 characters, never what came from outside the file."""
        node = self.node(path)
        if node is None or isinstance(node.value, (list, dict)):
            return ""
        text = node.shown or node.raw or str(node.value)
        return text if len(text) <= 60 else text[:59] + "…"

    def fault(self, path: Path, message: str, hint: str = "", *, key: bool = False, severity: str = "error") -> Fault:
        """Make a Fault that points at the value at a path, or at its key."""
        file, line, column = self.place(path, key)
        return Fault(file, line, column, message, hint, severity)

    def items(self, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Go through the mappings of the list at a path; anything that is not such a list has none."""
        node = self.node(path)
        if node is not None and isinstance(node.value, list):
            for i, item in enumerate(node.value):
                if isinstance(item.value, dict):
                    yield (*path, i), item.plain()
