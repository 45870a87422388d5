"""The RFC 9535 environment that JSON paths run in: the library's, with RE2 for `match` and `search`.

The library's own functions match by backtracking, and the text that they match is a stranger's. `json_path` imports
this only when a path is compiled: the library takes 30 ms that no other command should pay for.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2
from jsonpath_rfc9535 import JSONPathEnvironment
from jsonpath_rfc9535.function_extensions import ExpressionType, FilterFunction

MAX_DEPTH = 64
"""Levels that `..` goes down."""
_MAX_PATTERN = 500
_MAX_MATCHED = 64 << 10
_MAX_MEMORY = 4 << 20


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    """Compile a pattern (RFC 9485, near enough to RE2); None for what is none: then nothing matches (2.4.6)."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


class _Matching(FilterFunction):
    """`match` of RFC 9535 section 2.4.6, and with `whole` unset `search` of section 2.4.7."""

    arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012  as the library declares it
    return_type = ExpressionType.LOGICAL

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole

    def __call__(self, text: object, pattern: object) -> bool:
        """Say whether a text matches."""
        if not isinstance(text, str) or not isinstance(pattern, str) or len(pattern) > _MAX_PATTERN:
            return False
        if (compiled := _compiled(pattern)) is None:
            return False
        text = text[:_MAX_MATCHED].encode("utf-8", "replace").decode()
        return bool(compiled.fullmatch(text) if self._whole else compiled.search(text))


class Environment(JSONPathEnvironment):
    """What paths are compiled in."""

    max_recursion_depth = MAX_DEPTH

    def setup_function_extensions(self) -> None:
        """Take the standard's functions, and matching that is linear in time."""
        super().setup_function_extensions()
        self.function_extensions["match"] = _Matching(whole=True)
        self.function_extensions["search"] = _Matching(whole=False)
