"""What is wrong with a portfolio's file beside what its model says: keys without a value, what stands there twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from alertd.base import suggest
from alertd.base.yaml import Document, Path
from alertd.errors import Fault
from alertd.rules.portfolio_file import PortfolioFile, RuleEntry


def empty(doc: Document, path: Path) -> Iterator[Fault]:
    """Name keys without a value: what is optional would silently count as not there."""
    node = doc.node(path)
    if node is not None and isinstance(node.value, dict):
        for key, item in node.value.items():
            if item.value is None and key in _OPTIONAL:
                yield doc.fault((*path, key), f"`{key}` is empty", "give it a value, or leave the key out")


_OPTIONAL = {
    name
    for model in (PortfolioFile, RuleEntry)
    for name, info in model.model_fields.items()
    if info.default is None and name != "when"
}


def meant(value: dict[str, Any], key: str, model: type[BaseModel]) -> bool:
    """Whether an unknown key seems to be a misspelling of this one: one slip, one fault."""
    return any(
        suggest.closest(written, model.model_fields) == key for written in value if written not in model.model_fields
    )


def repeated_rules(doc: Document) -> Iterator[Fault]:
    """Name rules whose id, or former id, is another's in the same file."""
    seen: dict[str, tuple[int, int]] = {}
    for path, rule in doc.items(("rules",)):
        former = rule.get("formerly")
        names = [rule.get("id"), *(former if isinstance(former, list) else [former])]
        for key, name in zip(("id", *["formerly"] * (len(names) - 1)), names, strict=True):
            if not isinstance(name, str):
                continue
            here = doc.mark((*path, key))
            if seen.setdefault(name, here) != here:
                message = f"rule `{name[:63]}` is defined twice in this portfolio"
                yield doc.fault((*path, key), message, f"first in line {seen[name][0]}")


def repeated_receivers(doc: Document) -> Iterator[Fault]:
    """Name receivers that a portfolio, or one of its rules, names twice, and empty lists of a rule's."""
    for path in ((), *(path for path, _ in doc.items(("rules",)))):
        node = doc.node((*path, "receivers"))
        named = [item.value for item in node.value] if node is not None and isinstance(node.value, list) else []
        for i, receiver in enumerate(named):
            if isinstance(receiver, str) and receiver in named[:i]:
                yield doc.fault((*path, "receivers", i), f"receiver `{receiver[:63]}` is named twice")
        if path and node is not None and node.value == []:
            hint = "leave the key out to tell those of the portfolio; `status: experimental` tells nobody"
            yield doc.fault((*path, "receivers"), "`receivers` of a rule is an empty list", hint)
