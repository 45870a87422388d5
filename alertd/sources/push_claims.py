"""What a pusher claims to have found: companies, event types, money, terms. Checked; evidence only where it holds.

A field that an event brings is left as it is by what understands events, so nothing is believed here that could not
be shown: an offset that does not lead to its quote is dropped, not moved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from alertd.base.ids import usable_id
from alertd.model import Amount, CompanyMention, DealTerm, Duration, ReportedType, Sentiment
from alertd.sources.push_values import Wrong, below, safe, within

MAX_FOUND = 100
"""Findings of one kind."""
_MAX_EVIDENCE = 20
_MAX_QUOTE = 500
_CURRENCY = re.compile(r"[A-Z]{3}")
_STATUSES = ("announced", "reported", "rumoured", "denied")
_AT = re.compile(r"^(?P<text>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an event that say what was found in it."""

    companies: list[CompanyMention] = []
    parties: list[str] = []
    event_types: list[ReportedType] = []
    amounts: list[Amount] = []
    durations: list[Duration] = []
    terms: list[DealTerm] = []
    sentiment: Sentiment | None = None


def read_claims(fields: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """Give what an item claims, as fields of an Event. `texts` are its title and body as stored. Raises Wrong."""
    given = {name: safe(fields[name], name) for name in Claims.__struct_fields__ if name in fields}
    for name, found in given.items():
        if not isinstance(found, list):
            continue
        if len(found) > MAX_FOUND:
            raise Wrong(name, f"{len(found)} members; {MAX_FOUND} are taken")
        for i, one in enumerate(found):
            if isinstance(one, dict):
                _check(name, one, below(name, i))
                if "evidence" in one:
                    one["evidence"] = _evidence(one["evidence"], texts)
    claims = converted(given, Claims)
    for name in ("companies", "parties"):
        for i, one in enumerate(getattr(claims, name)):
            _check_id(
                one if isinstance(one, str) else one.id, below(name, i) + ("" if isinstance(one, str) else ".id")
            )
    if claims.sentiment is not None:
        within(given["sentiment"], "sentiment", "score", -1, 1)
    return {name: getattr(claims, name) for name in given}


def converted(fields: Mapping[str, Any], shape: type[Any], path: str = "") -> Any:
    """Read fields as a struct. Raises Wrong with the path of the first that has another type."""
    try:
        return msgspec.convert(fields, shape)
    except msgspec.ValidationError as error:
        found = _AT.match(str(error))
        assert found is not None
        text = found["text"].replace("Object missing required", "lacks the", 1)
        text = text[:1].lower() + text[1:]
        raise Wrong((path + (found["path"] or "")).lstrip("."), text) from None


def _check(name: str, one: dict[str, Any], path: str) -> None:
    check = _CHECKS.get(name)
    if check is not None:
        check(one, path)


def _company(one: dict[str, Any], path: str) -> None:
    within(one, path, "relevance", 0, 1)
    within(one, path, "sentiment", -1, 1)


def _type(one: dict[str, Any], path: str) -> None:
    within(one, path, "confidence", 0, 1)
    if one.get("status", "announced") not in _STATUSES:
        raise Wrong(below(path, "status"), f"one of {', '.join(_STATUSES)}")


def _amount(one: dict[str, Any], path: str) -> None:
    if not _CURRENCY.fullmatch(str(one.get("currency", "USD"))):
        raise Wrong(below(path, "currency"), "three capital letters of ISO 4217, such as USD")
    low, high = one.get("low"), one.get("high")
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        raise Wrong(below(path, "high"), "not below `low`")


_CHECKS: Mapping[str, Callable[[dict[str, Any], str], None]] = {
    "companies": _company,
    "event_types": _type,
    "amounts": _amount,
}


def _check_id(text: str, path: str) -> None:
    if not usable_id(text):
        raise Wrong(path, "an id of 1 to 200 printable characters without | , @ /")


def _evidence(found: Any, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Keep the evidence that leads to its quote; where it has none, take the words that it leads to."""
    kept: list[dict[str, Any]] = []
    for one in found[:_MAX_EVIDENCE] if isinstance(found, list) else []:
        if not isinstance(one, dict):
            continue
        start, end, quote = one.get("start"), one.get("end"), one.get("quote", "")
        text = texts.get(str(one.get("field")))
        if text is None or not isinstance(start, int) or not isinstance(end, int):
            continue
        words = text[start:end] if 0 <= start < end <= len(text) and end - start <= _MAX_QUOTE else ""
        if words and quote in ("", words):
            kept.append({"field": one["field"], "start": start, "end": end, "quote": words})
    return kept
