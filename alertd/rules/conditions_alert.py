"""How conditions of receivers are read: those of rules but for stateful ones, and those on the alert itself."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from alertd.base.yaml import Document, Path
from alertd.errors import Fault
from alertd.model import SEVERITIES
from alertd.rules.alert_leaves import OfAlert
from alertd.rules.conditions import OPERATORS
from alertd.rules.known import Known
from alertd.rules.reader import Operator, Reader, one_or_more
from alertd.rules.tree import Condition

STATEFUL_HINT = "a receiver asks about one alert; put it into a rule, and ask for that by `rule:`"
_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_LIMIT = re.compile(r"(>=|<=|>|<)\s*([a-z]+)")


def read_condition(doc: Document, path: Path, known: Known) -> tuple[Condition | None, list[Fault]]:
    """Read a condition of a receiver; None if it is faulty."""
    reader = Reader(doc, known, operators=ALERT_OPERATORS, stateful_hint=STATEFUL_HINT)
    made = reader.condition(path)
    return (made if not reader.faults else None), reader.faults


def _read_severity(reader: Reader, path: Path, depth: int) -> Condition | None:
    written = reader.value(path)
    found = _LIMIT.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None:
        hint = 'or a comparison, such as ">= high"'
        return _of_alert("severity", reader.choices(path, SEVERITIES, "severity", hint))
    if found[2] not in SEVERITIES:
        reader.fault(path, f"unknown severity `{found[2][:60]}`", "one of: " + ", ".join(SEVERITIES))
        return None
    least = SEVERITIES.index(found[2])
    names = tuple(name for place, name in enumerate(SEVERITIES) if _COMPARE[found[1]](place, least))
    if not names:
        reader.fault(path, f"no severity is {found[0]}")
    return _of_alert("severity", names, found[0])


def _read_portfolio(reader: Reader, path: Path, depth: int) -> Condition | None:
    return _of_alert("portfolio", reader.choices(path, reader.known.portfolios, "portfolio"))


def _read_rule(reader: Reader, path: Path, depth: int) -> Condition | None:
    return _of_alert("rule", reader.choices(path, reader.known.rules, "rule"))


def _read_tag(reader: Reader, path: Path, depth: int) -> Condition | None:
    return _of_alert("tag", reader.choices(path, reader.known.tags, "tag", "rules have `tags:`"))


def _read_owner(reader: Reader, path: Path, depth: int) -> Condition | None:
    return _of_alert("owner", reader.choices(path, reader.known.owners, "owner", "rules have an `owner:`"))


def _of_alert(name: str, any_of: tuple[str, ...], written: str = "") -> Condition | None:
    # It is no part of the union: a rule cannot have it, and so no book that is written or read.
    return cast(Condition, OfAlert(name, any_of, written)) if any_of else None


_NAMES: dict[str, Any] = one_or_more({"type": "string", "minLength": 1})
_SEVERITY: dict[str, Any] = {
    "anyOf": [
        *one_or_more({"enum": list(SEVERITIES)})["anyOf"],
        {"type": "string", "pattern": rf"^\s*(>=|<=|>|<)\s*({'|'.join(SEVERITIES)})\s*$"},
    ]
}
ALERT_OPERATORS: dict[str, Operator] = {
    **OPERATORS,
    "severity": Operator(_read_severity, _SEVERITY, "the alert is as loud for this receiver"),
    "portfolio": Operator(_read_portfolio, _NAMES, "the alert is one of this portfolio's, or of one of these"),
    "rule": Operator(_read_rule, _NAMES, "this rule, or one of these, holds"),
    "tag": Operator(_read_tag, _NAMES, "the rule that holds has this tag, or one of these"),
    "owner": Operator(_read_owner, _NAMES, "the rule that holds has this owner, or one of these"),
}
"""Name -> operator."""
