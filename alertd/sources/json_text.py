"""What a field of a row is made of: a path, a constant, a text with paths in it; of several the first with a result.

$.headline                                a path: what it leads to
Trading halt                              a constant
"{$.symbol} halted: {$.reason}"           a text with paths; nothing at all if one of them leads to nothing
[$.body, $.teaser]                        the first that gives something; of lists (tickers…) all of them together
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from alertd.sources.entry import MAX_TEXT
from alertd.sources.json_path import BadPath, Path, TooDeep, compile_path

MAX_VALUES = 100
"""Values of a list that are taken."""
_OPENS = "{$"
_HALVES = re.compile("[\ud800-\udfff]")
"""Lone surrogates: JSON can write them, nothing else can hold them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One way to make a text: constants and paths in turn. A single path may also give numbers and lists."""

    parts: tuple[str | Path, ...]

    @property
    def path(self) -> Path | None:
        """The path, if it is nothing else."""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], Path) else None

    def text(self, row: Any) -> str:
        """Make the text; empty if one of its paths leads to nothing."""
        made: list[str] = []
        for part in self.parts:
            text = part if isinstance(part, str) else scalar(first(part, row))
            if not text:
                return ""
            made.append(text)
        return "".join(made)[:MAX_TEXT]


@lru_cache(maxsize=2048)
def compile_piece(written: str) -> Piece:
    """Read what a user wrote for a field. Raises BadPath."""
    if written.startswith("$"):
        return Piece((compile_path(written),))
    parts: list[str | Path] = []
    rest = written
    while (at := rest.find(_OPENS)) >= 0:
        end = _closing(rest, at)
        if end < 0:
            raise BadPath(f"`{written[:100]}` opens a path with {{$ and does not close it with }}")
        parts += [rest[:at], compile_path(rest[at + 1 : end])] if at else [compile_path(rest[1:end])]
        rest = rest[end + 1 :]
    return Piece((*parts, rest) if rest or not parts else tuple(parts))


def _closing(text: str, start: int) -> int:
    """Find the brace that closes a path: the first that stands in no quotes."""
    quote = ""
    for i in range(start, len(text)):
        c = text[i]
        if quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        elif c == "}":
            return i
    return -1


def first(path: Path, row: Any) -> Any:
    """Give the first value that is something: not null, not an empty text. None if there is none, or no bottom."""
    try:
        return next((value for value in path.values(row) if value not in (None, "")), None)
    except TooDeep:
        return None


def scalar(value: Any) -> str:
    """Write a value as text; a list or an object is none."""
    if isinstance(value, str):
        return value.strip() if value.isascii() else _HALVES.sub("", value).strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)
    # Beyond this Python refuses to write an integer, and it is no id, time or price.
    return str(value) if isinstance(value, int) and value.bit_length() < 1_000 else ""


def one_text(pieces: Sequence[Piece], row: Any) -> str:
    """Give the first text that a field's pieces make."""
    return next((text for piece in pieces if (text := piece.text(row))), "")


def one_value(pieces: Sequence[Piece], row: Any) -> Any:
    """Give the first value: of a lone path as it stands in the document, so that a number stays one."""
    for piece in pieces:
        value = first(piece.path, row) if piece.path is not None else piece.text(row)
        if value not in (None, ""):
            return value
    return None


def long_text(pieces: Sequence[Piece], row: Any) -> str:
    """Give the first text; the paragraphs that a path leads to are joined, a line for each."""
    for piece in pieces:
        lines: Iterable[str] = _flat(piece.path, row) if piece.path is not None else [piece.text(row)]
        if text := "<br>".join(lines)[:MAX_TEXT]:
            return text
    return ""


def all_texts(pieces: Sequence[Piece], row: Any) -> list[str]:
    """Give all texts that a list's pieces make, each once."""
    made: dict[str, None] = {}
    for piece in pieces:
        texts = _flat(piece.path, row) if piece.path is not None else [piece.text(row)]
        made |= dict.fromkeys(text for text in texts if text)
    return list(made)[:MAX_VALUES]


def _flat(path: Path, row: Any) -> Iterator[str]:
    """Give the texts that a path leads to, those of lists among them."""
    try:
        values = path.values(row)
    except TooDeep:
        return
    for value in values:
        for one in value[:MAX_VALUES] if isinstance(value, list) else [value]:
            if text := scalar(one):
                yield text
