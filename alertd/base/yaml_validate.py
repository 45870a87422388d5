"""From a Document to a pydantic model, with every fault at the place where the user can mend it.

    model_validate -> errors -> one Problem per place (unions settled) -> Fault in a person's words

Two differences to plain pydantic: where text is wanted and the file has an unquoted number or true/false, the
source text is taken (a ticker `1234`, a CIK `0001652044`, a form `4`); and of a union's branches only the one
that the value was meant for speaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from alertd.base import suggest, yaml_words
from alertd.base.config import DURATION_PATTERN, FROM_FILE, format_duration
from alertd.base.yaml_document import Document, Path
from alertd.base.yaml_schema import known_keys, tags_at
from alertd.errors import ConfigError, Fault

M = TypeVar("M", bound=BaseModel)

_WANTS_TEXT = frozenset({"string_type", "string_sub_type", "path_type", "literal_error", "enum"})
_BOUNDS = frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal"})
_ROUNDS = 20


@dataclass(frozen=True)
class _Problem:
    """One error of pydantic, with its place in the document instead of in the model."""

    path: Path
    kind: str
    context: dict[str, Any]
    message: str
    key: str = ""
    """For missing and unknown keys, missing tags, and keys of the wrong form: the key."""
    branches: tuple[tuple[int, str], ...] = ()
    """Branches of unions passed on the way: (length of the path there, label)."""
    expected: tuple[str, ...] = ()
    """For values of the wrong sort: the sorts that would do."""
    also: tuple[str, ...] = ()
    """Words that would do as well, from another branch of the union."""


def validate(model: type[M], doc: Document, path: Path = ()) -> M:
    """Make a model of the value at a path. Raises ConfigError with every fault, each at its line and column."""
    made, faults = check(model, doc, path)
    if made is None:
        raise ConfigError(faults)
    return made


def check(model: type[M], doc: Document, path: Path = ()) -> tuple[M | None, list[Fault]]:
    """Do the same with the faults as a value, for callers that go on to find more of them."""
    node = doc.node(path)
    value = node.plain() if node is not None else None
    taken: set[Path] = set()
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(value, context={FROM_FILE: True}), []
        except ValidationError as error:
            problems = [_problem(e, value) for e in error.errors(include_url=False, include_input=False)]
        if not _take_source_text(doc, path, value, problems, taken):
            break
    return None, _faults(model, doc, path, value, _settle(problems))


def _take_source_text(doc: Document, base: Path, value: Any, problems: list[_Problem], taken: set[Path]) -> bool:
    """Replace, where text is wanted, an unquoted number or true/false by its source text; False if none is left."""
    changed = False
    for problem in problems:
        path = problem.path
        if problem.kind not in _WANTS_TEXT or path in taken or not path:
            continue
        holder = _get(value, path[:-1])
        raw = doc.raw((*base, *path))
        if raw is not None and isinstance(_get(value, path), (bool, int, float)):
            holder[path[-1]] = raw
            taken.add(path)
            changed = True
    return changed


def _get(value: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


# --- where ----------------------------------------------------------------------------------------------------


def _problem(error: Any, value: Any) -> _Problem:
    kind: str = error["type"]
    loc: tuple[str | int, ...] = error["loc"]
    context = error.get("ctx", {})
    path: list[str | int] = []
    branches: list[tuple[int, str]] = []
    key = ""
    node = value
    for at, step in enumerate(loc):
        last = at == len(loc) - 1
        if last and kind in ("missing", "extra_forbidden"):
            key = str(step)
        elif last and step == "[key]":
            key = str(path.pop()) if path else ""
        elif _leads_on(node, step, last):
            path.append(step)
            node = node[step]
        else:
            branches.append((len(path), str(step)))
    if kind == "union_tag_invalid":  # the tag's own value is wrong, not the mapping
        path.append(str(context["discriminator"]).strip("'"))
    if kind == "union_tag_not_found":
        key = str(context["discriminator"]).strip("'")
    expected = (yaml_words.EXPECTED[kind],) if kind in yaml_words.EXPECTED else ()
    return _Problem(tuple(path), kind, context, error["msg"], key, tuple(branches), expected)


def _leads_on(node: Any, step: str | int, last: bool) -> bool:
    """Tell a step into the value from the label of a union's branch; the tag of a tagged union is a label too."""
    if isinstance(node, dict):
        return step in node and (last or node.get("type") != step)
    return isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node)


def _settle(problems: list[_Problem]) -> list[_Problem]:
    """Keep, of each union, the problems of the branch that the value was meant for, or one problem for all."""
    settled = [p for p in problems if not p.branches]
    unions: dict[Path, dict[str, list[_Problem]]] = {}
    for p in problems:
        if p.branches:
            depth, label = p.branches[0]
            inner = replace(p, branches=p.branches[1:])
            unions.setdefault(p.path[:depth], {}).setdefault(label, []).append(inner)
    for at, by_branch in unions.items():
        choices = [_settle(found) for found in by_branch.values()]
        if len(choices) > 1:  # beside other sorts, a closed list of words is one more sort
            choices = [[_as_sort(p) if p.path == at else p for p in c] for c in choices]
        meant = [c for c in choices if not all(p.path == at and p.expected for p in c)]
        if meant:
            # What got further into the value understood it better.
            best: list[_Problem] = min(meant, key=lambda c: (-max(len(p.path) for p in c), len(c)))
            words = tuple(w for c in choices for p in c for w in p.expected if w.startswith("`"))
            settled += [replace(p, also=words) if p.path == at else p for p in best]
            continue
        sorts = [p for c in choices for p in c]
        wanted = tuple(dict.fromkeys(word for p in sorts for word in p.expected))
        settled.append(replace(sorts[0], expected=wanted))
    return settled


def _as_sort(p: _Problem) -> _Problem:
    if p.kind not in ("literal_error", "enum"):
        return p
    return replace(p, kind="", expected=tuple(f"`{word}`" for word in _listed_words(p)))


def _listed_words(p: _Problem) -> list[str]:
    listed = str(p.context.get("expected") or p.context.get("expected_tags") or "")
    return re.findall(r"'((?:[^'\\]|\\.)*)'", listed) or re.split(r", | or ", listed)


# --- what to say ----------------------------------------------------------------------------------------------


def _faults(model: type[BaseModel], doc: Document, base: Path, value: Any, problems: list[_Problem]) -> list[Fault]:
    faults: dict[Fault, None] = {}
    mended: set[tuple[Path, str]] = set()
    for p in problems:
        if p.kind == "extra_forbidden":
            keys = known_keys(model, value, p.path)
            near = suggest.closest(p.key, keys)
            mended.add((p.path, near or ""))
            given = _get(value, p.path) or ()
            hint = suggest.hint(p.key, [k for k in keys if k not in given] or keys)
            if p.path and isinstance(p.path[-1], str) and p.key in known_keys(model, value, p.path[:-1]):
                hint = f"it stands beside `{p.path[-1]}`, not in it"
            elif near in given:
                hint = f"`{near}` is given as well"
            message = f"unknown key `{p.key[:60]}`"
            faults[doc.fault((*base, *p.path, p.key), message, hint, key=True)] = None
    for p in problems:
        # A misspelt key explains the missing one: one slip, one line.
        if p.kind != "extra_forbidden" and not (p.kind == "missing" and (p.path, p.key) in mended):
            tags = tags_at(model, value, p.path, p.key) if p.kind == "union_tag_not_found" else []
            faults[_fault(doc, base, value, p, tags)] = None
    return sorted(faults)


def _fault(doc: Document, base: Path, value: Any, p: _Problem, tags: list[str]) -> Fault:
    path = (*base, *p.path)
    if p.kind == "missing":
        return doc.fault(path, f"`{p.key}` is missing")
    if p.kind == "union_tag_not_found":
        written = suggest.closest(p.key, _get(value, p.path))
        hint = f"did you mean it by `{written[:60]}`?" if written else "one of: " + ", ".join(tags)
        return doc.fault(path, f"`{p.key}` is missing", hint if written or tags else "")
    if p.key and p.kind in ("literal_error", "enum"):
        return doc.fault(
            (*path, p.key), f"unknown key `{p.key[:60]}`", suggest.hint(p.key, _listed_words(p)), key=True
        )
    if p.key and p.kind == "value_error":
        return doc.fault((*path, p.key), f"key `{p.key[:60]}`: {p.context.get('error')}", key=True)
    if p.key:
        message = f"key `{p.key[:60]}` {yaml_words.limit(p.kind, p.context, p.message)}"
        return doc.fault((*path, p.key), message, key=True)
    name = _name(path)
    if p.kind in ("literal_error", "enum", "union_tag_invalid"):
        return _unknown_word(doc, path, name, p)
    if p.expected:
        return doc.fault(path, f"{name} {yaml_words.wrong_sort(list(p.expected), _get(value, p.path))}")
    if p.kind in ("value_error", "assertion_error"):
        text = str(p.context.get("error") or p.message)
        if path:
            text = f"{name}: " + text.removeprefix(f"{path[-1]}: ")
        return doc.fault(path, text, "or " + ", ".join(p.also) if p.also else "")
    return doc.fault(path, f"{name} {yaml_words.limit(p.kind, _limits(_get(value, p.path), p), p.message)}")


def _limits(given: Any, p: _Problem) -> dict[str, Any]:
    """Give the limits as they would be written in a file: of a duration `1h`, not 3600."""
    if not isinstance(given, str) or p.kind not in _BOUNDS or not re.match(DURATION_PATTERN, given):
        return p.context
    return {
        name: format_duration(limit) if isinstance(limit, int | float) else limit for name, limit in p.context.items()
    }


def _unknown_word(doc: Document, path: Path, name: str, p: _Problem) -> Fault:
    words = _listed_words(p)
    node = doc.node(path)
    if node is None or isinstance(node.value, (dict, list)) or node.value is None:
        empty = "is empty; it " if node is None or node.value is None else ""
        return doc.fault(path, f"{name} {empty}should be one of: " + ", ".join(words))
    shown = doc.shown(path)
    message = f"{name} cannot be `{shown}`"
    # What came from outside the file is not compared: the hint would tell what it resembles.
    near = suggest.closest(str(node.value), words) if node.shown is None else None
    hint = (f"did you mean `{near}`? " if near else "") + "one of: " + ", ".join(words)
    return doc.fault(path, message, hint)


def _name(path: Path) -> str:
    """Name a place in words: `port`, item 2 of `to`."""
    if not path:
        return "the file"
    if isinstance(path[-1], str):
        return f"`{path[-1]}`"
    holder = next((step for step in reversed(path) if isinstance(step, str)), None)
    return f"item {path[-1] + 1}" + (f" of `{holder}`" if holder else "")
