"""JSON paths (RFC 9535): compiled once, refused in words, evaluated within bounds.

A path that only names keys and numbers, as nearly all do, is walked here: a tenth of the time of the library.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonpath_rfc9535 import JSONPathQuery

MAX_PATH = 500
"""Characters of a path."""
MAX_NODES = 200
"""Values that a path of a field may give; more are not looked at."""


_HINT = "RFC 9535; a name that is no plain word is written $['so-called']"


class BadPath(ValueError):
    """What is written is no JSON path; says where in it the fault is."""


class TooDeep(Exception):
    """`..` met a document that is nested too deep."""


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path."""

    text: str
    steps: tuple[str | int, ...] | None
    """Keys and positions from the top, if it is made of nothing else."""
    query: JSONPathQuery | None = None
    """The library's query, if there is more to it."""
    holder: Path | None = None
    """The path without its last part, where that part chooses among what a list holds: `$.a` of `$.a[*]`."""

    def values(self, document: Any, most: int = MAX_NODES) -> list[Any]:
        """Give what the path leads to, at most so many values. Raises TooDeep."""
        if self.steps is not None:
            found = _walk(document, self.steps)
            return [] if found is _NOTHING else [found]
        return list(islice(self._nodes(document), most))

    def first(self, document: Any) -> Any:
        """Give the first value that the path leads to; None for nothing and for null. Raises TooDeep."""
        found = self.values(document, 1)
        return found[0] if found else None

    def _nodes(self, document: Any) -> Iterator[Any]:
        from jsonpath_rfc9535.exceptions import JSONPathRecursionError

        assert self.query is not None
        try:
            for node in self.query.finditer(document):
                yield node.value
        except (JSONPathRecursionError, RecursionError) as error:
            raise TooDeep(self.text) from error


_NOTHING = object()


def _walk(value: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        if isinstance(step, str):
            if type(value) is not dict or step not in value:
                return _NOTHING
            value = value[step]
        else:
            if type(value) is not list or not -len(value) <= step < len(value):
                return _NOTHING
            value = value[step]
    return value


@lru_cache(maxsize=2048)
def compile_path(text: str) -> Path:
    """Compile a path. Raises BadPath."""
    from jsonpath_rfc9535.exceptions import JSONPathError

    if len(text) > MAX_PATH:
        raise BadPath(f"a JSON path of {len(text)} characters; more than {MAX_PATH} are not taken")
    try:
        query = _environment().compile(text)
    except JSONPathError as error:
        where = f" at character {error.token.index + 1}" if error.token is not None else ""
        # The library's own words without its "line 1, column 3"; they may quote a whole token.
        what = str(error.args[0] if error.args else error)[:120]
        raise BadPath(f"`{text}` is no JSON path{where}: {what} ({_HINT})") from error
    except RecursionError:
        raise BadPath("a JSON path that is nested too deep") from None
    return _made(text, query)


def _made(text: str, query: JSONPathQuery) -> Path:
    if query.singular_query():
        names = [segment.selectors[0] for segment in query.segments]
        return Path(text, tuple(getattr(name, "name", getattr(name, "index", 0)) for name in names))
    return Path(text, None, query, _holder(text, query))


def _holder(text: str, query: JSONPathQuery) -> Path | None:
    """Give the path to what the last part chooses from; None where `..` stands in it: then there may be none."""
    from jsonpath_rfc9535 import JSONPathQuery as Query
    from jsonpath_rfc9535.segments import JSONPathRecursiveDescentSegment

    if any(isinstance(segment, JSONPathRecursiveDescentSegment) for segment in query.segments):
        return None
    above = Query(env=query.env, segments=query.segments[:-1])
    return _made(text, above) if above.singular_query() else None


@lru_cache(maxsize=1)
def _environment() -> Any:
    from alertd.sources.json_environment import Environment

    return Environment()
