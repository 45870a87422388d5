"""Walks a model's JSON Schema beside a user's value, to know which keys, words and secrets belong at a place.

The schema and not the model's annotations, because it also knows unions, aliases and custom types.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

from alertd.base.yaml_document import Path

Schema = dict[str, Any]


class QuietSchema(GenerateJsonSchema):
    """Leaves out what has no JSON form (a default that is an object) without warning about it."""

    ignored_warning_kinds: set[JsonSchemaWarningKind] = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012


@lru_cache(maxsize=64)
def schema_of(model: type[BaseModel]) -> Schema:
    """Give the JSON Schema of a model; {} if one of its types has none."""
    try:
        return model.model_json_schema(schema_generator=QuietSchema)
    except PydanticInvalidForJsonSchema:
        return {}


def schemas_at(model: type[BaseModel], value: Any, path: Path) -> list[Schema]:
    """Give every schema that may hold at a path; `value` is the model's plain value, it picks tagged branches."""
    top = schema_of(model)
    found = list(_branches(top, top, value))
    for step in path:
        value = _child(value, step)
        found = [b for s in found for inner in _inner(s, step) for b in _branches(inner, top, value)]
    return found


def known_keys(model: type[BaseModel], value: Any, path: Path) -> list[str]:
    """Give the keys that a mapping at a path may have, with the `_file` twin of each secret."""
    keys: dict[str, None] = {}
    for schema in schemas_at(model, value, path):
        for key, inner in schema.get("properties", {}).items():
            keys[key] = None
            if any(s.get("writeOnly") for s in _branches(inner, schema_of(model), None)):
                keys[f"{key}_file"] = None
    return list(keys)


def is_secret(model: type[BaseModel], value: Any, path: Path) -> bool:
    """Tell whether a text at a path is a secret (`base.secrets.Secret`)."""
    return any(schema.get("writeOnly") for schema in schemas_at(model, value, path))


def tags_at(model: type[BaseModel], value: Any, path: Path, tag: str) -> list[str]:
    """Give the words that the key `tag` may have in a tagged mapping at a path."""
    words: dict[str, None] = {}
    for schema in schemas_at(model, value, path):
        inner = schema.get("properties", {}).get(tag, {})
        for word in [inner["const"]] if "const" in inner else inner.get("enum", []):
            words[str(word)] = None
    return list(words)


def _child(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return None


def _inner(schema: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, str):
        inner = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    else:
        inner = schema.get("items")
    if isinstance(inner, dict):
        yield inner


def _branches(schema: Schema, top: Schema, value: Any, depth: int = 0) -> Iterator[Schema]:
    """Resolve references and choices to the schemas behind them; a tag in the value picks its branch."""
    if depth > 20:
        return
    if "$ref" in schema:
        target = top.get("$defs", {}).get(schema["$ref"].rpartition("/")[2], {})
        yield from _branches(target, top, value, depth + 1)
        return
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if not choices:
        yield schema
        return
    tag = schema.get("discriminator", {})
    if tag and isinstance(value, dict):
        chosen = tag.get("mapping", {}).get(str(value.get(tag["propertyName"])))
        choices = [{"$ref": chosen}] if chosen else choices
    for choice in choices:
        yield from _branches(choice, top, value, depth + 1)
