"""What is hardly meant about how a condition is written: signs of other languages, here read as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from alertd.rules.leaves import Words
from alertd.rules.logic import Node
from alertd.rules.near import Near
from alertd.rules.pattern import Pattern
from alertd.rules.traits import walk

_JOINED = re.compile(r"(?:\S\s+|^)(AND|OR|NOT)\s+\S|(&&|\|)")
_SLASHES = re.compile(r"/.*/[a-z]*", re.DOTALL)


def literal(condition: Node) -> tuple[str, str] | None:
    """Say of the first part that is written in another language what is wrong with it, and what helps."""
    for node in walk(condition):
        if isinstance(node, Words | Near):
            if (found := _joined(node.written)) is not None:
                return found
        elif isinstance(node, Pattern):
            for pattern in node.any_of:
                if len(pattern) > 2 and _SLASHES.fullmatch(pattern):
                    inner, _, flags = pattern[1:].rpartition("/")
                    better = f"(?i){inner}" if "i" in flags else inner
                    message = f"asks for the pattern `{pattern[:60]}`, slashes and all"
                    return message, f"write `{better[:60]}`"
    return None


def _joined(terms: Iterable[str]) -> tuple[str, str] | None:
    for term in terms:
        found = _JOINED.search(term)
        if (
            found is None or term.startswith("=") or (found[1] and found[1] != "OR" and term.isupper())
        ):  # BED BATH AND BEYOND
            continue
        sign = found[1] or found[2]
        many = "put the terms under `all:`, each as its own condition" if sign in ("AND", "&&") else (
            "put the second under `not:`" if sign == "NOT" else "write a list: `[one, other]`")  # fmt: skip
        return f"asks for the words `{term[:60]}`, and `{sign}` is no sign here", many
    return None
