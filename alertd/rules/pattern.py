"""The `regex` leaf: RE2 patterns, in linear time whatever a stranger publishes.

RE2 has no look-around and no back-references (https://github.com/google/re2/wiki/Syntax); a pattern that uses
them is refused with the reason when the rule is loaded. Patterns run over the text as published, not folded,
and over the first 64 KiB of each field; if nothing is found there and the text goes on, the leaf is unknown.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

from alertd.model import Evidence
from alertd.rules.leaves import PER_LEAF
from alertd.rules.logic import COSTLY, Leaf, Reading, Result, Scope

MAX_PATTERN = 1_000
"""Characters of a pattern."""
_MAX_MEMORY = 2 << 20
"""Bytes for a compiled pattern and the automaton that it grows while it runs."""

_MAX_SIZE = 2_500
"""Instructions of a compiled pattern: 64 KiB made to be hard for one of that size take a second."""
_SAMPLE = b"a A1, b.\n\nc"
"""In such a text a pattern that can match nothing at all does."""

_LINEAR = "RE2 runs in linear time; write the text out"
_REFUSALS = (
    ("(?=", "look-ahead `(?=…)` is not supported", "RE2 runs in linear time; say it with a second condition"),
    ("(?!", "negative look-ahead `(?!…)` is not supported", "use a `not` condition beside it"),
    ("(?<=", "look-behind is not supported", "RE2 runs in linear time; include the text before in the pattern"),
    ("(?<!", "look-behind is not supported", "RE2 runs in linear time; include the text before in the pattern"),
    ("(?>", "atomic groups `(?>…)` are not supported", "RE2 never backtracks, a plain group does the same"),
    ("(?(", "conditional groups are not supported", "write the two cases with `|`"),
    ("named capture group", "a named group is not well formed", "write `(?P<name>…)`"),
    ("(?P", "back-references such as `(?P=…)` are not supported", _LINEAR),
    ("\\k", "back-references are not supported", _LINEAR),
    ("(?R", "recursion is not supported", _LINEAR),
    ("(?&", "recursion is not supported", _LINEAR),
    ("(?#", "comments in patterns are not supported", "put them behind a `#` in the YAML"),
    ("(?x", "`(?x)` is not supported", "write the pattern without spaces and comments"),
    ("\\u", "`\\u` is not supported", "write the character itself, or `\\x{20ac}`"),
    ("\\Z", "`\\Z` is not supported", "write `\\z` for the end of the text"),
    ("repetition size", "a part is repeated more than 1000 times", "1000 is the most, nested repeats multiplied"),
    ("repetition operator", "two repetition signs follow each other", "possessive `++` is not supported"),
    ("too large", "the pattern is too big when compiled", "repeat less, or split it into several conditions"),
)
_BACK_REFERENCE = re.compile(r"invalid escape sequence: \\[0-9]")
_BACKWARDS = re.compile(r"invalid repetition size: (\{([0-9]+),([0-9]+)\})")


class BadPattern(ValueError):
    """A pattern that is refused, with what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@lru_cache(maxsize=4096)
def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    return re2.compile(pattern.encode("utf-8"), options)


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that is empty, too long, not RE2, too big, or always true. Raises BadPattern."""
    if not pattern:
        raise BadPattern("the pattern is empty")
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"the pattern has {len(pattern)} characters, more than {MAX_PATTERN}")
    try:
        compiled = _compile(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise _refusal(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from error
    if compiled.programsize > _MAX_SIZE:
        raise BadPattern("the pattern is too big when compiled", "repeat less, or split it into several conditions")
    if "\\C" in pattern.replace("\\\\", ""):
        raise BadPattern("`\\C` is not supported", "write `(?s:.)` for any character")
    if any(start == end for text in (b"", _SAMPLE) for start, end in map(_span, compiled.finditer(text))):
        raise BadPattern("the pattern matches the empty text, so it would always hold", "ask for a character")


def _span(found: Any) -> tuple[int, int]:
    return found.start(), found.end()


def _refusal(reason: str) -> BadPattern:
    if _BACK_REFERENCE.match(reason):
        return BadPattern("back-references are not supported", _LINEAR)
    if (size := _BACKWARDS.match(reason)) and int(size[2]) > int(size[3]):
        return BadPattern(f"the repetition `{size[1]}` ends below its beginning")
    for sign, message, hint in _REFUSALS:
        if sign in reason:
            return BadPattern(message, hint)
    return BadPattern(f"not a pattern that RE2 reads: {reason}")


class Pattern(Leaf, frozen=True, gc=False, tag="regex"):
    """A pattern, or any of several, in the title or body as published. Case counts unless it begins with (?i)."""

    any_of: tuple[str, ...]

    @property
    def cost(self) -> int:
        """Costly: runs over the whole text."""
        return COSTLY

    def label(self) -> str:
        """Say the condition in one line."""
        return "regex: " + " or ".join(self.any_of)

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Run the patterns until one is found."""
        for pattern in self.any_of:
            evidence = reading.patterns.get(pattern)
            if evidence is None:
                evidence = reading.patterns[pattern] = _search(_compile(pattern), reading)
            if evidence:
                return Result(True, evidence)
        if all(reading.utf8(field)[1] for field in ("title", "body")):
            if reading.event.awaiting == "full_text":
                return Result(None, (), "not in what is there yet; the full text is still to come")
            return Result(False, (), "not in title or body")
        return Result(None, (), "not in the first 64 KiB, and the text goes on")


def _search(compiled: Any, reading: Reading) -> tuple[Evidence, ...]:
    evidence: list[Evidence] = []
    for field in ("title", "body"):
        raw, _ = reading.utf8(field)
        place, point = 0, 0
        for found in compiled.finditer(raw):
            if found.start() == found.end():  # between two words, say: nothing that could be shown
                continue
            # RE2 counts bytes, evidence counts code points.
            start = point + len(raw[place : found.start()].decode("utf-8"))
            end = start + len(raw[found.start() : found.end()].decode("utf-8"))
            place, point = found.end(), end
            evidence.append(reading.quoted(field, start, end))
            if len(evidence) == PER_LEAF:
                return tuple(evidence)
    return tuple(evidence)
