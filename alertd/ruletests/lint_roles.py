"""Roles that none of the event types has which a rule asks for: a company cannot be the lessor in a guidance cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alertd.rules.book import Rule
from alertd.rules.company_leaves import Exposed, Role
from alertd.rules.leaves import listed
from alertd.rules.logic import Node
from alertd.rules.traits import walk
from alertd.ruletests.lint_condition import Answer

_SHOWN = 3
Roles = Mapping[str, tuple[str, ...]]
"""Event type -> the roles that its parties may play."""


def foreign_role(rule: Rule, roles: Roles) -> Answer | None:
    """Say which role is none of the event types' that a rule names; a rule without types asks all of them."""
    if not rule.types:
        return None
    played = {role for name in rule.types for role in roles.get(name, ())}
    for node in walk(rule.when):
        asked = _asked(node)
        if asked and played.isdisjoint(asked):
            message = f"asks for `{node.label()}`, a role of none of its event types ({_said(rule.types, roles)})"
            return Answer("no-role", message, _elsewhere(asked, roles))
    return None


def _asked(node: Node) -> tuple[str, ...]:
    if isinstance(node, Role):
        return node.any_of
    return node.of if isinstance(node, Exposed) else ()


def _said(types: Iterable[str], roles: Roles) -> str:
    """Write which roles the types have."""
    names = sorted(types)
    said = [f"`{name}`: {listed(roles.get(name, ())) or 'none'}" for name in names[:_SHOWN]]
    return "; ".join(said) + (f"; and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _elsewhere(asked: Iterable[str], roles: Roles) -> str:
    """Name the event types that have such a role."""
    having = sorted(name for name, own in roles.items() if not set(own).isdisjoint(asked))
    if not having:
        return ""
    more = f" and {len(having) - _SHOWN} more" if len(having) > _SHOWN else ""
    return f"such a role is one of {', '.join(f'`{name}`' for name in having[:_SHOWN])}{more}"
