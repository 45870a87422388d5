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
_place: Any = tuple.__new__
"""Makes a Place of a tuple in half the time of its own constructor."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}
_MAY_MEAN = frozenset(["", *"~ntf+-.0123456789"])
"""What a scalar begins with that may mean something else than its text."""
# YAML 1.2 section 10.3.2 without leading zeros and without .inf and .nan, which no setting can mean. A number
# that a machine word cannot hold is a name that happens to consist of digits.
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_BASED = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]{1,40}|(?:0|[1-9][0-9]{0,40})\.[0-9]{0,40})(?:[eE][-+]?[0-9]{1,2})?"
    r"|[-+]?(?:0|[1-9][0-9]{0,40})[eE][-+]?[0-9]{1,2}"
)


def load_yaml(text: str | bytes, file: str, most: int = yaml_scan.MAX_BYTES) -> Document:
    """Read one YAML document of at most so many bytes. `file` is the name that faults carry.

    Keys are always text, as written. Raises ConfigError with every fault found.
    """
    content = yaml_scan.decode(text, file, most)
    faults = yaml_scan.forbidden(content, file) or yaml_scan.conflicts(content, file)
    if faults:
        raise ConfigError(_bounded(faults, file))
    builder = _Builder(file)
    syntax = 0
    try:
        builder.build(_LOADER(content))
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
    first = text[:1]
    if first not in _MAY_MEAN:
        return text
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
    first: dict[tuple[int, str], Fault] = {}
    for fault in sorted(set(faults)):  # the same again in one line is mended in one go
        first.setdefault((fault.line, fault.message), fault)
    faults = list(first.values())
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

    def build(self, parser: Any) -> None:
        """Take in all events, or those before a fault that hides what follows. Raises yaml.YAMLError.

        This loop is most of what loading a file costs, so the common event, a text, is told first.
        """
        take = parser.get_event
        while (event := take()) is not None:
            mark = event.start_mark
            place = _place(Place, (self.file, mark.line + 1, mark.column + 1))
            kind = type(event)
            if kind is yaml.ScalarEvent:
                if not self._bounded(event, place):
                    return
                self._scalar(event, place)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                if not self._bounded(event, place) or not self._opens(event, place):
                    return
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                done = self._stack.pop()
                self._add(done.content, done.place, None)
            elif kind is yaml.AliasEvent:
                hint = "write the value out; put text that starts with `*` in quotes"
                self._fault(place, "aliases (`*name`) are not supported", hint)
                self._add(None, place, None)
            elif kind is yaml.DocumentStartEvent and not self._document(event, place):
                return

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

    def _bounded(self, event: Any, place: Place) -> bool:
        """Count a value, and note what it may not carry; False if there are too many."""
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
        return True

    def _opens(self, event: Any, place: Place) -> bool:
        if len(self._stack) >= MAX_DEPTH:
            self._fault(place, f"nested deeper than {MAX_DEPTH} levels")
            return False
        top = self._stack[-1] if self._stack else None
        if top is not None and top.key is None and isinstance(top.content, dict):
            self._fault(place, "a list or mapping cannot be a key", "put text that starts with [ or { in quotes")
            top.in_key = True
        self._stack.append(_Open([] if type(event) is yaml.SequenceStartEvent else {}, place))
        return True

    def _scalar(self, event: Any, place: Place) -> None:
        text: str = event.value
        plain = not event.style
        if not plain:
            self.quoted.append((event.start_mark.index, event.end_mark.index))
            if not text.isprintable() and (name := yaml_scan.unprintable(text)):
                self._fault(place, f"character {name} cannot stand in a text")
        top = self._stack[-1] if self._stack else None
        if top is not None and top.key is None and type(top.content) is dict:
            if not text or text == "<<" or text in top.content:
                self._odd_key(top.content, text, plain, place)
            top.key, top.key_place = text, place
            return
        if plain:
            if not text and top is not None and top.key_place is not None:
                place = top.key_place  # an empty value has no place of its own
            self._add(resolve(text), place, text)
        else:
            self._add(text, place, None)

    def _odd_key(self, content: dict[str, Node], text: str, plain: bool, place: Place) -> None:
        if plain and text == "<<":
            self._fault(place, "merge keys (`<<`) are not supported", "write the keys out")
        elif not text:
            self._fault(place, "a key is missing before the `:`")
        elif text in content:
            first = content[text].key
            where = f" (first in line {first.line})" if first is not None else ""
            self._fault(place, f"key `{text[:60]}` is given twice{where}", "keep one of them")

    def _add(self, value: Any, place: Place, raw: str | None) -> None:
        if not self._stack:
            self.root = Node(value, place, None, raw)
            return
        top = self._stack[-1]
        if type(top.content) is list:
            top.content.append(Node(value, place, None, raw))
        elif top.in_key or top.key is None:  # a complex key or an alias as key: its fault is noted
            top.in_key, top.key, top.key_place = False, "", place
        else:
            held: Any = top.content
            if top.key not in held:
                held[top.key] = Node(value, place, top.key_place, raw)
            top.key = top.key_place = None
