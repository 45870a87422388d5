"""The two tables of a scanner, for tests that ask both: the core, where it is built, and the dictionaries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alertd.text.core import CORE, CoreTerms
from alertd.text.dictionaries import Dictionaries
from alertd.text.scan import Found, Table, Term

WITHOUT = pytest.mark.skipif(not CORE, reason="the core is not built, or left out")
BOTH = [
    pytest.param(Dictionaries, id="dictionaries"),
    pytest.param(CoreTerms, id="core", marks=WITHOUT),
]
MakeTable = Callable[[], Table]


def places(found: Found, field: str, term: Term, limit: int) -> list[tuple[int, int]]:
    """Give the first places of a term in `title` or `body` as original code points, end exclusive."""
    span = found.tokens(field).span
    return [span(first, last) for first, last in found.positions(field, term)[:limit]]
