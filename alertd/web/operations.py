"""What the API can do, as data: each operation once, with the types that it takes and gives.

Operation --route--> aiohttp's route: who asks, query and body read and checked, the answer written
          --openapi.describe--> the document that says the same to programs
"""

from __future__ import annotations

import asyncio
import re
import typing
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

import msgspec
import structlog
from aiohttp import web

from alertd import telemetry
from alertd.asking.caller import Caller
from alertd.base import suggest
from alertd.errors import HistoryRefused, NotThere
from alertd.model import Struct
from alertd.web.callers import Callers
from alertd.web.middleware import more_time
from alertd.web.problems import Refusal, failure
from alertd.web.repeats import Once, Repeats

Method = Literal["GET", "POST", "DELETE"]
Scope = Literal["read", "write"]
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " sandbox"
)
"""Of an answer that is a page: its own style and nothing else, no script, in a world of its own."""


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No query, or no body."""


log = structlog.get_logger(__name__)

Q = TypeVar("Q", bound=Struct)
B = TypeVar("B", bound=Struct)


@dataclass(frozen=True, slots=True)
class Asked(Generic[Q, B]):
    """One request, read."""

    caller: Caller
    path: Mapping[str, str]
    query: Q
    body: B


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[Q, B]):
    """One thing that can be asked for."""

    name: str
    """Stays for good: programs are made from it."""
    method: Method
    path: str
    summary: str
    does: Callable[[Asked[Q, B]], Awaitable[object]]
    """Gives the answer. Raises Refusal, Temporary."""
    query: type[Q]
    body: type[B]
    answer: Any
    """Its type."""
    status: int = 200
    fails: Mapping[int, str] = field(default_factory=dict)
    """Besides what every request can meet: status -> when."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Name in the path -> what it is."""
    reads: bool = False
    """It changes nothing, though it takes a body."""
    makes: bool = False
    """Done twice it would make two: an `Idempotency-Key` is honoured."""
    whole: bool = False
    """Only for who sees all desks."""
    at: str = ""
    """Where what it makes is found: a path with fields of the answer in it."""
    html: bool = False
    """The answer is a page as text, in place of JSON."""
    slow: bool = False
    """It is asked apart, and may have to wait for rules and companies to be read: it has more time."""

    @property
    def scope(self) -> Scope:
        """Whether it changes something."""
        return "read" if self.method == "GET" or self.reads else "write"


def route(operation: Operation[Q, B], callers: Callers, repeats: Repeats | None = None) -> web.RouteDef:
    """Make the route of an operation."""

    async def handle(request: web.Request) -> web.Response:
        caller = callers.let_in(request)
        try:
            if operation.scope == "write" and not caller.writes:
                raise Refusal(403, "this token may read only")
            if operation.whole and not caller.all_desks:
                raise Refusal(403, "this is for who sees all desks")
            query = read_query(request.query.items(), operation.query)
            data = await request.read()
            if operation.slow:
                more_time(request)
            asked = Asked(caller, request.match_info, query, read_body(data, operation.body))
            if not operation.makes or repeats is None:
                return _located(operation, _answer(operation, await operation.does(asked)))
            begun = await repeats.begin(request, callers.mark(request), data)
            made = begun if isinstance(begun, web.Response) else await _once(operation, asked, begun)
            return _located(operation, made)
        except Refusal as error:
            return failure(error.status, str(error))
        except NotThere as error:
            return failure(404, telemetry.safe_text(str(error)))
        except HistoryRefused as error:
            log.error("history_refused", path=operation.path, error=str(error))
            return failure(503, "the history cannot be read; the log says more")

    return web.route(operation.method, operation.path, handle)


async def _once(operation: Operation[Q, B], asked: Asked[Q, B], begun: Once | None) -> web.Response:
    """Do what makes something; where it has a key, it is kept what came of it."""
    try:
        answer = _answer(operation, await operation.does(asked))
    except BaseException:  # also when the time is over
        if begun is not None:
            await asyncio.shield(begun.failed())
        raise
    if begun is not None:
        assert isinstance(answer.body, bytes)
        await begun.done(answer.status, answer.body)
    return answer


def _answer(operation: Operation[Q, B], answer: object) -> web.Response:
    if not operation.html:
        return as_json(answer, operation.status)
    return web.Response(text=str(answer), content_type="text/html", headers={"Content-Security-Policy": PAGE_POLICY})


def _located(operation: Operation[Q, B], answer: web.Response) -> web.Response:
    """Say where what was made is found; of what was kept of an answer, that is its body alone."""
    if operation.at:
        assert isinstance(answer.body, bytes)
        answer.headers["Location"] = operation.at.format_map(msgspec.json.decode(answer.body))
    return answer


def as_json(data: object, status: int = 200) -> web.Response:
    """Make an answer of data."""
    return web.Response(body=msgspec.json.encode(data), status=status, content_type="application/json")


def read_body(data: bytes, kind: type[B]) -> B:
    """Read the JSON of a request; none is an empty object. Raises Refusal, saying where it is wrong."""
    try:
        return msgspec.json.decode(data or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise Refusal(400, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "the body is no JSON") from error


def read_query(given: typing.Iterable[tuple[str, str]], kind: type[Q]) -> Q:
    """Read what stands behind the `?`. Raises Refusal, saying what may stand there."""
    fields = {one.encode_name: one.type for one in msgspec.structs.fields(kind)}
    values: dict[str, Any] = {}
    for name, value in given:
        if name not in fields:
            raise Refusal(
                400, f"there is no `{name[:40]}` to ask by; {suggest.hint(name, fields)}".removesuffix("; ")
            )
        if typing.get_origin(fields[name]) is list:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise Refusal(400, f"`{name}` is given twice")
        else:
            values[name] = value
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refusal(400, _worded(str(error), fields)) from error


def _worded(text: str, fields: Mapping[str, Any]) -> str:
    """Say what a value may be."""
    found = re.search(r" - at `\$\.(\w+)", text)
    if found is None or found[1] not in fields:
        return text
    name = found[1]
    plain, bounds = _plain(fields[name])
    if typing.get_origin(plain) is Literal:
        return f"{name} is one of {', '.join(map(str, typing.get_args(plain)))}"
    if plain is int and bounds is not None:
        return f"{name} is a number from {bounds.ge} to {bounds.le}"
    return f"{name}: {text[: found.start()]}"


def _plain(kind: Any) -> tuple[Any, msgspec.Meta | None]:
    """Take `| None` and what is annotated off a type."""
    bounds = None
    while True:
        if typing.get_origin(kind) is typing.Annotated:
            kind, *marks = typing.get_args(kind)
            bounds = next((one for one in marks if isinstance(one, msgspec.Meta)), bounds)
        elif (args := [one for one in typing.get_args(kind) if one is not type(None)]) and len(args) < len(
            typing.get_args(kind)
        ):
            (kind,) = args[:1]
        else:
            return kind, bounds
