"""Walks a model's JSON Schema beside a user's value, to know which keys, words and secrets belong at a place.

The schema and not the model's annotations, because it also knows unions, aliases and custom types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

from alertd.base.config import DURATION_PATTERN, format_duration
from alertd.base.yaml_document import Path

Schema = dict[str, Any]
_PATHS = ("path", "file-path", "directory-path")


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


@dataclass(frozen=True)
class Cursor:
    """The schemas that may hold at one place of a value; `value` is what stands there, it picks tagged branches."""

    top: Schema
    schemas: list[Schema]
    value: Any

    @classmethod
    def at_top(cls, model: type[BaseModel], value: Any) -> Cursor:
        """Start at the top of a model and of the plain value that it is to be made of."""
        top = schema_of(model)
        return cls(top, list(_branches(top, top, value)), value)

    def child(self, step: str | int) -> Cursor:
        """Go on to the value under a key or at a list position."""
        value = _child(self.value, step)
        inner = [i for schema in self.schemas for i in _inner(schema, step)]
        return Cursor(self.top, [b for i in inner for b in _branches(i, self.top, value)], value)

    def at(self, path: Path) -> Cursor:
        """Go on along a path."""
        cursor = self
        for step in path:
            cursor = cursor.child(step)
        return cursor

    def known(self) -> list[str]:
        """Give the keys that a mapping may have here."""
        return list(dict.fromkeys(key for schema in self.schemas for key in schema.get("properties", {})))

    @property
    def secret(self) -> bool:
        """Whether a text here is a secret (`base.secrets.Secret`)."""
        return any(schema.get("writeOnly") for schema in self.schemas)

    @property
    def path(self) -> bool:
        """Whether a text here is a path of the file system."""
        return any(schema.get("format") in _PATHS for schema in self.schemas)

    @property
    def types(self) -> set[str]:
        """The JSON types that may stand here."""
        return {str(schema.get("type", "any")) for schema in self.schemas}


def known_keys(model: type[BaseModel], value: Any, path: Path) -> list[str]:
    """Give the keys that a mapping at a path may have, with the `_file` twin of each secret."""
    cursor = Cursor.at_top(model, value).at(path)
    keys = cursor.known()
    return keys + [f"{key}_file" for key in keys if cursor.child(key).secret]


def tags_at(model: type[BaseModel], value: Any, path: Path, tag: str) -> list[str]:
    """Give the words that the key `tag` may have in a tagged mapping at a path."""
    words: dict[str, None] = {}
    for schema in Cursor.at_top(model, value).at(path).schemas:
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


def for_editors(schema: Any) -> Any:
    """Give a copy of a schema as an editor needs it.

    Every secret may also be given by its `_file` twin, a tag is required where it picks the mapping's form, and
    defaults of durations are written as a user would.
    """
    if isinstance(schema, list):
        return [for_editors(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: for_editors(inner) for key, inner in schema.items()}
    if _is_duration(schema) and isinstance(schema.get("default"), float):
        made["default"] = format_duration(schema["default"])
    if isinstance(schema.get("properties"), dict):
        _complete(made, schema["properties"], list(schema.get("required", [])))
    return made


def _complete(made: Schema, properties: Schema, required: list[str]) -> None:
    if "const" in properties.get("type", {}) and "type" not in required:
        required.append("type")
    secrets = [key for key, inner in properties.items() if _choices_any(inner, "writeOnly")]
    for key in secrets:
        about = f"Path of a file that holds `{key}`, or credential:NAME for a systemd credential."
        made["properties"][f"{key}_file"] = {"type": "string", "description": about}
    if required:
        made["required"] = [key for key in required if key not in secrets]
    needed = [key for key in required if key in secrets]
    if needed:
        made["allOf"] = [{"oneOf": [{"required": [key]}, {"required": [f"{key}_file"]}]} for key in needed]


def _is_duration(schema: Schema) -> bool:
    return any(s.get("pattern") == DURATION_PATTERN for s in [schema, *schema.get("anyOf", [])])


def _choices_any(schema: Schema, mark: str) -> bool:
    return any(s.get(mark) is True for s in [schema, *schema.get("anyOf", [])])
