"""How `all`, `any`, `not` and `use` are read."""

from __future__ import annotations

from typing import Any

from alertd.base import suggest
from alertd.base.yaml import Path
from alertd.rules.reader import MAX_CONDITIONS, MAX_DEPTH, MAX_PARTS, Operator, Reader
from alertd.rules.reader_hints import LIBRARY
from alertd.rules.traits import depth_of, needs_more_than_text, size_of
from alertd.rules.tree import All, AnyOf, Condition, Not


def _read_parts(reader: Reader, path: Path, depth: int) -> tuple[Condition, ...] | None:
    node = reader.doc.node(path)
    value = node.value if node is not None else None
    if not isinstance(value, list) or not value:
        reader.fault(path, f"`{path[-1]}` takes a list of conditions", "put each behind a `- `")
        return None
    if len(value) > MAX_PARTS:
        reader.fault(path, f"`{path[-1]}` has {len(value)} conditions, more than {MAX_PARTS}")
        return None
    parts = [reader.condition((*path, i), depth + 1) for i in range(len(value))]
    made = tuple(part for part in parts if part is not None)
    return made if len(made) == len(parts) else None


def _read_all(reader: Reader, path: Path, depth: int) -> Condition | None:
    parts = _read_parts(reader, path, depth)
    return All(parts) if parts else None


def _read_any(reader: Reader, path: Path, depth: int) -> Condition | None:
    parts = _read_parts(reader, path, depth)
    return AnyOf(parts) if parts else None


def _read_not(reader: Reader, path: Path, depth: int) -> Condition | None:
    node = reader.doc.node(path)
    if node is not None and isinstance(node.value, list):
        reader.fault(path, "`not` takes one condition", "write `not: {any: […]}` for none of them")
        return None
    child = reader.condition(path, depth + 1)
    return Not(child) if child is not None else None


def _read_use(reader: Reader, path: Path, depth: int) -> Condition | None:
    name = reader.value(path)
    if not isinstance(name, str):
        reader.fault(path, "`use` takes the name of a fragment")
        return None
    if name not in reader.known.fragments:
        hint = suggest.hint(name, reader.known.fragments) or f"define it in a file under rules/fragments/; {LIBRARY}"
        reader.fault(path, f"there is no fragment `{name[:60]}`", hint)
        return None
    if reason := reader.known.barred("fragment", name):
        reader.fault(path, reason)
        return None
    found = reader.known.fragment(name)
    if found is None:  # the fault stands where the fragment is defined
        return None
    reader.count += size_of(found)
    if reader.count > MAX_CONDITIONS:
        reader.fault(path, f"with fragment `{name}` there are more than {MAX_CONDITIONS} conditions", "use it less")
        return None
    if depth + depth_of(found) > MAX_DEPTH:
        reader.fault(path, f"with fragment `{name}` conditions are nested deeper than {MAX_DEPTH} levels")
        return None
    if reader.in_event_type and (named := needs_more_than_text(found)):
        reader.fault(path, f"fragment `{name}` asks for `{named}`, and an event type cannot")
        return None
    return found


_CONDITION: dict[str, Any] = {"$ref": "#/$defs/Condition"}
_PARTS: dict[str, Any] = {"type": "array", "items": _CONDITION, "minItems": 1, "maxItems": MAX_PARTS}

OPERATORS: dict[str, Operator] = {
    "all": Operator(_read_all, _PARTS, "every condition of the list holds"),
    "any": Operator(_read_any, _PARTS, "one condition of the list holds"),
    "not": Operator(_read_not, _CONDITION, "the condition does not hold"),
    "use": Operator(_read_use, {"type": "string"}, "the fragment of this name holds"),
}
