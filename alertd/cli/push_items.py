"""What `alertd push` sends: the items of files, whatever form of JSON they have, and the batches that they go in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from alertd.cli.events import events_of
from alertd.cli.progress import STDIN, Advance

MAX_LIST = 64 << 20
"""Bytes of a file that is one list: it is read as a whole."""
BATCH_ITEMS = 250
BATCH_BYTES = 1_000_000
"""Of a batch: far below what a daemon takes, so that its answer is short and a repeat is cheap."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item, or why it is none."""

    where: str
    """`news.jsonl:3`, or `news.json[3]`."""
    data: bytes
    """Its JSON on one line; empty if it cannot be sent."""
    error: str = ""


def items_of(path: Path, advance: Advance) -> Iterator[Item]:
    """Give the items of a file: a list of them, one on each line, or one over several lines."""
    troubles: list[str] = []
    name = "stdin" if path == STDIN else str(path)
    lines = events_of(path, advance, troubles.append)
    for number, (where, text) in enumerate(lines):
        if not number and text.lstrip().startswith(b"["):  # all of the file is it, whatever its lines look like
            yield from _list(name, chain([text], (more for _, more in lines)))
        else:
            yield _item(where, text)
        yield from _told(troubles)
    yield from _told(troubles)


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Put items together; what cannot be sent goes along in its place."""
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and (len(batch) >= BATCH_ITEMS or size + len(item.data) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += len(item.data) + 1
    if batch:
        yield batch


def _told(troubles: list[str]) -> Iterator[Item]:
    """Give what could not be read, `FILE:LINE: why`, as items that cannot be sent; each once."""
    while troubles:
        where, _, error = troubles.pop(0).partition(": ")
        yield Item(where, b"", error)


def _list(name: str, lines: Iterable[bytes]) -> Iterator[Item]:
    body = bytearray()
    for line in lines:
        body += line
        if len(body) > MAX_LIST:
            yield Item(name, b"", f"a list of more than {MAX_LIST >> 20} MiB; write one item on each line")
            return
    try:
        found = _loaded(bytes(body))
    except ValueError as error:
        yield Item(name, b"", f"not JSON: {error}")
        return
    for i, one in enumerate(found):
        yield _item(f"{name}[{i}]", one)


def _item(where: str, given: Any) -> Item:
    try:
        value = _loaded(given) if isinstance(given, bytes) else given
        data = json.dumps(value, separators=(",", ":")).encode()
    except ValueError as error:
        return Item(where, b"", f"not JSON: {error}")
    except RecursionError:
        return Item(where, b"", "nested too deep")
    if len(data) > BATCH_BYTES:
        return Item(where, b"", f"{len(data):,} bytes; an item has at most {BATCH_BYTES:,}")
    return Item(where, data)


def _loaded(text: bytes) -> Any:
    """Read JSON. Raises ValueError, also for NaN and for what is nested too deep."""
    try:
        return json.loads(text.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")
