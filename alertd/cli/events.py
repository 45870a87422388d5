"""The lines of files and pipes in which a command is handed events."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from alertd.asking.events import BOM
from alertd.cli.output import reason
from alertd.cli.progress import STDIN, Advance

MAX_LINE = 16 << 20
"""Bytes of one JSON line; a longer one is refused without being kept in memory."""


def is_json(argument: str) -> bool:
    """Tell an event that is written out on the command line from the name of a file."""
    return argument.lstrip().startswith(("{", "["))


def written_out(argument: str) -> Iterator[tuple[str, bytes]]:
    """Give the events of an argument: one over several lines, or one a line."""
    try:
        json.loads(argument)
    except ValueError:
        lines = argument.splitlines()
    except RecursionError:  # whoever reads it says so
        lines = [argument]
    else:
        lines = [argument]
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield "EVENT" if len(lines) == 1 else f"EVENT:{number}", line.encode("utf-8", "surrogateescape")


def lines_of(path: Path, advance: Advance, complain: Callable[[str], None]) -> Iterator[tuple[str, bytes]]:
    """Give the lines of a file, each with its place, but for blank ones; of one that is too long it complains."""
    name = "stdin" if path == STDIN else str(path)
    number = 0
    try:
        with sys.stdin.buffer if path == STDIN else path.open("rb") as stream:
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                advance(len(line))
                whole = len(line) <= MAX_LINE
                if not whole:
                    complain(f"{name}:{number}: the line is longer than {MAX_LINE >> 20} MiB")
                elif line.strip():
                    yield f"{name}:{number}", line.removeprefix(BOM)
                while not whole and line and not line.endswith(b"\n"):
                    line = stream.readline(MAX_LINE)
                    advance(len(line))
    except OSError as error:
        complain(f"{name}: {reason(error)}")


def events_of(path: Path, advance: Advance, complain: Callable[[str], None]) -> Iterator[tuple[str, bytes]]:
    """Give the lines of a file as `lines_of` does, but what is written over several lines as one.

    Such a value begins with a line of nothing but a bracket and ends with one that begins with its other half, as
    `jq` and others write it. What is never closed is given line by line.
    """
    held: list[tuple[str, bytes]] = []
    size = 0
    for where, line in lines_of(path, advance, complain):
        if held and (line[:1] in (b"{", b"[") or size > MAX_LINE):
            yield from held  # a line that is whole by itself: what came before was cut off
            held = []
        if held or line.strip() in (b"{", b"["):
            size = size + len(line) if held else len(line)
            held.append((where, line))
            if line[:1] in (b"}", b"]"):
                yield held[0][0], b"".join(text for _, text in held)
                held = []
        else:
            yield where, line
    yield from held
