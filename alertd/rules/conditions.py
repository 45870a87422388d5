"""The table of conditions: name -> how it is read from YAML, what its value may be, one line of help.

A condition is a mapping with one operator. A new operator is one entry here and one node type. Everything
that is wrong is noted with its place, and reading goes on, so that a file's faults are found together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from alertd.base import suggest
from alertd.base.yaml import Document, Path
from alertd.errors import Fault
from alertd.rules.leaves import Origin, Words
from alertd.rules.pattern import BadPattern, Pattern, check_pattern
from alertd.rules.tree import All, AnyOf, Condition, Not
from alertd.text.scan import Term, make_term

MAX_DEPTH = 20
MAX_PARTS = 1_000
MAX_WORDS = 10_000
MAX_TERM = 200
"""Characters of a term."""


@dataclass(slots=True)
class Reader:
    """Reads conditions out of one document and collects the faults."""

    doc: Document
    sources: Collection[str] | None = None
    """Ids of the configured sources, if they are known: then others are faults."""
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        """Note a fault at a value, or at its key."""
        self.faults.append(self.doc.fault(path, message, hint, key=key))

    def value(self, path: Path) -> Any:
        """Give the plain value at a path."""
        node = self.doc.node(path)
        return node.plain() if node is not None else None

    def condition(self, path: Path, depth: int = 0) -> Condition | None:
        """Read the condition at a path; None if it cannot be read, with the fault noted."""
        node = self.doc.node(path)
        value = node.value if node is not None else None
        if depth >= MAX_DEPTH:
            self.fault(path, f"conditions are nested deeper than {MAX_DEPTH} levels", "split the rule")
            return None
        if not isinstance(value, dict) or not value:
            self.fault(path, "a condition is a mapping with one operator", _shape_hint(value))
            return None
        known = [key for key in value if key in OPERATORS]
        for key in value:
            if key not in OPERATORS:
                self.fault((*path, key), f"unknown condition `{key[:60]}`", suggest.hint(key, OPERATORS), key=True)
        if len(known) > 1:
            self.fault((*path, known[1]), _TWO.format(*known), "put them as a list under `all:`", key=True)
        made = [OPERATORS[key].read(self, (*path, key), depth) for key in known]
        return made[0] if len(made) == len(value) == 1 else None

    def words(self, path: Path, limit: int) -> list[tuple[str, Path]]:
        """Read a text or a list of texts as (text, its path); an unquoted number is taken as written."""
        node = self.doc.node(path)
        value = node.value if node is not None else None
        if isinstance(value, list) and not value:
            self.fault(path, f"the list of `{_key(path)}` is empty", "name at least one")
        if isinstance(value, list) and len(value) > limit:
            self.fault(path, f"the list of `{_key(path)}` has {len(value)} entries, more than {limit}")
            return []
        paths = [(*path, i) for i in range(len(value))] if isinstance(value, list) else [path]
        return [(word, at) for at in paths if (word := self._word(at)) is not None]

    def _word(self, path: Path) -> str | None:
        node = self.doc.node(path)
        if node is None or node.value is None or isinstance(node.value, (list, dict)):
            self.fault(path, f"`{_key(path)}` takes a text or a list of texts")
            return None
        return node.value if isinstance(node.value, str) else node.raw or str(node.value)


_TWO = "`{}` and `{}` stand in one condition"
_Read = Callable[[Reader, Path, int], Condition | None]


@dataclass(frozen=True, slots=True)
class Operator:
    """One kind of condition."""

    read: _Read
    schema: dict[str, Any]
    """JSON Schema of its value."""
    summary: str
    """One line of help: it holds when …"""


def _key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "when")


def _shape_hint(value: Any) -> str:
    if isinstance(value, list):
        return "put `all:` or `any:` before the list"
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return "for a word in title or body write `text: …`"
    return "such as `text: lease`"


# --- Boolean --------------------------------------------------------------------------------------------------


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


# --- words ----------------------------------------------------------------------------------------------------


def _read_words(reader: Reader, path: Path, depth: int) -> Condition | None:
    written = reader.words(path, MAX_WORDS)
    terms = [_term(reader, word, at) for word, at in written]
    made = frozenset(term for term in terms if term is not None)
    if not made or None in terms:
        return None
    return Words(str(path[-1]), tuple(word for word, _ in written), made)


def _term(reader: Reader, written: str, path: Path) -> Term | None:
    word, exact = written.strip(), False
    if len(word) > MAX_TERM:
        reader.fault(path, f"a term of {len(word)} characters is longer than {MAX_TERM}")
        return None
    if len(word) > 3 and word.startswith('="') and word.endswith('"'):
        word, exact = word[2:-1], True
    if word[:1] in ("=", '"', "“"):
        inner = word.strip('="“”')
        reader.fault(path, "a term in quotes is not read as an exact one", f"""write '="{inner}"' for that""")
        return None
    if "*" in word:
        hint = "inflections are found by themselves; else name the words, or use `regex`"
        reader.fault(path, "`*` is not a wildcard", hint)
        return None
    term = make_term(word, exact=exact)
    if not term:
        reader.fault(path, "a term needs a letter or a digit")
        return None
    return term


def _read_regex(reader: Reader, path: Path, depth: int) -> Condition | None:
    patterns = reader.words(path, MAX_PARTS)
    sound = True
    for pattern, at in patterns:
        try:
            check_pattern(pattern)
        except BadPattern as error:
            reader.fault(at, f"regex: {error}", error.hint)
            sound = False
    return Pattern(tuple(pattern for pattern, _ in patterns)) if patterns and sound else None


# --- origin ---------------------------------------------------------------------------------------------------


def _read_origin(choices: tuple[str, ...]) -> _Read:
    def read(reader: Reader, path: Path, depth: int) -> Condition | None:
        name = str(path[-1])
        allowed = reader.sources if name == "source" else choices
        values = reader.words(path, MAX_PARTS)
        sound = True
        for value, at in values:
            if allowed is not None and value not in allowed:
                reader.fault(at, f"unknown {name} `{value[:60]}`", suggest.hint(value, allowed))
                sound = False
        return Origin(name, tuple(value for value, _ in values)) if values and sound else None

    return read


def _read_language(reader: Reader, path: Path, depth: int) -> Condition | None:
    values = reader.words(path, MAX_PARTS)
    bad = [(value, at) for value, at in values if not _is_tag(value)]
    for value, at in bad:
        reader.fault(at, f"`{value[:60]}` is not a language tag", "such as `en` or `pt-BR`")
    return Origin("language", tuple(value for value, _ in values)) if values and not bad else None


def _is_tag(value: str) -> bool:
    # RFC 5646 section 2.1 without its registry: 2 or 3 letters, then subtags of up to 8 characters.
    first, *rest = value.split("-")
    return (
        value.isascii()
        and first.isalpha()
        and 2 <= len(first) <= 3
        and all(0 < len(part) <= 8 and part.isalnum() for part in rest)
    )


def _one_or_more(item: dict[str, Any], limit: int) -> dict[str, Any]:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1, "maxItems": limit}]}


_CONDITION: dict[str, Any] = {"$ref": "#/$defs/Condition"}
_PARTS: dict[str, Any] = {"type": "array", "items": _CONDITION, "minItems": 1, "maxItems": MAX_PARTS}
_TERMS = _one_or_more({"type": ["string", "number"], "maxLength": MAX_TERM}, MAX_WORDS)
_IDS = _one_or_more({"type": ["string", "number"]}, MAX_PARTS)
_KINDS = ("news", "filing")
_TRUSTS = ("low", "medium", "high")

OPERATORS: dict[str, Operator] = {
    "all": Operator(_read_all, _PARTS, "every condition of the list holds"),
    "any": Operator(_read_any, _PARTS, "one condition of the list holds"),
    "not": Operator(_read_not, _CONDITION, "the condition does not hold"),
    "text": Operator(_read_words, _TERMS, "a word or phrase, or any of a list, stands in the title or body"),
    "title": Operator(_read_words, _TERMS, "a word or phrase, or any of a list, stands in the title"),
    "regex": Operator(
        _read_regex,
        _one_or_more({"type": "string", "minLength": 1, "maxLength": 1_000}, MAX_PARTS),
        "an RE2 pattern is found in the title or body as published",
    ),
    "source": Operator(_read_origin(()), _IDS, "the event comes from this source, or one of these"),
    "kind": Operator(_read_origin(_KINDS), _one_or_more({"enum": list(_KINDS)}, 2), "the event is news, or a filing"),
    "language": Operator(
        _read_language, _IDS, "the event is in this language, or one of these (`en` holds for en-US)"
    ),
    "trust": Operator(
        _read_origin(_TRUSTS), _one_or_more({"enum": list(_TRUSTS)}, 3), "its source is trusted this much"
    ),
}
