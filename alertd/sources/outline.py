"""Where the entries of a cleaned XML document stand, found without a parser: so that one that breaks the parser can
be left out, and one that is cut off or absurdly deep is known before it costs anything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from alertd.errors import ParseFailed

MAX_ENTRIES = 5_000
"""Entries of one document that are looked at."""
MAX_DEPTH = 200
"""Elements inside one another."""

_TOKEN = re.compile(r"<!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+\]\]>|<(/?)([A-Za-z_][\w.:-]*+)[^<>]*+>")
_FEED_PREFIX = re.compile(
    r"""xmlns:([\w.-]{1,40})\s*=\s*["'](?:http://www\.w3\.org/2005/Atom|http://purl\.org/atom/ns#|"""
    r"""http://purl\.org/rss/1\.0/|http://backend\.userland\.com/rss)""",
    re.IGNORECASE,
)
_ENTRY = {"item", "entry"}
_LOOSE = {"br", "hr", "img", "p", "li", "td", "tr", "dd", "dt", "input", "option", "wbr"}
"""HTML that is often left open: it does not count as depth."""


@dataclass(slots=True)
class Outline:
    """The places of a document: spans are offsets into its text, end exclusive."""

    root: str = ""
    """Local name of the root element."""
    root_tag: str = ""
    entries: list[tuple[int, int]] = field(default_factory=list)
    deleted: list[tuple[int, int]] = field(default_factory=list)
    """The at:deleted-entry elements (RFC 6721)."""
    too_deep: set[int] = field(default_factory=set)
    unclosed: set[int] = field(default_factory=set)
    """Entries without an end tag: the next one's beginning, or the end of the document, ends them."""
    unfinished: int | None = None
    """The entry in whose middle the document ends."""
    cut_off: bool = False
    overflow: int = 0
    """Entries after the first 5,000."""
    last_end: int = 0
    """Where the last of those ends."""


def outline(text: str) -> Outline:
    """Find the entries of a document. Raises ParseFailed for one that is nested too deep outside of them."""
    return _Walk(text).run()


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._plan = Outline()
        self._prefixes = {"", *(found[1].lower() for found in _FEED_PREFIX.finditer(text[:65_536]))}
        self._kinds: dict[str, str] = {}
        self._root_name = ""
        self._open: int | None = None
        """Where the entry that is being read began."""
        self._deleted: int | None = None
        self._depth = 0
        self._outer_depth = 0
        self._seen = 0

    def run(self) -> Outline:
        text, plan = self._text, self._plan
        end = 0
        closed = False
        for token in _TOKEN.finditer(text):
            name = token[2]
            end = token.end()
            if name is None:
                continue
            empty = text[end - 2] == "/"
            if not plan.root:
                self._start(token, name)
                closed = empty
                continue
            kind = self._kinds.get(name) or self._kind(name)
            if token[1]:
                closed = closed or name == self._root_name
                self._closing(kind, end)
            elif kind == "entry":
                self._entry(token.start(), end, empty)
            elif kind == "deleted":
                self._deletion(token.start(), end, empty)
            elif kind == "other" and not empty:
                self._deeper()
        plan.cut_off = bool(plan.root) and not closed
        self._finish(text[end:])
        return plan

    def _start(self, token: re.Match[str], name: str) -> None:
        prefix, _, local = name.rpartition(":")
        self._root_name = name
        self._plan.root, self._plan.root_tag = local, token[0]
        if local.lower() == "feed":
            self._prefixes.add(prefix.lower())

    def _kind(self, name: str) -> str:
        prefix, _, local = name.lower().rpartition(":")
        kind = "other"
        if local in _ENTRY and prefix in self._prefixes:
            kind = "entry"
        elif local == "deleted-entry":
            kind = "deleted"
        elif local in _LOOSE:
            kind = "loose"
        self._kinds[name] = kind
        return kind

    def _entry(self, start: int, end: int, empty: bool) -> None:
        if self._deleted is not None:
            return
        if self._open is not None:
            self._plan.unclosed.add(self._seen)  # entries do not nest
            self._close_entry(start)
        self._open = start
        self._outer_depth, self._depth = self._depth, 0
        if empty:
            self._close_entry(end)

    def _closing(self, kind: str, end: int) -> None:
        if kind == "other":
            self._depth = max(0, self._depth - 1)
        elif kind == "entry" and self._open is not None:
            self._close_entry(end)
        elif kind == "deleted" and self._deleted is not None:
            self._plan.deleted.append((self._deleted, end))
            self._deleted = None

    def _deletion(self, start: int, end: int, empty: bool) -> None:
        if self._open is not None or self._deleted is not None or len(self._plan.deleted) >= MAX_ENTRIES:
            return
        if empty:
            self._plan.deleted.append((start, end))
        else:
            self._deleted = start

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth <= MAX_DEPTH:
            return
        if self._open is None:
            raise ParseFailed(f"the document is nested deeper than {MAX_DEPTH} elements")
        self._plan.too_deep.add(self._seen)

    def _close_entry(self, end: int) -> None:
        if self._open is not None:
            if len(self._plan.entries) < MAX_ENTRIES:
                self._plan.entries.append((self._open, end))
            else:
                self._plan.overflow += 1
                self._plan.last_end = end
            self._seen += 1
        self._open = None
        self._depth = self._outer_depth

    def _finish(self, rest: str) -> None:
        """Close what is open at the end. An entry all of whose elements are closed only lacks its last tag."""
        if self._open is None:
            return
        if self._depth > 0 or rest.strip():
            self._plan.unfinished = self._seen
        self._plan.unclosed.add(self._seen)
        self._close_entry(len(self._text))
