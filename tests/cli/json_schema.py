"""As much of JSON Schema (2020-12) as the schemas of alertd use; a keyword that is not known here is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_SILENT = {"$schema", "$defs", "title", "description", "default", "discriminator", "format", "writeOnly"}


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> Iterator[str]:
    """Give what is wrong with a value, with its place."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from faults(value, root["$defs"][name], root, at)
    for keyword, wanted in schema.items():
        if keyword in _SILENT or keyword == "$ref":
            continue
        yield from (f"{at}: {fault}" for fault in _simple(value, keyword, wanted))
        yield from _nested(value, keyword, schema, root, at)


def _simple(value: Any, keyword: str, wanted: Any) -> Iterator[str]:
    good = True
    match keyword:
        case "type":
            types = [wanted] if isinstance(wanted, str) else wanted
            good = any(_is(value, name) for name in types)
        case "const":
            good = value == wanted
        case "enum":
            good = value in wanted
        case "pattern":
            good = not isinstance(value, str) or re.search(wanted, value) is not None
        case "minLength" | "minItems":
            good = not isinstance(value, str | list) or len(value) >= wanted
        case "maxLength" | "maxItems":
            good = not isinstance(value, str | list) or len(value) <= wanted
        case "minimum":
            good = not _is(value, "number") or value >= wanted
        case "maximum":
            good = not _is(value, "number") or value <= wanted
        case "required":
            good = not isinstance(value, dict) or set(wanted) <= value.keys()
    if not good:
        yield f"{value!r} is not {keyword} {wanted!r}"


def _is(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _nested(value: Any, keyword: str, schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    match keyword:
        case "anyOf" | "oneOf" | "allOf":
            branches = [list(faults(value, branch, root, at)) for branch in schema[keyword]]
            good = sum(not found for found in branches)
            if not {"anyOf": good >= 1, "oneOf": good == 1, "allOf": good == len(branches)}[keyword]:
                yield f"{at}: {good} branches of {keyword} hold: {min(branches, key=len)}"
        case "items" if isinstance(value, list):
            for number, item in enumerate(value):
                yield from faults(item, schema["items"], root, f"{at}[{number}]")
        case "properties" if isinstance(value, dict):
            for name, inner in schema["properties"].items():
                if name in value:
                    yield from faults(value[name], inner, root, f"{at}.{name}")
        case "additionalProperties" if isinstance(value, dict):
            patterns = schema.get("patternProperties", {})
            for name in value.keys() - schema.get("properties", {}).keys():
                inner = next((s for pattern, s in patterns.items() if re.search(pattern, name)), schema[keyword])
                if inner is False:
                    yield f"{at}: {name} is not allowed"
                elif inner is not True:
                    yield from faults(value[name], inner, root, f"{at}.{name}")
        case "not":
            if not list(faults(value, schema["not"], root, at)):
                yield f"{at}: {value!r} is what must not be"
        case _:
            known = {"type", "const", "enum", "pattern", "required", "items", "properties", "patternProperties",
                     "additionalProperties", "minLength", "maxLength", "minItems", "maxItems", "minimum",
                     "maximum"}  # fmt: skip
            assert keyword in known, f"{keyword}: a keyword that these tests do not know"
