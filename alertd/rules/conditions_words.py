"""How `text`, `lead`, `title`, `near` and `regex` are read."""

from __future__ import annotations

from typing import Any

from alertd.base import suggest
from alertd.base.yaml import Path
from alertd.rules.known import TermList
from alertd.rules.leaves import PLACES, Words
from alertd.rules.near import MAX_GROUPS, MAX_WITHIN, Near
from alertd.rules.pattern import BadPattern, Pattern, check_pattern
from alertd.rules.reader import LIST_NAME, MAX_PARTS, Operator, Reader, one_or_more
from alertd.rules.tree import Condition
from alertd.text.scan import Term, make_term

MAX_WORDS = 10_000
"""Terms of a list."""
MAX_TERM = 200
"""Characters of a term."""


def read_terms(reader: Reader, path: Path) -> TermList | None:
    """Read a term or a list of terms; None if one of them is faulty."""
    written = reader.words(path, MAX_WORDS)
    terms = [_term(reader, word, at) for word, at in written]
    made = frozenset(term for term in terms if term is not None)
    return TermList(tuple(word for word, _ in written), made) if made and None not in terms else None


def _read_words(reader: Reader, path: Path, depth: int) -> Condition | None:
    if not reader.is_list_name(path) and isinstance(value := reader.value(path), dict):
        hint = next((near for key in value if (near := suggest.closest(key, ("list",)))), "")
        hint = f"did you mean `{hint}`?" if hint else "such as `text: lease` or `text: {list: chips}`"
        reader.fault(path, f"`{path[-1]}` takes words, or `{{list: …}}`", hint)
        return None
    terms = _read_terms_or_list(reader, path)
    return Words(str(path[-1]), terms.written, terms.terms) if terms is not None else None


def _read_terms_or_list(reader: Reader, path: Path) -> TermList | None:
    """Read terms, or take those of a list, which is shown by its name."""
    if not reader.is_list_name(path):
        return read_terms(reader, path)
    name = reader.list_name(path, "terms")
    found = reader.known.term_list(name) if name is not None else None
    return TermList((f"list {name}",), found.terms) if found is not None else None


def _term(reader: Reader, written: str, path: Path) -> Term | None:
    word, exact = written.strip(), False
    if len(word) > MAX_TERM:
        reader.fault(path, f"a term of {len(word)} characters is longer than {MAX_TERM}")
        return None
    if len(word) > 3 and word.startswith('="') and word.endswith('"'):
        word, exact = word[2:-1], True
    if word[:1] in ("=", '"', "“"):
        inner = word.strip('="“”')
        message = (
            "`=` alone makes no exact term" if word == f"={inner}" else "a term in quotes is not read as an exact one"
        )
        reader.fault(path, message, f"""write '="{inner}"' for that""")
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


_NEAR_KEYS = ("terms", "within", "in")


def _read_near(reader: Reader, path: Path, depth: int) -> Condition | None:
    value = reader.value(path)
    written = value if isinstance(value, dict) else {}
    unknown = [key for key in written if key not in _NEAR_KEYS]
    for key in unknown:
        reader.fault((*path, key), f"unknown key `{key[:60]}`", suggest.hint(key, _NEAR_KEYS), key=True)
    if not {"terms", "within"} <= written.keys():
        if not unknown:
            such = "such as `near: {terms: [lease, GPU], within: 12}`"
            reader.fault(path, "`near` takes `terms` and `within`", such)
        return None
    within = reader.number((*path, "within"), 2, MAX_WITHIN)
    place = written.get("in", "text")
    if place not in PLACES:
        near = suggest.hint(place, PLACES) if isinstance(place, str) else ""
        reader.fault((*path, "in"), f"`in` takes {', '.join(PLACES[:-1])} or {PLACES[-1]}", near)
    entries = reader.items((*path, "terms"))
    if not 2 <= len(entries) <= MAX_GROUPS:
        message = f"`near` takes 2 to {MAX_GROUPS} terms"
        reader.fault((*path, "terms"), message, "each may be a list of alternatives: `[lease, [GPU, chip]]`")
        return None
    groups = [_read_terms_or_list(reader, (*path, "terms", i)) for i in range(len(entries))]
    made = tuple(group for group in groups if group is not None)
    if within is None or place not in PLACES or len(made) < len(groups) or unknown:
        return None
    if within != int(within):
        reader.fault((*path, "within"), "`within` takes a whole number of words")
        return None
    shown = tuple(" or ".join(group.written) for group in made)
    return Near(tuple(group.terms for group in made), int(within), shown, place)


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


TERMS: dict[str, Any] = one_or_more({"type": ["string", "number"], "maxLength": MAX_TERM}, MAX_WORDS)
_TERMS_OR_LIST: dict[str, Any] = {"anyOf": [*TERMS["anyOf"], LIST_NAME]}

OPERATORS: dict[str, Operator] = {
    "text": Operator(_read_words, _TERMS_OR_LIST, "a word or phrase, or any of a list, stands in the title or body"),
    "lead": Operator(
        _read_words,
        _TERMS_OR_LIST,
        "a word or phrase, or any of a list, stands in the title or in the beginning of the body",
    ),
    "title": Operator(_read_words, _TERMS_OR_LIST, "a word or phrase, or any of a list, stands in the title"),
    "near": Operator(
        _read_near,
        {
            "type": "object",
            "properties": {
                "terms": {"type": "array", "items": _TERMS_OR_LIST, "minItems": 2, "maxItems": MAX_GROUPS},
                "within": {"type": "integer", "minimum": 2, "maximum": MAX_WITHIN},
                "in": {"enum": list(PLACES)},
            },
            "required": ["terms", "within"],
            "additionalProperties": False,
        },
        "all of the terms stand within so many words of one another",
    ),
    "regex": Operator(
        _read_regex,
        one_or_more({"type": "string", "minLength": 1, "maxLength": 1_000}),
        "an RE2 pattern is found in the title or body as published",
    ),
}
