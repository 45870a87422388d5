"""Reads conditions out of one YAML document, and notes everything that is wrong with its place.

A condition is a mapping with one operator and, beside it, the options of that operator:

    {amount: ">= 1B USD", role: revenue}      `role` is here an option of `amount`

What an operator is stands in `Operator`; all of them are in `OPERATORS`, which `conditions.py` fills. Reading goes
on after a fault, so that the faults of a file are found together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alertd.base import suggest
from alertd.base.yaml import Document, Node, Path
from alertd.errors import Fault
from alertd.rules.known import Known, ListKind
from alertd.rules.limits import LIMIT_PATTERN, Limit, parse_limit
from alertd.rules.reader_hints import LIBRARY, STATEFUL_HINT, STRATUM_HINT, shape_hint, unknown_key
from alertd.rules.state import State
from alertd.rules.tree import All, Always, Condition

MAX_DEPTH = 20
MAX_PARTS = 1_000
"""Entries of a list."""
MAX_CONDITIONS = 10_000
"""Conditions of one rule, those of its fragments counted at each place where they are used."""

Read = Callable[["Reader", Path, int], Condition | State | None]
"""Reads the operator whose value stands at a path; options stand beside it (`Reader.option`). None: it cannot be
read, and a fault says why. The number is the depth, for `Reader.condition`."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One kind of condition."""

    read: Read
    schema: dict[str, Any]
    """JSON Schema of its value."""
    summary: str
    """One line of help: it holds when …"""
    options: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Keys that may stand beside it, with the JSON Schema of their values."""
    required: tuple[str, ...] = ()
    """Options that must stand beside it."""
    forbidden_in_event_types: bool = False
    """It needs what is known only after the event types have been found."""
    stateful: bool = False
    """It is about more than one event: `read` gives a State, and it stands at the top of a rule."""


OPERATORS: dict[str, Operator] = {}
"""Name -> operator."""


class When(NamedTuple):
    """What a rule's `when` says: of each event, and over time."""

    condition: Condition
    state: State | None


@dataclass(slots=True)
class Reader:
    """Reads conditions out of one document and collects the faults."""

    doc: Document
    known: Known = field(default_factory=Known)
    in_event_type: bool = False
    """The conditions define an event type, so some operators are forbidden."""
    operators: Mapping[str, Operator] = field(default_factory=lambda: OPERATORS)
    """Those that may stand here."""
    stateful_hint: str = STATEFUL_HINT
    """What to do about a stateful one where none may stand."""
    faults: list[Fault] = field(default_factory=list)
    count: int = 0
    """Conditions read since the last `when` or fragment began."""

    def fault(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        """Note a fault at a value, or at its key."""
        self.faults.append(self.doc.fault(path, message, hint, key=key))

    def when(self, path: Path) -> When | None:
        """Read a rule's `when`: stateful operators are it, or are direct members of its `all`, at most one."""
        self.count = 0
        if self._stateful(path) is not None:
            state = self._state(path)
            return When(Always(), state) if state is not None else None
        parts = [(*path, "all", i) for i, _ in enumerate(self.items((*path, "all")))]
        stateful = [part for part in parts if self._stateful(part) is not None]
        if not stateful or self._operators(path) != ["all"]:
            condition = self.condition(path)
            return When(condition, None) if condition is not None else None
        for part in stateful[1:]:
            self.fault(part, "a second condition over time stands in this rule", "at most one; write two rules")
        state = self._state(stateful[0])
        made = [self.condition(part, 1) for part in parts if part not in stateful]
        if state is None or len(stateful) > 1 or len(parts) > MAX_PARTS or None in made:
            return None
        rest = tuple(part for part in made if part is not None)
        return When(All(rest) if rest else Always(), state)

    def condition(self, path: Path, depth: int = 0) -> Condition | None:
        """Read the condition at a path; None if it cannot be read, with the fault noted."""
        if depth >= MAX_DEPTH:
            self.fault(path, f"conditions are nested deeper than {MAX_DEPTH} levels", "split the rule")
            return None
        self.count = self.count + 1 if depth else 1
        names, sound = self._names(path)
        made: list[Condition | None] = []
        for name in names:
            operator, read = self.operators[name], None
            if self.in_event_type and operator.forbidden_in_event_types:
                self.fault((*path, name), f"an event type cannot ask for `{name}`", STRATUM_HINT, key=True)
            elif operator.stateful:
                self.fault((*path, name), f"`{name}` cannot stand here", self.stateful_hint, key=True)
            else:
                read = operator.read(self, (*path, name), depth)
            made.append(read if not isinstance(read, State) else None)
        return made[0] if sound and made else None

    def _state(self, path: Path) -> State | None:
        names, sound = self._names(path)
        made = [self.operators[name].read(self, (*path, name), 0) for name in names if self.operators[name].stateful]
        return made[0] if sound and made and isinstance(made[0], State) else None

    def _stateful(self, path: Path) -> str | None:
        return next((name for name in self._operators(path) if self.operators[name].stateful), None)

    def _operators(self, path: Path) -> list[str]:
        """Give the operators in a mapping: those of its keys that are not an option of another of its keys."""
        value = self._value(path)
        keys = [key for key in value if key in self.operators] if isinstance(value, dict) else []
        return [
            key for key in keys if not any(key in self.operators[other].options for other in keys if other != key)
        ]

    def _names(self, path: Path) -> tuple[list[str], bool]:
        """Give the operators of the condition at a path, and whether it is one, with sound options."""
        value = self._value(path)
        if not isinstance(value, dict) or not value:
            self.fault(path, "a condition is a mapping with one operator", shape_hint(value))
            return [], False
        before = len(self.faults)
        names = self._operators(path)
        options = dict.fromkeys(option for name in names for option in self.operators[name].options)
        for key in value:
            if key not in names and key not in options:
                self.fault((*path, key), *unknown_key(key, names, options, self.operators), key=True)
        if len(names) > 1:
            message = f"`{names[0]}` and `{names[1]}` stand in one condition"
            self.fault((*path, names[1]), message, "put them as a list under `all:`", key=True)
        for name in names:
            for option in self.operators[name].required:
                if option not in value:
                    self.fault((*path, name), f"`{name}` needs `{option}` beside it", key=True)
        return names, len(self.faults) == before

    # --- values ---------------------------------------------------------------------------------------------

    def value(self, path: Path) -> Any:
        """Give the plain value at a path."""
        node = self.doc.node(path)
        return node.plain() if node is not None else None

    def _value(self, path: Path) -> Any:
        """Give the value at a path, of a list or mapping with nodes in it."""
        node = self.doc.node(path)
        return node.value if node is not None else None

    def items(self, path: Path) -> list[Node]:
        """Give the entries of the list at a path; none if there is no list."""
        value = self._value(path)
        return value if isinstance(value, list) else []

    def option(self, path: Path, name: str) -> Path | None:
        """Give the path of an option of the operator at a path, if it is there."""
        at = (*path[:-1], name)
        return at if self.doc.node(at) is not None else None

    def words(self, path: Path, limit: int = MAX_PARTS) -> list[tuple[str, Path]]:
        """Read a text or a list of texts as (text, its path); an unquoted number is taken as written."""
        value = self._value(path)
        if isinstance(value, list) and not value:
            self.fault(path, f"the list of `{key_of(path)}` is empty", "name at least one")
        if isinstance(value, list) and len(value) > limit:
            self.fault(path, f"the list of `{key_of(path)}` has {len(value)} entries, more than {limit}")
            return []
        paths = [(*path, i) for i in range(len(value))] if isinstance(value, list) else [path]
        return [(word, at) for at in paths if (word := self._word(at)) is not None]

    def _word(self, path: Path) -> str | None:
        node = self.doc.node(path)
        if node is None or node.value is None or isinstance(node.value, (list, dict)):
            self.fault(path, f"`{key_of(path)}` takes a text or a list of texts")
            return None
        return node.value if isinstance(node.value, str) else node.raw or str(node.value)

    def choices(self, path: Path, allowed: Collection[str] | None, what: str, hint: str = "") -> tuple[str, ...]:
        """Read one or more names; with `allowed`, others are faults. Empty if anything is wrong.

        `hint` says where these names come from.
        """
        values = self.words(path)
        bad = [(value, at) for value, at in values if allowed is not None and value not in allowed]
        for value, at in bad:
            near = suggest.hint(value, allowed or ())
            told = near if near.startswith("did you") else "; ".join(part for part in (near, hint) if part)
            self.fault(at, f"unknown {what} `{value[:60]}`", told)
        whole = self._whole(path, len(values)) and not bad
        return tuple(dict.fromkeys(value for value, _ in values)) if whole else ()

    def _whole(self, path: Path, read: int) -> bool:
        """Whether every entry of the text or list at a path could be read."""
        value = self._value(path)
        return read == (len(value) if isinstance(value, list) else 1)

    def limit(self, path: Path, least: float | None = None, most: float | None = None) -> Limit | None:
        """Read a comparison such as `>= 0.75`, whose number lies between two bounds if they are given."""
        try:
            limit = parse_limit(self._value(path))
        except ValueError as error:
            self.fault(path, f"`{key_of(path)}`: {error}")
            return None
        if least is not None and most is not None and not least <= limit.value <= most:
            self.fault(path, f"`{key_of(path)}` lies between {least:g} and {most:g}, {limit.value:g} does not")
            return None
        return limit

    def number(self, path: Path, least: float, most: float) -> float | None:
        """Read a number between two bounds, both included."""
        value = self._value(path)
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most
        if not good:
            self.fault(path, f"`{key_of(path)}` takes a number from {least:g} to {most:g}")
        return float(value) if good else None

    def list_name(self, path: Path, kind: ListKind) -> str | None:
        """Give the name in `{list: name}` (see `is_list_name`); None with a fault if that list cannot be used."""
        at = (*path, "list")
        name = self._value(at)
        if not isinstance(name, str):
            self.fault(at, "`list` takes the name of a list")
            return None
        holds = self.known.lists.get(name)
        if holds is None:
            fitting = [other for other, what in self.known.lists.items() if what == kind]
            hint = suggest.hint(name, fitting) or f"define it in a file under rules/lists/; {LIBRARY}"
            self.fault(at, f"there is no list `{name[:60]}`", hint)
            return None
        if holds != kind:
            self.fault(at, f"list `{name}` holds {holds}, and here stand {kind}")
            return None
        if reason := self.known.barred("list", name):
            self.fault(at, reason)
            return None
        return name

    def is_list_name(self, path: Path) -> bool:
        """Whether a value is `{list: …}` and nothing else."""
        value = self._value(path)
        return isinstance(value, dict) and list(value) == ["list"]


def key_of(path: Path) -> str:
    """Give the key that a value belongs to, for messages."""
    return next((step for step in reversed(path) if isinstance(step, str)), "when")


def one_or_more(item: dict[str, Any], limit: int = MAX_PARTS) -> dict[str, Any]:
    """Give the JSON Schema of a value or a list of such values."""
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1, "maxItems": limit}]}


LIST_NAME: dict[str, Any] = {
    "type": "object",
    "properties": {"list": {"type": "string"}},
    "required": ["list"],
    "additionalProperties": False,
}
"""JSON Schema of `{list: name}`."""
LIMIT: dict[str, Any] = {"type": "string", "pattern": LIMIT_PATTERN}
"""JSON Schema of what `Reader.limit` reads."""
