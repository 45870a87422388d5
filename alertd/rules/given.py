"""What is wrong with an event that somebody wrote, where its fields alone do not tell: shapes, times, ranges.

    {companies: [anduril]}          a list of mappings is wanted: write `[{id: anduril}]`
    {published_at: yesterday}       a time is wanted, such as 2026-01-12T07:41:56Z

Pure: the fields come in as plain values, each problem goes out with its path in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from alertd.base.clock import parse_rfc3339
from alertd.base.ids import usable_id
from alertd.base.yaml_document import Path
from alertd.rules.facts import ROWS, wrong_kind

TIMES = ("published_at", "accepted_at", "updated_at", "seen_at", "event_at")
_SUCH_TIME = "such as 2026-01-12T07:41:56Z"


class Problem(NamedTuple):
    """Something that is wrong, and what helps."""

    path: Path
    message: str
    hint: str = ""


Flow = Callable[[str, str], str]
"""Writes a mapping with one text in it, as the file at hand would have it."""


def in_yaml(key: str, text: str) -> str:
    """Write `{id: anduril}`."""
    return f"{{{key}: {text}}}"


def in_json(key: str, text: str) -> str:
    """Write `{"id": "anduril"}`."""
    return f'{{"{key}": "{text}"}}'


_MAPPINGS = {"companies": "id", "event_types": "type", "terms": "type", "amounts": "", "filers": "name"}
"""Fields that are lists of mappings -> the key that a single word was meant for."""
_AMOUNT: Mapping[Flow, str] = {in_yaml: "[{low: 200e6, high: 200e6, currency: USD}]",
           in_json: '[{"low": 200e6, "high": 200e6, "currency": "USD"}]'}  # fmt: skip
_LISTS = ("items", "parties")
_RANGES: Mapping[str, tuple[float, float]] = {
    "relevance": (0, 1), "sentiment": (-1, 1), "score": (-1, 1), "confidence": (0, 1), "novelty": (0, 1),
}  # fmt: skip


def problems(fields: Mapping[str, Any], flow: Flow = in_yaml) -> Iterator[Problem]:
    """Name what is wrong with an event's fields; one that is of a plainly other type is left to msgspec."""
    event = fields.get("id")
    if isinstance(event, str) and event and not usable_id(event):
        hint = "take 1 to 200 printable characters other than `|`, `,`, `@` and `/`, or leave it out: one is made"
        yield Problem(("id",), f"`id` cannot be an event's: `{event[:60]}`", hint)
    for key in TIMES:
        if (problem := _time(key, fields.get(key))) is not None:
            yield problem
    for key, inner in _MAPPINGS.items():
        yield from _mappings(key, inner, fields.get(key), flow)
    for key in _LISTS:
        if (word := _word(fields.get(key))) is not None:
            yield Problem((key,), f"`{key}` takes a list", f'write `["{word}"]`')
    for i, company in enumerate(_listed(fields.get("companies"))):
        yield from _ranges(("companies", i, "index"), company.get("index") if isinstance(company, dict) else None)
    for key in ("sentiment", "story"):
        yield from _ranges((key,), fields.get(key))
    for i, amount in enumerate(_listed(fields.get("amounts"))):
        low, high = _number(amount, "low"), _number(amount, "high")
        if low is not None and high is not None and low > high:
            yield Problem(("amounts", i, "low"), f"`low` is {low:g}, above `high` with {high:g}")


def fact_problems(fields: Mapping[str, Any]) -> Iterator[Problem]:
    """Name the facts that are not of the type that conditions on them read: to these they are unknown."""
    facts = fields.get("facts")
    if not isinstance(facts, dict):
        return
    rows: list[tuple[Path, Any]] = [
        (("facts", key, i), row) for key in ROWS for i, row in enumerate(_listed(facts.get(key)))
    ]
    for path, row in [(("facts",), facts), *rows]:
        for name, value in row.items() if isinstance(row, dict) else ():
            if reason := wrong_kind(name, value):
                yield Problem((*path, name), f"fact `{name}` {reason}")


def _time(key: str, value: Any) -> Problem | None:
    if value is None or value == "":
        return None
    text = str(value)[:40]
    try:
        parse_rfc3339(text if isinstance(value, str) else "")
    except (ValueError, OverflowError):
        day = len(text) == 10 and text[4] == text[7] == "-"
        hint = f"write {text}T00:00:00Z" if day and _time(key, f"{text}T00:00:00Z") is None else _SUCH_TIME
        return Problem((key,), f"`{key}` is no time with a zone: `{text}`", hint)
    return None


def _mappings(key: str, inner: str, value: Any, flow: Flow) -> Iterator[Problem]:
    """Name words where a list of mappings is wanted, and numbers beyond their range in those that are there."""
    items = value if isinstance(value, list) else [value]
    words = [(i, word) for i, item in enumerate(items) if (word := _word(item)) is not None]
    if words:
        written = _AMOUNT.get(flow, "") if not inner else f"[{', '.join(flow(inner, word) for _, word in words[:3])}]"
        path: Path = (key, words[0][0]) if isinstance(value, list) else (key,)
        yield Problem(path, f"`{key}` takes a list of mappings", f"write `{written}`")
        return
    if isinstance(value, dict):
        yield Problem((key,), f"`{key}` takes a list of mappings", "put it in [ ]")
        return
    for i, item in enumerate(items):
        yield from _ranges((key, i), item)


def _ranges(path: Path, holder: Any) -> Iterator[Problem]:
    for key, (least, most) in _RANGES.items():
        number = _number(holder, key)
        if number is not None and not least <= number <= most:
            yield Problem((*path, key), f"`{key}` lies between {least:g} and {most:g}, {number:g} does not")


def _word(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return str(value)[:60]


def _number(holder: Any, key: str) -> float | None:
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
