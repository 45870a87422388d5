"""How the conditions on an event's origin are read: `source`, `kind`, `language`, `trust`, `form` with `item`."""

from __future__ import annotations

from typing import Any

from alertd.base.yaml import Path
from alertd.rules.filing import Filing, read_form, read_item
from alertd.rules.leaves import Origin
from alertd.rules.reader import LIST_NAME, MAX_PARTS, Operator, Read, Reader, one_or_more
from alertd.rules.tree import Condition

KINDS = ("news", "filing")
TRUSTS = ("low", "medium", "high")
"""What an event can be, and how much its source can be trusted."""


def _read_source(reader: Reader, path: Path, depth: int) -> Condition | None:
    if reader.is_list_name(path):
        name = reader.list_name(path, "sources")
        found = reader.known.source_list(name) if name is not None else None
        return Origin("source", found, f"list {name}") if found else None
    values = read_sources(reader, path)
    return Origin("source", values) if values else None


def read_sources(reader: Reader, path: Path) -> tuple[str, ...]:
    """Read the id of a source, or several; empty if anything is wrong."""
    values = reader.choices(path, reader.known.sources, "source")
    for value, at in reader.words(path) if values else ():
        if reason := reader.known.barred("source", value):
            reader.fault(at, reason)
            values = ()
    return values


def _read_choice(allowed: tuple[str, ...]) -> Read:
    def read(reader: Reader, path: Path, depth: int) -> Condition | None:
        name = str(path[-1])
        value = reader.value(path)
        if isinstance(value, str) and value.lstrip().startswith(("<", ">", "=", "≤", "≥")):
            reader.fault(
                path, f"`{name}` takes names, not a comparison", f"name all that count: {', '.join(allowed)}"
            )
            return None
        values = reader.choices(path, allowed, name)
        return Origin(name, values) if values else None

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


# --- filings --------------------------------------------------------------------------------------------------


def read_forms(reader: Reader, path: Path) -> tuple[str, ...]:
    """Read a form, or several, in canonical form; empty if anything is wrong."""
    forms = reader.words(path)
    made = [_form(reader, text, at) for text, at in forms]
    whole = len(made) == max(1, len(reader.items(path))) and None not in made
    return tuple(dict.fromkeys(form for form in made if form is not None)) if whole else ()


def _form(reader: Reader, text: str, path: Path) -> str | None:
    try:
        return read_form(text)
    except ValueError as error:
        reader.fault(path, f"form `{text[:40]}` {error}")
        return None


def read_items(reader: Reader, path: Path, forms: tuple[str, ...]) -> tuple[str, ...]:
    """Read an item of these forms, or several; empty if anything is wrong."""
    items = []
    texts = reader.words(path)
    for text, at in texts:
        try:
            items.append(read_item(text, forms))
        except ValueError as error:
            reader.fault(at, f"item `{text[:40]}` {error}")
    whole = len(items) == max(1, len(reader.items(path)))
    return tuple(dict.fromkeys(items)) if whole else ()


def _read_form(reader: Reader, path: Path, depth: int) -> Condition | None:
    written = ""
    forms: tuple[str, ...] = ()
    if reader.is_list_name(path):
        name = reader.list_name(path, "forms")
        forms = (reader.known.form_list(name) if name is not None else None) or ()
        written = f"list {name}"
    else:
        forms = read_forms(reader, path)
    at = reader.option(path, "item")
    items = read_items(reader, at, forms) if at is not None else ()
    return Filing(forms, items, written) if forms and (items or at is None) else None


_IDS: dict[str, Any] = one_or_more({"type": ["string", "number"]})
OPERATORS: dict[str, Operator] = {
    "source": Operator(
        _read_source,
        {"anyOf": [*_IDS["anyOf"], LIST_NAME]},
        "the event comes from this source, or one of these",
    ),
    "kind": Operator(_read_choice(KINDS), one_or_more({"enum": list(KINDS)}, 2), "the event is news, or a filing"),
    "language": Operator(
        _read_language, _IDS, "the event is in this language, or one of these (`en` holds for en-US)"
    ),
    "trust": Operator(
        _read_choice(TRUSTS), one_or_more({"enum": list(TRUSTS)}, 3), "its source is trusted this much"
    ),
    "form": Operator(
        _read_form,
        {"anyOf": [*_IDS["anyOf"], LIST_NAME]},
        "the event is a filing on this form or an amendment of it, or on one of these",
        options={"item": _IDS},
    ),
}
