"""What an editor says of a YAML file: an independent validator, and our schemas."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from alertd.app.schema import settings_schema
from alertd.base.yaml import load_yaml
from alertd.history.backtest.expect_file import expect_schema
from alertd.rules.schemas import SCHEMAS

TOP_KEYS = {
    "portfolio": "portfolio",
    "event_type": "event-type",
    "list": "list",
    "companies": "companies",
    "relations": "companies",
    "fragments": "fragments",
    "sources": "settings",
    "receivers": "settings",
    "expect": "backtest",
}
"""A key at the top of a file -> which kind of file it is; the first that is there, for a list may hold companies."""


@cache
def schema(kind: str) -> dict[str, Any]:
    """Give the schema of a kind of file."""
    if kind == "backtest":
        return expect_schema()
    return settings_schema() if kind == "settings" else SCHEMAS[kind]()


def kind_of(text: str) -> str | None:
    """Say which kind of file a text is; None if it is none of ours."""
    content = load_yaml(text, "x").value
    return next((kind for key, kind in TOP_KEYS.items() if key in content), None)


def complaints(text: str | bytes, kind: str) -> dict[str, str]:
    """Give what is wrong with a file, by place: `$.rules[0].when`."""
    value = load_yaml(text, "x").value
    return {error.json_path: error.message for error in Draft202012Validator(schema(kind)).iter_errors(value)}
