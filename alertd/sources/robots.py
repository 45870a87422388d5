"""robots.txt (RFC 9309): what a host lets us fetch, and how slowly. Pure.

    User-agent groups      ours (`alertd`) if there is one, all of them put together, else `*` (section 2.2.1)
    Allow, Disallow        the longest pattern that fits decides, Allow where two are equally long (2.2.2); `*`, `$`
    Crawl-delay            not in the RFC, but widely written: seconds between two requests

Patterns are matched piece by piece and never as regular expressions: a stranger writes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from alertd.model import ParsedFeed
from alertd.sources.events import SourceFacts
from alertd.sources.guard import FREE, Guard

NAME = "alertd"
"""The product token by which hosts may name us."""
MAX_ROBOTS = 512 << 10
"""Bytes that are read; section 2.5 asks for at least 500 KiB."""
MAX_RULES = 5_000
"""Rules that are kept: beyond, a host wants nobody to know."""
MAX_STARS = 50
"""In one pattern; one with more is nonsense, and is passed over."""
MAX_DELAY_S = 86_400.0
_MAX_LINE = 2_048
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?")
_TOKEN = re.compile(r"\*|[A-Za-z_-]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of Allow or Disallow."""

    allow: bool
    pattern: str

    def fits(self, path: str) -> bool:
        """Say whether a path, normalised, begins as the pattern says; linear but for the number of `*`."""
        pattern = self.pattern
        whole = pattern.endswith("$")
        first, *rest = (pattern[:-1] if whole else pattern).split("*")
        if not path.startswith(first):
            return False
        position = len(first)
        if not rest:
            return not whole or position == len(path)
        *middle, last = rest
        for piece in middle:
            position = path.find(piece, position)
            if position < 0:
                return False
            position += len(piece)
        if whole:
            return len(path) - len(last) >= position and path.endswith(last)
        return path.find(last, position) >= 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt says to us."""

    rules: tuple[Rule, ...] = ()
    """The longest patterns first, Allow before Disallow."""
    delay_s: float = 0.0
    """Between the starts of two requests; 0 where nothing is asked."""

    def refusal(self, url: str) -> str:
        """Give the line by which a URL may not be fetched; empty if it may."""
        parts = urlsplit(url)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return ""
        for rule in self.rules:
            if rule.fits(path):
                return "" if rule.allow else f"Disallow: {rule.pattern}"
        return ""

    def plain(self) -> dict[str, Any]:
        """Give the rules as plain data, as they come out of a parse worker."""
        return {"delay_s": self.delay_s, "rules": [[rule.allow, rule.pattern] for rule in self.rules]}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Rules:
        """Make rules of what `plain` gave."""
        return cls(tuple(Rule(bool(allow), pattern) for allow, pattern in data["rules"]), data["delay_s"])


EVERYTHING = Rules()
"""A host without robots.txt, or with one that it does not give us (4xx), allows everything (section 2.3.1.3)."""


@dataclass(slots=True)
class _Group:
    rules: list[Rule]
    delay_s: float = 0.0
    found: bool = False


def parse_robots(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Read a robots.txt in a parse worker: its rules are in `says`."""
    return ParsedFeed(format="robots", candidates=[], says=read_robots(body).plain())


def read_robots(body: bytes) -> Rules:
    """Read a robots.txt, however broken: a line that is none is passed over (section 2.2.4)."""
    ours, others = _Group([]), _Group([])
    current: list[_Group] = []
    naming = False
    for line in body[:MAX_ROBOTS].decode("utf-8", "replace").removeprefix("\ufeff").splitlines():
        key, colon, value = line[:_MAX_LINE].partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key in ("user-agent", "useragent"):
            if not naming:
                current = []
            naming = True
            current += [group for group in _groups(value, ours, others) if group not in current]
        elif key in ("allow", "disallow", "crawl-delay"):
            naming = False
            for group in current:
                _take(group, key, value)
    group = ours if ours.found else others
    kept = sorted(group.rules, key=lambda rule: (-len(rule.pattern), not rule.allow))
    return Rules(tuple(kept), group.delay_s)


def _groups(name: str, ours: _Group, others: _Group) -> list[_Group]:
    """Say whose group begins with a user agent's name. A version behind it ("alertd/1") is not part of it."""
    token = _TOKEN.match(name)
    word = token[0].lower() if token else ""
    group = others if word == "*" else ours if word == NAME else None
    if group is None:
        return []
    group.found = True
    return [group]


def _take(group: _Group, key: str, value: str) -> None:
    if key == "crawl-delay":
        if _NUMBER.fullmatch(value):
            group.delay_s = max(group.delay_s, min(float(value), MAX_DELAY_S))
    elif value and len(group.rules) < MAX_RULES:  # an empty pattern says nothing
        pattern = _normal(value if value.startswith(("/", "*")) else f"/{value}")
        pattern = re.sub(r"\*+", "*", pattern)
        if pattern.count("*") <= MAX_STARS:
            group.rules.append(Rule(key == "allow", pattern))


def _normal(path: str) -> str:
    """Write a path in one way: percent-encoded, but not what needs no encoding (sections 2.2.2 and 2.2.3)."""
    encoded = quote(path, safe="!#$%&'()*+,/:;=?@[]~", errors="replace")
    return _PERCENT.sub(_plain, encoded)


def _plain(found: re.Match[str]) -> str:
    letter = chr(int(found[1], 16))
    return letter if letter in _UNRESERVED else found[0].upper()
