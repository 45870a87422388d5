"""What is wrong with the addresses of sources, seen on the whole settings file: keys in them, one directory twice."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl

from alertd.base.secrets import is_confidential
from alertd.base.yaml import Document
from alertd.base.yaml import Path as At
from alertd.errors import Fault
from alertd.sources.polled import AnyConfig

_NO_KEYS = re.compile(r"key_?(?:word|phrase)s?|author", re.IGNORECASE)
"""Names that look like those of keys, and are none."""
_ENDING = re.compile(r"\*([^*?\[]*)")


def faults(doc: Document) -> Iterator[Fault]:
    """Check the addresses of all sources; `doc` has its variables filled in and its paths resolved."""
    taken: list[tuple[At, str, list[str]]] = []
    for at, item in doc.items(("sources",)):
        yield from _keys(doc, at)
        if item.get("type") == "files" and isinstance(item.get("path"), str):
            place, patterns = os.path.realpath(item["path"]), _patterns(item.get("pattern"))
            for other, its, theirs in taken:
                if its == place and _overlap(patterns, theirs):
                    first = doc.shown((*other, "id"))
                    message = f"`path` is also the directory of the source `{first}` (line {doc.mark(other)[0]})"
                    hint = "each file is taken once, by either of them: give each a directory, or patterns of its own"
                    yield doc.fault((*at, "path"), message, hint)
                    break
            taken.append((at, place, patterns))


def _keys(doc: Document, at: At) -> Iterator[Fault]:
    node = doc.node((*at, "url"))
    if node is None or not isinstance(node.value, str) or node.shown is not None:
        return
    for name, value in parse_qsl(node.value.partition("?")[2].partition("#")[0]):
        if value and is_confidential(_NO_KEYS.sub("", name), ""):
            variable = re.sub(r"[^A-Z0-9]+", "_", name.upper())
            message = f"`{name[:60]}` in `url` is a secret written in the file"
            hint = f"write {name[:60]}=${{{variable[:60]}}} and set that variable"
            yield doc.fault((*at, "url"), message, hint, severity="warning")


def _patterns(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else ["*"]


def _overlap(some: list[str], others: list[str]) -> bool:
    """Say whether a name may fit patterns of both: not where each asks for endings that the other does not."""
    return any(not _apart(one, other) for one in some for other in others)


def _apart(one: str, other: str) -> bool:
    first, second = _ENDING.fullmatch(one), _ENDING.fullmatch(other)
    return bool(first and second) and not (one[1:].endswith(other[1:]) or other[1:].endswith(one[1:]))


def blocked(sources: Sequence[AnyConfig], doc: Document) -> Iterator[Fault]:
    """Warn of sources at addresses that nothing is let through to: each harms only itself."""
    for number, source in enumerate(sources):
        if why := source.forbidden():
            yield doc.fault(("sources", number, source.address_key), why, severity="warning")
