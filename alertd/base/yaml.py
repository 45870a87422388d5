"""YAML for files that people write: YAML 1.2 meanings, the place of every value, every fault at once.

What stock PyYAML does silently is refused or read as written: `ON`, `NO` and `TRUE` are text, `0001652044` keeps
its zeros, `22:30:00` is text, a key written twice is a fault. Anchors, aliases, merge keys, tags and more than
one document are faults: they are what bombs are made of, and what a reader of a rule cannot see.

    text -> yaml_scan (characters, tabs) -> parser events -> Document (yaml_document) -> validate (yaml_validate)

The tree is built from libyaml's events with a stack of our own: no recursion, so depth cannot break it, and
building stops at the first value that lies too deep.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from alertd.base import yaml_scan
from alertd.base.yaml_document import Document, Node, Path, Place, Scalar
from alertd.base.yaml_validate import check, validate
from alertd.errors import ConfigError, Fault

__all__ = ["Document", "Node", "Path", "Place", "check", "load_yaml", "resolve", "validate"]

MAX_DEPTH = 20
MAX_NODES = 200_000
_MAX_FAULTS = 100

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}
# YAML 1.2 section 10.3.2 without leading zeros and without .inf and .nan, which no setting can mean. A number
# that a machine word cannot hold is a name that happens to consist of digits.
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_BASED = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]{1,40}|(?:0|[1-9][0-9]{0,40})\.[0-9]{0,40})(?:[eE][-+]?[0-9]{1,2})?"
    r"|[-+]?(?:0|[1-9][0-9]{0,40})[eE][-+]?[0-9]{1,2}"
)


def load_yaml(text: str | bytes, file: str) -> Document:
    """Read one YAML document of at most 1 MiB. `file` is the name that faults carry.

    Keys are always text, as written. Raises ConfigError with every fault found.
    """
    content = yaml_scan.decode(text, file)
    faults = yaml_scan.forbidden(content, file)
    if faults:
        raise ConfigError(_bounded(faults, file))
    builder = _Builder(file)
    syntax = 0
    try:
        for event in yaml.parse(content, Loader=_LOADER):
            if not builder.take(event):
                break
    except yaml.YAMLError as error:
        builder.faults.append(yaml_scan.syntax_fault(error, content, file))
        syntax = builder.faults[-1].line
    tabs = yaml_scan.tabs(content, file, builder.quoted) if "\t" in content else []
    lines = {tab.line for tab in tabs}
    if syntax and syntax not in lines:  # where quoted texts lie after that line is not known
        tabs = [tab for tab in tabs if tab.line < syntax]
    faults = tabs + [f for f in builder.faults if f.line not in lines]
    if builder.root is None and not faults:
        raise ConfigError.at(file, "the file is empty")
    if faults:
        raise ConfigError(_bounded(faults, file))
    assert builder.root is not None
    return Document(file, builder.root)


def resolve(text: str) -> Scalar:
    """Give the meaning of a plain scalar: null, true, false, a number without leading zeros, or else text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _bounded(faults: list[Fault], file: str) -> list[Fault]:
    faults = sorted(set(faults))
    if len(faults) > _MAX_FAULTS:
        more = len(faults) - _MAX_FAULTS
        faults = [*faults[:_MAX_FAULTS], Fault(file, faults[_MAX_FAULTS].line, 1, f"and {more} more faults")]
    return faults


class _Open:
    """A list or mapping whose end has not been seen yet."""

    __slots__ = ("content", "in_key", "key", "key_place", "place")

    def __init__(self, content: list[Node] | dict[str, Node], place: Place) -> None:
        self.content = content
        self.place = place
        self.key: str | None = None
        self.key_place: Place | None = None
        self.in_key = False
        """Set while a list or mapping stands where a key should."""


class _Builder:
    """Makes the tree from parser events, and collects the faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.root: Node | None = None
        self.quoted: list[tuple[int, int]] = []
        """Spans of quoted and block texts, in which tabs are content."""
        self._stack: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> bool:
        """Take in one event; False to stop."""
        mark = event.start_mark
        assert mark is not None
        place = Place(self.file, mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            return self._document(event, place)
        if isinstance(event, yaml.AliasEvent):
            hint = "write the value out; put text that starts with `*` in quotes"
            self._fault(place, "aliases (`*name`) are not supported", hint)
            return self._add(Node(None, place))
        if isinstance(event, yaml.NodeEvent):
            return self._node(event, place)
        if isinstance(event, yaml.CollectionEndEvent):
            done = self._stack.pop()
            return self._add(Node(done.content, done.place))
        return True

    def _fault(self, place: Place, message: str, hint: str = "") -> None:
        self.faults.append(Fault(*place, message, hint))

    def _document(self, event: yaml.DocumentStartEvent, place: Place) -> bool:
        self._documents += 1
        if self._documents > 1:
            self._fault(place, "a second document starts here", "one file holds one document; remove the `---`")
            return False
        if event.tags or (event.version and tuple(event.version) != (1, 2)):
            self._fault(place, "% directives are not supported", "remove the % line; alertd reads YAML 1.2")
        return True

    def _node(self, event: Any, place: Place) -> bool:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._fault(place, f"more than {MAX_NODES} values in one file", "split it")
            return False
        # Names of anchors and tags are not shown: an unquoted password may start with & or !
        if event.anchor:
            hint = "write the value out where it is used; put text that starts with `&` in quotes"
            self._fault(place, "anchors (`&name`) are not supported", hint)
        if event.tag:
            self._fault(place, "tags (`!name`) are not supported", "put text that starts with `!` in quotes")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if len(self._stack) >= MAX_DEPTH:
            self._fault(place, f"nested deeper than {MAX_DEPTH} levels")
            return False
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.content, dict) and top.key is None:
            self._fault(place, "a list or mapping cannot be a key", "put text that starts with [ or { in quotes")
            top.in_key = True
        self._stack.append(_Open([] if isinstance(event, yaml.SequenceStartEvent) else {}, place))
        return True

    def _scalar(self, event: Any, place: Place) -> bool:
        text: str = event.value
        plain = event.style in (None, "")
        if not plain:
            self.quoted.append((event.start_mark.index, event.end_mark.index))
            if name := yaml_scan.unprintable(text):
                self._fault(place, f"character {name} cannot stand in a text")
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.content, dict) and top.key is None:
            return self._key(top, text, plain, place)
        if plain and not text and top is not None and top.key_place is not None:
            place = top.key_place  # an empty value has no place of its own
        return self._add(Node(resolve(text) if plain else text, place, raw=text if plain else None))

    def _key(self, top: _Open, text: str, plain: bool, place: Place) -> bool:
        assert isinstance(top.content, dict)
        if plain and text == "<<":
            self._fault(place, "merge keys (`<<`) are not supported", "write the keys out")
        elif not text:
            self._fault(place, "a key is missing before the `:`")
        elif text in top.content:
            first = top.content[text].key
            where = f" (first in line {first.line})" if first is not None else ""
            self._fault(place, f"key `{text[:60]}` is given twice{where}", "keep one of them")
        top.key, top.key_place = text, place
        return True

    def _add(self, node: Node) -> bool:
        if not self._stack:
            self.root = node
            return True
        top = self._stack[-1]
        if isinstance(top.content, list):
            top.content.append(node)
        elif top.in_key or top.key is None:  # a complex key or an alias as key: its fault is noted
            top.in_key, top.key, top.key_place = False, "", node.place
        else:
            top.content.setdefault(top.key, Node(node.value, node.place, top.key_place, node.raw, node.shown))
            top.key = top.key_place = None
        return True
