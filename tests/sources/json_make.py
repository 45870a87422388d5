"""Small JSON documents and sources for the tests of `type: json`."""

from __future__ import annotations

import json
from typing import Any

from alertd.base.clock import parse_rfc3339
from alertd.model import Event, ParsedFeed, event_from_json
from alertd.sources.json_config import JsonConfig
from alertd.sources.json_source import parse_json

SEEN = parse_rfc3339("2026-01-12T15:50:00Z")
FIELDS = {"id": "$.id", "title": "$.title", "url": "$.url", "published": "$.at"}


def api(**more: Any) -> JsonConfig:
    """Make the settings of an API; `fields` replace those of FIELDS."""
    settings = {
        "id": "api", "type": "json", "url": "https://api.example.com/v1/news", "list": "$.items", "fields": FIELDS,
        "allow_private": True, **more,
    }  # fmt: skip
    return JsonConfig.model_validate(settings)


def document(*rows: Any, **more: Any) -> bytes:
    return json.dumps({"items": list(rows), **more}).encode()


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "title": f"Item {number}", "url": f"/n/{number}", **more}


def read(body: bytes, **settings: Any) -> ParsedFeed:
    source = api(**settings)
    return parse_json(body, None, source.url, source.facts(), SEEN, None)


def events(page: ParsedFeed) -> list[Event]:
    return [event_from_json(bytes(candidate.event)) for candidate in page.candidates]


def only(row: Any, **settings: Any) -> Event:
    (event,) = events(read(document(row), **settings))
    return event
