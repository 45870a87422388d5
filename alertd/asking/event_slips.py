"""Slips in events that people write: fields, event types and forms that are near to those that there are.

Unknown fields are kept, and an event may report a type that these rules do not have: so these are remarks, no faults.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from alertd.base import suggest
from alertd.model import (
    Amount,
    CompanyMention,
    DealTerm,
    Duration,
    Event,
    Party,
    ReportedType,
    Sentiment,
    Story,
    Struct,
)
from alertd.rules.filing import read_form

_LOOKED_AT = 50
"""Unknown fields, and members of a list, that are looked at in one event."""
MAX_TOLD = 1_000
"""Different slips that are told of; a file of millions of lines does not make as many."""
_HOLDERS: Mapping[str, type[Struct]] = {
    "companies": CompanyMention, "event_types": ReportedType, "amounts": Amount, "durations": Duration,
    "terms": DealTerm, "sentiment": Sentiment, "story": Story, "parties": Party,
}  # fmt: skip
"""Fields that hold mappings -> what these are."""
_NOT_A_FIELD = frozenset(("extra", "event", "matches", "at"))
"""Names that no event is to have: ours, and those that `alertd match` and a timeline put beside its fields."""


@dataclass(slots=True)
class Slips:
    """Finds the slips in events as they are written, each once."""

    types: frozenset[str]
    """The event types that there are; where there are none, none is missed."""
    _told: set[tuple[str, str]] = field(default_factory=set)

    def of(self, fields: Mapping[str, Any]) -> list[str]:
        """Say what is near to something else in an event."""
        found = [*_fields("", fields, Event), *self._types(fields.get("event_types")), *_form(fields.get("form"))]
        return [said for key, said in found if self._is_new(key)]

    def _is_new(self, key: tuple[str, str]) -> bool:
        if key in self._told or len(self._told) >= MAX_TOLD:
            return False
        self._told.add(key)
        return True

    def _types(self, reported: Any) -> Iterator[tuple[tuple[str, str], str]]:
        for one in reported if isinstance(reported, list) and self.types else ():
            name = one.get("type") if isinstance(one, dict) else None
            if isinstance(name, str) and name not in self.types and self._is_open("type", name):
                near = suggest.closest(name, self.types)
                yield ("type", name), f"there is no event type `{name[:60]}`" + _meant(near)

    def _is_open(self, what: str, name: str) -> bool:
        """Whether it is still worth looking for what was meant: among many names that costs something."""
        return (what, name) not in self._told and len(self._told) < MAX_TOLD


def _fields(path: str, holder: Mapping[str, Any], kind: type[Struct]) -> Iterator[tuple[tuple[str, str], str]]:
    """Name the unknown fields of a mapping that are nearly called as one that it could have, also those inside it."""
    known = [name for name in kind.__struct_fields__ if name not in _NOT_A_FIELD]
    unknown = [name for name in holder if name not in kind.__struct_fields__ and name not in _NOT_A_FIELD]
    for name in unknown[:_LOOKED_AT]:
        near = _near(name, kind)
        if near is not None and near not in holder:
            yield ("field", path + name), f"no field is called `{path}{name[:60]}`" + _meant(near)
    for name in known:
        inner = _HOLDERS.get(name)
        if inner is not None and inner is not kind:
            value = holder.get(name)
            for one in (value if isinstance(value, list) else [value])[:_LOOKED_AT]:
                if isinstance(one, dict):
                    yield from _fields(f"{path}{name}.", one, inner)


@lru_cache(maxsize=4096)
def _near(name: str, kind: type[Struct]) -> str | None:
    """Give the field that a name is near to: a stream has the same names in every event."""
    return suggest.closest(name, [known for known in kind.__struct_fields__ if known not in _NOT_A_FIELD])


def _form(form: Any) -> Iterator[tuple[tuple[str, str], str]]:
    if isinstance(form, str) and form:
        try:
            read_form(form)
        except ValueError as error:
            yield ("form", form), f"form `{form[:60]}` {error}"


def _meant(near: str | None) -> str:
    return f" (did you mean `{near}`?)" if near is not None else ""
