"""Settings from environment variables: `ALERTD_WEB__BIND` stands for `bind` under `web`.

Values read as plain YAML does (`4` is a number, `true` is true); a list of words is separated by commas. Lists of
mappings (sources, receivers) have no variable.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace
from pydantic import BaseModel

from alertd.base import suggest
from alertd.base.yaml import resolve
from alertd.base.yaml_document import Document, Node, Path, Place
from alertd.base.yaml_schema import Cursor
from alertd.errors import Fault


def variables(model: type[BaseModel], prefix: str) -> dict[str, Path]:
    """Give every variable that a settings model understands, with the path of what it sets."""
    found: dict[str, Path] = {}
    _collect(Cursor.at_top(model, None), prefix, (), found)
    return found


def override(
    doc: Document, model: type[BaseModel], env: Mapping[str, str], prefix: str, reserved: frozenset[str]
) -> tuple[Document, list[Fault]]:
    """Put the variables that begin with `prefix` over what the file says; unknown ones are warnings.

    Only warnings, because a container platform makes such variables of its own for a service of our name. In
    faults the variable's name stands where the file's name would.
    """
    known = variables(model, prefix)
    root, warnings = doc.root, []
    for name in sorted(n for n in env if n.startswith(prefix) and n not in reserved):
        path = known.get(name)
        if path is None:
            near = suggest.closest(name, known)
            hint = f"did you mean {near}?" if near else ""
            warnings.append(Fault(name, 0, 0, "this environment variable means nothing to alertd", hint, "warning"))
            continue
        cursor = Cursor.at_top(model, None).at(path)
        root = _put(root, path, _value(env[name], name, cursor))
    return Document(doc.file, root), warnings


def _collect(cursor: Cursor, name: str, path: Path, found: dict[str, Path]) -> None:
    for key in cursor.known():
        child = cursor.child(key)
        variable = f"{name}{key.upper()}"
        if child.known():
            _collect(child, f"{variable}__", (*path, key), found)
        elif not child.child(0).known():
            found[variable] = (*path, key)
            if child.secret:
                found[f"{variable}_FILE"] = (*path, f"{key}_file")


def _value(text: str, name: str, cursor: Cursor) -> Node:
    place = Place(name, 0, 0)
    shown = f"${{{name}}}" if cursor.secret else None
    if "array" in cursor.types:
        items = [part.strip() for part in text.split(",") if part.strip()]
        return Node([Node(item, place, raw=item, shown=shown) for item in items], place)
    return Node(resolve(text), place, raw=text, shown=shown)


def _put(node: Node, path: Path, value: Node) -> Node:
    """Set a value, in place of its `_file` twin too. What is no mapping stays: it is a fault of its own."""
    if not path:
        return value
    if node.value is not None and not isinstance(node.value, dict):
        return node
    step = str(path[0])
    values = dict(node.value or {})
    if len(path) == 1:
        twin = step.removesuffix("_file") if step.endswith("_file") else f"{step}_file"
        if twin in values and values[twin].place.line:  # two variables that contradict each other both stay
            del values[twin]
    old = values.get(step, Node({}, value.place))
    new = _put(old, path[1:], value)
    return replace(node, value={**values, step: replace(new, key=old.key or value.place)})
